/*
 * host_ports.h - net user: the addresses and ports of this machine to listen on
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_HOST_PORTS_H
#define BOARD_HOST_PORTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union board_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* An address of option inet_interfaces. */
struct board_host {
	union board_address a;
	bool optional; /* IPv6 that this machine may not have */
	bool works;    /* a port is forwarded from it */
};

/*
 * Find the addresses and try every port.
 *
 * Returns 0, or 2 after the line about a port in use, a wrong address or the
 * like was printed. Leaves nothing open.
 */
int board_hosts_check(void);

/* The addresses that board_hosts_check() found; *count of them. */
struct board_host *board_hosts_found(unsigned *count);

/* Are all of them loopback addresses? Also before board_hosts_check(). */
bool board_hosts_local(void);

/* Set the port of an address. Returns the length of the address. */
socklen_t board_hosts_port(union board_address *, uint16_t port);

/* The address as text, IPv6 in brackets. Returns `text`. */
const char *board_hosts_text(
	const union board_address *, char *text, size_t cap);

/* An error that an optional address may give. */
bool board_hosts_absent(const struct board_host *, int error);

/* Print why listening there fails with this errno value. Returns 2. */
int board_hosts_fail(
	const struct board_host *, const uint16_t *port, int error);

#endif
