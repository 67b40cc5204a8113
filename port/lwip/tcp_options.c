/*
 * tcp_options.c - whether a TCP segment's options can be read safely
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "tcp_options.h"

#define OPTION_END 0
#define OPTION_NOP 1

/* see tcp_options.h */
bool lwip_smtpd_tcp_options_ok(
	const uint8_t *first, size_t first_len, const uint8_t *rest, size_t len)
{
	size_t i = 0;

	while (i < len) {
		uint8_t kind = i < first_len ? first[i] : rest[i - first_len];
		size_t at = i + 1;
		uint8_t option_len;

		if (kind == OPTION_END)
			return true;
		if (kind == OPTION_NOP) {
			i++;
			continue;
		}
		if (at >= len)
			return false;
		option_len = at < first_len ? first[at] : rest[at - first_len];
		if (option_len < 2 || option_len > len - i)
			return false;
		i += option_len;
	}
	return true;
}
