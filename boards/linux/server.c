/*
 * server.c - the program's listeners, and what it says when it takes mail
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "access.h"
#include "blocks.h"
#include "log.h"
#include "lwip_smtpd.h"
#include "net.h"
#include "options.h"
#include "page.h"
#include "page_open.h"
#include "relay.h"
#include "server.h"
#include "sinks.h"
#include "smtpd_recipients.h"
#include "tls_files.h"

const uint16_t *const board_port_numbers[BOARD_PORTS] = {
	[BOARD_SMTP] = &board_options.policy.smtp_port,
	[BOARD_SUBMISSION] = &board_options.policy.submission_port,
	[BOARD_SMTPS] = &board_options.policy.smtps_port,
	[BOARD_LMTP] = &board_options.policy.lmtp_port,
};

static struct lwip_smtpd_listener listeners[BOARD_PORTS];
#if SMTPD_PROXY
static struct smtpd_cidr proxies[BOARD_PORTS][BOARD_PROXIES_MAX];
#endif

/* see server.h */
const struct smtpd_listener *board_server_listener(unsigned i)
{
	return &listeners[i].smtpd;
}

bool board_port_used(unsigned i)
{
	return board_policy_port(&board_options.policy, i) != 0;
}

/* ---- options ---- */

static void find_host_name(void)
{
	char *name = board_options.host_name, *p;

	if (*name)
		return;
	if (gethostname(name, sizeof board_options.host_name - 1) < 0 || !*name)
		snprintf(name, sizeof board_options.host_name, "localhost");
	for (p = name; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
			    "YZ0123456789.-",
			    *p))
			*p = '-';
}

/* Blame the one that was given. */
static int same_number(unsigned i, unsigned j)
{
	bool given = board_options_given(board_port_numbers[i]);

	return board_options_fail(board_port_numbers[given ? i : j],
		"%u is the port of %s already; give another",
		*board_port_numbers[i], board_policy_name(given ? j : i));
}

static int check_numbers(void)
{
	unsigned i, j;

	for (i = 0; i < BOARD_PORTS; i++)
		for (j = 0; j < i; j++)
			if (*board_port_numbers[i] &&
				*board_port_numbers[i] ==
					*board_port_numbers[j])
				return same_number(i, j);
	for (i = 0; i < BOARD_PORTS && board_page_used(); i++)
		if (*board_port_numbers[i] == board_options.page_port)
			return board_options_fail(&board_options.page_port,
				"%u is the port of %s already; give another",
				board_options.page_port, board_policy_name(i));
	return 0;
}

/* What is asked for needs TLS, and authorities to check it against. */
static int check_client_certs(void)
{
	const struct board_options *o = &board_options;
	unsigned i;

	for (i = 0; i < BOARD_PORTS; i++) {
		if (!board_port_used(i) || !o->client_cert[i])
			continue;
		if (!SMTPD_TLS_CLIENT_CERT)
			return board_options_fail(&o->client_cert[i],
				"not compiled in (SMTPD_TLS_CLIENT_CERT); give "
				"off");
		if (!o->policy.use_tls)
			return board_options_fail(&o->client_cert[i],
				"needs smtpd_use_tls = yes");
		if (!*o->client_ca)
			return board_options_fail(&o->client_cert[i],
				"needs tls_client_ca: a file with the "
				"authorities whose clients are let in");
	}
	return 0;
}

#if SMTPD_AUTH_EXTERNAL
/* A port must ask for what is to be logged in with. */
static int check_external(void)
{
	const struct board_options *o = &board_options;
	unsigned i;

	if (!o->policy.external)
		return 0;
	for (i = 0; i < BOARD_PORTS; i++)
		if (board_port_used(i) && o->client_cert[i])
			return 0;
	return board_options_fail(&o->policy.external,
		"yes needs a port that asks for certificates, such as "
		"submission_client_cert = ask");
}
#else
#define check_external() 0
#endif

#if SMTPD_AUTH_CHOICE
/* A port that requires AUTH must have some; one that offers it as well, if it
 * is told by which. */
