/*
 * unstuff.c - see unstuff.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Text is skipped by find_eol(); only line ends and what follows them are
 * looked at octet by octet.
 */
#include "unstuff.h"

#include "find_eol.h"
#include "mem.h"
#include "smtpd_config.h"

/* What is known of the octets just before the next one. Zero is the start. */
enum {
	U_BOL,    /* CRLF, or the start of the message */
	U_DOT,    /* CRLF . */
	U_DOT_CR, /* CRLF . CR */
	U_TEXT,   /* inside a line */
	U_CR,     /* inside a line, after CR */
};

/* n more octets of the line; `ends`: the last of them is its LF. */
static void measure(struct smtpd_unstuff *u, ptrdiff_t n, bool ends)
{
#if SMTPD_MEASURE
	if (!u->measure)
		return;
	u->line_len += (uint32_t)n;
	if (ends && u->line_len > u->line_max)
		u->line_max = u->line_len;
	if (ends)
		u->line_len = 0;
#else
	(void)u;
	(void)n;
	(void)ends;
#endif
}

#if SMTPD_WIDE_SCAN

/* GCC's and Clang's own vectors: SSE2, NEON, or plain words without either. */
typedef uint8_t v16 __attribute__((vector_size(16), aligned(1), may_alias));

#define V16(p) (*(const v16 *)(const void *)(p))

/* Does every CR in p[0..n) precede, and every LF in p[1..n] follow, the other?
 * n is a multiple of 16. */
static bool all_paired(const uint8_t *p, size_t n)
{
	const uint8_t *end = p + n;
	v16 odd = {0};
	uint64_t half[2];

	for (; p != end; p += 16)
		odd |= (v16)((V16(p) == '\r') ^ (V16(p + 1) == '\n'));
	memcpy(half, &odd, sizeof half);
	return !(half[0] | half[1]);
}

/*
 * The end of the text in in..end that has neither a dot at the start of a line
 * nor a bare CR or LF, as far as that can be told cheaply: two passes without
 * a branch, whatever the lengths of the lines.
 */
static uint8_t *plain_lines(uint8_t *in, const uint8_t *end)
{
	uint8_t *p = in, *dot;
	size_t n;

	while ((dot = memchr(p, '.', (size_t)(end - p))) != NULL) {
		if (dot == in || dot[-1] == '\n')
			break;
		p = dot + 1;
	}
	n = (size_t)((dot ? dot : end) - in);
	n = n ? (n - 1) / 16 * 16 : 0;
	if (*in == '\n' || !all_paired(in, n))
		return in;
	/* A CRLF that straddles the end is looked at again. */
	return in + n - (n && in[n - 1] == '\r');
}

#endif

/*
 * Copy the text from in up to the next octet that needs a decision, and return
 * that. Whole lines whose successor does not begin with a dot, that is nearly
 * all, are passed over here.
 */
static uint8_t *text(
	struct smtpd_unstuff *u, uint8_t *in, uint8_t *end, uint8_t **out)
{
	uint8_t *start = in, *p;

#if SMTPD_WIDE_SCAN
	if (!u->measure)
		in = plain_lines(in, end);
#endif
	while (p = find_eol(in, end),
		end - p > 2 && p[0] == '\r' && p[1] == '\n' && p[2] != '.') {
		measure(u, p + 2 - in, true);
		in = p + 2;
	}
	measure(u, p - in, false);
	if (*out != start)
		memmove(*out, start, (size_t)(p - start));
	*out += p - start;
	return p;
}

/* The octet at *in after all that is known; how much of it is used: 0 or 1. */
static bool step(struct smtpd_unstuff *u, uint8_t c, uint8_t **out, bool room)
{
	switch (u->state) {
	case U_BOL:
		u->state = c == '.' ? U_DOT : U_TEXT;
		return c == '.';
	case U_DOT:
		u->state = c == '\r' ? U_DOT_CR : U_TEXT;
		return c == '\r';
	case U_DOT_CR: /* not LF: the CR was text after all */
		u->bare |= SMTPD_BARE_CR;
		measure(u, 1, false);
		u->state = U_TEXT;
		if (room)
			*(*out)++ = '\r';
		else
			u->held_cr = true;
		return false;
	case U_CR:
		if (c != '\n') {
			u->bare |= SMTPD_BARE_CR;
			u->state = U_TEXT;
			return false;
		}
		u->state = U_BOL;
		break;
	default: /* U_TEXT, at CR or LF */
		if (c == '\n')
			u->bare |= SMTPD_BARE_LF;
		else
			u->state = U_CR;
		break;
	}
	*(*out)++ = c;
	measure(u, 1, u->state == U_BOL);
	return true;
}

bool smtpd_unstuff(
	struct smtpd_unstuff *u, uint8_t *buf, size_t *len, size_t *used)
{
	uint8_t *in = buf, *out = buf, *end = buf + *len;
	bool done = false;

	while (in < end && !done) {
		if (u->state == U_TEXT) {
			in = text(u, in, end, &out);
			if (in == end)
				break;
		}
		if (u->state == U_DOT_CR && *in == '\n') {
			in++;
			done = true;
		} else if (step(u, *in, &out, out < in)) {
			in++;
		}
	}
	*used = (size_t)(in - buf);
	*len = (size_t)(out - buf);
	return done;
}
