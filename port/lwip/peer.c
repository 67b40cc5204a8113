/*
 * peer.c - what the engine asks of lwIP without changing anything
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "conn.h"

#include <string.h>

#include "lwip/sys.h"
#include "lwip/tcp.h"

/* see smtpd_port.h */
uint32_t smtpd_port_now_ms(void)
{
	return sys_now();
}

#if LWIP_IPV6
static void set_ip6(struct smtpd_peer *peer, const ip6_addr_t *ip)
{
	if (ip6_addr_isipv4mappedipv6(ip)) {
		peer->family = 4;
		memcpy(peer->ip, &ip->addr[3], 4);
	} else if (sizeof(peer->ip) == 16) {
		peer->family = 6;
		memcpy(peer->ip, ip->addr, sizeof(peer->ip));
	}
}
#endif

/* see smtpd_port.h */
void smtpd_port_peer(const struct smtpd_conn *c, struct smtpd_peer *peer)
{
	const ip_addr_t *ip = altcp_get_ip(c->pcb, 0);

#if SMTPD_PROXY
	if (c->proxy.peer.family) {
		*peer = c->proxy.peer;
		return;
	}
#endif
	memset(peer, 0, sizeof(*peer));
	if (!ip || (SMTPD_RELAY_CHECK && !c->pcb))
		return;
#if LWIP_ALTCP
	peer->port = altcp_get_port(c->pcb, 0);
#else
	peer->port = c->pcb->remote_port;
#endif
#if LWIP_IPV6
	if (IP_IS_V6(ip)) {
		set_ip6(peer, ip_2_ip6(ip));
		return;
	}
#endif
#if LWIP_IPV4
	peer->family = 4;
	memcpy(peer->ip, &ip_2_ip4(ip)->addr, 4);
#endif
}
