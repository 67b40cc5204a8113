/*
 * server.c - the firmware's listeners and its certificate
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "blocks.h"
#include "console.h"
#include "firmware.h"
#include "lwip_smtpd.h"
#include "page_open.h"
#include "relay.h"
#include "server.h"
#include "smtpd_recipients.h"
#include "smtpd_tls_config.h"

#if SMTPD_TLS
#include "altcp_tls_wolfssl.h"
#endif

static struct lwip_smtpd_listener listeners[BOARD_PORTS];
static bool ready;

/* ---- TLS ---- */

#if SMTPD_TLS
/* By enum board_client_cert; NULL: no port asks so, or it cannot be had. */
#define WAYS (SMTPD_TLS_CLIENT_CERT ? BOARD_CLIENT_CERT_MODES : 1)
static struct altcp_tls_config *tls[WAYS];

#if SMTPD_TLS_CLIENT_CERT
static void open_asking(const struct smtpd_tls_identity *id, unsigned i)
{
	const struct board_settings *s = &board_settings;
	unsigned ask = s->client_cert[i];
	enum smtpd_tls_reason why;

	if (!ask || tls[ask] || !board_policy_port(&s->policy, i))
		return;
	tls[ask] = altcp_tls_config_asking(id, (enum smtpd_tls_ask)ask,
		s->client_ca, s->client_ca_len, &why);
	if (tls[ask])
		return;
	board_put("TLS: off where certificates are asked for: ");
	board_put_line(smtpd_tls_reason_text(why));
}

static void open_all_asking(const struct smtpd_tls_identity *id)
{
	unsigned i;

	smtpd_tls_clock_unset((enum smtpd_tls_clock)board_settings.clock_unset);
	for (i = 0; i < BOARD_PORTS; i++)
		open_asking(id, i);
}

static unsigned way_of(unsigned i)
{
	return board_settings.client_cert[i];
}
#else
#define open_all_asking(id) ((void)0)
#define way_of(i)           ((void)(i), 0)
#endif

static void open_tls(void)
{
	const struct board_settings *s = &board_settings;
	struct smtpd_tls_identity id = {.cert = s->cert,
		.cert_len = s->cert_len,
		.key = s->key,
		.key_len = s->key_len};
	enum smtpd_tls_reason why;

	if (!s->policy.use_tls)
		return;
	tls[0] = altcp_tls_config_identity(&id, &why);
	if (tls[0]) {
		open_all_asking(&id);
		return;
	}
	board_settings.policy.use_tls = false;
	board_put("TLS: off: ");
	board_put(smtpd_tls_reason_text(why));
	if (why == SMTPD_TLS_NO_MEMORY) {
		board_put(" for a certificate of ");
		board_put_num((uint32_t)id.cert_len);
		board_put(" octets");
	}
	board_put_end();
}

static struct altcp_tls_config *const *tls_config(unsigned i)
{
	return tls[way_of(i)] ? &tls[way_of(i)] : NULL;
}

/* see server.h */
struct altcp_tls_config *const *board_server_tls(void)
{
	return tls[0] ? &tls[0] : NULL;
}
#else
struct altcp_tls_config *const *board_server_tls(void)
{
	return NULL;
}

static void open_tls(void)
{
	board_settings.policy.use_tls = false;
}

static struct altcp_tls_config *const *tls_config(unsigned i)
{
	(void)i;
	return NULL;
}
#endif

/* ---- ports ---- */

#if SMTPD_RECIPIENTS
static struct smtpd_recipients recipients;

/* An item that is not right is nobody's address: the others count. */
static void take_recipients(void)
{
	const struct board_settings *s = &board_settings;
	struct smtpd_str item = {"", 0};
	struct board_text t;
	char text[128];
	const char *why;

	recipients.domains = s->mydestination;
	recipients.addresses = s->local_recipients;
	recipients.delimiter = *s->recipient_delimiter;
	why = smtpd_recipients_check(&recipients, &item);
	if (!why)
		return;
	board_text_start(&t, text, sizeof text);
	board_text_str(&t, "settings: recipients: ");
	board_text_json(&t, item.s, item.len);
	board_text_str(&t, " ");
	board_text_str(&t, why);
	board_put_line(text);
}

static void give_recipients(struct smtpd_listener *l)
{
	if (*recipients.domains || *recipients.addresses)
		l->recipients = &recipients;
}
#else
#define take_recipients()  ((void)0)
#define give_recipients(l) ((void)(l))
#endif

#if SMTPD_PROXY
/* A list that is not right is empty: nobody is believed. */
static void take_proxies(unsigned i)
{
	static struct smtpd_cidr proxies[BOARD_PORTS][BOARD_PROXIES_MAX];
	struct board_text why;
	char text[128];
	int n;

	board_text_start(&why, text, sizeof text);
	n = board_blocks_parse(
		board_settings.proxies[i], proxies[i], BOARD_PROXIES_MAX, &why);
	listeners[i].smtpd.proxies = proxies[i];
	listeners[i].smtpd.proxy_count = (uint16_t)(n > 0 ? n : 0);
	if (n >= 0)
		return;
	board_put("settings: proxies of ");
	board_put(board_policy_name(i));
	board_put(": ");
	board_put(text);
	board_put_line("; none is believed");
}
#else
static void take_proxies(unsigned i)
{
	(void)i;
}
#endif

