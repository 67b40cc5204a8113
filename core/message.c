/*
 * message.c - the message parser: lines of a body, boundaries
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The line end before a boundary is the boundary's (RFC 2046 5.1.1), so each
 * is held back in `eol` until the next line is known not to be one. Only a
 * line that begins with '-' can be: it is collected in `hold`. All else is
 * passed on in place, many lines at once.
 */
#include "message.h"

#if SMTPD_MESSAGE

/* ---- boundaries ---- */

static const char *skip_dashes(const char *p, const char *end)
{
	while (p < end && *p == '-')
		p++;
	return p;
}

/* What follows a boundary in its line: 0 nothing, 1 that it is the last; -1:
 * something else, it is none. */
static int tail(const char *p, const char *end)
{
	const char *q = skip_dashes(p, end);
	bool last = q - p >= 2;

	while (q < end && smtpd_is_space(*q))
		q++;
	return q < end ? -1 : last;
}

/* Is the line this boundary? `loose`: whatever dashes stand before it. */
static int match(const struct smtpd_message *m, unsigned level, bool loose)
{
	const char *p = m->hold, *end = p + m->hold_len;
	const char *bound = m->bound[level];
	const char *stop = bound + BOUND(m->bound_len[level]);

	if (m->hold_len < 2 || p[1] != '-' || bound == stop)
		return -1;
	p = loose ? skip_dashes(p, end) : p + 2;
	bound = loose ? skip_dashes(bound, stop) : bound;
	if (bound == stop || end - p < stop - bound ||
		memcmp(p, bound, (size_t)(stop - bound)) != 0)
		return -1;
	return tail(p + (stop - bound), end);
}

/* SMTPD_MESSAGE_NO_END if a container from this level on is open. */
static unsigned no_end(const struct smtpd_message *m, unsigned level)
{
	while (level < m->levels) {
		if (m->bound_len[level++])
			return SMTPD_MESSAGE_NO_END;
	}
	return 0;
}

static void go_on(struct smtpd_message *m, unsigned level, bool last)
{
	while (m->state <= M_BLOCK_HOLD)
		smtpd_head_end(m); /* a block that had no end */
	m->flags |= (uint8_t)no_end(m, level + 1);
	smtpd_body_end(m, no_end(m, level + 1));
	m->levels = (uint8_t)(last ? level : level + 1);
	m->eol = 0;
	if (last)
		m->state = M_LINE;
	else
		smtpd_head_start(m);
}

/* see message.h */
bool smtpd_boundary(struct smtpd_message *m)
{
	for (int loose = 0; loose < 2; loose++) {
		for (unsigned i = m->levels; i--;) {
			int found = match(m, i, loose);

			if (found >= 0) {
				go_on(m, i, found > 0);
				return true;
			}
		}
	}
	return false;
}

/* ---- lines ---- */

static void flush_eol(struct smtpd_message *m)
{
	uint8_t eol[2] = {'\r', '\n'};

	if (m->eol)
		smtpd_body_content(m, eol + !(m->eol & EOL_CR),
			m->eol == (EOL_CR | EOL_LF) ? 2 : 1);
	m->eol = 0;
}

/* A line that was held is none of them. */
static void flush_hold(struct smtpd_message *m)
{
	flush_eol(m);
	m->state = M_BODY;
	smtpd_body_content(m, (uint8_t *)m->hold, m->hold_len);
}

/* Collect a line that may be a boundary. Returns whether the octet was used. */
static bool hold(struct smtpd_message *m, uint8_t c)
{
	if (c != '\n' && m->hold_len < sizeof m->hold) {
		m->hold[m->hold_len++] = (char)c;
		return true;
	}
	if (c == '\n' && smtpd_boundary(m))
		return true;
	if (m->hold[m->hold_len - 1] == '\r') {
		m->hold_len--;
		flush_hold(m);
		m->eol = EOL_CR;
	} else {
		flush_hold(m);
	}
	return false;
}

/* The first '-' at the beginning of a line behind p's first octet, or end. */
static uint8_t *find_line(uint8_t *p, uint8_t *end)
{
	uint8_t *q = p;

	while (++q < end) {
		q = memchr(q, '-', (size_t)(end - q));
		if (!q)
			return end;
		if (q[-1] == '\n')
			return q;
	}
	return end;
}

/* Octets that cannot be a boundary; returns where they end. */
static uint8_t *lines(struct smtpd_message *m, uint8_t *p, uint8_t *end)
{
	uint8_t *stop = m->levels ? find_line(p, end) : end, *q = stop;

	if (m->eol) { /* a CR: is this its LF? */
		if (*p == '\n') {
			m->eol |= EOL_LF;
			m->state = M_LINE;
			return p + 1;
		}
		flush_eol(m);
	}
	if (q[-1] == '\n') {
		m->eol = EOL_LF;
		m->state = M_LINE;
		q--;
	}
	if (q > p && q[-1] == '\r') {
		m->eol |= EOL_CR;
		q--;
	}
	smtpd_body_content(m, p, (size_t)(q - p));
	return stop;
}

/* see message.h */
size_t smtpd_body_push(struct smtpd_message *m, uint8_t *p, size_t len)
{
	uint8_t *at = p, *end = p + len;

	while (at < end && m->state > M_BLOCK_HOLD) {
		if (m->state == M_HOLD) {
			at += hold(m, *at);
		} else if (m->state == M_LINE && *at == '-' && m->levels) {
			m->state = M_HOLD;
			m->hold_len = 0;
		} else {
			if (m->state == M_LINE)
				flush_eol(m);
			m->state = M_BODY;
			at = lines(m, at, end);
		}
	}
	return (size_t)(at - p);
}

/* ---- the whole ---- */

/* see smtpd_message.h */
void smtpd_message_start(struct smtpd_message *m,
	const struct smtpd_message_events *events, void *ctx,
	enum smtpd_charset charset)
{
	memset(m, 0, sizeof *m);
	m->events = events;
	m->ctx = ctx;
	m->charset = (uint8_t)charset;
	smtpd_head_start(m);
}

/* see smtpd_message.h */
void smtpd_message_push(struct smtpd_message *m, uint8_t *p, size_t len)
{
	while (len) {
		size_t n = m->state <= M_BLOCK_HOLD
				   ? smtpd_head_push(m, p, len)
				   : smtpd_body_push(m, p, len);

		p += n;
		len -= n;
	}
}

/* A last line without its end. */
static void last_line(struct smtpd_message *m)
{
	bool in_block = m->state == M_BLOCK_HOLD;

	if (m->state == M_HOLD || in_block) {
		if (smtpd_boundary(m))
			return;
		if (in_block)
			m->state = M_BLOCK;
		else
			flush_hold(m);
	}
	if (m->state == M_FIELD && !m->name_len) {
		smtpd_message_push(m, (uint8_t[]){'\n'}, 1);
		m->eol = 0;
	}
}

/* see smtpd_message.h */
void smtpd_message_finish(struct smtpd_message *m)
{
	last_line(m);
	while (m->state <= M_BLOCK_HOLD)
		smtpd_head_end(m);
	flush_eol(m);
	m->flags |= (uint8_t)no_end(m, 0);
	smtpd_body_end(m, no_end(m, 0));
	if (m->events->end)
		m->events->end(m->ctx, m->flags);
}

#else
typedef int smtpd_no_message; /* ISO C wants a declaration */
#endif
