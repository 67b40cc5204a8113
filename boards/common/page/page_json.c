/*
 * page_json.c - status and metrics, piece by piece
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "alerts/alert.h"
#include "lwip/init.h"
#include "lwip/stats.h"
#include "lwip/sys.h"
#include "lwip_smtpd.h"
#include "page_json.h"
#include "smtpd_lwip_config.h"
#include "smtpd_peers.h"
#include "smtpd_tls_config.h"
#include "tls_engine.h"

struct gauge {
	const char *name;
	uint32_t used, high, total;
	bool has_high;
};

/* ---- what there is ---- */

#if MEMP_STATS
static const char *const lwip_names[] = {
#define LWIP_MEMPOOL(name, num, size, desc) #name,
#include "lwip/priv/memp_std.h"
};

static bool lwip_gauge(unsigned n, struct gauge *g)
{
	const struct stats_mem *m;

	if (n >= MEMP_MAX)
		return false;
	m = lwip_stats.memp[n];
	*g = (struct gauge){lwip_names[n], m->used, m->max, m->avail, true};
	return true;
}
#else
#define lwip_gauge(n, g) ((void)(n), (void)(g), false)
#endif

static void own_gauge(unsigned n, struct gauge *g)
{
	if (n == 0)
		*g = (struct gauge){"sessions", smtpd_session_count(), 0,
			SMTPD_MAX_SESSIONS, false};
	else if (n == 1)
		*g = (struct gauge){"connections", lwip_smtpd_conn_count(), 0,
			SMTPD_MAX_SESSIONS + SMTPD_LWIP_CLOSING, false};
	else
		*g = (struct gauge){"browsers", board_page_conn_count(), 0,
			BOARD_PAGE_SLOTS, false};
}

#if SMTPD_TLS
static void tls_gauge(unsigned n, struct gauge *g)
{
	struct smtpd_tls_gauges t;

	smtpd_tls_get_gauges(&t);
	if (n == 0)
		*g = (struct gauge){"tls_slots",
			(uint32_t)SMTPD_TLS_SLOTS - t.slots_free,
			(uint32_t)SMTPD_TLS_SLOTS - t.slots_low,
			SMTPD_TLS_SLOTS, true};
	else if (n == 1)
		*g = (struct gauge){"tls_records", t.records_lent,
			t.records_high, SMTPD_TLS_RECORD_BUFFERS, true};
	else
		*g = (struct gauge){"tls_global", t.global_used, t.global_high,
			SMTPD_TLS_GLOBAL_SIZE, true};
}
#define TLS_GAUGES 3
#else
#define tls_gauge(n, g) ((void)(n), (void)(g))
#define TLS_GAUGES      0
#endif

/* Pool n; false: there are no more. */
static bool gauge(unsigned n, struct gauge *g)
{
	if (n < 3)
		own_gauge(n, g);
	else if (n < 3 + TLS_GAUGES)
		tls_gauge(n - 3, g);
	else
		return lwip_gauge(n - 3 - TLS_GAUGES, g);
	return true;
}

/* The next quirk that a peer was told of, from c->i, c->j on. */
static const struct smtpd_peer_memory *next_quirk(struct board_page_cursor *c)
{
	const struct smtpd_peer_memory *m;

	for (; (m = smtpd_peer_get(c->i)) != NULL; c->i++, c->j = 0)
		for (; c->j < SMTPD_QUIRK_COUNT; c->j++)
			if (m->quirks[c->j])
				return m;
	return NULL;
}

static void to(struct board_page_cursor *c, uint16_t stage)
{
	*c = (struct board_page_cursor){.stage = stage};
}

/* ---- JSON ---- */

static void string(struct board_text *t, const char *key, const char *value)
{
	board_text_str(t, "\"");
	board_text_str(t, key);
	board_text_str(t, "\":");
	board_text_json(t, value, strlen(value));
}

static void number(struct board_text *t, const char *key, uint64_t n)
{
	board_text_str(t, ",\"");
	board_text_str(t, key);
	board_text_str(t, "\":");
	board_text_num(t, n);
}

static void comma(struct board_page_cursor *c, struct board_text *t)
{
	if (c->more)
		board_text_str(t, ",");
	c->more = true;
}

static void unit(const struct board_page *page, struct board_text *t)
{
	board_text_str(t, "{\"unit\":{");
	string(t, "name", page->host_name);
	board_text_str(t, ",");
	string(t, "version", SMTPD_VERSION);
	board_text_str(t, ",");
	string(t, "lwip", LWIP_VERSION_STRING);
	number(t, "uptime_ms", sys_now());
	number(t, "session_octets", smtpd_session_size());
	board_text_str(t, "},\"ports\":[");
}

/* What a device's owner types into it, port by port. */
static bool ports(const struct board_page *page, struct board_page_cursor *c,
	struct board_text *t)
{
	uint16_t port;

	if (c->i >= BOARD_PORTS)
		return false;
	port = board_policy_port(page->policy, c->i);
	if (port) {
		comma(c, t);
		board_text_str(t, "{");
		string(t, "name", board_policy_name(c->i));
		board_text_str(t, ",");
		string(t, "rules",
			board_policy_text(
				board_policy_flags(page->policy, c->i)));
		number(t, "port", port);
		board_text_str(t, "}");
	}
	c->i++;
	return true;
}

