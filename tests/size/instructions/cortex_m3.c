/*
 * cortex_m3.c - the cases of engine_cost.h on a Cortex-M3, counted by QEMU
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine_cost.h"
#include "m3.h"

/* Instructions that a case takes, the making of its message included. */
static uint64_t count(const struct cost_case *c)
{
	uint32_t start = m3_ticks();

	if (!cost_run(c)) {
		puts("the engine did not take the mail");
		exit(1);
	}
	return (uint64_t)(m3_ticks() - start) * M3_TICK_INSTRUCTIONS;
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
