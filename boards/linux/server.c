/*
 * server.c - the program's listeners, and what it says when it takes mail
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "lwip_smtpd.h"
#include "net.h"
#include "options.h"
#include "server.h"
#include "sinks.h"
#include "tls_files.h"

const struct board_port board_ports[BOARD_PORTS] = {
	[BOARD_SMTP] = {&board_options.smtp_port, "SMTP"},
	[BOARD_SUBMISSION] = {&board_options.submission_port, "submission"},
	[BOARD_SMTPS] = {&board_options.smtps_port, "SMTPS"},
	[BOARD_LMTP] = {&board_options.lmtp_port, "LMTP"},
};

static struct lwip_smtpd_listener listeners[BOARD_PORTS];

/* Can anybody AUTH at all? */
static bool auth_possible(void)
{
	return board_options.auth_enable &&
	       (board_options.use_tls || !board_options.tls_auth_only);
}

bool board_port_used(unsigned i)
{
	if (!*board_ports[i].number)
		return false;
	if (i == BOARD_SUBMISSION)
		return auth_possible();
	return i != BOARD_SMTPS || board_options.use_tls;
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
static int same_number(const struct board_port *a, const struct board_port *b)
{
	const struct board_port *given = board_options_given(a->number) ? a : b;

	return board_options_fail(given->number,
		"%u is the port of %s already; give another", *a->number,
		given == a ? b->name : a->name);
}

static int check_numbers(void)
{
	const struct board_port *a, *b;
	unsigned i, j;

	for (i = 0; i < BOARD_PORTS; i++)
		for (j = 0; j < i; j++) {
			a = &board_ports[i];
			b = &board_ports[j];
			if (*a->number && *a->number == *b->number)
				return same_number(a, b);
		}
	return 0;
}

static int check_policy(void)
{
	const struct board_options *o = &board_options;

	if (o->enforce_tls && !o->use_tls)
		return board_options_fail(
			&o->enforce_tls, "yes needs smtpd_use_tls = yes");
	if (o->smtps_auth && !o->auth_enable)
		return board_options_fail(&o->smtps_auth,
			"yes needs smtpd_sasl_auth_enable = yes");
	if (o->lmtp_port && !SMTPD_LMTP)
		return board_options_fail(&o->lmtp_port,
			"LMTP is not compiled in (SMTPD_LMTP); give 0");
	return 0;
}

static uint8_t flags(unsigned i)
{
	const struct board_options *o = &board_options;
	unsigned f = 0;

	if (o->use_tls)
		f |= i == BOARD_SMTPS ? SMTPD_LISTEN_TLS
				      : SMTPD_LISTEN_STARTTLS;
	if (auth_possible())
		f |= SMTPD_LISTEN_AUTH;
	if (auth_possible() && !o->tls_auth_only)
		f |= SMTPD_LISTEN_AUTH_CLEAR;
	if (i == BOARD_SMTP && o->enforce_tls)
		f |= SMTPD_LISTEN_TLS_REQUIRED;
	if (i == BOARD_SUBMISSION)
		f |= SMTPD_LISTEN_AUTH_REQUIRED;
	if (i == BOARD_SUBMISSION && o->tls_auth_only)
		f |= SMTPD_LISTEN_TLS_REQUIRED;
	if (i == BOARD_SMTPS && o->smtps_auth)
		f |= SMTPD_LISTEN_AUTH_REQUIRED;
	if (i == BOARD_LMTP)
		f |= SMTPD_LISTEN_LMTP;
	return (uint8_t)f;
}

static void fill(unsigned i)
{
	struct lwip_smtpd_listener *l = &listeners[i];

	memset(l, 0, sizeof *l);
	l->smtpd.sink = &board_sink;
	l->smtpd.limits = &board_options.limits;
	l->smtpd.host_name = board_options.host_name;
	l->smtpd.flags = flags(i);
	ip_addr_copy(l->ip, *IP_ANY_TYPE);
	l->port = *board_ports[i].number;
	l->tls = board_options.use_tls ? &board_tls : NULL;
}

int board_server_check(void)
{
	struct board_options *o = &board_options;
	unsigned i;
	int status;

	find_host_name();
	/* everybody on this machine has one address there */
	if (board_net_is_user() &&
		!board_options_given(&o->limits.peer_sessions))
		o->limits.peer_sessions = 0;
	status = check_numbers();
	if (!status)
		status = check_policy();
	for (i = 0; i < BOARD_PORTS && !status; i++) {
		fill(i);
		if (board_port_used(i) &&
			smtpd_listener_check(&listeners[i].smtpd) != 0)
			return board_options_fail(o->host_name,
				"\"%s\" is not right; give a name of letters, "
				"digits, '-' and '.'",
				o->host_name);
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
			return board_options_fail(board_ports[i].number,
				"cannot listen: lwIP error %d", error);
		open++;
	}
	if (!open)
		return board_fail("no port is open; give smtp_port a number");
	return 0;
}

void board_server_close(void)
{
	unsigned i;

	for (i = 0; i < BOARD_PORTS; i++)
		lwip_smtpd_unlisten(&listeners[i]);
}

uint8_t board_port_flags(unsigned i)
{
	return listeners[i].smtpd.flags;
}
