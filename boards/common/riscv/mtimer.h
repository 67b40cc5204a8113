/*
 * mtimer.h - the machine timer: mtime and mtimecmp of a CLINT
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Context of every function: any, one hart.
 */
#ifndef RISCV_MTIMER_H
#define RISCV_MTIMER_H

#include <stdbool.h>
#include <stdint.h>

struct riscv_mtimer {
	uintptr_t mtime;    /* address of the 64-bit counter */
	uintptr_t mtimecmp; /* address of this hart's 64-bit comparator */
	uint32_t hz;        /* the counter's rate, a multiple of 1000 */
};

/* Milliseconds since the counter was 0; wraps at 2^32. */
uint32_t riscv_mtimer_ms(const struct riscv_mtimer *);

/*
 * Sleep until an interrupt is pending that mie enables, or for ms
 * milliseconds. The caller has cleared mstatus.MIE and has then seen that
 * there is nothing to do: wfi returns on a pending interrupt all the same, so
 * that none is missed. The interrupt is taken once the caller sets MIE.
 */
void riscv_mtimer_sleep(const struct riscv_mtimer *, uint32_t ms);

#endif
