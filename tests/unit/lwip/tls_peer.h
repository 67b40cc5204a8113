/*
 * tls_peer.h - an OpenSSL client on top of a plain one
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef TLS_PEER_H
#define TLS_PEER_H

#include "world.h"

struct ssl_st;

struct tls_peer {
	struct client c;
	struct ssl_st *ssl; /* NULL: clear text */
	size_t fed;         /* of c.in, to OpenSSL */
	bool up;            /* handshake done */
	bool closed;        /* close_notify came */
	bool failed;
	char in[8192]; /* what came, decrypted */
	size_t got;
	char out[300000]; /* what c sends */
};

/* A certificate and its key for the server, DER; made at the first call. */
void tls_identity(const uint8_t **cert, size_t *cert_len, const uint8_t **key,
	size_t *key_len);

/* Connect; TLS starts with the first octet, or with tls_start(). */
bool tls_open(struct tls_peer *t, bool first);

/* Begin the handshake; what has come counts as clear text. */
void tls_start(struct tls_peer *t);

/* Send text: in clear before the handshake, encrypted after. */
void tls_send(struct tls_peer *t, const char *text);

/* Move octets for up to ms, until text came (encrypted, once TLS has
 * started). */
bool tls_expect(struct tls_peer *t, const char *text, uint32_t ms);

/* The same until the handshake is done. */
bool tls_up(struct tls_peer *t, uint32_t ms);

/* Send close_notify and FIN. */
void tls_bye(struct tls_peer *t);

/* Free what OpenSSL has, reset the connection when it is still there. */
void tls_end(struct tls_peer *t);

#endif
