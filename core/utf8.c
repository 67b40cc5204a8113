/*
 * utf8.c - well-formed UTF-8, RFC 3629 4
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "path.h"

#if SMTPD_SMTPUTF8 || SMTPD_AUTH

/* see path.h */
size_t smtpd_utf8_len(const char *p)
{
	uint8_t c = (uint8_t)*p;
	size_t len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	uint32_t v = c & (0x7fu >> len);

	if (c < 0x80)
		return c != 0;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3f);
	}
	/* Overlong, surrogates, beyond Unicode: 2-octet forms are all right. */
	if ((len == 3 && (v < 0x800 || v >> 11 == 0xd800 >> 11)) ||
		(len == 4 && (v < 0x10000 || v > 0x10ffff)))
		return 0;
	return len;
}

#else
typedef int smtpd_no_utf8; /* ISO C wants a declaration */
#endif
