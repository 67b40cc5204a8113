/*
 * many.c - late verdicts, too many clients, hostile segments
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/priv/tcp_priv.h"
#include "lwip_hooks.h"

/* ---- late verdicts and re-entrance ---- */

/* The verdict comes from the main loop; the reply leaves at once. */
void case_158_verdict_from_the_main_loop(void)
{
	server.connect = server.mail = server.rcpt = server.begin = server.end =
		SMTPD_LATER;
	client_open(&one, ENVELOPE "DATA\r\n");
	world_run(0);
	CHECK(one.got == 0);
	smtpd_session_verdict(server.ref, SMTPD_ACCEPT, 0, NULL, NULL);
	CHECK(client_expect(&one, "220 ", 0));
	smtpd_session_verdict(server.ref, SMTPD_ACCEPT, 0, NULL, NULL);
	world_run(0);
	CHECK(smtpd_session_verdict(
		      server.ref, SMTPD_REJECT, 550, "5.1.1", "Who") == 0);
	CHECK(client_expect(&one, "550 5.1.1 Who", 0));
	server.rcpt = SMTPD_ACCEPT;
	client_send(&one, "RCPT TO:<c@d.example>\r\nDATA\r\n");
	world_run(0);
	smtpd_session_verdict(server.ref, SMTPD_ACCEPT, 0, NULL, NULL);
	CHECK(client_expect(&one, "354 ", 0));
	client_send(&one, BODY "QUIT\r\n");
	world_run(0);
	smtpd_session_verdict(server.ref, SMTPD_ACCEPT, 0, NULL, NULL);
	CHECK(client_expect(&one, "\r\n221 ", 0));
	CHECK(smtpd_session_verdict(server.ref, SMTPD_ACCEPT, 0, NULL, NULL) ==
		SMTPD_EGONE);
}

/* The verdict comes while another session's callback runs. */
void case_158_verdict_inside_another_session(void)
{
	server.end = SMTPD_LATER;
	server.answer_in_other = true;
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	client_send(&one, BODY);
	world_run(1000);
	CHECK(client_count(&one, "In other") == 0);
	client_open(&many[0], ENVELOPE);
	CHECK(client_expect(&many[0], "250 ", 1000));
	world_run(0);
	CHECK(client_count(&one, "250 2.6.0 In other") == 1);
}

void case_157_shutdown(void)
{
	/* The engine stops for good: the last case. */
	server.end = SMTPD_LATER;
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	client_send(&one, BODY);
	client_open(&many[0], ENVELOPE);
	world_run(1000);
	smtpd_shutdown();
	CHECK(client_expect(&many[0], "\r\n421 4.3.2", 0));
	CHECK(many[0].eof);
	CHECK(client_count(&one, "421") == 0);
	smtpd_session_verdict(server.ref, SMTPD_ACCEPT, 0, NULL, NULL);
	CHECK(client_expect(&one, "\r\n421 4.3.2", 0));
	CHECK(client_count(&one, "\r\n250 ") == 4);
	client_open(&many[1], "");
	CHECK(client_expect(&many[1], "421 4.3.2", 1000));
	CHECK(world_until(&many[1].eof, 1000));
	world_run(1000);
	CHECK(lwip_smtpd_conn_count() == 0);
}

/* ---- too many ---- */

static void open_many(unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		client_open(&many[i], "");
		if (i % 16 == 15)
			world_run(0);
	}
	world_run(1000);
}

void case_149_more_clients_than_slots(void)
{
	unsigned i, greeted = 0, refused = 0;

	open_many(SMTPD_MAX_SESSIONS + 2);
	for (i = 0; i < SMTPD_MAX_SESSIONS + 2; i++) {
		greeted += client_count(&many[i], "220 ") == 1;
		refused += client_count(&many[i], "421 4.3.2") == 1 &&
			   many[i].eof && !many[i].failed;
	}
	CHECK(greeted == SMTPD_MAX_SESSIONS);
	CHECK(refused == 2);
	for (i = 0; i < SMTPD_MAX_SESSIONS + 2; i++)
		client_send(&many[i], "QUIT\r\n");
	world_run(1000);
	CHECK(world_serves());
}

/* Those told 421 who do not go away do not keep others from being told. */
void case_149_refused_clients_stay(void)
{
	unsigned i, refused = 0;

	open_many(SMTPD_MAX_SESSIONS);
	for (i = SMTPD_MAX_SESSIONS; i < CONNS + 8; i++) {
		if (!client_open(&many[i], ""))
			break;
		many[i].closes = false;
		world_run(100);
		refused += client_count(&many[i], "421 4.3.2") == 1;
	}
	CHECK(refused == SMTPD_LWIP_CLOSING + 8);
	for (i = 0; i < CONNS + 8; i++)
		client_reset(&many[i]);
	world_run(100);
	CHECK(world_serves());
}

/* Every slot has a reply that lwIP does not take: the oldest gives way. */
void case_149_no_slot_at_all(void)
{
	unsigned i, refused = 0;

	open_many(SMTPD_MAX_SESSIONS);
	for (i = SMTPD_MAX_SESSIONS; i < CONNS; i++) {
		fault_set(FAULT_WRITE, 1, 1000);
		client_open(&many[i], "");
		many[i].closes = false;
		world_run(0);
	}
	CHECK(lwip_smtpd_conn_count() == CONNS);
	fault_set(FAULT_NONE, 0, 0);
	client_open(&one, "");
	CHECK(client_expect(&one, "421 4.3.2", 100));
	CHECK(one.eof && !one.failed);
	world_run(1000);
	for (i = 0; i < CONNS; i++) {
		refused += client_count(&many[i], "421 4.3.2");
		client_reset(&many[i]);
	}
	CHECK(refused == SMTPD_LWIP_CLOSING - 1);
}

