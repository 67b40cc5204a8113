/*
 * host_ports.c - net user: the addresses and ports of this machine to listen on
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host_ports.h"
#include "options.h"
#include "page_open.h"
#include "server.h"

#define HOSTS    8
#define TEXT_MAX 64

static struct board_host hosts[HOSTS];
static unsigned host_count;

/* ---- which addresses of this machine ---- */

static bool add_address(const char *text, bool optional)
{
	union board_address *a;

	if (host_count == HOSTS)
		return false;
	a = &hosts[host_count].a;
	memset(&hosts[host_count], 0, sizeof hosts[host_count]);
	if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1)
		a->v4.sin_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) == 1)
		a->v6.sin6_family = AF_INET6;
	else
		return false;
	hosts[host_count++].optional = optional;
	return true;
}

static bool add_list(const char *list)
{
	char text[INET6_ADDRSTRLEN];
	size_t n;

	for (;; list += n + 1) {
		while (*list == ' ')
			list++;
		n = strcspn(list, ", ");
		snprintf(text, sizeof text, "%.*s", (int)n, list);
		if (n >= sizeof text || !add_address(text, false))
			return false;
		while (list[n] == ' ')
			n++;
		if (!list[n])
			return true;
	}
}

static bool find_addresses(void)
{
	const char *s = board_options.interfaces;

	host_count = 0;
	if (strcmp(s, "loopback-only") == 0)
		return add_address("127.0.0.1", false) &&
		       add_address("::1", true);
	if (strcmp(s, "all") == 0)
		return add_address("0.0.0.0", false) && add_address("::", true);
	return add_list(s);
}

socklen_t board_hosts_port(union board_address *a, uint16_t port)
{
	if (a->any.sa_family == AF_INET) {
		a->v4.sin_port = htons(port);
		return sizeof a->v4;
	}
	a->v6.sin6_port = htons(port);
	return sizeof a->v6;
}

const char *board_hosts_text(
	const union board_address *a, char *text, size_t cap)
{
	char ip[INET6_ADDRSTRLEN] = "";

	if (a->any.sa_family == AF_INET)
		inet_ntop(AF_INET, &a->v4.sin_addr, ip, sizeof ip);
	else
		inet_ntop(AF_INET6, &a->v6.sin6_addr, ip, sizeof ip);
	snprintf(text, cap, a->any.sa_family == AF_INET ? "%s" : "[%s]", ip);
	return text;
}

/* ---- are the ports free? ---- */

int board_hosts_fail(
	const struct board_host *h, const uint16_t *port, int error)
{
	char ip[TEXT_MAX];

	board_hosts_text(&h->a, ip, sizeof ip);
	if (error == EADDRINUSE)
		return board_options_fail(port,
			"port %u is in use on %s; stop what listens there or "
			"give another port",
			*port, ip);
	if (error == EACCES)
		return board_options_fail(port,
			"port %u on %s is not allowed; give one from 1024 on, "
			"or run with CAP_NET_BIND_SERVICE",
			*port, ip);
	return board_options_fail(board_options.interfaces,
		"cannot listen on %s port %u: %s; give an address of this "
		"machine",
		ip, *port, strerror(error));
}

/* Does a listening socket work there? Returns 0 or an errno value. */
static int try_port(const union board_address *a, socklen_t len)
{
	int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1, error = 0;

	if (fd < 0)
		return errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (a->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, &a->any, len) < 0 || listen(fd, 1) < 0)
		error = errno;
	close(fd);
	return error;
}

bool board_hosts_absent(const struct board_host *h, int error)
{
	return h->optional && (error == EADDRNOTAVAIL || error == EAFNOSUPPORT);
}

static int check_port(struct board_host *h, const uint16_t *port)
{
	socklen_t len = board_hosts_port(&h->a, *port);
	int error = try_port(&h->a, len);

	return error && !board_hosts_absent(h, error)
		       ? board_hosts_fail(h, port, error)
		       : 0;
}

static bool is_loopback(const union board_address *a)
{
	if (a->any.sa_family == AF_INET)
		return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

/* see host_ports.h */
bool board_hosts_local(void)
{
	unsigned i;

	if (!host_count && !find_addresses())
		return false;
	for (i = 0; i < host_count; i++)
		if (!is_loopback(&hosts[i].a))
			return false;
	return true;
}

static int check_ports(struct board_host *h)
{
	unsigned p;
	int status = 0;

	for (p = 0; p < BOARD_PORTS && !status; p++)
		if (board_port_used(p))
			status = check_port(h, board_port_numbers[p]);
	if (!status && board_page_used())
		status = check_port(h, &board_options.page_port);
	return status;
}

int board_hosts_check(void)
{
	unsigned i;
	int status = 0;

	if (!find_addresses())
		return board_options_fail(board_options.interfaces,
			"\"%s\" is not right; give loopback-only, all, or up "
			"to 8 addresses",
			board_options.interfaces);
	for (i = 0; i < host_count && !status; i++)
		status = check_ports(&hosts[i]);
	return status;
}

struct board_host *board_hosts_found(unsigned *count)
{
	*count = host_count;
	return hosts;
}
