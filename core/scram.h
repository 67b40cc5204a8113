/*
 * scram.h - an exchange of SCRAM between its messages
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_SCRAM_H
#define SMTPD_SCRAM_H

#include "smtpd_port.h"

#if SMTPD_SCRAM

/* The messages are not kept: both HMACs of AuthMessage are computed as it
 * grows. */
struct smtpd_scram_exchange {
	const struct smtpd_session *session; /* NULL: free */
	struct smtpd_hash client, server;    /* under keys. */
	struct smtpd_scram_keys keys; /* server_key: at the end the signature */
	uint8_t expected[32]; /* what channel binding and nonce hash to */
	bool plus;
	bool known;  /* there is such a user */
	bool proven; /* who knows the password */
};

/* Part of struct pool. */
struct smtpd_scram_pool {
	struct smtpd_scram_exchange exchange[SMTPD_SCRAM_EXCHANGES];
	uint8_t secret[32]; /* salts of users that there are not */
	bool has_secret;
};

/* Octets of n octets in base64. */
#define SCRAM_BASE64(n) (((n) + 2) / 3 * 4)

/* The session's exchange, or NULL; of no session: a free one. In pool.c, as
 * its end. */
struct smtpd_scram_exchange *smtpd_scram_of(const struct smtpd_session *);

/* AuthMessage goes on. Returns 0 or SMTPD_ENONE. */
int smtpd_scram_add(struct smtpd_scram_exchange *, const char *p, size_t n);

/* Append n octets in base64 at p. Returns the place behind it. */
char *smtpd_scram_base64(char *p, const uint8_t *in, size_t n);

/* Reply 334 and the message. Returns false when there is no room. */
bool smtpd_scram_challenge(struct smtpd_session *, const char *p, size_t n);

/* client-final-message stands in s->line, behind the name. */
void smtpd_scram_client_final(struct smtpd_session *);

/* The session's exchange is over, if it has one: forget it. */
void smtpd_scram_end(const struct smtpd_session *);

#else
#define smtpd_scram_end(s) ((void)(s))
#endif

#endif
