/*
 * smtpd_hmac.h - HMAC-SHA-256 (RFC 2104) with keys of 32 octets
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Over smtpd_port_hash_*(), which other octets than these go through
 * smtpd_port_hash_update() between start and finish. Each function returns 0,
 * or SMTPD_ENONE: the port has no hash. Context: any.
 */
#ifndef SMTPD_HMAC_H
#define SMTPD_HMAC_H

#include "smtpd_port.h"

/* Begin. The hash state depends on the key: smtpd_wipe() it when done. */
int smtpd_hmac_start(struct smtpd_hash *, const uint8_t key[32]);

/* mac may be key. */
int smtpd_hmac_finish(
	struct smtpd_hash *, const uint8_t key[32], uint8_t mac[32]);

/* All of it: len octets at p. mac may be key. */
int smtpd_hmac(
	const uint8_t key[32], const void *p, size_t len, uint8_t mac[32]);

/* digest = SHA-256 of len octets at p, which may be the same place. */
int smtpd_sha256(const void *p, size_t len, uint8_t digest[32]);

#endif
