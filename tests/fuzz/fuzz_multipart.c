/*
 * fuzz_multipart.c - the body of a multipart: parts begin, have octets, end
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The input stands behind a header block that names the boundary `abc`. Parts
 * are numbered without a gap, one at a time, never deeper than configured; no
 * part that is not encoded has a line that is the boundary; and it is the same
 * however the mail is split.
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/message_trace.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/message_trace.h"
#include "utf8_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

struct reading {
	struct octets part;
	unsigned parts, ends;
	bool in_part, text, coded;
};

static void on_field(void *ctx, const struct smtpd_field *f)
{
	struct reading *r = ctx;

	/* As the parser does, to know which parts are as they were sent. */
	if (f->name.len == 25)
		r->coded = true;
}

static void on_begin(void *ctx, const struct smtpd_part *part)
{
	struct reading *r = ctx;

	if (r->in_part || part->index != r->parts++ || !part->type.len ||
		part->level > SMTPD_MESSAGE_DEPTH)
		abort();
	utf8_check(part->name.s, part->name.len);
	r->in_part = true;
	r->text = part->text;
}

static void on_octets(void *ctx, const uint8_t *p, size_t len)
{
	struct reading *r = ctx;

	if (!r->in_part || !len)
		abort();
	octets_add(&r->part, p, len);
}

static void on_part_end(void *ctx, unsigned flags)
{
	struct reading *r = ctx;
	const char *text = octets_text(&r->part);

	(void)flags;
	if (!r->in_part)
		abort();
	if (r->text)
		utf8_check(text, r->part.len);
	if (!r->coded && strstr(text, "\n--abc\r\n"))
		abort();
	octets_free(&r->part);
	r->part = (struct octets){0};
	r->in_part = false;
}

static void on_end(void *ctx, unsigned flags)
{
	struct reading *r = ctx;

	(void)flags;
	if (r->in_part || r->ends++)
		abort();
}

static void push(void *to, uint8_t *piece, size_t n)
{
	smtpd_message_push(to, piece, n);
}

static void check_events(const struct octets *mail)
{
	static const struct smtpd_message_events events = {
		on_field, NULL, on_begin, on_octets, on_part_end, on_end};
	struct reading r = {0};
	struct smtpd_message m;

	smtpd_message_start(&m, &events, &r, SMTPD_CHARSET_UNKNOWN);
	in_pieces(mail->p, mail->len, NULL, NULL, push, &m);
	smtpd_message_finish(&m);
	if (!r.ends)
		abort();
}

static void check_split(const struct octets *mail)
{
	struct octets whole = {0}, split = {0};
	size_t one = 1;

	message_trace(
		&whole, mail->p, mail->len, SMTPD_CHARSET_UNKNOWN, NULL, NULL);
	message_trace(&split, mail->p, mail->len, SMTPD_CHARSET_UNKNOWN,
		split_every, &one);
	if (strcmp(octets_text(&whole), octets_text(&split)) != 0)
		abort();
	octets_free(&whole);
	octets_free(&split);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const char head[] =
		"Content-Type: multipart/mixed; boundary=abc\r\n\r\n--abc\r\n";
	struct octets mail = {0};

	octets_add(&mail, head, sizeof head - 1);
	octets_add(&mail, p, len);
	check_events(&mail);
	check_split(&mail);
	octets_free(&mail);
	return 0;
}
