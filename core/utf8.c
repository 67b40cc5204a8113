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
	static const uint32_t least[] = {0x80, 0x800, 0x10000};
	uint8_t c = (uint8_t)*p;
	size_t more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	uint32_t v = c & (0x3fu >> more);

	if (c < 0x80)
		return c != 0;
	if (c < 0xc0 || c >= 0xf8)
		return 0;
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3f);
	}
	/* Overlong, a surrogate, or beyond Unicode? */
	if (v < least[more - 1] || v >> 11 == 0xd800 >> 11 || v > 0x10ffff)
		return 0;
	return more + 1;
}

#else
typedef int smtpd_no_utf8; /* ISO C wants a declaration */
#endif
