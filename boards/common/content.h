/*
 * content.h - octets and SHA-256 of a message, counted while it arrives
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Context of every function: any, one at a time for each content.
 */
#ifndef BOARD_CONTENT_H
#define BOARD_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd_port.h"

struct board_content {
	struct smtpd_hash hash;
	uint32_t octets; /* so far */
	bool hashing;    /* `hash` is in use */
};

/* There is none: no octets, no digest. */
void board_content_none(struct board_content *);

/* After that: it begins. Returns whether it can be hashed. */
bool board_content_begin(struct board_content *);

/* Its next octets. Returns whether they could be hashed. */
bool board_content_add(struct board_content *, const uint8_t *p, size_t len);

/* It is over. Returns whether its digest is known, in 32 octets; once. */
bool board_content_end(struct board_content *, uint8_t digest[32]);

#endif
