/*
 * parts.c - the parts of the mail on standard input, in hexadecimal
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A line for each: type, name and octets, with a '.' behind each. In front of
 * them a '=' and the first Subject; behind them a '!' and the mail's flags. The
 * argument is how many octets are pushed at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "smtpd_message.h"

static void hex(const void *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", ((const uint8_t *)p)[i]);
}

static void on_field(void *ctx, const struct smtpd_field *f)
{
	bool *seen = ctx;

	if (f->level || f->name.len != 7 || *seen ||
		strncasecmp(f->name.s, "subject", 7) != 0)
		return;
	*seen = true;
	printf("=");
	hex(f->value.s, f->value.len);
	printf("\n");
}

static void on_begin(void *ctx, const struct smtpd_part *part)
{
	(void)ctx;
	hex(part->type.s, part->type.len);
	printf(".");
	hex(part->name.s, part->name.len);
	printf(".");
}

static void on_octets(void *ctx, const uint8_t *p, size_t len)
{
	(void)ctx;
	hex(p, len);
}

static void on_part_end(void *ctx, unsigned flags)
{
	(void)ctx, (void)flags;
	printf(".\n");
}

static void on_end(void *ctx, unsigned flags)
{
	(void)ctx;
	printf("!%02x\n", flags);
}

int main(int argc, char **argv)
{
	static const struct smtpd_message_events events = {.field = on_field,
		.part_begin = on_begin,
		.octets = on_octets,
		.part_end = on_part_end,
		.end = on_end};
	static struct smtpd_message m;
	static uint8_t octets[4096];
	bool seen = false;
	size_t len, at_once = argc > 1 ? strtoul(argv[1], NULL, 10) : 4096;

	if (!at_once || at_once > sizeof octets)
		return 1;
	smtpd_message_start(&m, &events, &seen, SMTPD_CHARSET_UNKNOWN);
	while ((len = fread(octets, 1, at_once, stdin)) > 0)
		smtpd_message_push(&m, octets, len);
	smtpd_message_finish(&m);
	return 0;
}
