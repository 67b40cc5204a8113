/*
 * fuzz_header.c - a header block of any octets: fields that hold what they say
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The names have no octet that may not stand in one, values are UTF-8, fields
 * of the mail come before `header_end`, which comes once; octet by octet there
 * are as many of the same lengths.
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/message_trace.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/message_trace.h"
#include "utf8_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

struct seen {
	unsigned fields, ends;
	size_t octets;
};

static void on_field(void *ctx, const struct smtpd_field *f)
{
	struct seen *seen = ctx;

	if (!f->name.len ||
		f->name.len + f->value.len > SMTPD_MESSAGE_FIELD_MAX)
		abort();
	if (!f->level == (seen->ends > 0))
		abort();
	for (size_t i = 0; i < f->name.len; i++) {
		if (f->name.s[i] <= ' ' || f->name.s[i] > '~' ||
			f->name.s[i] == ':')
			abort();
	}
	utf8_check(f->value.s, f->value.len);
	seen->fields++;
	seen->octets += f->name.len + f->value.len;
}

static void on_end(void *ctx)
{
	struct seen *seen = ctx;

	if (seen->ends++)
		abort();
}

static void push(void *to, uint8_t *piece, size_t n)
{
	smtpd_message_push(to, piece, n);
}

static struct seen read_block(const uint8_t *p, size_t len, message_split *how)
{
	static const struct smtpd_message_events events = {
		.field = on_field, .header_end = on_end};
	struct smtpd_message m;
	struct seen seen = {0};
	size_t one = 1;

	smtpd_message_start(&m, &events, &seen, SMTPD_CHARSET_8859_1);
	in_pieces(p, len, how, &one, push, &m);
	smtpd_message_finish(&m);
	if (!seen.ends)
		abort();
	return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct seen whole = read_block(p, len, NULL);
	struct seen split = read_block(p, len, split_every);

	if (whole.fields != split.fields || whole.octets != split.octets)
		abort();
	return 0;
}
