/*
 * cortex_m3.c - the cases of engine_cost.h on a Cortex-M3, counted by QEMU
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * With -icount shift=0 QEMU's time is the number of instructions: one takes
 * 1 ns, so a tick of the board's 25 MHz timer is 40 of them, and two runs
 * count the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_cost.h"

#define TICK_INSTRUCTIONS 40u

/* CMSDK timer 0 of the mps2-an385 */
struct timer {
	volatile uint32_t control, value, reload, interrupt;
};

#define TIMER ((struct timer *)0x40000000u)

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

/* Instructions that a case takes, the making of its message included. */
static uint64_t count(const struct cost_case *c)
{
	uint32_t start, ticks;

	TIMER->control = 0;
	TIMER->reload = TIMER->value = UINT32_MAX;
	TIMER->control = 1;
	start = TIMER->value;
	if (!cost_run(c)) {
		puts("the engine did not take the mail");
		exit(1);
	}
	ticks = start - TIMER->value;
	return (uint64_t)ticks * TICK_INSTRUCTIONS;
}

/* Instructions for one message more, without what the wire takes. */
static uint64_t engine(struct cost_case c, unsigned more)
{
	struct cost_case wire = c;
	uint64_t sum = 0;

	wire.session = COST_DRY;
	sum -= count(&c) - count(&wire);
	c.count += more;
	wire.count += more;
	sum += count(&c) - count(&wire);
	return sum / more;
}

static void report(const char *name, struct cost_case c, unsigned more)
{
	printf("%s %lu\n", name, (unsigned long)engine(c, more));
}

int main(void)
{
	const struct cost_case data = {COST_OPEN, 1, 1048576, 0, 1460};
	const struct cost_case dots = {COST_OPEN, 1, 1048576, 10, 1460};
	const struct cost_case own = {COST_OWN, 4, 1024, 0, 1460};
	const struct cost_case open = {COST_OPEN, 4, 1024, 0, 1460};

	report("data", data, 4);
	report("dots", dots, 4);
	report("own", own, 400);
	report("open", open, 400);
	return 0;
}
