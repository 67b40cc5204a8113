/*
 * conn.h - one accepted connection, between the files of this folder
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A slot's life: lwip_smtpd_conn_accept() takes it and opens the session; the
 * callbacks in conn.c have octets pumped between lwIP and the session
 * (pump.c); once the session is over (session NULL) the slot stays until the
 * peer has read its last reply and closed (close.c).
 *
 * Nothing that a session asks for is done inside the call that asks: the wish
 * is noted in the slot, and carried out when the callback ends. That keeps the
 * engine from being entered twice, and lets a callback return ERR_ABRT exactly
 * when its own pcb is gone.
 */
#ifndef LWIP_SMTPD_CONN_H
#define LWIP_SMTPD_CONN_H

#include "lwip_smtpd.h"
#include "smtpd_lwip_config.h"

#include "smtpd_port.h"
#include "smtpd_proxy.h"

/* Where bit 1 is set the session neither gets octets nor gives any. */
enum conn_tls {
	TLS_NONE,
	TLS_RESERVED,  /* a slot is set aside */
	TLS_START,     /* to be started when the session has returned */
	TLS_HANDSHAKE, /* pcb is the TLS one from here on */
	TLS_UP,
	TLS_DONE = 6, /* the handshake; the session is to be told */
};

struct smtpd_conn {
	const struct lwip_smtpd_listener *listener; /* NULL: the slot is free */
	struct smtpd_session *session; /* NULL: over, what follows closes */
	struct altcp_pcb *pcb;         /* NULL: lost */
	struct pbuf *rx;               /* received, not yet taken */
	const char *text;              /* a refusal still to be written */
	uint32_t unacked;              /* octets written, not acknowledged */
	uint32_t since_ms;             /* closing, or waiting, since */
	uint8_t tls;                   /* enum conn_tls */
	bool adopt;    /* what came is the beginning of the handshake */
	bool pending;  /* woken, to be closed, or lost: look at it */
	bool eof;      /* the peer has closed its side */
	bool eof_told; /* and the session knows */
	bool abort;    /* to be reset */
	bool fin;      /* our side is closed */
#if SMTPD_PROXY
	bool header; /* waits for a header since since_ms; no session yet */
	struct smtpd_proxy proxy;
#endif
};

/* ---- conn.c ---- */

/* Serve, or refuse, a connection that lwIP has just accepted. Called inside
 * lwIP's accept callback, whose result it returns. */
err_t lwip_smtpd_conn_accept(
	const struct lwip_smtpd_listener *l, struct altcp_pcb *pcb);

/* Enforce the deadlines of all sessions. Returns as smtpd_tick(). */
uint32_t lwip_smtpd_conn_tick(void);

/* Hear of what happens to c->pcb. */
void lwip_smtpd_conn_attach(struct smtpd_conn *c);

/* Open the session. */
void lwip_smtpd_conn_open(struct smtpd_conn *c);

/* ---- listener.c ---- */

/* A greeting of this listener waits from now on: the clock runs finer. */
void lwip_smtpd_greeting_waits(const struct lwip_smtpd_listener *l);

/* ---- proxy.c ---- */

#if SMTPD_PROXY
/* Must this new connection begin with a PROXY header? It waits for it then. */
bool lwip_smtpd_conn_expects_header(struct smtpd_conn *c);

/* Read on in the header. True: it is complete, what is left of the input is
 * the client's; nothing else is due to be done when it is not. */
bool lwip_smtpd_conn_header(struct smtpd_conn *c);
#endif

/* Is there no session because a header has yet to come? */
static inline bool awaits_header(const struct smtpd_conn *c)
{
#if SMTPD_PROXY
	return c->header;
#else
	(void)c;
	return false;
#endif
}

/* ---- pump.c ---- */

/* Move octets both ways as far as they go. */
void lwip_smtpd_conn_pump(struct smtpd_conn *c);

/* Forget what was received, and let the window open. */
void lwip_smtpd_conn_drop(struct smtpd_conn *c);

/* ---- close.c ---- */

/* The session is over, or never was: close its connection. */
void lwip_smtpd_conn_close(struct smtpd_conn *c, enum smtpd_close how);

/* The connection is over: end its session, if it has one. */
void lwip_smtpd_conn_lost(struct smtpd_conn *c, enum smtpd_end why);

/* Close the pcb and free the slot, with no more waiting. */
void lwip_smtpd_conn_evict(struct smtpd_conn *c);

/* Go one step further with closing, where that was noted. Returns ERR_ABRT
 * when the pcb is gone. */
err_t lwip_smtpd_conn_settle(struct smtpd_conn *c);

/* ---- tls.c ---- */

#if SMTPD_TLS
/* Do what TLS_START and TLS_DONE ask for. */
void lwip_smtpd_conn_tls(struct smtpd_conn *c);

/* Give back what smtpd_port_tls_reserve() took and nobody used. */
void lwip_smtpd_conn_unreserve(struct smtpd_conn *c);

/* Octets that wait for a record buffer: the session does not wait for them. */
void lwip_smtpd_conn_tls_held(const struct smtpd_conn *c);

/* End TLS, and go on with the connection below. Returns false when that has to
 * be tried again. */
bool lwip_smtpd_conn_tls_end(struct smtpd_conn *c);

/* The handshake is done. */
err_t lwip_smtpd_conn_tls_up(void *c, struct altcp_pcb *pcb, err_t err);
#endif

#endif
