/*
 * smtpd_utf8.h - is it UTF-8?
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_UTF8_H
#define SMTPD_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Octets of the UTF-8 sequence (RFC 3629 4) that begins at p, 1 to 4, of the
 * `len` octets there, at least 1; or 0 when it is none: overlong, a surrogate,
 * beyond Unicode or cut off. Needs no build option; from any context.
 */
static inline size_t smtpd_utf8_octets(const uint8_t *p, size_t len)
{
	size_t n, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > len)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

#endif
