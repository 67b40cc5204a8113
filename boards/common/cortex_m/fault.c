/*
 * fault.c - print the registers and restart
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "console.h"
#include "fault.h"

#define SCB_CFSR  (*(volatile uint32_t *)0xe000ed28u)
#define SCB_HFSR  (*(volatile uint32_t *)0xe000ed2cu)
#define SCB_MMFAR (*(volatile uint32_t *)0xe000ed34u)
#define SCB_BFAR  (*(volatile uint32_t *)0xe000ed38u)

#define BKPT_SEMIHOSTING 0xbeabu

/* What the CPU has put on the stack. */
struct frame {
	uint32_t r0, r1, r2, r3, r12, lr, pc, psr;
};

void cortex_m_fault_report(struct frame *f, uint32_t exc_return);

static void put(const char *name, uint32_t value)
{
	board_put(name);
	board_put_hex32(value);
}

static void say(const struct frame *f, uint32_t exc_return)
{
	uint32_t number;

	__asm volatile("mrs %0, ipsr" : "=r"(number));
	board_put("\r\nfault: exception ");
	board_put_num(number);
	if (f) {
		put(" pc ", f->pc);
		put(" lr ", f->lr);
		put(" psr ", f->psr);
		put("\r\nfault: r0 ", f->r0);
		put(" r1 ", f->r1);
		put(" r2 ", f->r2);
		put(" r3 ", f->r3);
		put(" r12 ", f->r12);
	} else {
		board_put(": the stack has overflowed");
	}
	put("\r\nfault: cfsr ", SCB_CFSR);
	put(" hfsr ", SCB_HFSR);
	put(" mmfar ", SCB_MMFAR);
	put(" bfar ", SCB_BFAR);
	put(" exc_return ", exc_return);
	board_put_end();
}

static bool is_semihosting(const struct frame *f)
{
	return !(f->pc & 1) &&
	       *(const uint16_t *)(uintptr_t)f->pc == BKPT_SEMIHOSTING;
}

/* f: the frame, NULL when there was no room for it. Called by assembly. */
__attribute__((used)) void cortex_m_fault_report(
	struct frame *f, uint32_t exc_return)
{
	/* a bad pc is told by CFSR, and must not be looked at */
	if (f && !SCB_CFSR && is_semihosting(f)) {
		SCB_HFSR = SCB_HFSR;
		f->r0 = UINT32_MAX;
		f->pc += 2;
		return;
	}
	say(f, exc_return);
	board_reset();
}

/* The stack may be what has overflowed: then the report gets a new one. */
__attribute__((naked)) void cortex_m_fault(void)
{
	__asm volatile("tst lr, #4\n"
		       "ite eq\n"
		       "mrseq r0, msp\n"
		       "mrsne r0, psp\n"
		       "mov r1, lr\n"
		       "ldr r2, =board_stack_bottom\n"
		       "mrs r3, msp\n"
		       "cmp r3, r2\n"
		       "bhs 1f\n"
		       "ldr r3, =board_stack_top\n"
		       "msr msp, r3\n"
		       "movs r0, #0\n"
		       "1: ldr r2, =cortex_m_fault_report\n"
		       "bx r2\n"
		       ".ltorg\n");
}
