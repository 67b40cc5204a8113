/*
 * m3.c - start-up, timer, stack and UART of QEMU's mps2-an385
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "m3.h"

#include <stdlib.h>
#include <string.h>

#define PAINT 0xdeadbeefu

/* CMSDK timer 0 */
struct timer {
	volatile uint32_t control, value, reload, interrupt;
};

#define TIMER ((struct timer *)0x40000000u)

/* CMSDK UART 0 */
struct uart {
	volatile uint32_t data, state, control, interrupt, divider;
};

#define UART          ((struct uart *)0x40004000u)
#define UART_TX_FULL  1u
#define UART_RX_READY 2u
#define UART_ENABLE   3u

extern uint8_t data_start[], data_end[], data_load[], bss_start[], bss_end[];
extern uint8_t stack_top[];

void initialise_monitor_handles(void); /* newlib's, for printf() */
int main(void);
void reset(void);
void fault(void);

void fault(void)
{
	for (;;)
		;
}

void reset(void)
{
	memcpy(data_start, data_load, (size_t)(data_end - data_start));
	memset(bss_start, 0, (size_t)(bss_end - bss_start));
	TIMER->reload = TIMER->value = UINT32_MAX;
	TIMER->control = 1;
	initialise_monitor_handles();
	exit(main());
}

union vector {
	void *stack;
	void (*handler)(void);
};

__attribute__((section(".vectors"),
	used)) static const union vector vectors[16] = {{.stack = stack_top},
	{.handler = reset}, {.handler = fault}, {.handler = fault},
	{.handler = fault}, {.handler = fault}, {.handler = fault}};

/* see m3.h */
uint32_t m3_ticks(void)
{
	return UINT32_MAX - TIMER->value;
}

/* ---- the stack ---- */

static volatile uint32_t *paint_low, *paint_high;

static uint32_t *stack_pointer(void)
{
	uint32_t *sp;

	__asm volatile("mov %0, sp" : "=r"(sp));
	return sp;
}

/* see m3.h */
__attribute__((noinline)) void m3_stack_paint(size_t size)
{
	volatile uint32_t *p;

	paint_high = stack_pointer() - 8;
	paint_low = paint_high - size / 4;
	for (p = paint_low; p < paint_high; p++)
		*p = PAINT;
}

/* see m3.h */
__attribute__((noinline)) size_t m3_stack_used(void)
{
	volatile uint32_t *p = paint_low;

	while (p < paint_high && *p == PAINT)
		p++;
	return (size_t)(paint_high - p) * 4;
}

/* ---- the UART ---- */

/* see m3.h */
void m3_uart_start(void)
{
	UART->divider = 16;
	UART->control = UART_ENABLE;
}

/* see m3.h */
void m3_uart_put(uint8_t c)
{
	while (UART->state & UART_TX_FULL)
		;
	UART->data = c;
}

/* see m3.h */
uint8_t m3_uart_get(void)
{
	while (!(UART->state & UART_RX_READY))
		;
	return (uint8_t)UART->data;
}
