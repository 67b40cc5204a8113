/*
 * lwip_hooks.h - where lwIP calls port/lwip on its way
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Named by LWIP_HOOK_FILENAME; included by lwIP's own files.
 */
#ifndef LWIP_HOOKS_H
#define LWIP_HOOKS_H

#include "lwip/err.h"
#include "lwip/ip_addr.h"

struct tcp_pcb;
struct tcp_hdr;
struct pbuf;

/* port/lwip/hooks.c. Drops segments with malformed options before lwIP reads
 * them: lwIP 2.2.1 reads an octet too many when the length octet is missing
 * from the last option. Also keeps to SMTPD_LWIP_BACKLOG, and lets a client in
 * that comes back from a port whose last connection is in TIME_WAIT. */
err_t lwip_smtpd_inpacket(struct tcp_pcb *pcb, struct tcp_hdr *hdr,
	u16_t optlen, u16_t opt1len, const u8_t *opt2, struct pbuf *p);

#ifndef LWIP_HOOK_TCP_INPACKET_PCB
#define LWIP_HOOK_TCP_INPACKET_PCB lwip_smtpd_inpacket
#endif

/* port/lwip/random.c. RFC 6528: a clock plus a keyed hash of the
 * connection's addresses and ports. */
u32_t lwip_smtpd_isn(const ip_addr_t *local_ip, u16_t local_port,
	const ip_addr_t *remote_ip, u16_t remote_port);

#ifndef LWIP_HOOK_TCP_ISN
#define LWIP_HOOK_TCP_ISN lwip_smtpd_isn
#endif

#endif
