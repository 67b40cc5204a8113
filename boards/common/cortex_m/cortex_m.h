/*
 * cortex_m.h - what every Cortex-M board uses: interrupts, clock, sleep, reset
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A board with this folder supplies board_irq(), and its linker script
 * includes sections.ld. Names in capitals are ARM's. The three handlers, the
 * clock and cortex_m_irq_done() are weak, so that an RTOS can bring its own.
 */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include <stdbool.h>
#include <stdint.h>

/* An interrupt of the board: n is its number in the NVIC, 0 and up. Supplied
 * by the board. Context: interrupt. */
void board_irq(unsigned n);

/* Called behind each board_irq(); does nothing. An RTOS wakes its thread here.
 * Context: interrupt. */
void cortex_m_irq_done(void);

/* Let interrupt n through, at the lowest priority. */
void cortex_m_irq_enable(unsigned n);

/*
 * Start the clock of SysTick.
 *
 * hz  of the CPU, 100 kHz to 1.6 GHz.
 */
void cortex_m_clock_start(uint32_t hz);

/* Milliseconds since cortex_m_clock_start(), read to the millisecond although
 * SysTick interrupts every ten. Context: any. */
uint32_t cortex_m_clock_ms(void);

/*
 * Sleep until an interrupt; SysTick's comes within ten milliseconds.
 *
 * busy  is asked with interrupts masked; when it says so there is no sleep.
 */
void cortex_m_idle(bool (*busy)(void));

/* Restart the machine. Context: any. */
void cortex_m_reset(void) __attribute__((noreturn));

void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);

#endif
