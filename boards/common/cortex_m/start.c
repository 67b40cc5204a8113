/*
 * start.c - vectors, and the way from reset to main()
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The stack lies at the start of RAM and grows towards nothing: what does not
 * fit is a fault, not an overwritten variable.
 */
#include <string.h>

#include "cortex_m.h"
#include "fault.h"
#include "stack.h"

#define SCB_VTOR (*(volatile uint32_t *)0xe000ed08u)

extern uint8_t data_start[], data_end[], data_load[], bss_start[], bss_end[];

int main(void);
void Reset_Handler(void);
static void irq(void);
static void ignore(void);
void cortex_m_irq_done(void) __attribute__((weak, alias("ignore")));

void SVC_Handler(void) __attribute__((weak, alias("ignore")));
void PendSV_Handler(void) __attribute__((weak, alias("ignore")));

union vector {
	void *stack;
	void (*handler)(void);
};

#define FAULT                                                                  \
	{                                                                      \
		.handler = cortex_m_fault                                      \
	}
#define IRQ                                                                    \
	{                                                                      \
		.handler = irq                                                 \
	}
#define FOUR(x)    x, x, x, x
#define SIXTEEN(x) FOUR(x), FOUR(x), FOUR(x), FOUR(x)

__attribute__((section(".text.vectors"), used, aligned(512)))
/* clang-format off */
static const union vector vectors[] = {
	{.stack = board_stack_top},
	{.handler = Reset_Handler},
	FAULT, FOUR(FAULT), /* NMI, the hard one, three of its kinds */
	[11] = {.handler = SVC_Handler},
	[12] = FAULT,       /* of the debug monitor */
	[14] = {.handler = PendSV_Handler},
	[15] = {.handler = SysTick_Handler},
	SIXTEEN(IRQ), SIXTEEN(IRQ), SIXTEEN(IRQ), SIXTEEN(IRQ),
};
/* clang-format on */

static void ignore(void)
{
}

static void irq(void)
{
	uint32_t number;

	__asm volatile("mrs %0, ipsr" : "=r"(number));
	board_irq((number & 0x1ff) - 16);
	cortex_m_irq_done();
}

/* Between two addresses that the linker script names. */
static size_t octets(const uint8_t *from, const uint8_t *to)
{
	return (uintptr_t)to - (uintptr_t)from;
}

void Reset_Handler(void)
{
	SCB_VTOR = (uint32_t)(uintptr_t)vectors;
	board_stack_paint();
	memcpy(data_start, data_load, octets(data_start, data_end));
	memset(bss_start, 0, octets(bss_start, bss_end));
	main();
	cortex_m_reset();
}
