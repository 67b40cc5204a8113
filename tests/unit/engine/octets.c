/*
 * octets.c - see octets.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "octets.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void room_for(struct octets *o, size_t len)
{
	if (o->len + len < o->cap)
		return;
	o->cap = (o->len + len + 1) * 2;
	o->p = realloc(o->p, o->cap);
	if (!o->p)
		abort();
}

void octets_add(struct octets *o, const void *p, size_t len)
{
	room_for(o, len);
	if (len)
		memcpy(o->p + o->len, p, len);
	o->len += len;
	o->p[o->len] = '\0';
}

void octets_addf(struct octets *o, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		abort();
	room_for(o, (size_t)n);
	va_start(args, format);
	vsnprintf((char *)o->p + o->len, (size_t)n + 1, format, args);
	va_end(args);
	o->len += (size_t)n;
}

void octets_add_escaped(struct octets *o, const void *p, size_t len)
{
	const uint8_t *q = p;

	for (size_t i = 0; i < len; i++) {
		if (q[i] == '\r')
			octets_add(o, "\\r", 2);
		else if (q[i] == '\n')
			octets_add(o, "\\n", 2);
		else if (q[i] == '\\')
			octets_add(o, "\\\\", 2);
		else if (q[i] < ' ' || q[i] > '~')
			octets_addf(o, "\\x%02x", q[i]);
		else
			octets_add(o, &q[i], 1);
	}
}

static unsigned hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c);

	return c && at ? (unsigned)(at - digits) : 0;
}

void octets_add_unescaped(struct octets *o, const char *text)
{
	for (; *text; text++) {
		char c = *text;

		if (c == '\\' && text[1] == 'x' && text[2] && text[3]) {
			c = (char)(hex_digit(text[2]) << 4 |
				   hex_digit(text[3]));
			text += 3;
		} else if (c == '\\' && text[1]) {
			text++;
			c = *text == 'r'   ? '\r'
			    : *text == 'n' ? '\n'
			    : *text == 't' ? '\t'
			    : *text == '0' ? '\0'
					   : *text;
		}
		octets_add(o, &c, 1);
	}
}

void octets_free(struct octets *o)
{
	free(o->p);
	memset(o, 0, sizeof *o);
}

const char *octets_text(const struct octets *o)
{
	return o->p ? (const char *)o->p : "";
}

void *exact_copy(const void *p, size_t len)
{
	void *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	if (len)
		memcpy(copy, p, len);
	return copy;
}
