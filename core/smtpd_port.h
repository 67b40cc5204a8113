/*
 * smtpd_port.h - what a port supplies to the engine: the whole contract
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Link-time functions, all of them called on the port's thread. None may
 * block, and none may call back into the session it is about before it
 * returns, unless it says so. port/template/ has each as an empty body.
 */
#ifndef SMTPD_PORT_H
#define SMTPD_PORT_H

#include "smtpd.h"

/* ---- time ---- */

/* Milliseconds on a clock that never jumps; may start anywhere and wraps at
 * 2^32. Resolution 1 s or better. */
uint32_t smtpd_port_now_ms(void);

/* Seconds since 1970-01-01 UTC, 0 while unknown. May jump: used for the
 * Received: field only. */
int64_t smtpd_port_wall_s(void);

/* ---- the connection ---- */

/*
 * Fill *peer with the remote address of conn, or the one that a PROXY header
 * has announced (smtpd_proxy.h); family 0 when it is not known. Called once,
 * inside smtpd_session_open().
 */
void smtpd_port_peer(const struct smtpd_conn *conn, struct smtpd_peer *peer);

/*
 * The session can go on: call smtpd_session_input(), with what is left of the
 * input or with 0 octets, and then take its output. May be called from any
 * callback of any session; doing the work later is fine, doing it inside this
 * call is not.
 */
void smtpd_port_wake(struct smtpd_conn *conn);

/*
 * Set aside what TLS needs on this connection: a slot, a certificate, working
 * entropy. Freed by the port when the connection ends.
 *
 * Returns 0; SMTPD_EBUSY: no slot free now; SMTPD_ENONE: no certificate, no
 * entropy, or TLS is not built. Anything but 0 makes the reply 454 4.7.0.
 */
int smtpd_port_tls_reserve(struct smtpd_conn *conn);

/*
 * Start the server's side of the TLS handshake: every reply, the 220 to
 * STARTTLS last, has been taken. All received octets the session has not
 * taken are clear text: the port MUST drop them (RFC 3207 4.2).
 *
 * Then smtpd_session_tls_started(), or smtpd_session_lost() with
 * SMTPD_END_TLS. Called after smtpd_port_tls_reserve() returned 0.
 */
void smtpd_port_tls_start(struct smtpd_conn *conn);

/*
 * The same for a client that spoke TLS first on a port of clear text: all
 * received octets the session has not taken are the beginning of its
 * handshake, and MUST be kept for it. Called inside smtpd_session_input() or
 * _output_ack(). Needed where SMTPD_FORGIVE_TLS_FIRST is built.
 */
void smtpd_port_tls_adopt(struct smtpd_conn *conn);

/* What ties an exchange of SASL to the TLS connection it runs in. */
enum smtpd_binding {
	SMTPD_BINDING_EXPORTER,  /* tls-exporter, RFC 9266 */
	SMTPD_BINDING_END_POINT, /* tls-server-end-point, RFC 5929 4 */
};

/* Octets of the longest: a SHA-512 of our certificate. */
#define SMTPD_BINDING_MAX 64

/*
 * The channel binding data of a connection whose handshake is done.
 *
 * EXPORTER: 32 octets with the label "EXPORTER-Channel-Binding" and an empty
 * context; only of TLS 1.3, or of TLS 1.2 with the extended master secret (RFC
 * 9266 4.2). END_POINT: the hash of the certificate that we showed on this
 * connection, with the hash of its own signature, SHA-256 in place of MD5 and
 * SHA-1.
 *
 * Returns the octets written to out, 1 to SMTPD_BINDING_MAX; SMTPD_ENONE: this
 * connection has none of this kind, or it is not built. Needed where
 * SMTPD_SCRAM_PLUS is built.
 */
int smtpd_port_tls_binding(struct smtpd_conn *conn, enum smtpd_binding kind,
	uint8_t out[SMTPD_BINDING_MAX]);

/*
 * Who the client is by its certificate, which was verified in this handshake,
 * or in the one whose ticket it resumes.
 *
 * Returns 0 and fills *peer; SMTPD_ENONE: it showed none, nobody verified it,
 * or it is not built. Needed where SMTPD_AUTH_EXTERNAL is built.
 */
