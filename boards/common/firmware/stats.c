/*
 * stats.c - how full every pool is and ever was, and lwIP's counters
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "alerts/inbox.h"
#include "console.h"
#include "firmware.h"
#include "lwip/memp.h"
#include "lwip/stats.h"
#include "lwip/sys.h"
#include "lwip_smtpd.h"
#include "mqtt_client.h"
#include "smtpd_counts.h"
#include "smtpd_tls_config.h"
#include "stack.h"
#include "tls_engine.h"

#if LWIP_STATS || SMTPD_COUNTS || SMTPD_MQTT || SMTPD_INBOX
static void count(const char *group, const char *name, uint32_t n)
{
	if (!n)
		return;
	board_put("count ");
	board_put(group);
	board_put("_");
	board_put(name);
	board_put(" ");
	board_put_num(n);
	board_put_end();
}
#endif

#if SMTPD_COUNTS
static void kept_out(void)
{
	const struct smtpd_counts *c = smtpd_counts();

	count("access", "denied", c->denied);
	count("access", "too_fast", c->too_fast);
	count("access", "auth_delayed", c->auth_delayed);
	count("access", "foreign", c->foreign);
	count("access", "early", c->early);
}
#endif

#if SMTPD_MQTT
static void mqtt(void)
{
	struct board_mqtt_stats s;

	board_mqtt_get_stats(&s);
	board_put_stat("mqtt", s.waiting, s.most, SMTPD_MQTT_MESSAGES);
	count("mqtt", "connects", s.connects);
	count("mqtt", "published", s.published);
	count("mqtt", "lost", s.lost);
}
#endif

#if SMTPD_INBOX
static void inbox(void)
{
	unsigned n = board_inbox_count();

	board_put_stat("inbox", n, n, SMTPD_INBOX_ALERTS);
	count("inbox", "taken", board_inbox_taken());
}
#endif

#if LWIP_STATS
#if MEMP_STATS
static void pools(void)
{
	static const char *const names[] = {
#define LWIP_MEMPOOL(name, num, size, desc) #name,
#include "lwip/priv/memp_std.h"
	};
	unsigned i;

	for (i = 0; i < MEMP_MAX; i++) {
		const struct stats_mem *m = lwip_stats.memp[i];

		board_put_stat(names[i], m->used, m->max, m->avail);
		count(names[i], "err", m->err);
	}
}
#endif

static void protocol(const char *name, const struct stats_proto *p)
{
	count(name, "xmit", p->xmit);
	count(name, "recv", p->recv);
	count(name, "drop", p->drop);
	count(name, "chkerr", p->chkerr);
	count(name, "lenerr", p->lenerr);
	count(name, "memerr", p->memerr);
	count(name, "rterr", p->rterr);
	count(name, "proterr", p->proterr);
	count(name, "opterr", p->opterr);
	count(name, "err", p->err);
}

static void protocols(void)
{
#if LINK_STATS
	protocol("link", &lwip_stats.link);
#endif
#if ETHARP_STATS
	protocol("etharp", &lwip_stats.etharp);
#endif
#if IP_STATS
	protocol("ip", &lwip_stats.ip);
#endif
#if IP6_STATS
	protocol("ip6", &lwip_stats.ip6);
#endif
#if ICMP_STATS
	protocol("icmp", &lwip_stats.icmp);
#endif
#if UDP_STATS
	protocol("udp", &lwip_stats.udp);
#endif
#if TCP_STATS
	protocol("tcp", &lwip_stats.tcp);
#endif
}
#endif

#if SMTPD_TLS
static void tls(void)
{
	struct smtpd_tls_gauges g;

	smtpd_tls_get_gauges(&g);
	board_put_stat("tls_slots", SMTPD_TLS_SLOTS - g.slots_free,
		SMTPD_TLS_SLOTS - g.slots_low, SMTPD_TLS_SLOTS);
#if SMTPD_TLS_OTHER_SLOTS
	board_put_stat("page_tls_slots", g.others, g.others_high,
		SMTPD_TLS_OTHER_SLOTS);
#endif
	board_put_stat("tls_records", g.records_lent, g.records_high,
		SMTPD_TLS_RECORD_BUFFERS);
	board_put_stat("tls_global", g.global_used, g.global_high,
		SMTPD_TLS_GLOBAL_SIZE);
	board_put_stat("tls_slot", 0, g.slot_high, SMTPD_TLS_SLOT_SIZE);
	board_put_stat("tls_leaks", g.leaks, g.leaks, 0);
}
#endif

static unsigned sessions_high, connections_high;

/* see firmware.h */
void board_stats_session(void)
{
	unsigned sessions = smtpd_session_count();
	unsigned connections = lwip_smtpd_conn_count();

	if (sessions > sessions_high)
		sessions_high = sessions;
	if (connections > connections_high)
		connections_high = connections;
}

void board_stats(void)
{
	board_put("count clock_ms ");
	board_put_num(sys_now());
	board_put_end();
	board_put_stat("sessions", smtpd_session_count(), sessions_high,
		SMTPD_MAX_SESSIONS);
	board_put_stat("connections", lwip_smtpd_conn_count(), connections_high,
		SMTPD_MAX_SESSIONS + SMTPD_LWIP_CLOSING);
#if SMTPD_TLS
	tls();
#endif
	board_put_stat("stack", board_stack_used(), board_stack_high(),
		board_stack_size());
#if SMTPD_COUNTS
	kept_out();
#endif
#if SMTPD_MQTT
	mqtt();
#endif
#if SMTPD_INBOX
	inbox();
#endif
#if LWIP_STATS
#if MEM_STATS
	board_put_stat("heap", lwip_stats.mem.used, lwip_stats.mem.max,
		lwip_stats.mem.avail);
	count("heap", "err", lwip_stats.mem.err);
#endif
#if MEMP_STATS
	pools();
#endif
	protocols();
#endif
	board_put_line("stat end");
}
