/*
 * proxy_cases.c - connections that begin with a PROXY header
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "cases.h"

#if SMTPD_PROXY

#include <string.h>

#include "smtpd_cidr.h"

#define LINE "PROXY TCP4 192.0.2.7 10.0.0.1 4711 25\r\n"

static struct smtpd_cidr proxies[1];

/* Whom the listener believes. */
void list_proxies(const char *block)
{
	CHECK(!smtpd_cidr_parse(proxies, block, strlen(block)));
	server_listener.smtpd.proxies = proxies;
	server_listener.smtpd.proxy_count = 1;
}

static bool announced(void)
{
	static const uint8_t ip[] = {192, 0, 2, 7};

	return server.peer.family == 4 && server.peer.port == 4711 &&
	       !memcmp(server.peer.ip, ip, 4);
}

/* Nothing is said before the header; then the announced address counts. */
void proxy_line_then_session(void)
{
	list_proxies("10.0.0.0/8");
	client_open(&one, "PROXY TCP4 192.0.2.7 10.0.0.1 4711 ");
	world_run(1000);
	CHECK(one.up && one.got == 0 && server.connected == 0);
	client_send(&one, "25\r\n" ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	CHECK(server.connected == 1 && announced());
	client_send(&one, BODY "QUIT\r\n");
	CHECK(client_expect(&one, "\r\n221 ", 1000) && server.ended == 1);
}

void proxy_line_octet_by_octet(void)
{
	list_proxies("10.0.0.0/8");
	client_open(&one, LINE "QUIT\r\n");
	one.step = 1;
	CHECK(client_expect(&one, "221 ", 2000) && announced());
	CHECK(client_count(&one, "220 ") == 1);
}

/* A second header is a line like any other. */
void proxy_line_twice(void)
{
	list_proxies("10.0.0.0/8");
	client_open(&one, LINE "PROXY TCP4 6.6.6.6 6.6.6.6 6 6\r\nQUIT\r\n");
	world_run(1000);
	CHECK(announced() && server.connected == 1);
	CHECK(client_count(&one, "250 ") == 0);
}

void proxy_header_missing(void)
{
	list_proxies("10.0.0.0/8");
	client_open(&one, ENVELOPE);
	CHECK(client_expect(&one, "421 4.7.0 PROXY", 1000));
	world_until(&one.eof, 1000);
	CHECK(one.eof && server.connected == 0 && server.refused == 1);
}

/* Nobody waits for ever. */
void proxy_header_late(void)
{
	list_proxies("10.0.0.0/8");
	client_open(&one, "PROXY TCP4 192");
	world_run(SMTPD_PROXY_MS - 1000);
	CHECK(one.got == 0 && !one.eof && lwip_smtpd_conn_count() == 1);
	CHECK(client_expect(&one, "421 ", 2000));
	CHECK(server.connected == 0);
}

void proxy_header_cut_off(void)
{
	list_proxies("10.0.0.0/8");
	client_open(&one, "PROXY TCP4 192");
	one.fin = true;
	CHECK(client_expect(&one, "421 ", 1000));
	client_open(&many[0], "PROXY");
	world_run(100);
	client_reset(&many[0]);
	world_run(100);
	CHECK(lwip_smtpd_conn_count() <= 1 && server.connected == 0);
}

/* Whoever is not listed is greeted at once, and a header is no command. */
void proxy_header_from_others(void)
{
	list_proxies("10.0.9.0/24");
	client_open(&one, LINE);
	world_run(1000);
	CHECK(client_count(&one, "220 ") == 1);
	CHECK(server.connected == 1 && server.peer.ip[0] == 10);
	client_reset(&one);
	CHECK(world_serves());
}

/* Sessions are counted by announced address. */
void proxy_peer_sessions(void)
{
	server_limits.peer_sessions = 1;
	list_proxies("10.0.0.0/8");
	client_open(&one, LINE);
	CHECK(client_expect(&one, "220 ", 1000));
	client_open(&many[0], LINE);
	CHECK(client_expect(&many[0], "421 ", 1000));
	client_open(&many[1], "PROXY TCP4 192.0.2.8 10.0.0.1 1 25\r\nQUIT\r\n");
	CHECK(client_expect(&many[1], "221 ", 1000));
	client_reset(&one);
}

/* Every slot waits for a header: no new one pushes them out. */
void proxy_slots_wait(void)
{
	unsigned i;

	list_proxies("10.0.0.0/8");
	for (i = 0; i < CONNS; i++) {
		client_open(&many[i], "PROXY");
		world_until(&many[i].up, 1000);
	}
	world_run(10);
	CHECK(lwip_smtpd_conn_count() == CONNS);
	client_open(&one, LINE);
	world_run(200);
	CHECK(one.failed);
	for (i = 0; i < CONNS; i++)
		client_send(&many[i], " UNKNOWN\r\nQUIT\r\n");
	CHECK(client_expect(&many[0], "221 ", 3000));
	for (i = 0; i < CONNS; i++)
		CHECK(client_count(&many[i], "221 ") +
				client_count(&many[i], "421 ") ==
			1);
}

#endif