static bool pools(struct board_page_cursor *c, struct board_text *t)
{
	struct gauge g;

	if (!gauge(c->i, &g))
		return false;
	comma(c, t);
	board_text_str(t, "{");
	string(t, "name", g.name);
	number(t, "used", g.used);
	if (g.has_high)
		number(t, "high", g.high);
	else
		board_text_str(t, ",\"high\":null");
	number(t, "total", g.total);
	board_text_str(t, "}");
	c->i++;
	return true;
}

static void peer(struct board_text *t, const struct smtpd_peer_memory *m)
{
	board_text_str(t, "{\"peer\":\"");
	board_alert_peer(t, &m->peer);
	board_text_str(t, "\"");
}

static bool peers(struct board_page_cursor *c, struct board_text *t)
{
	const struct smtpd_peer_memory *m = smtpd_peer_get(c->i);

	if (!m)
		return false;
	c->i++;
	comma(c, t);
	peer(t, m);
	number(t, "seen_s", (sys_now() - m->seen_ms) / 1000);
	number(t, "tls_failures", m->tls_failures);
	board_text_str(t, ",\"delivered\":");
	board_text_str(t, m->delivered ? "true}" : "false}");
	return true;
}

static bool quirks(struct board_page_cursor *c, struct board_text *t)
{
	const struct smtpd_peer_memory *m = next_quirk(c);

	if (!m)
		return false;
	comma(c, t);
	peer(t, m);
	board_text_str(t, ",");
	string(t, "quirk", smtpd_quirk_name((enum smtpd_quirk)c->j));
	board_text_str(t, ",");
	string(t, "advice", smtpd_quirk_text((enum smtpd_quirk)c->j));
	number(t, "count", m->quirks[c->j]);
	board_text_str(t, "}");
	c->j++;
	return true;
}

/* see page_json.h */
bool board_page_status(const struct board_page *page,
	struct board_page_cursor *c, struct board_text *t)
{
	static const char *const between[] = {
		"", "],\"pools\":[", "],\"peers\":[", "],\"quirks\":[", "]}\n"};
	bool some = false;

	switch (c->stage) {
	case 0:
		unit(page, t);
		to(c, 1);
		return true;
	case 1:
		some = ports(page, c, t);
		break;
	case 2:
		some = pools(c, t);
		break;
	case 3:
		some = peers(c, t);
		break;
	case 4:
		some = quirks(c, t);
		break;
	default:
		return false;
	}
	if (!some) {
		board_text_str(t, between[c->stage]);
		to(c, (uint16_t)(c->stage + 1));
	}
	return true;
}

/* ---- Prometheus ---- */

static void metric(struct board_text *t, const char *name, const char *label,
	const char *value, uint64_t n)
{
	board_text_str(t, name);
	if (label) {
		board_text_str(t, "{");
		board_text_str(t, label);
		board_text_str(t, "=\"");
		board_text_str(t, value);
		board_text_str(t, "\"}");
	}
	board_text_str(t, " ");
	board_text_num(t, n);
	board_text_str(t, "\n");
}

/* Samples of a name stand together, so each number of a pool has a pass. */
static bool pool_metrics(struct board_page_cursor *c, struct board_text *t)
{
	static const char *const names[] = {
		"lwsmtpd_pool_used", "lwsmtpd_pool_high", "lwsmtpd_pool_size"};
	struct gauge g;

	if (c->i == 0) {
		board_text_str(t, "# TYPE ");
		board_text_str(t, names[c->j]);
		board_text_str(t, " gauge\n");
	}
	if (!gauge(c->i++, &g)) {
		c->i = 0;
		return ++c->j < 3;
	}
	if (c->j != 1 || g.has_high)
		metric(t, names[c->j], "pool", g.name,
			c->j == 0   ? g.used
			: c->j == 1 ? g.high
				    : g.total);
	return true;
}

static bool quirk_metrics(struct board_page_cursor *c, struct board_text *t)
{
	const struct smtpd_peer_memory *m = next_quirk(c);

	if (!m)
		return false;
	if (!c->more)
		board_text_str(t, "# TYPE lwsmtpd_quirks gauge\n");
	c->more = true;
	board_text_str(t, "lwsmtpd_quirks{peer=\"");
	board_alert_peer(t, &m->peer);
	board_text_str(t, "\",quirk=\"");
	board_text_str(t, smtpd_quirk_name((enum smtpd_quirk)c->j));
	board_text_str(t, "\"} ");
	board_text_num(t, m->quirks[c->j]);
	board_text_str(t, "\n");
	c->j++;
	return true;
}

/* see page_json.h */
bool board_page_metrics(const struct board_page *page,
	struct board_page_cursor *c, struct board_text *t)
{
	(void)page;
	switch (c->stage) {
	case 0:
		board_text_str(t, "# TYPE lwsmtpd_info gauge\n");
		metric(t, "lwsmtpd_info", "version", SMTPD_VERSION, 1);
		board_text_str(t, "# TYPE lwsmtpd_uptime_seconds gauge\n");
		metric(t, "lwsmtpd_uptime_seconds", NULL, NULL,
			sys_now() / 1000);
		to(c, 1);
		return true;
	case 1:
		if (!pool_metrics(c, t))
			to(c, 2);
		return true;
	case 2:
		return quirk_metrics(c, t);
	default:
		return false;
	}
}
