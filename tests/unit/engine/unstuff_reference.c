/*
 * unstuff_reference.c - see unstuff_reference.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "unstuff_reference.h"

#include <string.h>

#include "unstuff.h"

/* Octets of the line at p, with its CRLF if it has one. */
static size_t line_length(const uint8_t *p, size_t len, bool *ended)
{
	for (size_t i = 0; i + 1 < len; i++) {
		if (p[i] == '\r' && p[i + 1] == '\n') {
			*ended = true;
			return i + 2;
		}
	}
	*ended = false;
	return len;
}

/* CRs and LFs that are no line's end. A CR that is the last octet there is
 * may still become one. */
static unsigned bare_in(const uint8_t *p, size_t len, bool ended)
{
	unsigned bare = 0;

	if (ended)
		len -= 2;
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\n')
			bare |= SMTPD_BARE_LF;
		if (p[i] == '\r' && (ended || i + 1 < len))
			bare |= SMTPD_BARE_CR;
	}
	return bare;
}

void reference_decode(struct reference *r, const uint8_t *p, size_t len)
{
	bool ended;

	memset(r, 0, sizeof *r);
	while (r->used < len && !r->end) {
		const uint8_t *line = p + r->used;
		size_t n = line_length(line, len - r->used, &ended);

		r->used += n;
		if (n == 3 && ended && line[0] == '.') {
			r->end = true;
			return;
		}
		r->bare |= bare_in(line, n, ended);
		if (line[0] == '.') {
			line++;
			n--;
			/* "." CR so far: the end, or a stuffed CR? */
			if (n == 1 && line[0] == '\r' && !ended)
				n = 0;
		}
		octets_add(&r->out, line, n);
		if (ended && n > r->line_max)
			r->line_max = (uint32_t)n;
	}
}
