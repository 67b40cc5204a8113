/*
 * octets.c - octets in both directions, and back-pressure
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/memp.h"
#include "lwip/stats.h"

/* ---- whole sessions ---- */

void plain_session(void)
{
	CHECK(world_serves());
	CHECK(server.why == SMTPD_END_QUIT);
	CHECK(server.unacknowledged == 0);
	CHECK(server.peer.family == 4 && server.peer.ip[3] == 1);
	CHECK(server.peer.port != 0);
}

#define OCTETS_50 "abcdefghijklmnopqrstuvwxyabcdefghijklmnopqrstuvwxy"

void one_octet_a_segment(void)
{
	static struct client c;

	client_open(&c, ENVELOPE "DATA\r\n");
	c.step = 1;
	CHECK(client_expect(&c, "354 ", 1000));
	client_send(&c, BODY "QUIT\r\n");
	CHECK(client_expect(&c, "\r\n221 ", 1000));
	CHECK(client_count(&c, "\r\n250 ") == 4);
	CHECK(server.ended == 1);
}

/* Whatever came in one segment is answered in one. */
void case_053_one_write_for_a_batch(void)
{
	client_open(&one, "");
	CHECK(client_expect(&one, "220 ", 1000));
	CHECK(wire.answers == 1);
	client_send(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 0));
	CHECK(wire.answers <= 1 + (SMTPD_REPLY_BUF < 300 ? 3 : 1));
	wire.answers = 0;
	client_send(&one, BODY "QUIT\r\n");
	CHECK(client_expect(&one, "221 ", 0));
	CHECK(wire.answers == 1);
}

static char *big_text(size_t len)
{
	char *text = malloc(len + 1);
	size_t i;

	if (!text)
		abort();
	for (i = 0; i < len; i++)
		text[i] = i % 78 == 76   ? '\r'
			  : i % 78 == 77 ? '\n'
					 : (char)('a' + i * 7 % 26);
	text[len] = '\0';
	return text;
}

static void send_big(size_t len)
{
	char *text = big_text(len);

	server.sum = 0;
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	server.octets = server.sum = 0;
	client_send(&one, text);
	while (one.out_pos < one.out_len && one.pcb)
		world_run(50);
	CHECK(one.pcb != NULL);
	client_send(&one, ".\r\nQUIT\r\n");
	CHECK(client_expect(&one, "\r\n221 ", 60000));
	CHECK(server.ended == 1);
	CHECK(server.octets >= len);
	CHECK(server.sum == server_sum(0, text, len) || SMTPD_RECEIVED);
	free(text);
}

void big_message(void)
{
	send_big(78 * 20000);
}

/* ---- back-pressure ---- */

/* The window closes at what the sink has not taken. */
void case_097_slow_sink(void)
{
	const size_t len = 78 * 2000;
	char *text = big_text(len);
	unsigned i;

	server.data = SMTPD_LATER;
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	server.octets = 0;
	client_send(&one, text);
	world_run(10000);
	CHECK(server.octets <= SMTPD_DATA_CHUNK);
	CHECK(one.out_pos <= TCP_WND + TCP_SND_BUF + SMTPD_DATA_CHUNK);
	for (i = 0; i < 100000 && server.octets < len; i++) {
		smtpd_session_resume(server.ref);
		world_run(0);
		if (i % 64 == 63)
			world_run(50);
	}
	server.data = SMTPD_ACCEPT;
	smtpd_session_resume(server.ref);
	world_run(100);
	client_send(&one, ".\r\nQUIT\r\n");
	CHECK(client_expect(&one, "\r\n221 ", 5000));
	CHECK(server.ended == 1);
	CHECK(server.octets >= len);
	free(text);
}

/* 300 segments of an octet each wait for the sink: not in 300 buffers. */
void case_097_octets_wait_together(void)
{
	unsigned used;

	server.data = SMTPD_LATER;
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	client_send(&one, "x\r\n");
	world_run(100);
	used = lwip_stats.memp[MEMP_PBUF_POOL]->used;
	one.step = 1;
	client_send(&one,
		OCTETS_50 OCTETS_50 OCTETS_50 OCTETS_50 OCTETS_50 OCTETS_50
		"\r\n.\r\nQUIT\r\n");
	world_run(5000);
	CHECK(lwip_stats.memp[MEMP_PBUF_POOL]->used <= used + 3);
	server.data = SMTPD_ACCEPT;
	smtpd_session_resume(server.ref);
	CHECK(client_expect(&one, "\r\n221 ", 60000));
	CHECK(server.ended == 1);
}

/* n messages, pipelined; replies of some 100 octets each time. */
static char *transactions(unsigned n)
{
	static const char each[] =
		"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
		"DATA\r\nx\r\n.\r\n";
	const size_t each_len = sizeof(each) - 1;
	char *text = malloc(16 + n * each_len + 7);
	char *p = text + 16;

	if (!text)
		abort();
	memcpy(text, "EHLO c.example\r\n", 16);
	for (; n > 0; n--, p += each_len)
		memcpy(p, each, each_len);
	memcpy(p, "QUIT\r\n", 7);
	return text;
}

/* Commands without end whose replies nobody reads. */
void case_057_replies_unread(void)
{
	char *text = transactions(80000);

	client_open(&one, text);
	one.hold = true;
	one.window = 300;
	world_run(5000);
	CHECK(one.out_pos < 2 * TCP_WND + TCP_SND_BUF);
	CHECK(smtpd_session_count() == 1);
	world_run(60000);
	CHECK(smtpd_session_count() == 0);
	CHECK(server.why == SMTPD_END_TIMEOUT);
	client_reset(&one);
	free(text);
}

/* A small window only delays: RFC 9293 3.8.6. */
void case_145_window_of_100(void)
{
	char *text = transactions(5);

	server_limits.write_ms = 600000;
	client_open(&one, text);
	one.window = 100;
	CHECK(world_until(&one.eof, 100000));
	CHECK(server.ended == 5 && server.why == SMTPD_END_QUIT);
	free(text);
}

/* One octet each time is too slow for the deadline of writing. */
void case_145_window_of_1(void)
{
	char *text = transactions(200);

	client_open(&one, text);
	one.window = 1;
	world_run(120000);
	CHECK(server.closed == 1 && server.why == SMTPD_END_TIMEOUT);
	CHECK(one.got < 200);
	client_reset(&one);
	free(text);
}

/* So does one that is closed for a while. */
void case_145_zero_window_reopens(void)
{
	char *text = transactions(200);

	server_limits.write_ms = 600000;
	client_open(&one, text);
	one.hold = true;
	one.window = 500;
	world_run(30000);
	CHECK(one.got < 2000 && smtpd_session_count() == 1);
	client_read(&one);
	CHECK(world_until(&one.eof, 60000));
	CHECK(server.ended == 200 && server.why == SMTPD_END_QUIT);
	free(text);
}

/* But it has its deadline. */
void case_145_zero_window_stays(void)
{
	char *text = transactions(200);
	unsigned i;

	client_open(&one, text);
	one.hold = true;
	one.window = 500;
	world_run(1000);
	CHECK(smtpd_session_count() == 1);
	for (i = 0; i < 60 && smtpd_session_count() != 0; i++)
		world_run(1000);
	CHECK(server.closed == 1 && server.why == SMTPD_END_TIMEOUT);
	client_reset(&one);
	free(text);
}
