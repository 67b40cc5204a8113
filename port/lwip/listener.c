/*
 * listener.c - listening ports, and the clock
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "conn.h"

#include "lwip/altcp_tcp.h"
#include "lwip/ip.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"

#define TICK_MS 500

static void on_tick(void *arg)
{
	LWIP_UNUSED_ARG(arg);
	sys_timeout(TICK_MS, on_tick, NULL);
	lwip_smtpd_conn_tick();
}

static err_t on_accept(void *arg, struct tcp_pcb *tcp, err_t err)
{
	struct altcp_pcb *pcb;

	/* lwIP says so when it has no pcb left; there is nobody to tell. */
	if (!tcp || err != ERR_OK)
		return ERR_VAL;
#if LWIP_ALTCP
	pcb = altcp_tcp_wrap(tcp);
	if (!pcb)
		return ERR_MEM; /* lwIP resets it */
#else
	pcb = tcp;
#endif
	return lwip_smtpd_conn_accept(arg, pcb);
}

/* What it accepts inherits the options. */
static err_t start(struct lwip_smtpd_listener *l, struct tcp_pcb *tcp)
{
	err_t err;

	ip_set_option(tcp, SOF_KEEPALIVE | SOF_REUSEADDR);
	err = tcp_bind(tcp, &l->ip, l->port);
	if (err == ERR_OK)
		l->pcb = tcp_listen_with_backlog_and_err(
			tcp, SMTPD_LWIP_BACKLOG, &err);
	return err;
}

/* see lwip_smtpd.h. The listener itself is plain TCP: altcp_close() of lwIP
 * 2.2.1 reads behind the end of a listening pcb. */
err_t lwip_smtpd_listen(struct lwip_smtpd_listener *l)
{
	const uint8_t tls_flags = SMTPD_LISTEN_STARTTLS | SMTPD_LISTEN_TLS;
	struct tcp_pcb *tcp;
	err_t err;

	if (l->pcb)
		return ERR_ALREADY;
	if (smtpd_listener_check(&l->smtpd) != 0 ||
		(l->smtpd.flags & tls_flags && !l->tls))
		return ERR_ARG;
	tcp = tcp_new_ip_type(IP_GET_TYPE(&l->ip));
	if (!tcp)
		return ERR_MEM;
	err = start(l, tcp);
	if (err != ERR_OK) {
		tcp_abort(tcp);
		return err;
	}
	tcp_arg(l->pcb, l);
	tcp_accept(l->pcb, on_accept);
	return ERR_OK;
}

/* see lwip_smtpd.h */
void lwip_smtpd_unlisten(struct lwip_smtpd_listener *l)
{
	if (l->pcb && tcp_close(l->pcb) == ERR_OK)
		l->pcb = NULL;
}

/* see lwip_smtpd.h */
void lwip_smtpd_init(void)
{
	sys_timeout(TICK_MS, on_tick, NULL);
}
