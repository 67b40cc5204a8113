/*
 * tls.c - a connection changes from clear text to TLS
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "conn.h"

#if SMTPD_TLS

#include "altcp_tls_wolfssl.h"
#include "lwip/altcp_tls.h"
#include "smtpd_tls_offer.h"

/* Octets that came before TLS was started may belong to it. */
#define TLS_ADOPTS (SMTPD_FORGIVE_TLS_FIRST || SMTPD_PROXY)

/* see smtpd_port.h */
int smtpd_port_tls_reserve(struct smtpd_conn *c)
{
	int err;

	if (!c->listener->tls || !*c->listener->tls)
		return SMTPD_ENONE;
	err = smtpd_tls_reserve();
	if (err == 0)
		c->tls = TLS_RESERVED;
	return err;
}

/* see smtpd_port.h */
void smtpd_port_tls_start(struct smtpd_conn *c)
{
	c->tls = TLS_START;
}

#if SMTPD_FORGIVE_TLS_FIRST
/* see smtpd_port.h */
void smtpd_port_tls_adopt(struct smtpd_conn *c)
{
	c->tls = TLS_START;
	c->adopt = true;
}
#endif

/* see smtpd_port.h */
int smtpd_port_tls_binding(struct smtpd_conn *c, enum smtpd_binding kind,
	uint8_t out[SMTPD_BINDING_MAX])
{
	const struct smtpd_tls *tls = NULL;

	if (c->tls == TLS_UP && c->pcb)
		tls = altcp_tls_engine(c->pcb);
	return tls ? smtpd_tls_get_binding(tls, kind, out) : SMTPD_ENONE;
}

/* see smtpd_port.h */
int smtpd_port_tls_peer(struct smtpd_conn *c, struct smtpd_tls_peer *peer)
{
	const struct smtpd_tls *tls = NULL;

	if (c->tls == TLS_UP && c->pcb)
		tls = altcp_tls_engine(c->pcb);
	return tls ? smtpd_tls_get_peer(tls, peer) : SMTPD_ENONE;
}

/* see conn.h */
void lwip_smtpd_conn_unreserve(struct smtpd_conn *c)
{
	if (c->tls == TLS_RESERVED || c->tls == TLS_START)
		smtpd_tls_unreserve();
	c->tls = TLS_NONE;
}

/* see conn.h */
void lwip_smtpd_conn_tls_held(const struct smtpd_conn *c)
{
	if (c->session && c->pcb && altcp_tls_waits(c->pcb))
		smtpd_session_held(c->session);
}

/* see conn.h */
bool lwip_smtpd_conn_tls_end(struct smtpd_conn *c)
{
	struct altcp_pcb *inner = altcp_tls_unwrap(c->pcb, &c->eof);

	if (!inner)
		return false;
	c->tls = TLS_NONE;
	c->pcb = inner;
	lwip_smtpd_conn_attach(c);
	return true;
}

#if SMTPD_TOLERANT
/* The handshake failed; `err` follows. */
static void on_failure(void *arg, const struct smtpd_tls *tls)
{
	struct smtpd_conn *c = arg;
	struct smtpd_tls_offer offer;
	enum smtpd_quirk why = smtpd_tls_explain(tls, &offer);

	if (c->session)
		smtpd_session_tls_failed(
			c->session, why, offer.versions.count ? &offer : NULL);
}
#endif

/* What has come so far is clear text, RFC 3207 4.2, or else the beginning of
 * the handshake. */
static void start(struct smtpd_conn *c)
{
	struct altcp_tls_config *config = *c->listener->tls;
	struct altcp_pcb *pcb = NULL;

	if (!TLS_ADOPTS || !c->adopt)
		lwip_smtpd_conn_drop(c);
	if (config)
		pcb = altcp_tls_wrap(config, c->pcb);
	if (!pcb) {
		lwip_smtpd_conn_lost(c, SMTPD_END_TLS);
		lwip_smtpd_conn_close(c, SMTPD_CLOSE_FLUSH);
		return;
	}
	c->tls = TLS_HANDSHAKE;
	c->pcb = pcb;
	c->unacked = 0;
	lwip_smtpd_conn_attach(c);
	pcb->connected = lwip_smtpd_conn_tls_up;
#if SMTPD_TOLERANT
	altcp_tls_on_failure(pcb, on_failure);
#endif
#if TLS_ADOPTS
	if (c->rx)
		altcp_tls_feed(pcb, c->rx);
	c->rx = NULL;
#endif
}

/* see conn.h */
void lwip_smtpd_conn_tls(struct smtpd_conn *c)
{
	if (!c->session || !c->pcb)
		return;
	if (c->tls == TLS_START) {
		start(c);
	} else if (c->tls == TLS_DONE) {
		c->tls = TLS_UP;
		smtpd_session_tls_started(c->session, altcp_tls_info(c->pcb));
		if (SMTPD_EARLY_TALKER)
			lwip_smtpd_greeting_waits(c->listener);
	}
}

#endif
