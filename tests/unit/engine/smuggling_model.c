/*
 * smuggling_model.c - see smuggling_model.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smuggling_model.h"

#include <string.h>

static bool has(const struct octets *o, size_t at, const char *what)
{
	size_t n = strlen(what);

	return at + n <= o->len && !memcmp(o->p + at, what, n);
}

static bool begins_line(const struct octets *o, size_t at)
{
	return at == 0 || (at >= 2 && has(o, at - 2, "\r\n"));
}

/* All lines before it end in LF alone. */
static bool begins_lf_line(const struct octets *o, size_t at)
{
	return at > 0 && o->p[at - 1] == '\n' && !memchr(o->p, '\r', at);
}

void model_send(
	struct octets *wire, enum sender sender, const struct octets *text)
{
	for (size_t i = 0; i < text->len; i++) {
		if (begins_line(text, i) && has(text, i, ".") &&
			(sender == SENDER_STUFFS || has(text, i, ".\r\n") ||
				i + 1 == text->len))
			octets_add(wire, ".", 1);
		octets_add(wire, text->p + i, 1);
	}
	if (!begins_line(text, text->len))
		octets_add(wire, "\r\n", 2);
	octets_add(wire, ".\r\n", 3);
}

bool model_receive(
	struct octets *text, const struct octets *wire, bool crlf, bool lf)
{
	for (size_t i = 0; i < wire->len; i++) {
		bool bare = wire->p[i] == '\n' &&
			    (i == 0 || wire->p[i - 1] != '\r');

		if (begins_line(wire, i) && has(wire, i, ".")) {
			if (has(wire, i, ".\r\n"))
				return i + 3 == wire->len;
			continue;
		}
		if (lf && begins_lf_line(wire, i) && has(wire, i, "."))
			continue;
		if (bare && crlf)
			octets_add(text, "\r", 1);
		octets_add(text, wire->p + i, 1);
	}
	return false;
}

bool model_ends_with_lf(const struct octets *wire)
{
	for (size_t i = 0; i < wire->len && wire->p[i] != '\r'; i++) {
		if (has(wire, i, "\n.\n"))
			return true;
	}
	return false;
}
