/*
 * message_trace.c - see message_trace.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "message_trace.h"

#include <stdlib.h>

struct trace {
	struct octets *text;
	bool in_octets;
};

static void on_field(void *ctx, const struct smtpd_field *f)
{
	struct trace *t = ctx;

	octets_addf(t->text, "%u ", f->level);
	octets_add_escaped(t->text, f->name.s, f->name.len);
	octets_add(t->text, ": ", 2);
	octets_add_escaped(t->text, f->value.s, f->value.len);
	octets_addf(t->text, "%s\n", f->cut ? " (cut)" : "");
}

static void on_header_end(void *ctx)
{
	struct trace *t = ctx;

	octets_addf(t->text, "head\n");
}

static void on_begin(void *ctx, const struct smtpd_part *p)
{
	static const char *const dispositions[] = {"", " inline", " attached"};
	struct trace *t = ctx;

	octets_addf(t->text, "part %u.%u %.*s%s%s", p->level, p->index,
		(int)p->type.len, p->type.s, dispositions[p->disposition],
		p->cut ? " cut" : "");
	if (p->name.len) {
		octets_addf(t->text, " \"");
		octets_add_escaped(t->text, p->name.s, p->name.len);
		octets_addf(t->text, "\"");
	}
	octets_addf(t->text, "\n");
}

static void on_octets(void *ctx, const uint8_t *p, size_t len)
{
	struct trace *t = ctx;

	if (!len)
		abort();
	if (!t->in_octets)
		octets_addf(t->text, "= ");
	t->in_octets = true;
	octets_add_escaped(t->text, p, len);
}

static void flags(struct trace *t, const char *what, unsigned flags)
{
	static const char *const names[] = {
		"coding", "charset", "no-end", "deep", "cut", "no-header"};

	if (t->in_octets)
		octets_addf(t->text, "\n");
	t->in_octets = false;
	octets_addf(t->text, "%s", what);
	for (unsigned i = 0; i < 6; i++)
		octets_addf(t->text, "%s%s", flags >> i & 1 ? " " : "",
			flags >> i & 1 ? names[i] : "");
	octets_addf(t->text, "\n");
}

static void on_part_end(void *ctx, unsigned f)
{
	flags(ctx, "-", f);
}

static void on_end(void *ctx, unsigned f)
{
	flags(ctx, "end", f);
}

void in_pieces(const void *mail, size_t len, message_split *split, void *ctx,
	void (*push)(void *to, uint8_t *piece, size_t n), void *to)
{
	size_t at = 0;

	while (at < len) {
		size_t n = split ? split(ctx, at, len) : len;
		uint8_t *piece;

		if (n > len - at)
			n = len - at;
		piece = exact_copy((const uint8_t *)mail + at, n);
		push(to, piece, n);
		free(piece);
		at += n;
	}
}

static void push(void *to, uint8_t *piece, size_t n)
{
	smtpd_message_push(to, piece, n);
}

void message_trace(struct octets *text, const void *mail, size_t len,
	enum smtpd_charset charset, message_split *split, void *ctx)
{
	static const struct smtpd_message_events events = {on_field,
		on_header_end, on_begin, on_octets, on_part_end, on_end};
	struct trace t = {text, false};
	struct smtpd_message *m = malloc(sizeof *m);

	if (!m)
		abort();
	smtpd_message_start(m, &events, &t, charset);
	in_pieces(mail, len, split, ctx, push, m);
	smtpd_message_finish(m);
	free(m);
}

size_t split_every(void *ctx, size_t at, size_t len)
{
	(void)at, (void)len;
	return *(size_t *)ctx;
}

size_t split_at(void *ctx, size_t at, size_t len)
{
	size_t first = *(size_t *)ctx;

	return at < first ? first - at : len;
}

size_t split_random(void *ctx, size_t at, size_t len)
{
	unsigned v = (*(unsigned *)ctx + (unsigned)at) * 2654435761u;

	(void)len;
	return v >> 16 & 1 ? v % 7 + 1 : v % 97 + 1;
}
