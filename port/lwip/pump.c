/*
 * pump.c - octets between lwIP and a session
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "conn.h"

#include "lwip/tcp.h"

#if TCP_WND > 0xffff
#error "a pbuf's tot_len, and altcp_recved(), count 65,535 octets at most"
#endif

/* The window opens by what was taken, and no sooner. */
static void credit(struct smtpd_conn *c, uint16_t n)
{
	if (n > 0 && c->pcb)
		altcp_recved(c->pcb, n);
}

/* see conn.h */
void lwip_smtpd_conn_drop(struct smtpd_conn *c)
{
	struct pbuf *p = c->rx;

	if (!p)
		return;
	c->rx = NULL;
	credit(c, p->tot_len);
	pbuf_free(p);
}

/* A session to whom octets can be given, and who can answer. */
static bool live(const struct smtpd_conn *c)
{
	return c->session && c->pcb && !(c->tls & 2);
}

/* Offer what was received; with nothing there, let the session go on. Returns
 * the octets taken. */
static uint16_t feed(struct smtpd_conn *c)
{
	uint8_t none = 0;
	uint16_t taken = 0;

	if (!c->rx)
		smtpd_session_input(c->session, &none, 0);
	while (c->rx && live(c)) {
		struct pbuf *p = c->rx;
		size_t n = smtpd_session_input(c->session, p->payload, p->len);

		taken = (uint16_t)(taken + n);
		if (n < p->len) {
			pbuf_remove_header(p, n);
			break;
		}
		c->rx = p->next;
		p->next = NULL;
		pbuf_free(p);
	}
	if (!c->rx && live(c) && c->eof && !c->eof_told) {
		c->eof_told = true;
		smtpd_session_eof(c->session);
	}
	return taken;
}

/* Write replies as far as lwIP takes them. What it does not take stays with
 * the session: `sent` and `poll` come here again. Returns whether any went. */
static bool drain(struct smtpd_conn *c)
{
	bool moved = false;

	while (live(c)) {
		size_t len;
		const uint8_t *p = smtpd_session_output(c->session, &len);
		uint16_t room = len ? altcp_sndbuf(c->pcb) : 0;
		err_t err;

		if (room == 0)
			break;
		if (len > room)
			len = room;
		err = altcp_write(
			c->pcb, p, (uint16_t)len, TCP_WRITE_FLAG_COPY);
		if (err != ERR_OK) {
			c->abort = err != ERR_MEM;
			break;
		}
		c->unacked += (uint32_t)len;
		moved = true;
		smtpd_session_output_ack(c->session, len);
	}
	return moved;
}

/*
 * see conn.h. The replies to all that came are written first, then the window
 * is opened, then all goes out at once: a peer whose two small segments meet
 * Nagle and a delayed acknowledgement loses 40 ms.
 */
void lwip_smtpd_conn_pump(struct smtpd_conn *c)
{
	uint16_t taken;

#if SMTPD_PROXY
	if (c->header && lwip_smtpd_conn_header(c))
		lwip_smtpd_conn_open(c);
#endif
#if SMTPD_TLS
	lwip_smtpd_conn_tls(c);
#endif
	do {
		bool moved = true;

		c->pending = false;
		for (taken = 0; moved && live(c);) {
			taken = (uint16_t)(taken + feed(c));
			moved = drain(c);
		}
		credit(c, taken);
	} while (taken > 0 && c->pending && live(c));
#if SMTPD_TLS
	lwip_smtpd_conn_tls(c);
#endif
	if (c->pcb)
		altcp_output(c->pcb);
}
