/*
 * host.c - one case of engine_cost.h, to be run under callgrind
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Arguments: own, open or pipelined; messages; octets of each; one line in so
 * many begins with a dot; octets given at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_cost.h"

int main(int argc, char **argv)
{
	static const char *const name[] = {"own", "open", "pipelined"};
	struct cost_case c;
	unsigned i = 0;

	if (argc != 6)
		return 2;
	while (i < 3 && strcmp(argv[1], name[i]) != 0)
		i++;
	c.session = (enum cost_session)i;
	c.count = (unsigned)strtoul(argv[2], NULL, 10);
	c.length = strtoul(argv[3], NULL, 10);
	c.dotted = (unsigned)strtoul(argv[4], NULL, 10);
	c.chunk = strtoul(argv[5], NULL, 10);
	if (i == 3 || c.length < 512 || c.length > COST_LENGTH_MAX ||
		c.chunk < 1 || c.chunk > COST_CHUNK_MAX)
		return 2;
	if (cost_run(&c))
		return 0;
	puts("the engine did not take the mail");
	return 1;
}
