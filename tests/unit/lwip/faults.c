/*
 * faults.c - lwIP without memory, the clock, listening
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/priv/tcp_priv.h"
#include "lwip_hooks.h"

/* ---- lwIP without memory ---- */

/* Whatever comes of it, it comes to an end. The client says QUIT, or just FIN
 * behind the dot. */
static void session_under_faults(bool fin)
{
	if (!client_open(&one, ENVELOPE "DATA\r\n"))
		return;
	if (!client_expect(&one, "354 ", 8000))
		return;
	one.fin = fin;
	client_send(&one, fin ? BODY : BODY "QUIT\r\n");
	if (!world_until(&one.eof, 8000))
		return;
	CHECK(server.ended == 1);
	CHECK(client_count(&one, "\r\n250 ") == 4);
	CHECK(client_count(&one, "\r\n221 ") == !fin);
}

/* Until a run needs fewer calls than the first that would fail. */
static void every_nth(enum fault kind, unsigned how_many, bool fin)
{
	static char text[120];
	bool hit = true;
	unsigned n;

	for (n = 1; hit && n < 5000 && !why; n++) {
		const char *wrong;

		world_start();
		fault_set(kind, n, how_many);
		session_under_faults(fin);
		hit = fault_calls() >= n;
		fault_set(FAULT_NONE, 0, 0);
		client_reset(&one);
		CHECK(world_serves());
		wrong = world_end();
		check(!wrong, wrong);
		if (why) {
			snprintf(text, sizeof(text), "%s %u+%u: %s",
				fault_names[kind], n, how_many, why);
			why = text;
		}
	}
	if (getenv("GLUE_VERBOSE"))
		printf("%s: %u runs\n", fault_names[kind], n - 1);
}

static void run_faults(unsigned how_many)
{
	int kind;
	const char *wrong = world_end();

	check(!wrong, wrong);
	for (kind = FAULT_NONE + 1; kind < FAULT_COUNT && !why; kind++) {
		every_nth((enum fault)kind, how_many, false);
		every_nth((enum fault)kind, how_many, true);
	}
	world_start();
}

void case_152_each_call_fails_once(void)
{
	run_faults(1);
}

void case_152_some_calls_fail(void)
{
	run_faults(7);
}

void case_153_all_calls_fail_for_a_while(void)
{
	run_faults(300);
}

/* ---- the clock ---- */

void case_156_clock_wraps(void)
{
	unsigned i;

	world_skip_to(0u - 30000u);
	for (i = 0; i < 6; i++) {
		CHECK(world_serves());
		world_run(10000);
	}
	world_skip_to(0u - 10000u);
	client_open(&one, "");
	CHECK(client_expect(&one, "220 ", 1000));
	world_run(15000);
	CHECK(smtpd_session_count() == 1);
	CHECK(client_expect(&one, "421 4.4.2", 10000));
	world_run(1000);
	CHECK(smtpd_session_count() == 0);
}

void case_103_clock_stands_long(void)
{
	client_open(&one, "");
	CHECK(client_expect(&one, "220 ", 1000));
	world_now += 3600000;
	CHECK(client_expect(&one, "421 4.4.2", 1000));
}

/* ---- listening ---- */

void listen_errors(void)
{
	struct lwip_smtpd_listener other = server_listener;

	CHECK(lwip_smtpd_listen(&server_listener) == ERR_ALREADY);
	other.pcb = NULL;
	CHECK(lwip_smtpd_listen(&other) == ERR_USE && !other.pcb);
	other.port = 26;
	other.smtpd.host_name = "bad name";
	CHECK(lwip_smtpd_listen(&other) == ERR_ARG && !other.pcb);
	other.smtpd.host_name = "gw.example";
	other.smtpd.flags = SMTPD_LISTEN_STARTTLS;
	CHECK(lwip_smtpd_listen(&other) == ERR_ARG && !other.pcb);
	other.smtpd.flags = 0;
	fault_set(FAULT_MEMP, 1, 1);
	CHECK(lwip_smtpd_listen(&other) == ERR_OK || !other.pcb);
	lwip_smtpd_unlisten(&other);
	fault_set(FAULT_MEMP, 1, 100);
	CHECK(lwip_smtpd_listen(&other) == ERR_MEM && !other.pcb);
	fault_set(FAULT_MEMP, 2, 1);
	CHECK(lwip_smtpd_listen(&other) == ERR_MEM && !other.pcb);
	fault_set(FAULT_NONE, 0, 0);
	CHECK(lwip_smtpd_listen(&other) == ERR_OK && other.pcb);
	lwip_smtpd_unlisten(&other);
	lwip_smtpd_unlisten(&other);
	CHECK(!other.pcb);
}

/* With sessions open, and others in TIME_WAIT. */
void listen_again(void)
{
	CHECK(world_serves());
	client_open(&one, "EHLO c.example\r\n");
	CHECK(client_expect(&one, "250 ", 1000));
	lwip_smtpd_unlisten(&server_listener);
	client_open(&many[0], "");
	world_run(1000);
	CHECK(many[0].failed);
	CHECK(lwip_smtpd_listen(&server_listener) == ERR_OK);
	CHECK(world_serves());
	client_send(&one, "QUIT\r\n");
	CHECK(client_expect(&one, "\r\n221 ", 1000));
}

void isn_cannot_be_guessed(void)
{
	u32_t a, b;

	CHECK(world_serves());
	a = lwip_smtpd_isn(IP4_ADDR_ANY, 25, IP4_ADDR_ANY, 1000);
	b = lwip_smtpd_isn(IP4_ADDR_ANY, 25, IP4_ADDR_ANY, 1001);
	CHECK(a != b && b - a != 1 && a != world_now * 250u);
	CHECK(a == lwip_smtpd_isn(IP4_ADDR_ANY, 25, IP4_ADDR_ANY, 1000));
	server.no_entropy = true;
	CHECK(lwip_smtpd_rand() != lwip_smtpd_rand());
}
