/*
 * lwipopts.h - lwIP's options for every board, derived from SMTPD_ options
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A board changes any of them with -D, or in the header it names in
 * SMTPD_LWIP_BOARD_OPTS. What stands here has two flavours: a microcontroller
 * (small pools, sized by the sessions) and, with SMTPD_LWIP_GATEWAY, a Linux
 * gateway. No flavour uses the libc heap.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#include <stdint.h>

#ifdef SMTPD_LWIP_BOARD_OPTS
#include SMTPD_LWIP_BOARD_OPTS
#endif

#include "smtpd_lwip_config.h"
#include "smtpd_tls_config.h"

#define SMTPD_LWIP_BY(board, gateway) (SMTPD_LWIP_GATEWAY ? (gateway) : (board))

/* ---- the system ---- */

#ifndef NO_SYS
#define NO_SYS 1
#endif
#ifndef SYS_LIGHTWEIGHT_PROT
#define SYS_LIGHTWEIGHT_PROT (!NO_SYS)
#endif
#ifndef LWIP_TCPIP_CORE_LOCKING
#define LWIP_TCPIP_CORE_LOCKING 0
#endif
/* Messages that wait for the tcpip thread; lwIP's own default is none. */
#ifndef TCPIP_MBOX_SIZE
#define TCPIP_MBOX_SIZE SMTPD_LWIP_BY(16, 128)
#endif
#ifndef LWIP_NETCONN
#define LWIP_NETCONN 0
#endif
#ifndef LWIP_SOCKET
#define LWIP_SOCKET 0
#endif
#if !SMTPD_LWIP_ASSERT && !defined(LWIP_NOASSERT)
#define LWIP_NOASSERT 1
#endif
#ifndef LWIP_STATS
#define LWIP_STATS SMTPD_LWIP_GATEWAY
#endif
#ifndef LWIP_HOOK_FILENAME
#define LWIP_HOOK_FILENAME "lwip_hooks.h"
#endif
/* ours: the deadlines, the deferred wake-up, TLS */
#ifndef MEMP_NUM_SYS_TIMEOUT
#define MEMP_NUM_SYS_TIMEOUT                                                   \
	(LWIP_NUM_SYS_TIMEOUT_INTERNAL + 3 + SMTPD_LWIP_OTHER_TIMEOUTS)
#endif

/* ---- protocols ---- */

#ifndef LWIP_IPV4
#define LWIP_IPV4 1
#endif
#ifndef LWIP_IPV6
#define LWIP_IPV6 SMTPD_IPV6
#endif
#ifndef LWIP_UDP
#define LWIP_UDP 1
#endif
#ifndef LWIP_RAW
#define LWIP_RAW 0
#endif
#ifndef LWIP_DHCP
#define LWIP_DHCP 1
#endif
#ifndef LWIP_DHCP_DOES_ACD_CHECK
#define LWIP_DHCP_DOES_ACD_CHECK 0
#endif
#ifndef LWIP_ACD
#define LWIP_ACD 0
#endif
#ifndef LWIP_DNS
#define LWIP_DNS SMTPD_MQTT
#endif
/* Unit: s. Longest that an address is kept, whatever its TTL: a broker that
 * moves is found again. It costs a question for each new connection. */
#ifndef DNS_MAX_TTL
#define DNS_MAX_TTL 10
#endif
#ifndef LWIP_NETIF_HOSTNAME
#define LWIP_NETIF_HOSTNAME LWIP_DHCP
#endif
#ifndef LWIP_NETIF_STATUS_CALLBACK
#define LWIP_NETIF_STATUS_CALLBACK 1
#endif
#ifndef LWIP_NETIF_LINK_CALLBACK
#define LWIP_NETIF_LINK_CALLBACK 1
#endif
#ifndef LWIP_IPV6_AUTOCONFIG
#define LWIP_IPV6_AUTOCONFIG LWIP_IPV6
#endif
#ifndef LWIP_IPV6_DHCP6
#define LWIP_IPV6_DHCP6 0
#endif
/* Hosts on the link whose addresses are known. A new one takes the place of the
 * oldest, and the packet that waits for that one's answer is lost: with fewer
 * entries than clients hardly any reply gets out. */
