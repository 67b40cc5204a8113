/*
 * tls_der.h - DER, walked; and what a certificate says in it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * X.690, RFC 5280 4.1. Nothing is copied or allocated, no octet is read behind
 * the end. Context of every function: any. Internal to port/wolfssl.
 */
#ifndef SMTPD_TLS_DER_H
#define SMTPD_TLS_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DER_OID      0x06u
#define DER_SEQUENCE 0x30u
#define DER_SET      0x31u

/* Octets; none when len is 0. */
struct smtpd_der {
	const uint8_t *p;
	size_t len;
};

/*
 * Take the first element off *rest.
 *
 * whole  receives it with its header, value what is in it; either may be NULL.
 *
 * Returns its tag; or 0: nothing is left, or it is not DER (tags of several
 * octets, indefinite lengths and lengths above 65535 are not taken), and
 * nothing has changed.
 */
uint8_t smtpd_der_next(struct smtpd_der *rest, struct smtpd_der *whole,
	struct smtpd_der *value);

/* The same, only if its tag is this one. */
bool smtpd_der_take(
	struct smtpd_der *rest, uint8_t tag, struct smtpd_der *value);

/*
 * The subject of a certificate as RFC 4514 writes it.
 *
 * text  receives it, NUL-terminated, cap octets at the most; values that are
 *       no text become #hex, control characters \XX.
 *
 * Returns its length; 0 and "" when it is empty, does not fit, or cert is not
 * a certificate.
 */
size_t smtpd_der_subject(const struct smtpd_der *cert, char *text, size_t cap);

/* The hash of a certificate's own signature. */
enum smtpd_der_hash {
	SMTPD_DER_HASH_NONE, /* it has none, or one that is not known */
	SMTPD_DER_HASH_WEAK, /* MD5, SHA-1 */
	SMTPD_DER_HASH_256,
	SMTPD_DER_HASH_384,
	SMTPD_DER_HASH_512,
};

enum smtpd_der_hash smtpd_der_signature_hash(const struct smtpd_der *cert);

#endif
