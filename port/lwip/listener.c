/*
 * listener.c - listening ports, and the clock
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "conn.h"

#include "lwip/altcp_tcp.h"
#include "lwip/ip.h"
#include "lwip/sys.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"

#define TICK_MS 500

static void on_tick(void *arg);

#if SMTPD_FORGIVE_TLS_FIRST || SMTPD_EARLY_TALKER

static uint32_t due_ms; /* when on_tick() is to be called */

static void tick_in(uint32_t ms)
{
	due_ms = sys_now() + ms;
	sys_timeout(ms, on_tick, NULL);
}

#if SMTPD_FIXED_LIMITS
#define GREET_MS(l) SMTPD_GREET_MS
#else
#define GREET_MS(l) ((l)->smtpd.limits->greet_ms)
#endif

/* How long a greeting of this listener may wait. */
static uint32_t wait_ms(const struct lwip_smtpd_listener *l)
{
	uint32_t ms = 0;

#if SMTPD_FORGIVE_TLS_FIRST
	if (l->smtpd.forgive & SMTPD_QUIRK_BIT(TLS_FIRST))
		ms = GREET_MS(l);
#endif
#if SMTPD_EARLY_TALKER
	ms = LWIP_MAX(ms, l->smtpd.greet_delay_ms);
#endif
	return ms;
}

/* A greeting waits for so long: no longer than that. */
static void tick_within(uint32_t ms)
{
	if ((int32_t)(due_ms - sys_now() - ms) <= 0)
		return;
	sys_untimeout(on_tick, NULL);
	tick_in(ms);
}

#else
#define tick_in(ms) sys_timeout(ms, on_tick, NULL)
#endif

/* see conn.h */
void lwip_smtpd_greeting_waits(const struct lwip_smtpd_listener *l)
{
#if SMTPD_FORGIVE_TLS_FIRST || SMTPD_EARLY_TALKER
	uint32_t ms = wait_ms(l);

	if (ms)
		tick_within(ms);
#else
	LWIP_UNUSED_ARG(l);
#endif
}

static void on_tick(void *arg)
{
	uint32_t next_ms;

	LWIP_UNUSED_ARG(arg);
	next_ms = lwip_smtpd_conn_tick();
	tick_in(LWIP_MIN(next_ms, TICK_MS));
}

static err_t on_accept(void *arg, struct tcp_pcb *tcp, err_t err)
{
	const struct lwip_smtpd_listener *l = arg;
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
	return lwip_smtpd_conn_accept(l, pcb);
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
	tick_in(TICK_MS);
}

#if SMTPD_RELAY_CHECK
/* see lwip_smtpd.h */
int lwip_smtpd_relay_check(
	const struct smtpd_listener *l, char address[SMTPD_RELAY_ADDRESS_MAX])
{
	struct smtpd_conn none = {0};

	return smtpd_relay_check(l, &none, address);
}
#endif