#ifndef ARP_TABLE_SIZE
#define ARP_TABLE_SIZE SMTPD_LWIP_BY(10, 4 * SMTPD_MAX_SESSIONS)
#endif
#ifndef LWIP_ND6_NUM_NEIGHBORS
#define LWIP_ND6_NUM_NEIGHBORS SMTPD_LWIP_BY(10, 127)
#endif
/* 127 at most: nd6_tmr() of lwIP 2.2.1 counts them in an s8_t. */
#ifndef LWIP_ND6_NUM_DESTINATIONS
#define LWIP_ND6_NUM_DESTINATIONS SMTPD_LWIP_BY(10, 127)
#endif
/* TCP never needs fragments, and reassembly is where attackers park memory.
 * RFC 8200 5 wants it of an IPv6 host. */
#ifndef IP_REASSEMBLY
#define IP_REASSEMBLY 0
#endif
#ifndef IP_FRAG
#define IP_FRAG 0
#endif
#ifndef LWIP_IPV6_REASS
#define LWIP_IPV6_REASS (LWIP_IPV6 && SMTPD_LWIP_GATEWAY)
#endif
#ifndef LWIP_IPV6_FRAG
#define LWIP_IPV6_FRAG LWIP_IPV6_REASS
#endif
/* lwIP's reassembly keeps two pointers in the header where they fit. */
#ifndef IPV6_FRAG_COPYHEADER
#define IPV6_FRAG_COPYHEADER (__SIZEOF_POINTER__ > 4)
#endif
#ifndef LWIP_CHKSUM_ALGORITHM
#define LWIP_CHKSUM_ALGORITHM SMTPD_LWIP_BY(2, 3)
#endif

/* ---- TCP ---- */

#ifndef LWIP_ALTCP
#define LWIP_ALTCP SMTPD_TLS
#endif
#ifndef LWIP_ALTCP_TLS
#define LWIP_ALTCP_TLS SMTPD_TLS
#endif
#ifndef TCP_LISTEN_BACKLOG
#define TCP_LISTEN_BACKLOG 1
#endif
#ifndef TCP_DEFAULT_LISTEN_BACKLOG
#define TCP_DEFAULT_LISTEN_BACKLOG SMTPD_LWIP_BACKLOG
#endif
/* listening again while old sessions still run */
#ifndef SO_REUSE
#define SO_REUSE 1
#endif
#ifndef LWIP_TCP_KEEPALIVE
#define LWIP_TCP_KEEPALIVE 1
#endif
/* A peer that was switched off is noticed after two minutes. */
#ifndef TCP_KEEPIDLE_DEFAULT
#define TCP_KEEPIDLE_DEFAULT 60000U
#endif
#ifndef TCP_KEEPINTVL_DEFAULT
#define TCP_KEEPINTVL_DEFAULT 10000U
#endif
#ifndef TCP_KEEPCNT_DEFAULT
#define TCP_KEEPCNT_DEFAULT 6U
#endif
/* RFC 6298 2.1 */
#ifndef LWIP_TCP_RTO_TIME
#define LWIP_TCP_RTO_TIME 1000
#endif
#ifndef TCP_MSS
#define TCP_MSS SMTPD_BY_PROFILE(536, 1460, 1460)
#endif
#ifndef TCP_WND
#define TCP_WND SMTPD_LWIP_BY(4 * TCP_MSS, 44 * TCP_MSS)
#endif
#ifndef TCP_SND_BUF
#define TCP_SND_BUF SMTPD_LWIP_BY(2 * TCP_MSS, 8 * TCP_MSS)
#endif
#ifndef TCP_SND_QUEUELEN
#define TCP_SND_QUEUELEN SMTPD_LWIP_BY(8, 32)
#endif
#ifndef TCP_QUEUE_OOSEQ
#define TCP_QUEUE_OOSEQ SMTPD_LWIP_GATEWAY
#endif
/* Out-of-order segments kept for one connection. */
#ifndef TCP_OOSEQ_MAX_PBUFS
#define TCP_OOSEQ_MAX_PBUFS (TCP_QUEUE_OOSEQ ? 24 : 0)
#endif
#ifndef LWIP_TCP_SACK_OUT
#define LWIP_TCP_SACK_OUT TCP_QUEUE_OOSEQ
#endif

/* ---- lwIP's mqtt app ---- */

#ifndef MQTT_OUTPUT_RINGBUF_SIZE
#define MQTT_OUTPUT_RINGBUF_SIZE SMTPD_MQTT_RING
#endif
/* acknowledgments that are waited for at once */
#ifndef MQTT_REQ_MAX_IN_FLIGHT
#define MQTT_REQ_MAX_IN_FLIGHT SMTPD_LWIP_BY(8, 32)
#endif
/* Unit: octets per second. A broker's silence is no sign while messages are on
 * their way to it at this rate. */
