/*
 * text.c - a bounded text writer, for code that has no printf
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "smtpd_utf8.h"
#include "text.h"

void board_text_start(struct board_text *t, char *s, size_t cap)
{
	t->s = s;
	t->len = 0;
	t->cap = cap;
	t->full = false;
	s[0] = '\0';
}

void board_text_put(struct board_text *t, const void *p, size_t len)
{
	size_t room = t->cap - t->len - 1;

	if (len > room) {
		t->full = true;
		len = room;
	}
	if (len)
		memcpy(t->s + t->len, p, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void board_text_str(struct board_text *t, const char *s)
{
	board_text_put(t, s, strlen(s));
}

void board_text_pad(struct board_text *t, uint64_t n, unsigned width)
{
	char digits[20];
	unsigned i = sizeof digits;

	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n || (sizeof digits - i < width && i));
	board_text_put(t, digits + i, sizeof digits - i);
}

void board_text_num(struct board_text *t, uint64_t n)
{
	board_text_pad(t, n, 1);
}

void board_text_hex(struct board_text *t, const uint8_t *p, size_t len)
{
	static const char digit[] = "0123456789abcdef";
	char pair[2];

	while (len--) {
		pair[0] = digit[*p >> 4];
		pair[1] = digit[*p++ & 15];
		board_text_put(t, pair, sizeof pair);
	}
}

static void json_unit(struct board_text *t, unsigned code)
{
	uint8_t octets[2] = {(uint8_t)(code >> 8), (uint8_t)code};

	board_text_str(t, "\\u");
	board_text_hex(t, octets, 2);
}

void board_text_json(struct board_text *t, const char *s, size_t len)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t n;

	board_text_str(t, "\"");
	for (; len; p += n, len -= n) {
		n = smtpd_utf8_octets(p, len);
		if (!n) {
			n = 1;
			json_unit(t, 0xfffd);
		} else if (*p < 0x20 || *p == 0x7f) {
			json_unit(t, *p);
		} else if (*p == 0xc2 && p[1] < 0xa0) {
			json_unit(t, p[1]);
		} else {
			if (*p == '"' || *p == '\\')
				board_text_str(t, "\\");
			board_text_put(t, p, n);
		}
	}
	board_text_str(t, "\"");
}
