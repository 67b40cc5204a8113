/*
 * hooks.c - what lwIP asks us about each TCP segment
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "lwip/opt.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip_hooks.h"

#include "tcp_options.h"

#if TCP_LISTEN_BACKLOG
/*
 * A full backlog ignores the SYN that comes now, for 20 s under a flood. The
 * oldest handshake goes instead: lwIP moves a connection to the front of its
 * list with every segment, so it is the last one there.
 */
static void make_room(const struct tcp_pcb_listen *l)
{
	struct tcp_pcb *pcb;
	struct tcp_pcb *oldest = NULL;

	if (l->accepts_pending < l->backlog)
		return;
	for (pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
		if (pcb->state == SYN_RCVD && pcb->listener == l)
			oldest = pcb;
	if (oldest)
		tcp_abandon(oldest, 0);
}
#endif

/* see lwip_hooks.h */
err_t lwip_smtpd_inpacket(struct tcp_pcb *pcb, const struct tcp_hdr *hdr,
	u16_t optlen, u16_t opt1len, const u8_t *opt2, struct pbuf *p)
{
	LWIP_UNUSED_ARG(p);
	if (!lwip_smtpd_tcp_options_ok(
		    (const u8_t *)(hdr + 1), opt1len, opt2, optlen))
		return ERR_VAL;
#if TCP_LISTEN_BACKLOG
	if (pcb->state == LISTEN && TCPH_FLAGS(hdr) & TCP_SYN)
		make_room((const struct tcp_pcb_listen *)(const void *)pcb);
#else
	LWIP_UNUSED_ARG(pcb);
#endif
	return ERR_OK;
}
