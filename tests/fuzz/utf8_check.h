/*
 * utf8_check.h - text that the message parser hands out is UTF-8
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef UTF8_CHECK_H
#define UTF8_CHECK_H

#include <stdlib.h>

#include "smtpd_utf8.h"

static inline void utf8_check(const void *text, size_t len)
{
	const uint8_t *p = text;

	while (len) {
		size_t n = smtpd_utf8_octets(p, len);

		if (!n)
			abort();
		p += n;
		len -= n;
	}
}

#endif