static int check_mechanisms(void)
{
	const struct board_policy *o = &board_options.policy;
	unsigned i;

	if (o->smtps_auth && !board_policy_mechanisms(o, BOARD_SMTPS))
		return board_options_fail(&o->mechanisms[BOARD_SMTPS],
			"smtps_auth_required = yes needs a mechanism");
	for (i = 0; i < BOARD_PORTS; i++)
		if (*board_port_numbers[i] && o->mechanisms[i] &&
			!board_policy_mechanisms(o, i))
			return board_options_fail(&o->mechanisms[i],
				"none of them can be had; give smtpd_sasl_"
				"external = yes for EXTERNAL, or PLAIN");
	return 0;
}
#else
#define check_mechanisms() 0
#endif

static int check_policy(void)
{
	const struct board_options *o = &board_options;
	int status;

	if (o->policy.enforce_tls && !o->policy.use_tls)
		return board_options_fail(&o->policy.enforce_tls,
			"yes needs smtpd_use_tls = yes");
	if (o->policy.smtps_auth && !o->policy.auth_enable)
		return board_options_fail(&o->policy.smtps_auth,
			"yes needs smtpd_sasl_auth_enable = yes");
	status = check_client_certs();
	if (!status)
		status = board_page_check();
	if (status)
		return status;
	status = check_external();
	if (!status)
		status = check_mechanisms();
	if (status)
		return status;
	if (o->policy.lmtp_port && !SMTPD_LMTP)
		return board_options_fail(&o->policy.lmtp_port,
			"LMTP is not compiled in (SMTPD_LMTP); give 0");
	return 0;
}

#if SMTPD_ACCESS
static struct board_access access_lists;

static int check_list(const char *list, bool deny)
{
	struct board_text why;
	char text[256];

	board_text_start(&why, text, sizeof text);
	return board_access_read(&access_lists, list, deny, &why)
		       ? board_options_fail(list, "%s", text)
		       : 0;
}
#endif

static int check_access(void)
{
#if SMTPD_ACCESS
	int status = check_list(board_options.allow, false);

	return status ? status : check_list(board_options.deny, true);
#else
	return 0;
#endif
}

static void fill(unsigned i)
{
	struct lwip_smtpd_listener *l = &listeners[i];

	memset(l, 0, sizeof *l);
	l->smtpd.sink = &board_sink;
	l->smtpd.limits = &board_options.limits;
	l->smtpd.host_name = board_options.host_name;
	l->smtpd.flags = board_policy_flags(&board_options.policy, i);
	/* or who has no certificate would do without TLS */
	if (i != BOARD_SMTPS &&
		board_options.client_cert[i] == BOARD_CLIENT_CERT_REQUIRE)
		l->smtpd.flags |= SMTPD_LISTEN_TLS_REQUIRED;
#if SMTPD_AUTH_MORE
	l->smtpd.auth_off =
		(uint8_t)(SMTPD_MECH_ALL &
			  ~board_policy_mechanisms(&board_options.policy, i));
#endif
#if SMTPD_EARLY_TALKER
	l->smtpd.greet_delay_ms = board_options.policy.greet_delay_ms[i];
#endif
	l->smtpd.forgive = board_policy_forgive(&board_options.policy, i);
#if SMTPD_ACCESS
	l->smtpd.access = &access_lists.lists[i];
#endif
	ip_addr_copy(l->ip, *IP_ANY_TYPE);
	l->port = *board_port_numbers[i];
	if (board_options.policy.use_tls)
		l->tls = &board_tls[board_tls_way(i)];
}

#if SMTPD_RECIPIENTS
static struct smtpd_recipients recipients;

/* The option that an item stands in. */
static const char *list_of(const char *item)
{
	const struct board_options *o = &board_options;

	if (item == &recipients.delimiter)
		return o->recipient_delimiter;
	return item >= o->local_recipients &&
			       item < o->local_recipients +
					       sizeof o->local_recipients
		       ? o->local_recipients
		       : o->mydestination;
}

static int take_recipients(void)
{
	const struct board_options *o = &board_options;
	struct smtpd_str item = {"", 0};
	const char *why;

	recipients.domains = o->mydestination;
	recipients.addresses = o->local_recipients;
	recipients.delimiter = *o->recipient_delimiter;
	why = smtpd_recipients_check(&recipients, &item);
	if (!why)
		return 0;
	return board_options_fail(
		list_of(item.s), "\"%.*s\" %s", item.len, item.s, why);
}

