/*
 * smtpd_tls_offer.h - what a client's ClientHello offered
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Read from the octets of the handshake beside the TLS library, so that a
 * handshake that failed can be explained. Numbers are IANA's.
 */
#ifndef SMTPD_TLS_OFFER_H
#define SMTPD_TLS_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list as it came, as much of it as fits. */
#define SMTPD_TLS_OFFER_MAX 24

struct smtpd_tls_list {
	uint8_t count;
	uint16_t value[SMTPD_TLS_OFFER_MAX];
};

struct smtpd_tls_offer {
	struct smtpd_tls_list versions;   /* 0x0304 is TLS 1.3 */
	struct smtpd_tls_list suites;     /* 0x1301 ... */
	struct smtpd_tls_list groups;     /* 23: secp256r1, 29: x25519 ... */
	struct smtpd_tls_list signatures; /* 0x0403: ECDSA P-256 SHA-256 ... */
	bool cut; /* there was more than fits, or than could be read */
};

/*
 * Read a ClientHello.
 *
 * p  its first len octets, from the handshake message's type on (RFC 8446 4,
 *    4.1.2), without record headers. Anything may be missing at its end.
 *
 * Returns 0; or SMTPD_EINVAL when it is no ClientHello, and *offer is empty.
 * `versions` holds legacy_version where there is no supported_versions.
 * Context: any.
 */
int smtpd_tls_offer_read(
	struct smtpd_tls_offer *offer, const uint8_t *p, size_t len);

/* Is one of these values in the list? */
bool smtpd_tls_offer_has(
	const struct smtpd_tls_list *, const uint16_t *values, size_t count);

#endif
