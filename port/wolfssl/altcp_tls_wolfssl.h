/*
 * altcp_tls_wolfssl.h - lwIP's TLS layer on wolfSSL: what lwIP's API lacks
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * lwip/altcp_tls.h is implemented as documented there, for lwIP's own
 * applications too. Beyond that document:
 *
 * - `connected` is called when the handshake is done, for accepted and wrapped
 *   connections as well: set pcb->connected after altcp_tls_wrap(), or in the
 *   accept callback.
 * - When TLS fails, an alert is sent, the connection is closed and `err` is
 *   called with ERR_CLSD; the pcb is gone then. altcp_tls_last_reason() says
 *   why. A reset by the peer is ERR_RST, as ever.
 * - The window is credited as ciphertext is taken; altcp_recved() only bounds
 *   how much plaintext is delivered ahead (SMTPD_TLS_AHEAD).
 * - altcp_write() takes at most altcp_sndbuf() octets, all or ERR_MEM; they
 *   become one record of at most SMTPD_TLS_WRITE_MAX octets. `sent` counts
 *   octets of plaintext.
 * - altcp_close() answers ERR_MEM while lwIP cannot take close_notify or
 *   octets written before; call it again from `poll`.
 * - A certificate and its key come in PEM or DER, see struct
 *   smtpd_tls_identity; encrypted keys are refused. One certificate a
 *   configuration; ALPN and kept client sessions are refused.
 * - No slot free: altcp_tls_wrap() is NULL, a client's altcp_connect() is
 *   ERR_MEM, and a connection to a TLS listener is reset.
 *
 * Context: the tcpip thread or the main loop, as for all of lwIP's raw API.
 */
#ifndef ALTCP_TLS_WOLFSSL_H
#define ALTCP_TLS_WOLFSSL_H

#include "lwip/altcp.h"
#include "lwip/altcp_tls.h"

#include "tls_engine.h"

struct altcp_tls_config; /* also where lwIP has no TLS */

/*
 * Wrap a live connection like altcp_tls_wrap().
 *
 * A slot set aside by smtpd_tls_reserve() is used where there is one; it is
 * not when NULL is returned. All callbacks of inner are taken over; octets it
 * delivered before are the caller's to drop (RFC 3207 4.2).
 *
 * host  clients: the server's name for SNI and the check of its certificate,
 *       NULL for neither. Copied.
 */
struct altcp_pcb *altcp_tls_wrap_host(
	struct altcp_tls_config *, struct altcp_pcb *inner, const char *host);

#if SMTPD_TLS_OTHER_SLOTS
/* Wrap a connection that was accepted and is not mail's: it takes one of
 * SMTPD_TLS_OTHER_SLOTS. NULL: none is free, or no memory; inner is as it was.
 */
struct altcp_pcb *altcp_tls_wrap_other(
	struct altcp_tls_config *, struct altcp_pcb *inner);
#endif

/*
 * A handshake failed: called before `err` of the connection, whose arg it is
 * given, while it may still be asked. NULL: nobody wants to know.
 */
typedef void (*altcp_tls_failed_fn)(void *arg, const struct smtpd_tls *);
void altcp_tls_on_failure(struct altcp_pcb *, altcp_tls_failed_fn);

/*
 * Octets that inner delivered before it was wrapped, and that are of the
 * handshake: once, right after altcp_tls_wrap(). They are not credited yet.
 * Takes p; nothing is called back from here.
 */
void altcp_tls_feed(struct altcp_pcb *, struct pbuf *p);

/*
 * End TLS on a connection that goes on below: say close_notify, once all that
 * was written before has gone to lwIP. What still comes is the caller's, as
 * ciphertext; the slot, its record buffer and the pcb itself are free.
 *
 * eof  set when the peer has closed the connection below already: its `recv`
 *      has been called with NULL, and will not be again. Else left alone.
 *
 * Returns the pcb that was wrapped, without callbacks; or NULL and nothing has
 * changed: lwIP has no room yet, try again from `poll`. RFC 8446 6.1.
 */
struct altcp_pcb *altcp_tls_unwrap(struct altcp_pcb *, bool *eof);

/* Name of the server that connections of this client configuration go to, as
 * above. Kept by pointer; NULL: neither SNI nor check. */
void altcp_tls_config_host(struct altcp_tls_config *, const char *host);

/*
 * Make a server's configuration, and say why not.
 *
 * Returns NULL and sets *reason when it cannot be made; reason may be NULL.
 */
struct altcp_tls_config *altcp_tls_config_identity(
	const struct smtpd_tls_identity *identity,
	enum smtpd_tls_reason *reason);

/* The same, and clients are asked for a certificate: see
 * smtpd_tls_config_asking(). With SMTPD_TLS_ASK_NOT, ca is not looked at. */
struct altcp_tls_config *altcp_tls_config_asking(
	const struct smtpd_tls_identity *identity, enum smtpd_tls_ask ask,
	const u8_t *ca, size_t ca_len, enum smtpd_tls_reason *reason);

/* See smtpd_tls_config_oldest(). */
enum smtpd_tls_reason altcp_tls_config_oldest(
	struct altcp_tls_config *, enum smtpd_tls_oldest oldest);

/* Use another certificate for new connections. See smtpd_tls_config_reload().
 */
enum smtpd_tls_reason altcp_tls_config_reload(
	struct altcp_tls_config *, const struct smtpd_tls_identity *identity);

/* Version and cipher; NULL before the handshake is done. Valid while the
 * connection is open. */
const struct smtpd_tls_info *altcp_tls_info(struct altcp_pcb *);

/* The connection's engine, to be asked; NULL: it has none (yet). */
const struct smtpd_tls *altcp_tls_engine(struct altcp_pcb *);

/* The peer ended without close_notify: what came may not be all it sent. To be
 * asked when `recv` got NULL. RFC 8446 6.1. */
bool altcp_tls_truncated(struct altcp_pcb *);

/* The peer's octets wait below for a record buffer. */
bool altcp_tls_waits(struct altcp_pcb *);

/* Why the connection failed whose `err` is being called; else of the last one
 * that did. */
enum smtpd_tls_reason altcp_tls_last_reason(void);

#endif
