/*
 * board_base64.c - base64 of whole strings (RFC 4648 4), for files and settings
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "board_base64.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void board_base64_encode(struct board_text *t, const uint8_t *p, size_t len)
{
	char group[4];
	uint32_t bits;
	size_t n;

	for (; len; p += n, len -= n) {
		n = len < 3 ? len : 3;
		bits = (uint32_t)p[0] << 16;
		bits |= n > 1 ? (uint32_t)p[1] << 8 : 0;
		bits |= n > 2 ? p[2] : 0u;
		group[0] = alphabet[bits >> 18];
		group[1] = alphabet[bits >> 12 & 63];
		group[2] = '=';
		group[3] = '=';
		if (n > 1)
			group[2] = alphabet[bits >> 6 & 63];
		if (n > 2)
			group[3] = alphabet[bits & 63];
		board_text_put(t, group, sizeof group);
	}
}

/* The value of a character; -1: not in the alphabet. */
static int sextet(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

long board_base64_decode(const char *s, size_t len, uint8_t *out, size_t cap)
{
	uint32_t bits = 0;
	unsigned have = 0, pads = 0;
	size_t got = 0, count = 0;
	int v;

	for (; len; s++, len--) {
		if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
			continue;
		count++;
		if (*s == '=') {
			pads++;
			continue;
		}
		v = sextet(*s);
		if (v < 0 || pads)
			return -1;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have < 8)
			continue;
		if (got == cap)
			return -1;
		have -= 8;
		out[got++] = (uint8_t)(bits >> have);
		bits &= (1u << have) - 1;
	}
	if (count % 4 || pads > 2 || pads * 2 != have || bits)
		return -1;
	return (long)got;
}
