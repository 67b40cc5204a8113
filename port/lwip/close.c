/*
 * close.c - how a connection ends
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "conn.h"

#include <string.h>

#include "lwip/sys.h"
#include "lwip/tcp.h"

/* see conn.h */
void lwip_smtpd_conn_close(struct smtpd_conn *c, enum smtpd_close how)
{
	c->session = NULL;
	c->since_ms = sys_now();
	c->abort |= how == SMTPD_CLOSE_ABORT;
}

/* see conn.h */
void lwip_smtpd_conn_lost(struct smtpd_conn *c, enum smtpd_end why)
{
	struct smtpd_session *s = c->session;

	c->session = NULL;
	if (s)
		smtpd_session_lost(s, why, c->unacked);
}

/* With LWIP_ALTCP the altcp_pcb goes when it is closed, and its callbacks with
 * it; an abort calls err. Without, lwIP may keep the pcb for long. */
static void detach(struct smtpd_conn *c)
{
	altcp_err(c->pcb, NULL);
#if !LWIP_ALTCP
	tcp_recv(c->pcb, NULL);
	tcp_sent(c->pcb, NULL);
	tcp_poll(c->pcb, NULL, 0);
#endif
}

static void release(struct smtpd_conn *c)
{
	if (c->rx)
		pbuf_free(c->rx);
#if SMTPD_TLS
	lwip_smtpd_conn_unreserve(c);
#endif
	memset(c, 0, sizeof(*c));
}

static void reset(struct smtpd_conn *c)
{
	detach(c);
	altcp_abort(c->pcb);
	release(c);
}

static bool close_now(struct smtpd_conn *c)
{
	detach(c);
	if (altcp_close(c->pcb) != ERR_OK) {
		lwip_smtpd_conn_attach(c);
		return false;
	}
	release(c);
	return true;
}

/* see conn.h */
void lwip_smtpd_conn_evict(struct smtpd_conn *c)
{
	if (!close_now(c))
		reset(c);
}

/*
 * The last reply, then FIN; then what still comes is read and dropped until
 * the peer closes as well, so that lwIP has no reason for a RST, which could
 * overtake the reply. TLS ends with the reply: what comes behind our
 * close_notify is not decrypted, and holds neither slot nor record buffer.
 * What fails for want of memory is tried again by `poll`.
 */
static void close_in_order(struct smtpd_conn *c)
{
	if (c->text) {
		uint16_t len = (uint16_t)strlen(c->text);

		if (altcp_write(c->pcb, c->text, len, TCP_WRITE_FLAG_COPY) !=
			ERR_OK)
			return;
		c->text = NULL;
	}
#if SMTPD_TLS
	if (c->tls >= TLS_HANDSHAKE && !lwip_smtpd_conn_tls_end(c))
		return;
#endif
	if (c->eof) {
		close_now(c);
	} else if (!c->fin && altcp_shutdown(c->pcb, 0, 1) == ERR_OK) {
		c->fin = true;
		altcp_setprio(c->pcb, TCP_PRIO_MIN);
	}
}

/* see conn.h */
err_t lwip_smtpd_conn_settle(struct smtpd_conn *c)
{
	if (!c->pcb || c->abort)
		lwip_smtpd_conn_lost(c, c->tls == TLS_HANDSHAKE
						? SMTPD_END_TLS
						: SMTPD_END_PEER);
	if (!c->pcb) {
		release(c);
		return ERR_ABRT;
	}
	if (c->session || (awaits_header(c) && !c->abort))
		return ERR_OK;
	c->pending = false;
	if (c->abort || sys_now() - c->since_ms >= SMTPD_LWIP_LINGER_MS) {
		reset(c);
		return ERR_ABRT;
	}
	lwip_smtpd_conn_drop(c);
	close_in_order(c);
	return ERR_OK;
}
