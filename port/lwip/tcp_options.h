/*
 * tcp_options.h - whether a TCP segment's options can be read safely
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef LWIP_SMTPD_TCP_OPTIONS_H
#define LWIP_SMTPD_TCP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Is every option complete, with a length of at least 2 that ends within the
 * options?
 *
 * first  the options' first first_len octets.
 * rest   where they go on, when they are split over two buffers. May be NULL
 *        when len <= first_len.
 * len    octets of all options, 0 to 40.
 *
 * Octets behind an End of Option List are not looked at. Returns false when
 * the segment should be dropped. Context: any.
 * RFC 9293 3.1, 3.2, MUST-7.
 */
bool lwip_smtpd_tcp_options_ok(const uint8_t *first, size_t first_len,
	const uint8_t *rest, size_t len);

#endif