#if SMTPD_RELAY_CHECK
/* Says so when it is one. */
static bool is_open_relay(unsigned i)
{
	char address[SMTPD_RELAY_ADDRESS_MAX], text[640];
	struct smtpd_listener l;
	struct board_text t;

#if SMTPD_TLS_CLIENT_CERT
	/* who has no certificate of ours gets no further than the handshake */
	if (board_settings.client_cert[i] == BOARD_CLIENT_CERT_REQUIRE)
		return false;
#endif
	l = board_relay_listener(&listeners[i].smtpd);
	if (!board_settings.policy.relays ||
		lwip_smtpd_relay_check(&l, address) == 0)
		return false;
	board_text_start(&t, text, sizeof text);
	board_text_str(&t, "settings: sink_relays: ");
	board_relay_why(&t, i, listeners[i].port, address);
	board_text_str(&t, "; it stays closed");
	board_put_line(text);
	return true;
}
#else
static bool is_open_relay(unsigned i)
{
	(void)i;
	return false;
}
#endif

static void listen_on(unsigned i, const struct smtpd_sink *sink)
{
	const struct board_settings *s = &board_settings;
	struct lwip_smtpd_listener *l = &listeners[i];
	err_t error;

	l->port = board_policy_port(&s->policy, i);
	if (!l->port)
		return;
	l->smtpd.sink = sink;
	l->smtpd.limits = &s->limits;
	l->smtpd.host_name = s->host_name;
	l->smtpd.flags = board_policy_flags(&s->policy, i);
#if SMTPD_TLS_CLIENT_CERT
	/* or who has no certificate would do without TLS */
	if (i != BOARD_SMTPS && s->client_cert[i] == BOARD_CLIENT_CERT_REQUIRE)
		l->smtpd.flags |= SMTPD_LISTEN_TLS_REQUIRED;
#endif
	l->smtpd.forgive = board_policy_forgive(&s->policy, i);
#if SMTPD_AUTH_MORE
	l->smtpd.auth_off = (uint8_t)(SMTPD_MECH_ALL &
				      ~board_policy_mechanisms(&s->policy, i));
#endif
#if SMTPD_EARLY_TALKER
	l->smtpd.greet_delay_ms = s->policy.greet_delay_ms[i];
#endif
	give_recipients(&l->smtpd);
	take_proxies(i);
#if SMTPD_ACCESS
	l->smtpd.access = &s->access.lists[i];
#endif
	ip_addr_copy(l->ip, *IP_ANY_TYPE);
	l->tls = tls_config(i);
	if (is_open_relay(i)) {
		l->port = 0;
		return;
	}
	error = lwip_smtpd_listen(l);
	if (error == ERR_OK)
		return;
	l->port = 0;
	board_put(board_policy_name(i));
	board_put(": cannot listen: lwIP error -");
	board_put_num((uint32_t)-error);
	board_put_end();
}

void board_server_open(const struct smtpd_sink *sink)
{
	unsigned i;

	open_tls();
	take_recipients();
	for (i = 0; i < BOARD_PORTS; i++)
		listen_on(i, sink);
}

void board_server_close(void)
{
	unsigned i;

	for (i = 0; i < BOARD_PORTS; i++)
		lwip_smtpd_unlisten(&listeners[i]);
}

/* see server.h */
unsigned board_server_port(const struct smtpd_listener *l)
{
	unsigned i = 0;

	while (i < BOARD_PORTS && l != &listeners[i].smtpd)
		i++;
	return i;
}

/* see server.h */
const struct smtpd_listener *board_server_listener(unsigned i)
{
	return &listeners[i].smtpd;
}

/* ---- the line ---- */

static void put_address(void)
{
	const ip_addr_t *ip = netif_ip_addr4(&board_netif);

#if LWIP_IPV6
	if (ip4_addr_isany(ip_2_ip4(ip))) {
		board_put("[");
		board_put_ip(netif_ip_addr6(&board_netif, 0));
		board_put("]");
	} else
#endif
		board_put_ip(ip);
	board_put(":");
}

static void put_port(unsigned i)
{
	board_put(board_policy_name(i));
	board_put(" ");
	put_address();
	board_put_num(listeners[i].port);
	board_put(" (");
	board_put(board_policy_text(
		board_policy_flags(&board_settings.policy, i)));
	board_put(")");
}

void board_server_ready(void)
{
	const char *between = "ready ";
	unsigned i;

	if (ready)
		return;
	ready = true;
	for (i = 0; i < BOARD_PORTS; i++) {
		if (!listeners[i].port)
			continue;
		board_put(between);
		put_port(i);
		between = ", ";
	}
#if SMTPD_PAGE
	if (board_page_scheme()) {
		board_put(between);
		board_put("page ");
		board_put(board_page_scheme());
		put_address();
		board_put_num(board_settings.page_port);
		board_put("/");
		between = ", ";
	}
#endif
	board_put_line(*between == ',' ? "" : "no port is open");
}
