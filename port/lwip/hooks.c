/*
 * hooks.c - what lwIP asks us about each TCP segment
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "lwip/opt.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip_hooks.h"

#include "smtpd_lwip_config.h"
#include "tcp_options.h"

/* A handshake this old, in ticks of 500 ms, may be given up for a new one. */
#define STALE_TICKS 2

/*
 * May one more handshake begin? All listeners share SMTPD_LWIP_BACKLOG of
 * them. lwIP would keep each for 20 s, so that a SYN flood of seconds locks
 * everybody out for as long; here the oldest goes, once it is a second old.
 * lwIP moves a connection to the front of its list with every segment: the
 * oldest is the last.
 */
static bool has_room(void)
{
	struct tcp_pcb *pcb;
	struct tcp_pcb *oldest = NULL;
	unsigned n = 0;

	for (pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
		if (pcb->state == SYN_RCVD) {
			oldest = pcb;
			n++;
		}
	if (n < SMTPD_LWIP_BACKLOG)
		return true;
	if (tcp_ticks - oldest->tmr < STALE_TICKS)
		return false;
	tcp_abandon(oldest, 0);
	return true;
}

/* A segment that opens and closes at once comes from no client; lwIP would take
 * it for a SYN. */
static bool is_nonsense(const struct tcp_hdr *hdr)
{
	return (TCPH_FLAGS(hdr) & (TCP_SYN | TCP_FIN)) == (TCP_SYN | TCP_FIN);
}

/* Once more from the start, as tcp_input() got it. */
static void input_again(struct tcp_hdr *hdr, u16_t optlen, struct pbuf *p)
{
	if (pbuf_add_header_force(p, (size_t)TCP_HLEN + optlen) != 0)
		return;
	hdr->src = lwip_htons(hdr->src);
	hdr->dest = lwip_htons(hdr->dest);
	hdr->seqno = lwip_htonl(hdr->seqno);
	hdr->ackno = lwip_htonl(hdr->ackno);
	hdr->wnd = lwip_htons(hdr->wnd);
	pbuf_ref(p); /* our caller frees it, too */
	tcp_input(p, ip_current_input_netif());
}

/*
 * A client whose connection we closed comes back from the same port: lwIP 2.2.1
 * would answer nothing of use for two minutes. A SYN beyond what the old
 * connection has used opens a new one at once, RFC 9293 3.6.1. Any other is
 * acknowledged, and the RST that a client in SYN-SENT answers ends the wait,
 * RFC 9293 3.10.7.4, so that its next SYN gets through. Returns whether lwIP is
 * to drop the segment.
 */
static bool comes_back(struct tcp_pcb *pcb, struct tcp_hdr *hdr, u16_t optlen,
	bool in_one, struct pbuf *p)
{
	u8_t flags = TCPH_FLAGS(hdr) & (TCP_SYN | TCP_ACK | TCP_RST);

	if (flags & TCP_RST) {
		if (hdr->seqno == pcb->rcv_nxt)
			tcp_abort(pcb);
		return true;
	}
	if (flags != TCP_SYN || TCP_SEQ_LT(hdr->seqno, pcb->rcv_nxt))
		return false;
	tcp_abort(pcb);
	if (in_one)
		input_again(hdr, optlen, p);
	return true;
}

/* see lwip_hooks.h */
err_t lwip_smtpd_inpacket(struct tcp_pcb *pcb, struct tcp_hdr *hdr,
	u16_t optlen, u16_t opt1len, const u8_t *opt2, struct pbuf *p)
{
	if (is_nonsense(hdr) ||
		!lwip_smtpd_tcp_options_ok(
			(const u8_t *)(hdr + 1), opt1len, opt2, optlen))
		return ERR_VAL;
	if (pcb->state == TIME_WAIT &&
		comes_back(pcb, hdr, optlen, opt1len == optlen, p))
		return ERR_VAL;
	if (pcb->state == LISTEN && TCPH_FLAGS(hdr) & TCP_SYN && !has_room())
		return ERR_VAL;
	return ERR_OK;
}
