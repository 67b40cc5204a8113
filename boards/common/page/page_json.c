/*
 * page_json.c - /status.json, piece by piece
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_tls_config.h"

#include <string.h>

/* wolfSSL's settings come first */
#if SMTPD_TLS
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/version.h>
#endif

#include "alerts/alert.h"
#include "blocks.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/sys.h"
#include "page_conn.h"
#include "page_events.h"
#include "page_gauges.h"
#include "page_json.h"
#include "smtpd_peers.h"

/* see page_json.h */
const struct smtpd_peer_memory *board_page_quirk(struct board_page_cursor *c)
{
	const struct smtpd_peer_memory *m;

	for (; (m = smtpd_peer_get(c->i)) != NULL; c->i++, c->j = 0)
		for (; c->j < SMTPD_QUIRK_COUNT; c->j++)
			if (m->quirks[c->j])
				return m;
	return NULL;
}

/* see page_json.h */
const char *board_page_wolfssl(void)
{
#if SMTPD_TLS
	return LIBWOLFSSL_VERSION_STRING;
#else
	return "";
#endif
}

/* ---- JSON ---- */

static void key(struct board_text *t, const char *name)
{
	board_text_str(t, ",\"");
	board_text_str(t, name);
	board_text_str(t, "\":");
}

static void string(struct board_text *t, const char *name, const char *value)
{
	key(t, name);
	board_text_json(t, value, strlen(value));
}

static void number(struct board_text *t, const char *name, uint64_t n)
{
	key(t, name);
	board_text_num(t, n);
}

/* 0: nobody knows. */
static void known(struct board_text *t, const char *name, uint64_t n)
{
	key(t, name);
	if (n)
		board_text_num(t, n);
	else
		board_text_str(t, "null");
}

static void flag(struct board_text *t, const char *name, bool on)
{
	key(t, name);
	board_text_str(t, on ? "true" : "false");
}

static void comma(struct board_page_cursor *c, struct board_text *t)
{
	if (c->more)
		board_text_str(t, ",");
	c->more = true;
}

/* A comma, and the first member of an object in a list. */
static void object(struct board_page_cursor *c, struct board_text *t,
	const char *name, const char *value)
{
	comma(c, t);
	board_text_str(t, "{\"");
	board_text_str(t, name);
	board_text_str(t, "\":");
	board_text_json(t, value, strlen(value));
}

static void peer(struct board_page_cursor *c, struct board_text *t,
	const struct smtpd_peer *p)
{
	comma(c, t);
	board_text_str(t, "{\"peer\":\"");
	board_alert_peer(t, p);
	board_text_str(t, "\"");
}

/* ---- its lists; each appends one item, or says that there is none left ----
 */

static bool unit(struct board_page_cursor *c, struct board_text *t)
{
	struct board_page_memory m = {0};

	if (c->i++)
		return false;
	board_page->memory(&m);
	board_text_str(t, "\"version\":\"" SMTPD_VERSION "\"");
	string(t, "lwip", LWIP_VERSION_STRING);
	string(t, "wolfssl", board_page_wolfssl());
	string(t, "name", board_page->host_name);
	string(t, "local_name", board_page->local_name);
	number(t, "uptime_ms", sys_now() - board_page_since_ms);
	number(t, "session_octets", smtpd_session_size());
	known(t, "flash_used", m.flash_used);
	known(t, "flash_size", m.flash_size);
	known(t, "ram_used", m.ram_used);
	known(t, "ram_size", m.ram_size);
	return true;
}

static bool counters(struct board_page_cursor *c, struct board_text *t)
{
	uint64_t n;
	const char *name = board_page_counter(c->i++, &n);

	if (!name)
		return false;
	comma(c, t);
	board_text_str(t, "\"");
	board_text_str(t, name);
	board_text_str(t, "\":");
	board_text_num(t, n);
	return true;
}

#if LWIP_IPV6
/* A link-local one has a zone, which no device has a field for. */
static bool is_usable(const struct netif *netif, unsigned n)
{
	return ip6_addr_isvalid(netif_ip6_addr_state(netif, n)) &&
	       !ip6_addr_islinklocal(netif_ip6_addr(netif, n));
}
#endif

/* IPv4's, then those of IPv6; NULL: there is none, or not yet. */
static const ip_addr_t *address(unsigned n)
{
	const struct netif *netif = netif_default;

	(void)n;
	if (!netif)
		return NULL;
#if LWIP_IPV6
	if (n)
		return is_usable(netif, n - 1) ? netif_ip_addr6(netif, n - 1)
					       : NULL;
#endif
	return ip4_addr_isany(netif_ip4_addr(netif)) ? NULL
						     : netif_ip_addr4(netif);
}

static bool addresses(struct board_page_cursor *c, struct board_text *t)
{
	unsigned most = LWIP_IPV6 ? 1 + LWIP_IPV6_NUM_ADDRESSES : 1;
	const ip_addr_t *ip;

	if (board_page->hidden || c->i >= most)
		return false;
	ip = address(c->i++);
	if (!ip)
		return true;
	comma(c, t);
	board_text_str(t, "\"");
	board_text_str(t, ipaddr_ntoa(ip));
	board_text_str(t, "\"");
	return true;
}