static void give_recipients(struct smtpd_listener *l)
{
	if (*recipients.domains || *recipients.addresses)
		l->recipients = &recipients;
}
#else
#define take_recipients()  0
#define give_recipients(l) ((void)(l))
#endif

#if SMTPD_PROXY
static int take_proxies(unsigned i)
{
	const char *list = board_options.proxies[i];
	struct board_text why;
	char text[512];
	int n;

	board_text_start(&why, text, sizeof text);
	n = board_blocks_parse(list, proxies[i], BOARD_PROXIES_MAX, &why);
	if (n < 0)
		return board_options_fail(list, "%s", text);
	listeners[i].smtpd.proxies = proxies[i];
	listeners[i].smtpd.proxy_count = (uint16_t)n;
	return 0;
}
#else
static int take_proxies(unsigned i)
{
	(void)i;
	return 0;
}
#endif

#if SMTPD_RELAY_CHECK
/* What relays is strict, unless it is told otherwise. */
static void take_relaying(void)
{
	struct board_policy *o = &board_options.policy;

	if (o->relays && !board_options_given(&o->smtp_profile))
		o->smtp_profile = SMTPD_STRICT;
}

/* Who has no certificate of ours gets no further than the handshake. */
static int check_relay(unsigned i)
{
	struct board_options *o = &board_options;
	char address[SMTPD_RELAY_ADDRESS_MAX], why[1024];
	struct smtpd_listener l;
	struct board_text t;

	if (!o->policy.relays || !board_port_used(i) ||
		o->client_cert[i] == BOARD_CLIENT_CERT_REQUIRE)
		return 0;
	l = board_relay_listener(&listeners[i].smtpd);
	if (lwip_smtpd_relay_check(&l, address) == 0)
		return 0;
	board_text_start(&t, why, sizeof why);
	board_relay_why(&t, i, *board_port_numbers[i], address);
	board_options_fail(&o->policy.relays, "%s", why);
	return EX_CONFIG;
}
#else
#define take_relaying() ((void)0)
#define check_relay(i)  ((void)(i), 0)
#endif

/* Everybody on this machine has one address with net user. */
static void no_limits_of_a_peer(void)
{
	struct smtpd_limits *l = &board_options.limits;

	if (!board_net_is_user())
		return;
	if (!board_options_given(&l->peer_sessions))
		l->peer_sessions = 0;
#if SMTPD_AUTH_DELAY
	if (!board_options_given(&l->auth_delay_ms))
		l->auth_delay_ms = 0;
#endif
}

int board_server_check(void)
{
	struct board_options *o = &board_options;
	unsigned i;
	int status;

	find_host_name();
	take_relaying();
	no_limits_of_a_peer();
	status = check_numbers();
	if (!status)
		status = check_policy();
	if (!status)
		status = take_recipients();
	if (!status)
		status = check_access();
	for (i = 0; i < BOARD_PORTS && !status; i++) {
		fill(i);
		give_recipients(&listeners[i].smtpd);
		status = take_proxies(i);
		if (!status && board_port_used(i) &&
			smtpd_listener_check(&listeners[i].smtpd) != 0)
			return board_options_fail(o->host_name,
				"\"%s\" is not right; give a name of letters, "
				"digits, '-' and '.'",
				o->host_name);
		if (!status)
			status = check_relay(i);
	}
	return status;
}

/* ---- running ---- */

int board_server_open(void)
{
	unsigned i, open = 0;
	err_t error;

	for (i = 0; i < BOARD_PORTS; i++) {
		if (!board_port_used(i))
			continue;
		error = lwip_smtpd_listen(&listeners[i]);
		if (error != ERR_OK)
			return board_options_fail(board_port_numbers[i],
				"cannot listen: lwIP error %d", error);
		open++;
	}
	if (!open)
		return board_fail("no port is open; give smtp_port a number");
	return board_page_start();
}

void board_server_close(void)
{
	unsigned i;

	for (i = 0; i < BOARD_PORTS; i++)
		lwip_smtpd_unlisten(&listeners[i]);
	board_page_close();
}
