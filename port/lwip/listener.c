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

static err_t on_accept(void *arg, struct altcp_pcb *pcb, err_t err)
{
	/* lwIP says so when it has no pcb left; there is nobody to tell. */
	if (!pcb || err != ERR_OK)
		return ERR_VAL;
	return lwip_smtpd_conn_accept(arg, pcb);
}

/* What it accepts inherits these options. */
static struct altcp_pcb *new_pcb(const ip_addr_t *ip)
{
	struct tcp_pcb *tcp = tcp_new_ip_type(IP_GET_TYPE(ip));
	struct altcp_pcb *pcb;

	LWIP_UNUSED_ARG(ip);
	if (!tcp)
		return NULL;
	ip_set_option(tcp, SOF_KEEPALIVE | SOF_REUSEADDR);
#if LWIP_ALTCP
	pcb = altcp_tcp_wrap(tcp);
	if (!pcb)
		tcp_abort(tcp);
#else
	pcb = tcp;
#endif
	return pcb;
}

static err_t start(struct lwip_smtpd_listener *l, struct altcp_pcb *pcb)
{
	err_t err = altcp_bind(pcb, &l->ip, l->port);

	if (err == ERR_OK)
		l->pcb = altcp_listen_with_backlog_and_err(
			pcb, SMTPD_LWIP_BACKLOG, &err);
	return err;
}

/* see lwip_smtpd.h */
err_t lwip_smtpd_listen(struct lwip_smtpd_listener *l)
{
	const uint8_t tls_flags = SMTPD_LISTEN_STARTTLS | SMTPD_LISTEN_TLS;
	struct altcp_pcb *pcb;
	err_t err;

	if (l->pcb)
		return ERR_ALREADY;
	if (smtpd_listener_check(&l->smtpd) != 0 ||
		(l->smtpd.flags & tls_flags && !l->tls))
		return ERR_ARG;
	pcb = new_pcb(&l->ip);
	if (!pcb)
		return ERR_MEM;
	err = start(l, pcb);
	if (err != ERR_OK) {
		altcp_abort(pcb);
		return err;
	}
	altcp_arg(l->pcb, l);
	altcp_accept(l->pcb, on_accept);
	return ERR_OK;
}

/* see lwip_smtpd.h */
void lwip_smtpd_unlisten(struct lwip_smtpd_listener *l)
{
	if (l->pcb && altcp_close(l->pcb) == ERR_OK)
		l->pcb = NULL;
}

/* see lwip_smtpd.h */
void lwip_smtpd_init(void)
{
	sys_timeout(TICK_MS, on_tick, NULL);
}
