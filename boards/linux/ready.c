/*
 * ready.c - what the program says when it takes mail
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"
#include "options.h"
#include "page_open.h"
#include "page_password.h"
#include "server.h"
#include "smtpd.h"
#include "tls_files.h"

static uint16_t flags_of(unsigned i)
{
	return board_policy_flags(&board_options.policy, i);
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char full[4096];
	size_t n;

	for (; path && *path; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		snprintf(full, sizeof full, "%.*s/%s", (int)n, path, program);
		if (access(full, X_OK) == 0)
			return true;
	}
	return false;
}

/* The port that asks for the least. */
static unsigned easiest(void)
{
	unsigned i;

	for (i = 0; i < BOARD_PORTS - 1; i++)
		if (board_port_used(i) &&
			!(flags_of(i) & SMTPD_LISTEN_AUTH_REQUIRED))
			return i;
	return board_port_used(BOARD_SUBMISSION) ? BOARD_SUBMISSION
	       : board_port_used(BOARD_SMTPS)    ? BOARD_SMTPS
						 : BOARD_LMTP;
}

static void print_swaks(const char *host, unsigned port, uint16_t flags,
	const char *user, const char *password)
{
	size_t n = strlen(host);

	if (*host == '[')
		host++, n -= 2;
	fprintf(stderr,
		"try: swaks --server %.*s --port %u --from camera@example.org "
		"--to you@example.org",
		(int)n, host, port);
	if (flags & SMTPD_LISTEN_LMTP)
		fputs(" --protocol LMTP", stderr);
	if (flags & SMTPD_LISTEN_TLS)
		fputs(" --tls-on-connect", stderr);
	if (flags & SMTPD_LISTEN_TLS_REQUIRED)
		fputs(" --tls", stderr);
	if (flags & SMTPD_LISTEN_AUTH_REQUIRED)
		fprintf(stderr, " --auth-user %s --auth-password %s", user,
			password);
	fputc('\n', stderr);
}

static void print_curl(const char *host, unsigned port, uint16_t flags,
	const char *user, const char *password)
{
	bool tls = flags & (SMTPD_LISTEN_TLS | SMTPD_LISTEN_TLS_REQUIRED);
	const char *zone = strchr(host, '%');

	fprintf(stderr,
		"try: printf 'Subject: test\\r\\n\\r\\nhello\\r\\n' | curl "
		"%s://%.*s%s%s:%u --mail-from camera@example.org --mail-rcpt "
		"you@example.org -T -",
		flags & SMTPD_LISTEN_TLS ? "smtps" : "smtp",
		zone ? (int)(zone - host) : (int)strlen(host), host,
		zone ? "%25" : "", zone ? zone + 1 : "", port);
	if (tls)
		fputs(" --ssl-reqd -k", stderr);
	if (flags & SMTPD_LISTEN_AUTH_REQUIRED)
		fprintf(stderr, " --user %s:%s", user, password);
	fputc('\n', stderr);
}

static void print_page(char hosts[BOARD_HOSTS][BOARD_HOST_MAX], unsigned count)
{
	unsigned h;

	fputs(", page", stderr);
	for (h = 0; h < count; h++)
		fprintf(stderr, " http%s://%s:%u/", board_page_tls() ? "s" : "",
			hosts[h], board_options.page_port);
}

static void print_ports(char hosts[BOARD_HOSTS][BOARD_HOST_MAX], unsigned count)
{
	const char *between = "";
	unsigned i, h;

	fputs("ready ", stderr);
	for (i = 0; i < BOARD_PORTS; i++) {
		if (!board_port_used(i))
			continue;
		fprintf(stderr, "%s%s", between, board_policy_name(i));
		for (h = 0; h < count; h++)
			fprintf(stderr, " %s:%u", hosts[h],
				*board_port_numbers[i]);
		fprintf(stderr, " (%s)", board_policy_text(flags_of(i)));
		between = ", ";
	}
	if (board_page_used())
		print_page(hosts, count);
	fputc('\n', stderr);
}

void board_server_ready(const char *password)
{
	char hosts[BOARD_HOSTS][BOARD_HOST_MAX];
	unsigned count = board_net_hosts(hosts), i = easiest();
	const char *print = board_tls_fingerprint();
	const char *user = password ? "lwsmtpd" : "USER";

	if (print && board_options.policy.use_tls)
		fprintf(stderr, "certificate: self-signed, SHA-256 %s\n",
			print);
	if (password)
		fprintf(stderr,
			"AUTH: user lwsmtpd, password %s (made now, shown only "
			"this time)\n",
			password);
	if (board_page_password_new())
		fprintf(stderr,
			"page: any user, password %s (made now, shown only "
			"this time)\n",
			board_options.page_password);
	print_ports(hosts, count);
	(in_path("swaks") ? print_swaks : print_curl)(hosts[0],
		*board_port_numbers[i], flags_of(i), user,
		password ? password : "PASSWORD");
	fflush(stderr);
}
