/*
 * m3.h - a Cortex-M3 that counts instructions: QEMU's mps2-an385
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * With -icount shift=0 QEMU's time is the number of instructions: one takes
 * 1 ns, so a tick of the board's 25 MHz timer is 40 of them, and two runs
 * count the same. stdio is newlib's, through semihosting.
 */
#ifndef M3_H
#define M3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define M3_TICK_INSTRUCTIONS 40u

/* Ticks since the start; wraps after 170 s. */
uint32_t m3_ticks(void);

/* ---- the stack below the caller ---- */

/* Paint size octets of stack that nobody uses now. */
void m3_stack_paint(size_t size);

/* How many of them were written since then. */
size_t m3_stack_used(void);

/* ---- the UART; QEMU's first -serial ---- */

void m3_uart_start(void);

/* Send one octet, once there is room. */
void m3_uart_put(uint8_t c);

/* Wait for one octet. */
uint8_t m3_uart_get(void);

#endif