#ifndef MQTT_SLOWEST_LINK
#define MQTT_SLOWEST_LINK 512
#endif
/* Unit: s. Longest wait for an acknowledgment: 30 and all that may go first. */
#ifndef MQTT_REQ_TIMEOUT
#define MQTT_REQ_TIMEOUT                                                       \
	(30 + (MQTT_OUTPUT_RINGBUF_SIZE + TCP_SND_BUF) / MQTT_SLOWEST_LINK)
#endif

/* ---- pools ---- */

#ifndef MEM_LIBC_MALLOC
#define MEM_LIBC_MALLOC 0
#endif
#ifndef MEMP_MEM_MALLOC
#define MEMP_MEM_MALLOC 0
#endif
#ifndef MEM_ALIGNMENT
#define MEM_ALIGNMENT (UINTPTR_MAX > 0xffffffff ? 8 : 4)
#endif

/* Every session, those that close, the handshakes, and the others. TIME_WAIT
 * needs none of its own: lwIP takes the oldest. */
#ifndef MEMP_NUM_TCP_PCB
#define MEMP_NUM_TCP_PCB                                                       \
	(SMTPD_MAX_SESSIONS + SMTPD_LWIP_CLOSING + SMTPD_LWIP_BACKLOG +        \
		SMTPD_LWIP_OTHER_TCP)
#endif
#ifndef MEMP_NUM_TCP_PCB_LISTEN
#define MEMP_NUM_TCP_PCB_LISTEN                                                \
	(SMTPD_LWIP_LISTENERS + SMTPD_LWIP_OTHER_LISTENERS)
#endif
/* One a connection, a second one around it for TLS, one for whoever finds all
 * slots taken, and the listeners of others. */
#ifndef MEMP_NUM_ALTCP_PCB
#define MEMP_NUM_ALTCP_PCB                                                     \
	(SMTPD_MAX_SESSIONS + SMTPD_LWIP_CLOSING + 1 + SMTPD_LWIP_OTHER_TCP +  \
		SMTPD_LWIP_OTHER_LISTENERS +                                   \
		(SMTPD_TLS ? SMTPD_TLS_SLOTS_ALL : 0))
#endif
#ifndef MEMP_NUM_TCP_SEG
#define MEMP_NUM_TCP_SEG                                                       \
	SMTPD_LWIP_BY(8 + 4 * (SMTPD_MAX_SESSIONS + SMTPD_LWIP_OTHER_TCP),     \
		256 + 32 * SMTPD_MAX_SESSIONS)
#endif
#ifndef MEMP_NUM_UDP_PCB
#define MEMP_NUM_UDP_PCB (SMTPD_LWIP_BY(3, 8) + LWIP_DNS)
#endif
#ifndef MEMP_NUM_PBUF
#define MEMP_NUM_PBUF SMTPD_LWIP_BY(8, 64)
#endif

/* What we send: replies, TLS records, the others' pages. */
#ifndef MEM_SIZE
#define MEM_SIZE                                                               \
	SMTPD_LWIP_BY(1024 + SMTPD_MAX_SESSIONS * (TCP_MSS + 128),             \
		262144 + SMTPD_MAX_SESSIONS * 4096)
#endif

/*
 * What we receive. A board's frames are chains of short pool buffers, so that
 * the many small ones cost little; two windows fit, since a session that reads
 * on frees its buffers at once, and with TLS those of all who may wait for a
 * record buffer, and one more. A gateway has a whole frame in each, and as
 * many as all sessions' windows hold: those that wait for a verdict or for a
 * record buffer must not take the buffers of those that could go on.
 */
#ifndef PBUF_POOL_BUFSIZE
#define PBUF_POOL_BUFSIZE SMTPD_LWIP_BY(600, 1536)
#endif
#define SMTPD_LWIP_WAITING                                                     \
	(SMTPD_TLS && SMTPD_TLS_SLOTS > SMTPD_TLS_RECORD_BUFFERS + 1           \
			? SMTPD_TLS_SLOTS - SMTPD_TLS_RECORD_BUFFERS           \
			: 1)
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE                                                         \
	SMTPD_LWIP_BY((1 + SMTPD_LWIP_WAITING) * (TCP_WND / 512) + 4,          \
		SMTPD_MAX_SESSIONS * (TCP_WND / TCP_MSS) + 512)
#endif

#endif
