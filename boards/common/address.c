/*
 * address.c - IPv4 addresses of settings: 192.0.2.25 and 192.0.2.25/24
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stddef.h>

#include "address.h"

/* A decimal of at most three digits; returns it, or 256. */
static unsigned decimal(const char **s)
{
	const char *start = *s;
	unsigned n = 0;

	while (**s >= '0' && **s <= '9' && *s - start < 3)
		n = n * 10 + (unsigned)(*(*s)++ - '0');
	return *s == start || n > 255 ? 256 : n;
}

bool board_address(const char *s, uint8_t ip[4], uint8_t mask[4])
{
	unsigned i, n;

	for (i = 0; i < 4; i++) {
		if (i && *s++ != '.')
			return false;
		n = decimal(&s);
		if (n > 255)
			return false;
		ip[i] = (uint8_t)n;
	}
	if (!mask)
		return !*s;
	if (*s++ != '/')
		return false;
	n = decimal(&s);
	if (n < 1 || n > 30 || *s)
		return false;
	for (i = 0; i < 4; i++) {
		mask[i] = (uint8_t)(n >= 8 ? 0xff : 0xff00u >> n);
		n = n >= 8 ? n - 8 : 0;
	}
	return true;
}
