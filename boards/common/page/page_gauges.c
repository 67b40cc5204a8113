/*
 * page_gauges.c - pools and counters, one by one
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "page_gauges.h"

#include "alerts/inbox.h"
#include "lwip/stats.h"
#include "lwip_smtpd.h"
#include "mqtt_client.h"
#include "page_conn.h"
#include "page_events.h"
#include "smtpd_counts.h"
#include "tls_engine.h"

/* ---- pools ---- */

static void sessions(struct board_gauge *g)
{
	*g = (struct board_gauge){"sessions", smtpd_session_count(),
		board_events()->sessions_high, SMTPD_MAX_SESSIONS};
}

static void connections(struct board_gauge *g)
{
	*g = (struct board_gauge){"connections", lwip_smtpd_conn_count(),
		board_events()->connections_high,
		SMTPD_MAX_SESSIONS + SMTPD_LWIP_CLOSING};
}

static void browsers(struct board_gauge *g)
{
	*g = (struct board_gauge){"browsers", board_page_conn_count(),
		board_page_conn_high(), BOARD_PAGE_SLOTS};
}

#if SMTPD_TLS
static void tls_slots(struct board_gauge *g)
{
	struct smtpd_tls_gauges t;

	smtpd_tls_get_gauges(&t);
	*g = (struct board_gauge){"tls_slots",
		(uint32_t)SMTPD_TLS_SLOTS - t.slots_free,
		(uint32_t)SMTPD_TLS_SLOTS - t.slots_low, SMTPD_TLS_SLOTS};
}

#if BOARD_PAGE_TLS
static void page_tls_slots(struct board_gauge *g)
{
	struct smtpd_tls_gauges t;

	smtpd_tls_get_gauges(&t);
	*g = (struct board_gauge){"page_tls_slots", t.others, t.others_high,
		SMTPD_TLS_OTHER_SLOTS};
}
#endif

static void tls_records(struct board_gauge *g)
{
	struct smtpd_tls_gauges t;

	smtpd_tls_get_gauges(&t);
	*g = (struct board_gauge){"tls_records", t.records_lent, t.records_high,
		SMTPD_TLS_RECORD_BUFFERS};
}

static void tls_global(struct board_gauge *g)
{
	struct smtpd_tls_gauges t;

	smtpd_tls_get_gauges(&t);
	*g = (struct board_gauge){"tls_global", t.global_used, t.global_high,
		SMTPD_TLS_GLOBAL_SIZE};
}
#endif

#if SMTPD_INBOX
static void inbox(struct board_gauge *g)
{
	unsigned n = board_inbox_count(); /* it never shrinks */

	*g = (struct board_gauge){"inbox", n, n, SMTPD_INBOX_ALERTS};
}
#endif

#if SMTPD_MQTT
static void mqtt(struct board_gauge *g)
{
	struct board_mqtt_stats s;

	board_mqtt_get_stats(&s);
	*g = (struct board_gauge){
		"mqtt", s.waiting, s.most, SMTPD_MQTT_MESSAGES};
}
#endif

static void stack(struct board_gauge *g)
{
	struct board_page_memory m = {0};

	board_page->memory(&m);
	*g = (struct board_gauge){
		"stack", m.stack_used, m.stack_high, m.stack_size};
}

#if LWIP_STATS && MEM_STATS
static void heap(struct board_gauge *g)
{
	*g = (struct board_gauge){"heap", (uint32_t)lwip_stats.mem.used,
		(uint32_t)lwip_stats.mem.max, (uint32_t)lwip_stats.mem.avail};
}
#endif

static void (*const own[])(struct board_gauge *) = {
	sessions,
	connections,
	browsers,
#if SMTPD_TLS
	tls_slots,
#if BOARD_PAGE_TLS
	page_tls_slots,
#endif
	tls_records,
	tls_global,
#endif
#if SMTPD_INBOX
	inbox,
#endif
#if SMTPD_MQTT
	mqtt,
#endif
	stack,
#if LWIP_STATS && MEM_STATS
	heap,
#endif
};

#define OWN (sizeof own / sizeof *own)

#if MEMP_STATS
static const char *const lwip_names[] = {
#define LWIP_MEMPOOL(name, num, size, desc) #name,
#include "lwip/priv/memp_std.h"
};
#endif

/* see page_gauges.h */
bool board_page_gauge(unsigned n, struct board_gauge *g)
{
	if (n < OWN) {
		own[n](g);
		return true;
	}
#if MEMP_STATS
	if (n - OWN < MEMP_MAX) {
		const struct stats_mem *m = lwip_stats.memp[n - OWN];

		*g = (struct board_gauge){
			lwip_names[n - OWN], m->used, m->max, m->avail};
		return true;
	}
#endif
	return false;
}

/* ---- counters ---- */

struct counter {
	const char *name;
	uint64_t value;
};

/* see page_gauges.h */
const char *board_page_counter(unsigned n, uint64_t *value)
{
	const struct board_events *e = board_events();
	const struct board_page_counts *p = board_page_counts();
#if SMTPD_COUNTS
	const struct smtpd_counts *c = smtpd_counts();
#endif
	const struct counter all[] = {
		{"sessions", e->sessions},
		{"connections_refused", e->refused},
		{"messages_accepted", e->messages_accepted},
		{"messages_refused", e->messages_refused},
		{"message_octets", e->octets},
		{"commands_refused", e->commands_refused},
		{"timeouts", e->timeouts},
		{"tls_handshakes", e->tls_handshakes},
		{"tls_failures", e->tls_failures},
		{"auth_accepted", e->auth_accepted},
		{"auth_failed", e->auth_failed},
#if SMTPD_COUNTS
		{"access_denied", c->denied},
		{"too_fast", c->too_fast},
		{"auth_delayed", c->auth_delayed},
		{"foreign", c->foreign},
#endif
#if SMTPD_INBOX
		{"alerts", board_inbox_taken()},
#endif
		{"page_connections", p->connections},
		{"page_requests", p->requests},
		{"page_wrong_passwords", p->wrong_passwords},
		{"page_tls_handshakes", p->tls_handshakes},
		{"page_tls_failures", p->tls_failures},
	};

	if (n >= sizeof all / sizeof *all)
		return NULL;
	*value = all[n].value;
	return all[n].name;
}
