/*
 * lwip_smtpd.h - the SMTP server on lwIP's raw API
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Everything runs on lwIP's thread: the main loop with NO_SYS=1, the tcpip
 * thread with NO_SYS=0. Call these functions there and nowhere else; from
 * another task use tcpip_callback(), or with LWIP_TCPIP_CORE_LOCKING hold
 * LOCK_TCPIP_CORE(). LWIP_ASSERT_CORE_LOCKED(), where the lwIP port has one,
 * finds calls from elsewhere. Nothing is allocated: connections live in
 * a static pool of SMTPD_MAX_SESSIONS + SMTPD_LWIP_CLOSING, see
 * smtpd_lwip_config.h.
 *
 * This binding supplies smtpd_port_now_ms() (lwIP's sys_now()), _peer(),
 * _wake(), _tls_reserve(), _tls_start() and _close() of smtpd_port.h.
 * port/wolfssl supplies the hash functions, the board the rest.
 */
#ifndef LWIP_SMTPD_H
#define LWIP_SMTPD_H

#include "lwip/altcp.h"
#include "lwip/err.h"
#include "lwip/ip_addr.h"
#include "lwip/tcp.h"

#include "smtpd.h"
#include "smtpd_relay_check.h"

struct altcp_tls_config;

/* A listening port. The caller's memory, zeroed before it is filled. */
struct lwip_smtpd_listener {
	struct smtpd_listener smtpd; /* policy, sink, name: see smtpd.h */
	ip_addr_t ip;  /* IPADDR_ANY_TYPE_INIT: all of IPv4 and IPv6 */
	uint16_t port; /* 25, 465, 587 ... in host order */

	/*
	 * Where the configuration for TLS is to be found; NULL: no TLS. It is
	 * read again for each connection: a reload stores a new configuration
	 * there, and frees the old one when it says nobody uses it. NULL
	 * stored there (no certificate yet) makes STARTTLS answer 454 4.7.0,
	 * and a TLS-first connection is closed.
	 */
	struct altcp_tls_config *const *tls;

	struct tcp_pcb *pcb; /* private; NULL: not listening */
};

/*
 * Start the clock that all deadlines hang on. Once, after lwip_init() or
 * inside tcpip_init()'s callback. Takes one sys_timeout() for ever, and a
 * second one now and then: MEMP_NUM_SYS_TIMEOUT.
 *
 * The main loop of NO_SYS=1 MUST call sys_check_timeouts() in time: sleep at
 * most sys_timeouts_sleeptime(). That alone also runs what smtpd_port_wake()
 * put off.
 */
void lwip_smtpd_init(void);

/*
 * Listen on l->ip and l->port.
 *
 * Returns ERR_OK, or, with nothing left behind:
 * ERR_ARG      smtpd_listener_check() refuses l->smtpd, or its flags ask for
 *              TLS and l->tls is NULL;
 * ERR_ALREADY  l listens already;
 * ERR_USE      another listener has this address and port;
 * ERR_MEM      no pcb free: MEMP_NUM_TCP_PCB, MEMP_NUM_TCP_PCB_LISTEN.
 *
 * Lifetime: *l MUST stay until lwip_smtpd_unlisten(), and its `smtpd` and
 * `tls` until no session of it is left.
 */
err_t lwip_smtpd_listen(struct lwip_smtpd_listener *l);

/*
 * Stop listening; sessions go on. l may listen again at once, with another
 * address or port. Nothing happens when it does not listen.
 */
void lwip_smtpd_unlisten(struct lwip_smtpd_listener *l);

#if SMTPD_RELAY_CHECK
/*
 * Is a listener with these rules an open relay? Before lwip_smtpd_listen(),
 * where the sink hands messages on; also before lwip_init(). Arguments and
 * result are those of smtpd_relay_check().
 */
int lwip_smtpd_relay_check(
	const struct smtpd_listener *l, char address[SMTPD_RELAY_ADDRESS_MAX]);
#endif

/*
 * Connections that hold a slot: sessions, and those that still read their last
 * reply (for SMTPD_LWIP_LINGER_MS at most). After smtpd_shutdown(), 0 means
 * that everybody has been told.
 */
unsigned lwip_smtpd_conn_count(void);

#endif
