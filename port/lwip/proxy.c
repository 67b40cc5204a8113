/*
 * proxy.c - a connection whose first octets are a header of the PROXY protocol
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * There is no session, no TLS and no greeting before the header is complete;
 * smtpd_port_peer() answers with what it announced from then on.
 */
#include "conn.h"

#if SMTPD_PROXY

#include "lwip/sys.h"

/* see conn.h */
bool lwip_smtpd_conn_expects_header(struct smtpd_conn *c)
{
	struct smtpd_peer peer;

	smtpd_port_peer(c, &peer);
	c->since_ms = sys_now();
	c->header = smtpd_proxy_expected(&c->listener->smtpd, &peer);
	return c->header;
}

static void refuse(struct smtpd_conn *c)
{
	if (SMTPD_LOG)
		smtpd_port_log(SMTPD_EV_REFUSED, NULL, 421);
	c->header = false;
	lwip_smtpd_conn_close(c, SMTPD_CLOSE_FLUSH);
	if (!(c->listener->smtpd.flags & SMTPD_LISTEN_TLS))
		c->text = "421 4.7.0 PROXY header expected\r\n";
}

/* Offer what was received to the header. */
static enum smtpd_proxy_result push(struct smtpd_conn *c)
{
	enum smtpd_proxy_result r = SMTPD_PROXY_MORE;

	while (c->rx && r == SMTPD_PROXY_MORE) {
		struct pbuf *p = c->rx;
		size_t used;

		r = smtpd_proxy_push(&c->proxy, p->payload, p->len, &used);
		altcp_recved(c->pcb, (uint16_t)used);
		if (used < p->len) {
			pbuf_remove_header(p, used);
		} else {
			c->rx = p->next;
			p->next = NULL;
			pbuf_free(p);
		}
	}
	return r;
}

/* see conn.h */
bool lwip_smtpd_conn_header(struct smtpd_conn *c)
{
	enum smtpd_proxy_result r;

	if (!c->pcb)
		return false;
	r = push(c);
	if (r == SMTPD_PROXY_BAD ||
		(r == SMTPD_PROXY_MORE &&
			(c->eof || sys_now() - c->since_ms >= SMTPD_PROXY_MS)))
		refuse(c);
	c->header = c->header && r != SMTPD_PROXY_DONE;
	return r == SMTPD_PROXY_DONE;
}

#endif
