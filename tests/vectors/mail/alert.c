/*
 * alert.c - the alert of the mail on standard input, both stages as text
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The argument is how many octets are pushed at once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/alert_trace.h"

int main(int argc, char **argv)
{
	static uint8_t mail[1 << 16];
	size_t len = fread(mail, 1, sizeof mail, stdin);
	size_t at_once = argc > 1 ? strtoul(argv[1], NULL, 10) : sizeof mail;
	struct octets text = {0};

	if (!at_once)
		return 1;
	alert_trace(&text, mail, len, NULL, split_every, &at_once);
	fputs(octets_text(&text), stdout);
	octets_free(&text);
	return 0;
}
