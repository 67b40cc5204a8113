/*
 * board_base64.h - base64 of whole strings (RFC 4648 4), for files and settings
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_BASE64_H
#define BOARD_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* Append len octets to the text, in base64 with padding. Context: any. */
void board_base64_encode(struct board_text *, const uint8_t *p, size_t len);

/*
 * Decode len characters; CR, LF, spaces and tabs between them are skipped.
 *
 * out  receives at most cap octets.
 *
 * Returns the octets decoded, or -1: a character outside the alphabet, wrong
 * padding, bits set where there is no octet, or more than cap octets.
 * Context: any.
 */
long board_base64_decode(const char *s, size_t len, uint8_t *out, size_t cap);

#endif
