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

/* see lwip_hooks.h */
err_t lwip_smtpd_inpacket(struct tcp_pcb *pcb, const struct tcp_hdr *hdr,
	u16_t optlen, u16_t opt1len, const u8_t *opt2, struct pbuf *p)
{
	LWIP_UNUSED_ARG(p);
	if (is_nonsense(hdr) ||
		!lwip_smtpd_tcp_options_ok(
			(const u8_t *)(hdr + 1), opt1len, opt2, optlen))
		return ERR_VAL;
	if (pcb->state == LISTEN && TCPH_FLAGS(hdr) & TCP_SYN && !has_room())
		return ERR_VAL;
	return ERR_OK;
}