/* What a device's owner types into it, port by port. */
static bool ports(struct board_page_cursor *c, struct board_text *t)
{
	const struct board_policy *policy = board_page->policy;
	uint16_t port, flags;

	if (c->i >= BOARD_PORTS)
		return false;
	port = board_policy_port(policy, c->i);
	flags = board_policy_flags(policy, c->i);
	if (port) {
		object(c, t, "name", board_policy_name(c->i));
		string(t, "rules", board_policy_text(flags));
		string(t, "encryption", board_policy_encryption(flags));
		string(t, "login", board_policy_login(flags));
		number(t, "port", port);
		board_text_str(t, "}");
	}
	c->i++;
	return true;
}

/* An item of a comma list, which the cursor's `at` is in. */
static bool listed(
	struct board_page_cursor *c, struct board_text *t, const char *list)
{
	const char *rest = list + c->at;
	struct smtpd_str item;

	if (c->i || !*list)
		return false;
	item = board_list_item(&rest);
	c->i = !rest;
	c->at = rest ? (uint32_t)(rest - list) : 0;
	comma(c, t);
	board_text_json(t, item.s, item.len);
	return true;
}

static bool domains(struct board_page_cursor *c, struct board_text *t)
{
	return listed(c, t, board_page->domains);
}

static bool recipients(struct board_page_cursor *c, struct board_text *t)
{
	return listed(c, t, board_page->addresses);
}

static unsigned listener_of(const struct smtpd_info *info)
{
	unsigned i = 0;

	while (i < BOARD_PORTS && info->listener != board_page->listener(i))
		i++;
	return i;
}

static bool sessions(struct board_page_cursor *c, struct board_text *t)
{
	static const char *const phases[] = {"connected", "TLS handshake",
		"command", "AUTH", "envelope", "message", "waits for a sink",
		"closing"};
	const struct smtpd_session *s;
	struct smtpd_info info;
	uint32_t since_ms;
	unsigned i = c->i;

	while (i < SMTPD_MAX_SESSIONS && !smtpd_session_at(i))
		i++;
	s = smtpd_session_at(i);
	c->i = (uint16_t)(i + 1);
	if (!s)
		return false;
	smtpd_session_info(s, &info);
	peer(c, t, &info.peer);
	string(t, "listener", board_policy_word(listener_of(&info)));
	string(t, "state", phases[smtpd_session_phase(s)]);
	key(t, "since_s");
	if (board_events_since(i, &since_ms))
		board_text_num(t, (sys_now() - since_ms) / 1000);
	else
		board_text_str(t, "null");
	string(t, "tls", info.tls ? info.tls->version : "");
	flag(t, "user", info.authenticated);
	number(t, "messages", info.mail_count);
	number(t, "octets", info.octets);
	board_text_str(t, "}");
	return true;
}

static bool pools(struct board_page_cursor *c, struct board_text *t)
{
	struct board_gauge g;

	if (!board_page_gauge(c->i++, &g))
		return false;
	if (!g.total)
		return true;
	object(c, t, "name", g.name);
	number(t, "used", g.used);
	number(t, "high", g.high);
	number(t, "total", g.total);
	board_text_str(t, "}");
	return true;
}

static bool peers(struct board_page_cursor *c, struct board_text *t)
{
	const struct smtpd_peer_memory *m = smtpd_peer_get(c->i);

	if (!m)
		return false;
	c->i++;
	peer(c, t, &m->peer);
	number(t, "seen_s", (sys_now() - m->seen_ms) / 1000);
	number(t, "tls_failures", m->tls_failures);
	flag(t, "delivered", m->delivered);
	board_text_str(t, "}");
	return true;
}

static bool quirks(struct board_page_cursor *c, struct board_text *t)
{
	const struct smtpd_peer_memory *m = board_page_quirk(c);

	if (!m)
		return false;
	peer(c, t, &m->peer);
	string(t, "quirk", smtpd_quirk_name((enum smtpd_quirk)c->j));
	string(t, "advice", smtpd_quirk_text((enum smtpd_quirk)c->j));
	number(t, "count", m->quirks[c->j]);
	board_text_str(t, "}");
	c->j++;
	return true;
}

/* ---- the document ---- */

struct part {
	const char *before;
	bool (*item)(struct board_page_cursor *, struct board_text *);
};

static const struct part parts[] = {
	{"{\"unit\":{", unit},
	{"},\"counters\":{", counters},
	{"},\"addresses\":[", addresses},
	{"],\"ports\":[", ports},
	{"],\"domains\":[", domains},
	{"],\"recipients\":[", recipients},
	{"],\"sessions\":[", sessions},
	{"],\"pools\":[", pools},
	{"],\"peers\":[", peers},
	{"],\"quirks\":[", quirks},
	{"]}\n", NULL},
};

/* see page_json.h */
bool board_page_status(struct board_page_cursor *c, struct board_text *t)
{
	const unsigned last = sizeof parts / sizeof *parts - 1;

	if (c->stage > last)
		return false;
	if (!c->begun) {
		board_text_str(t, parts[c->stage].before);
		c->begun = true;
	}
	if (c->stage == last || !parts[c->stage].item(c, t))
		*c = (struct board_page_cursor){
			.stage = (uint16_t)(c->stage + 1)};
	return true;
}
