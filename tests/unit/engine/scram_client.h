/*
 * scram_client.h - a client of SCRAM, written from RFC 5802 3
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Its password is "pencil". Whatever of it a test changes between the messages
 * is proven as changed.
 */
#ifndef SCRAM_CLIENT_H
#define SCRAM_CLIENT_H

#include "check.h"
#include "session.h"

#define NONCE "rOprNGfwEbeRWgbNEkqO"

struct scram_client {
	struct smtpd_conn *c;
	const char *header;  /* gs2 */
	const uint8_t *data; /* channel binding */
	size_t data_len;
	char bare[400];   /* client-first-message-bare */
	char server[400]; /* server-first-message */
	char nonce[200];  /* all of it */
	char proof[80];
	char signature[80]; /* as it must be */
};

/* A listener with AUTH, and these flags. */
void scram_listen(unsigned flags);

/* A client that has said EHLO in clear text; that has both channel bindings
 * and is to say EHLO. */
struct scram_client scram_in_clear(void);
struct scram_client scram_in_tls(void);

/* AUTH with client-first-message; the server's must come. */
void scram_first(
	struct scram_client *, const char *mechanism, const char *name);

/* Write client-final-message-without-proof, and its proof to `proof`. */
void scram_prove(struct scram_client *, char *bare);

/* Append to a message; the arrays of all of them have SCRAM_TEXT octets. */
#define SCRAM_TEXT 1000
void scram_append(char *text, const char *format, const char *value);

/* client-final-message. */
void scram_final(struct scram_client *);

/* server-final-message must come, be right, and then 235. */
void scram_outcome(struct scram_client *);

/* Send a line: `before`, n octets in base64. */
void scram_send(
	struct smtpd_conn *, const char *before, const char *text, size_t n);

/* Exchanges under way. */
unsigned scram_exchanges(void);

bool scram_authenticated(const struct smtpd_conn *);

#endif
