/*
 * page_metrics.c - /metrics in Prometheus' text format, piece by piece
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "alerts/alert.h"
#include "alerts/inbox.h"
#include "lwip/init.h"
#include "lwip/sys.h"
#include "page_conn.h"
#include "page_gauges.h"
#include "page_json.h"
#include "smtpd_peers.h"

static void type(struct board_text *t, const char *name, const char *suffix,
	const char *kind)
{
	board_text_str(t, "# TYPE lwsmtpd_");
	board_text_str(t, name);
	board_text_str(t, suffix);
	board_text_str(t, kind);
}

static void value(struct board_text *t, uint64_t n)
{
	board_text_str(t, " ");
	board_text_num(t, n);
	board_text_str(t, "\n");
}

/* From mail: its controls have no place in a line. */
static void label(struct board_text *t, const char *name, const char *s)
{
	board_text_str(t, name);
	board_text_str(t, "=\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			board_text_str(t, "\\");
		board_text_put(t, (uint8_t)*s < ' ' ? " " : s, 1);
	}
	board_text_str(t, "\"");
}

static void peer(struct board_text *t, const struct smtpd_peer *p)
{
	board_text_str(t, "{peer=\"");
	board_alert_peer(t, p);
	board_text_str(t, "\",");
}

/* ---- its parts; each appends a piece, or says that there is none left ---- */

static void octets(struct board_text *t, const char *name, uint32_t n)
{
	if (!n)
		return;
	type(t, name, "_octets", " gauge\n");
	board_text_str(t, "lwsmtpd_");
	board_text_str(t, name);
	board_text_str(t, "_octets");
	value(t, n);
}

static bool unit(struct board_page_cursor *c, struct board_text *t)
{
	struct board_page_memory m = {0};

	if (c->i++)
		return false;
	type(t, "info", "", " gauge\n");
	board_text_str(t, "lwsmtpd_info{version=\"" SMTPD_VERSION
			  "\",lwip=\"" LWIP_VERSION_STRING "\",");
	label(t, "wolfssl", board_page_wolfssl());
	board_text_str(t, "} 1\n");
	type(t, "uptime_seconds", "", " gauge\n");
	board_text_str(t, "lwsmtpd_uptime_seconds");
	value(t, (sys_now() - board_page_since_ms) / 1000);
	board_page->memory(&m);
	octets(t, "flash_used", m.flash_used);
	octets(t, "flash_size", m.flash_size);
	octets(t, "ram_used", m.ram_used);
	octets(t, "ram_size", m.ram_size);
	return true;
}

static bool counters(struct board_page_cursor *c, struct board_text *t)
{
	uint64_t n;
	const char *name = board_page_counter(c->i++, &n);

	if (!name)
		return false;
	type(t, name, "_total", " counter\n");
	board_text_str(t, "lwsmtpd_");
	board_text_str(t, name);
	board_text_str(t, "_total");
	value(t, n);
	return true;
}

/* Samples of a name stand together, so each number of a pool has a pass. */
static bool pools(struct board_page_cursor *c, struct board_text *t)
{
	static const char *const names[] = {
		"pool_used", "pool_high", "pool_size"};
	struct board_gauge g;

	if (c->i == 0)
		type(t, names[c->j], "", " gauge\n");
	if (!board_page_gauge(c->i++, &g)) {
		c->i = 0;
		return ++c->j < 3;
	}
	if (!g.total)
		return true;
	board_text_str(t, "lwsmtpd_");
	board_text_str(t, names[c->j]);
	board_text_str(t, "{");
	label(t, "pool", g.name);
	board_text_str(t, "}");
	value(t, c->j == 0 ? g.used : c->j == 1 ? g.high : g.total);
	return true;
}

static bool quirks(struct board_page_cursor *c, struct board_text *t)
{
	const struct smtpd_peer_memory *m = board_page_quirk(c);

	if (!m)
		return false;
	if (!c->more)
		type(t, "quirks", "", " gauge\n");
	c->more = true;
	board_text_str(t, "lwsmtpd_quirks");
	peer(t, &m->peer);
	label(t, "quirk", smtpd_quirk_name((enum smtpd_quirk)c->j));
	board_text_str(t, "}");
	value(t, m->quirks[c->j]);
	c->j++;
	return true;
}

#if SMTPD_INBOX
static bool same_channel(
	const struct board_alert *a, const struct board_alert *b)
{
	return a->peer.family == b->peer.family &&
	       memcmp(a->peer.ip, b->peer.ip, sizeof a->peer.ip) == 0 &&
	       strcmp(a->alert.device, b->alert.device) == 0 &&
	       strcmp(a->alert.channel, b->alert.channel) == 0;
}

/* Is this the last that was heard of its channel? */
static bool is_last(unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (same_channel(board_inbox_at(i), board_inbox_at(n)))
			return false;
	return true;
}

static bool devices(struct board_page_cursor *c, struct board_text *t)
{
	const struct board_alert *a = board_inbox_at(c->i);

	if (!a)
		return false;
	if (!c->i)
		type(t, "device_active", "", " gauge\n");
	if (is_last(c->i)) {
		board_text_str(t, "lwsmtpd_device_active");
		peer(t, &a->peer);
		label(t, "device", a->alert.device);
		board_text_str(t, ",");
		label(t, "channel", a->alert.channel);
		board_text_str(t, "}");
		value(t, a->alert.state == SMTPD_ALERT_START);
	}
	c->i++;
	return true;
}
#endif

static bool (*const parts[])(
	struct board_page_cursor *, struct board_text *) = {
	unit,
	counters,
	pools,
	quirks,
#if SMTPD_INBOX
	devices,
#endif
};

/* see page_json.h */
bool board_page_metrics(struct board_page_cursor *c, struct board_text *t)
{
	if (c->stage >= sizeof parts / sizeof *parts)
		return false;
	if (!parts[c->stage](c, t))
		*c = (struct board_page_cursor){
			.stage = (uint16_t)(c->stage + 1)};
	return true;
}
