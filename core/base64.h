/*
 * base64.h - decode base64 as it arrives (RFC 4648 4)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_BASE64_H
#define SMTPD_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-fill before the first octet. */
struct smtpd_base64 {
	uint32_t bits;   /* what is not yet a whole octet */
	uint8_t symbols; /* of the group of four, padding included */
	uint8_t padding; /* '=' seen; nothing but another may follow */
	bool bad;
	bool odd; /* an '=' where none belongs */
};

/*
 * Decode len symbols from in to out, which may be the same place: the output
 * is never ahead of the input.
 *
 * Returns the octets written. Anything outside the alphabet (there are no line
 * breaks in a SASL response) sets `bad`, and nothing is written from then on.
 */
size_t smtpd_base64_push(
	struct smtpd_base64 *, const char *in, size_t len, uint8_t *out);

/*
 * Was it well-formed to its end? False after a foreign symbol, wrong or
 * missing padding, one symbol left over, or bits set behind the last octet.
 */
bool smtpd_base64_done(const struct smtpd_base64 *);

/* Is it clear what it decodes to, whatever the padding and the bits behind the
 * last octet? Not after a foreign symbol, or with one symbol left over. */
bool smtpd_base64_clear(const struct smtpd_base64 *);

#endif
