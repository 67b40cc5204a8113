/*
 * mtimer.c - the machine timer: mtime and mtimecmp of a CLINT
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "mtimer.h"

#include "csr.h"

static volatile uint32_t *word(uintptr_t address, unsigned i)
{
	return (volatile uint32_t *)address + i;
}

static uint64_t now(const struct riscv_mtimer *t)
{
	uint32_t high, low;

	do {
		high = *word(t->mtime, 1);
		low = *word(t->mtime, 0);
	} while (high != *word(t->mtime, 1));
	return (uint64_t)high << 32 | low;
}

/* The manual's order, so that no value in between is in the past. */
static void compare_at(const struct riscv_mtimer *t, uint64_t when)
{
	*word(t->mtimecmp, 0) = UINT32_MAX;
	*word(t->mtimecmp, 1) = (uint32_t)(when >> 32);
	*word(t->mtimecmp, 0) = (uint32_t)when;
}

/* see mtimer.h */
uint32_t riscv_mtimer_ms(const struct riscv_mtimer *t)
{
	return (uint32_t)(now(t) / (t->hz / 1000));
}

/* see mtimer.h */
void riscv_mtimer_sleep(const struct riscv_mtimer *t, uint32_t ms)
{
	compare_at(t, now(t) + (uint64_t)ms * (t->hz / 1000));
	riscv_csr_set(mie, RISCV_MIE_MTIE);
	__asm__ volatile("wfi" : : : "memory");
	riscv_csr_clear(mie, RISCV_MIE_MTIE);
}
