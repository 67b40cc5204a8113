/*
 * port_crypto.h - hash, entropy and what TLS tells, for tests without a port
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Weak: a program that has these functions of smtpd_port.h keeps its own.
 * Entropy counts up from 0 after port_crypto_reset(), so that a session is the
 * same each time.
 */
#ifndef PORT_CRYPTO_H
#define PORT_CRYPTO_H

#include "smtpd_port.h"

struct port_crypto {
	uint8_t entropy; /* the next octet */
	bool no_entropy;
	unsigned hash_fails; /* the n-th smtpd_port_hash_start() from now; 0:
			      * none
			      */
	unsigned hashes;     /* smtpd_port_hash_start() calls */
	unsigned blocks;     /* compressions */
	int binding_len[2];  /* by kind; 0: none */
	uint8_t binding[2][SMTPD_BINDING_MAX];
	bool has_peer;
	struct smtpd_tls_peer peer;
};

extern struct port_crypto port_crypto;

/* All of it zero. */
void port_crypto_reset(void);

#endif
