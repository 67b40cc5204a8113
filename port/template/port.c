/*
 * port.c - every function a port supplies, to be filled in
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Copy this file and replace the bodies; ../README.md says in which order. It
 * compiles and links as it stands, and does as little as the contract in
 * core/smtpd_port.h allows: no TLS, no entropy, no hash, a clock that stands.
 * Whoever uses port/lwip needs smtpd_port_wall_s(), _entropy() and _log()
 * only.
 */
#include "smtpd_port.h"

#include <string.h>

/* The transport's side of one connection. Yours: a socket, a pcb, buffers. */
struct smtpd_conn {
	struct smtpd_session *session; /* NULL: over */
	bool woken;                    /* to be pumped */
	bool abort;                    /* to be reset rather than flushed */
};

/* ---- time ---- */

/* A counter of milliseconds since the start: a hardware timer, sys_now(),
 * clock_gettime(CLOCK_MONOTONIC). It must go on while the CPU sleeps. Without
 * it no deadline ever passes. */
uint32_t smtpd_port_now_ms(void)
{
	return 0;
}

/* From a real-time clock or SNTP. 0 until the time is known: the Received:
 * field then says so. */
int64_t smtpd_port_wall_s(void)
{
	return 0;
}

/* ---- the connection ---- */

/* The remote address as the transport knows it: network order in ip[], host
 * order in port. An IPv4-mapped IPv6 address is family 4. */
void smtpd_port_peer(const struct smtpd_conn *conn, struct smtpd_peer *peer)
{
	(void)conn;
	memset(peer, 0, sizeof(*peer));
}

/* Have conn pumped soon, not from here: the caller may be in the middle of
 * this very session, or of another. A flag and a look at it in the main loop
 * will do. */
void smtpd_port_wake(struct smtpd_conn *conn)
{
	conn->woken = true;
}

/* Take a slot of your TLS library and see that there is a certificate and
 * entropy; give it back when the connection ends. With 0 returned, the client
 * is told 220 and smtpd_port_tls_start() must not fail for want of memory. */
int smtpd_port_tls_reserve(struct smtpd_conn *conn)
{
	(void)conn;
	return SMTPD_ENONE;
}

/* Drop all input, remember to start the handshake when the session's function
 * has returned, feed the session from the TLS library from then on, and call
 * smtpd_session_tls_started(). Not reached while the one above fails. */
void smtpd_port_tls_start(struct smtpd_conn *conn)
{
	(void)conn;
}

/* see smtpd_port.h */
void smtpd_port_tls_adopt(struct smtpd_conn *conn)
{
	(void)conn;
}

/* From the TLS library: its exporter, and the hash of your certificate. Needed
 * for SCRAM-SHA-256-PLUS only. */
int smtpd_port_tls_binding(struct smtpd_conn *conn, enum smtpd_binding kind,
	uint8_t out[SMTPD_BINDING_MAX])
{
	(void)conn;
	(void)kind;
	(void)out;
	return SMTPD_ENONE;
}

/* Of a certificate that the TLS library has verified, never of one that it
 * has only seen. Needed for EXTERNAL only. */
int smtpd_port_tls_peer(struct smtpd_conn *conn, struct smtpd_tls_peer *peer)
{
	(void)conn;
	(void)peer;
	return SMTPD_ENONE;
}

/* Forget the session now and close the connection later. FLUSH: all that was
 * taken from smtpd_session_output() arrives, then FIN; read and drop what
 * still comes, for a few seconds at most, or the peer's TCP may throw the last
 * reply away. ABORT: RST at once. */
void smtpd_port_close(struct smtpd_conn *conn, enum smtpd_close how)
{
	conn->session = NULL;
	conn->abort = how == SMTPD_CLOSE_ABORT;
}

/* ---- log ---- */

/* To a ring buffer, a console, syslog; smtpd_session_info() tells whose event
 * it is. A hostile client can cause any number of them. */
void smtpd_port_log(
	enum smtpd_event event, const struct smtpd_session *s, unsigned code)
{
	(void)event;
	(void)s;
	(void)code;
}

/* ---- secrets ---- */

/* A hardware generator, or a DRBG that one has seeded. Rather fail than return
 * octets that somebody could guess: failure only costs the use of TLS. */
int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	memset(buf, 0, len);
	return SMTPD_ENONE;
}

/* SHA-256 of your crypto library; port/wolfssl has all of these. The
 * state must fit struct smtpd_hash. */
int smtpd_port_hash_start(struct smtpd_hash *hash)
{
	(void)hash;
	return SMTPD_ENONE;
}

int smtpd_port_hash_update(struct smtpd_hash *hash, const void *p, size_t len)
{
	(void)hash;
	(void)p;
	(void)len;
	return SMTPD_ENONE;
}

int smtpd_port_hash_finish(struct smtpd_hash *hash, uint8_t digest[32])
{
	(void)hash;
	(void)digest;
	return SMTPD_ENONE;
}

int smtpd_port_pbkdf2_start(struct smtpd_pbkdf2 *pbkdf2, const void *password,
	size_t password_len, const void *salt, size_t salt_len,
	uint32_t iterations)
{
	(void)pbkdf2;
	(void)password;
	(void)password_len;
	(void)salt;
	(void)salt_len;
	(void)iterations;
	return SMTPD_ENONE;
}

int smtpd_port_pbkdf2_step(struct smtpd_pbkdf2 *pbkdf2, uint32_t count)
{
	(void)pbkdf2;
	(void)count;
	return SMTPD_ENONE;
}

int smtpd_port_pbkdf2(const void *password, size_t password_len,
	const void *salt, size_t salt_len, uint32_t iterations, uint8_t key[32])
{
	(void)password;
	(void)password_len;
	(void)salt;
	(void)salt_len;
	(void)iterations;
	(void)key;
	return SMTPD_ENONE;
}