void case_151_too_many_of_one_peer(void)
{
	server_limits.peer_sessions = 1;
	client_open(&one, "");
	CHECK(client_expect(&one, "220 ", 1000));
	client_open(&many[0], "");
	CHECK(client_expect(&many[0], "421 4.7.0", 1000));
	CHECK(world_until(&many[0].eof, 1000));
	CHECK(server.refused == 1);
	client_send(&one, "QUIT\r\n");
}

/* SYNs from nowhere, more than the backlog holds. Who has a session does not
 * notice, and a second later everybody is served again. */
void case_149_syn_flood(void)
{
	static const uint8_t mss[4] = {2, 4, 5, 0xb4};
	unsigned i;

	client_open(&one, "EHLO c.example\r\n");
	CHECK(client_expect(&one, "250 ", 1000));
	for (i = 0; i < 500; i++) {
		wire_inject((uint16_t)(1024 + i), TCP_SYN, i * 77, 0, mss, 4);
		if (i % 10 == 0)
			world_run(0);
	}
	world_run(0);
	CHECK(wire.syn_acks == 1 + SMTPD_LWIP_BACKLOG);
	client_send(&one, "NOOP\r\n");
	CHECK(client_expect(&one, "\r\n250 2.0.0", 0));
	world_run(1000);
	client_open(&many[0], "");
	CHECK(client_expect(&many[0], "220 ", 0));
	client_send(&one, "QUIT\r\n");
	CHECK(client_expect(&one, "\r\n221 ", 0));
}

/* ---- hostile segments ---- */

void case_148_bad_options(void)
{
	static const uint8_t bad[][4] = {{2, 4, 5, 9}, {2, 0, 5, 9},
		{2, 1, 5, 9}, {3, 8, 5, 9}, {1, 1, 1, 8}, {1, 1, 77, 3}};
	unsigned i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unsigned before = wire.syn_acks;

		wire_inject((uint16_t)(2000 + i), TCP_SYN, 1, 0, bad[i], 4);
		world_run(0);
		CHECK((wire.syn_acks > before) == (i == 0));
	}
	CHECK(world_serves());
}

/* SYN, then RST before the handshake ends. */
void case_160_gone_from_the_backlog(void)
{
	unsigned i;

	for (i = 0; i < 200; i++) {
		wire_inject((uint16_t)(3000 + i), TCP_SYN, 100, 0, NULL, 0);
		world_run(0);
		wire_inject((uint16_t)(3000 + i), TCP_RST, 101, 0, NULL, 0);
		world_run(0);
	}
	CHECK(server.connected == 0);
	CHECK(lwip_smtpd_conn_count() == 0);
	CHECK(world_serves());
}

/* Connected and gone in the same breath, two hundred times. */
void case_160_gone_when_accepted(void)
{
	unsigned i, j;

	for (i = 0; i < 200; i++) {
		client_open(&one, "");
		for (j = 0; j < 20 && !one.up; j++)
			world_run(0);
		client_reset(&one);
		world_run(0);
	}
	CHECK(server.connected == 200 && server.closed == 200);
	CHECK(world_serves());
}

/* lwIP tells the listener that it has no pcb left. */
void case_154_accept_without_pcb(void)
{
	wire_inject(4000, TCP_SYN, 1, 0, NULL, 0);
	fault_set(FAULT_MEMP, 1, 1000);
	world_run(0);
	fault_set(FAULT_NONE, 0, 0);
	CHECK(server.connected == 0);
	CHECK(world_serves());
}

/* ---- TIME_WAIT ---- */

/* A session from that port; the server closes first, and waits. */
static bool session_from(uint16_t port)
{
	return client_open_from(&one, "EHLO c.example\r\nQUIT\r\n", port) &&
	       client_expect(&one, "\r\n221 ", 100) &&
	       world_until(&one.eof, 100) && !one.failed;
}

void port_used_again(void)
{
	unsigned i;

	for (i = 0; i < 5; i++) {
		CHECK(session_from(4001));
		CHECK(tcp_tw_pcbs && tcp_tw_pcbs->remote_port == 4001);
		world_run(10);
	}
	CHECK(server.closed == 5 && wire.resets == 0);
}

/* The client's initial sequence number is below those used before: it gets in
 * one acknowledgement, one RST and one SYN later. */
void port_used_again_with_an_old_number(void)
{
	CHECK(session_from(4001));
	CHECK(tcp_tw_pcbs && tcp_tw_pcbs->remote_port == 4001);
	tcp_tw_pcbs->rcv_nxt += 0x10000000;
	world_run(10);
	CHECK(session_from(4001));
	CHECK(server.closed == 2);
}

/* RFC 5961 3.2: only a RST that fits exactly ends it. */
void time_wait_survives_a_wild_rst(void)
{
	struct tcp_pcb *pcb;

	CHECK(session_from(4001));
	pcb = tcp_tw_pcbs;
	if (!CHECK(pcb && pcb->remote_port == 4001))
		return;
	IP4_ADDR(ip_2_ip4(&pcb->remote_ip), 10, 0, 0, 9);
	wire_inject(4001, TCP_RST, pcb->rcv_nxt + 1, 0, NULL, 0);
	world_run(0);
	CHECK(tcp_tw_pcbs == pcb);
	wire_inject(4001, TCP_RST, pcb->rcv_nxt, 0, NULL, 0);
	world_run(0);
	CHECK(tcp_tw_pcbs == NULL);
}
