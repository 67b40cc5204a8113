/*
 * random.h - the keyed hash behind lwIP's initial sequence numbers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef LWIP_SMTPD_RANDOM_H
#define LWIP_SMTPD_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/*
 * HalfSipHash-2-4 with 32 bits of output, of whole words (each counts as its
 * four octets in little-endian order).
 *
 * key    64 secret bits.
 * count  words at p, 0 to 63.
 *
 * Context: any.
 */
uint32_t lwip_smtpd_hash(
	const uint32_t key[2], const uint32_t *p, size_t count);

#endif