int smtpd_port_tls_peer(struct smtpd_conn *conn, struct smtpd_tls_peer *peer);

enum smtpd_close {
	SMTPD_CLOSE_FLUSH, /* what was taken arrives, then FIN */
	SMTPD_CLOSE_ABORT, /* at once, with RST */
};

/*
 * The session is over; its pointer is dead when this returns. The port closes
 * the connection in its own time, and drops what it has received.
 */
void smtpd_port_close(struct smtpd_conn *conn, enum smtpd_close how);

/* ---- log ---- */

enum smtpd_event {
	SMTPD_EV_OPEN,     /* session opened; code 220 */
	SMTPD_EV_REFUSED,  /* connection refused; code 421 or 554; session NULL,
			      or one that the sink was not told of */
	SMTPD_EV_TLS,      /* TLS is up; code 0 */
	SMTPD_EV_AUTH,     /* AUTH settled; code 235 or 4xx, 5xx */
	SMTPD_EV_ERROR,    /* a command or message was refused; its code */
	SMTPD_EV_ACCEPTED, /* a message was accepted; code 250 */
	SMTPD_EV_TIMEOUT,  /* a deadline passed; code 421 or 451 */
	SMTPD_EV_CLOSED,   /* session ended; code is enum smtpd_end */
};

/*
 * Something happened. session may be NULL. MUST NOT block; SHOULD limit its
 * rate: a hostile client can cause an event with every line it sends.
 */
void smtpd_port_log(
	enum smtpd_event, const struct smtpd_session *session, unsigned code);

/* ---- secrets ---- */

/*
 * Fill buf with len octets of cryptographically strong randomness.
 * Returns 0, or SMTPD_ENONE: none to be had. Never weak octets.
 */
int smtpd_port_entropy(uint8_t *buf, size_t len);

/* SHA-256 in progress; big enough for any port's: a gateway's may hold a table
 * for its vector unit, and be aligned for it; a microcontroller's holds state
 * and block. */
struct smtpd_hash {
	uint64_t opaque[sizeof(void *) > 4 ? 32 : 16]
		__attribute__((aligned(sizeof(void *) > 4 ? 16 : 8)));
};

/* SHA-256 (FIPS 180-4). Each returns 0, or SMTPD_ENONE: not available. */
int smtpd_port_hash_start(struct smtpd_hash *);
int smtpd_port_hash_update(struct smtpd_hash *, const void *p, size_t len);
int smtpd_port_hash_finish(struct smtpd_hash *, uint8_t digest[32]);

/* PBKDF2 in progress. Holds secrets: smtpd_wipe() it when done. */
struct smtpd_pbkdf2 {
	struct smtpd_hash inner, outer; /* HMAC's states behind the key */
	uint8_t u[32];
	uint8_t key[32]; /* the result, once none are left */
	uint32_t left;   /* iterations */
};

/*
 * Begin PBKDF2 with HMAC-SHA-256 (RFC 8018 5.2), 32 octets out, and do the
 * first iteration.
 *
 * password, salt  are needed during the call only.
 * iterations      1 or more.
 *
 * Returns 0, or SMTPD_ENONE: not available.
 */
int smtpd_port_pbkdf2_start(struct smtpd_pbkdf2 *, const void *password,
	size_t password_len, const void *salt, size_t salt_len,
	uint32_t iterations);

/*
 * Do `count` iterations, or all that are left: some 1 us each on a desktop
 * CPU, 0.3 ms on a Cortex-M3 of 100 MHz.
 *
 * Returns 0, also when none are left; or SMTPD_ENONE.
 */
int smtpd_port_pbkdf2_step(struct smtpd_pbkdf2 *, uint32_t count);

/* All of it in one call, which blocks as long as the iterations need. Returns
 * 0, or SMTPD_ENONE: not available. */
int smtpd_port_pbkdf2(const void *password, size_t password_len,
	const void *salt, size_t salt_len, uint32_t iterations,
	uint8_t key[32]);

#endif
