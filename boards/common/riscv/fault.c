/*
 * fault.c - say what an exception was and where, and restart
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "fault.h"

#include <stdbool.h>

#include "board.h"
#include "console.h"
#include "csr.h"
#include "stack.h"

static const char *const causes[] = {
	"instruction address misaligned",
	"instruction access fault",
	"illegal instruction",
	"breakpoint",
	"load address misaligned",
	"load access fault",
	"store address misaligned",
	"store access fault",
};

static const char names[32][4] = {"x0", "ra", "sp", "gp", "tp", "t0", "t1",
	"t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
	"s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4",
	"t5", "t6"};

static void value(const char *name, uint32_t v)
{
	board_put(" ");
	board_put(name);
	board_put(" ");
	board_put_hex32(v);
}

static void say_cause(uint32_t sp)
{
	uint32_t cause = riscv_csr_read(mcause);
	bool known = cause < sizeof causes / sizeof causes[0];

	board_put_end();
	board_put("fault: ");
	board_put(known ? causes[cause] : "trap");
	if (sp < (uint32_t)(uintptr_t)board_stack_bottom)
		board_put(": the stack has overflowed");
	value("mcause", cause);
	value("mepc", riscv_csr_read(mepc));
	value("mtval", riscv_csr_read(mtval));
	board_put_end();
}

/* see fault.h */
void riscv_fault(const uint32_t regs[32])
{
	say_cause(regs[2]);
	for (unsigned i = 1; i < 32; i++) {
		if (i == 1 || i % 4 == 0)
			board_put("fault:");
		value(names[i], regs[i]);
		if (i % 4 == 3)
			board_put_end();
	}
	board_reset();
}
