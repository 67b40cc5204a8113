/*
 * utf8.c - well-formed UTF-8, RFC 3629 4
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "path.h"

/* see path.h */
size_t smtpd_utf8_len(const char *s, size_t n)
{
	uint8_t c = n ? (uint8_t)s[0] : 0;
	uint8_t lo = 0x80, hi = 0xbf; /* of the second octet */
	size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	if (!n || (c >= 0x80 && c < 0xc2) || c > 0xf4 || len > n)
		return 0;
	if (c == 0xe0)
		lo = 0xa0; /* overlong */
	else if (c == 0xed)
		hi = 0x9f; /* surrogates */
	else if (c == 0xf0)
		lo = 0x90; /* overlong */
	else if (c == 0xf4)
		hi = 0x8f; /* above U+10FFFF */
	for (size_t i = 1; i < len; i++) {
		uint8_t t = (uint8_t)s[i];

		if (t < lo || t > hi)
			return 0;
		lo = 0x80;
		hi = 0xbf;
	}
	return len;
}
