/*
 * fixed.c - date and entropy of a board, the same in each run
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_port.h"

int64_t smtpd_port_wall_s(void)
{
	return 1767225600;
}

int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	static uint32_t state = 1;

	while (len-- > 0) {
		state = state * 1664525u + 1013904223u;
		*buf++ = (uint8_t)(state >> 24);
	}
	return 0;
}
