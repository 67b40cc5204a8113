/*
 * fault.c - say what an exception was and where, and restart
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "fault.h"

#include <stddef.h>

#include "board.h"
#include "csr.h"
#include "stack.h"
#include "text.h"

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

static void value(struct board_text *t, const char *name, uint32_t v)
{
	uint8_t octets[4];

	for (unsigned i = 0; i < 4; i++)
		octets[i] = (uint8_t)(v >> (24 - 8 * i));
	board_text_str(t, " ");
	board_text_str(t, name);
	board_text_str(t, " ");
	board_text_hex(t, octets, sizeof octets);
}

static void write_line(struct board_text *t)
{
	board_text_str(t, "\r\n");
	board_console_write(t->s, t->len);
}

static void say_cause(uint32_t sp)
{
	char line[128];
	struct board_text t;
	uint32_t cause = riscv_csr_read(mcause);

	board_text_start(&t, line, sizeof line);
	board_text_str(&t, "\r\nfault: ");
	board_text_str(&t, cause < sizeof causes / sizeof causes[0]
				   ? causes[cause]
				   : "trap");
	if (sp < (uint32_t)(uintptr_t)board_stack_bottom)
		board_text_str(&t, ": the stack has overflowed");
	value(&t, "mcause", cause);
	value(&t, "mepc", riscv_csr_read(mepc));
	value(&t, "mtval", riscv_csr_read(mtval));
	write_line(&t);
}

/* see fault.h */
void riscv_fault(const uint32_t regs[32])
{
	char line[96];
	struct board_text t;

	say_cause(regs[2]);
	for (unsigned i = 1; i < 32; i++) {
		if (i == 1 || i % 4 == 0) {
			board_text_start(&t, line, sizeof line);
			board_text_str(&t, "fault:");
		}
		value(&t, names[i], regs[i]);
		if (i % 4 == 3)
			write_line(&t);
	}
	board_reset();
}
