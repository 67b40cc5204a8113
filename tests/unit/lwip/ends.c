/*
 * ends.c - how connections end, at every frame
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the end of a connection ---- */

/* FIN behind the dot: the client waits for its 250 (RFC 9293). */
static void half_close(void)
{
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	one.fin = true;
	client_send(&one, BODY);
	world_run(1000);
	if (server.end == SMTPD_LATER) {
		CHECK(client_count(&one, "\r\n250 ") == 3);
		CHECK(smtpd_session_verdict(
			      server.ref, SMTPD_ACCEPT, 0, NULL, NULL) == 0);
	}
	CHECK(client_expect(&one, "\r\n354", 0));
	CHECK(world_until(&one.eof, 5000));
	CHECK(client_count(&one, "\r\n250 ") == 4);
	CHECK(server.unacknowledged == 0);
}

void case_144_fin_behind_the_dot(void)
{
	half_close();
}

void case_144_fin_behind_the_dot_late_verdict(void)
{
	server.end = SMTPD_LATER;
	half_close();
}

void case_144_fin_inside_the_message(void)
{
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	one.fin = true;
	client_send(&one, "Subject: x\r\n\r\nhel");
	CHECK(world_until(&one.eof, 5000));
	CHECK(server.ended == 0 && server.resets == 1);
	CHECK(server.why == SMTPD_END_PEER);
}

/* The 221 must arrive although more follows the QUIT; then FIN, not RST. */
void case_056_octets_behind_quit(void)
{
	client_open(&one, "QUIT\r\nNOOP\r\nMAIL FROM:<a@b.example>\r\n");
	one.step = 6;
	CHECK(client_expect(&one, "221 ", 1000));
	client_send(&one, "NOOP\r\nNOOP\r\n");
	CHECK(world_until(&one.eof, 1000));
	CHECK(!one.failed);
	CHECK(server.mails == 0);
	CHECK(wire.resets == 0);
}

/* More than any window holds: read and dropped, within the bound. */
void case_056_much_behind_quit(void)
{
	const size_t len = 300000;
	char *text = malloc(len + 1);

	if (!text)
		abort();
	memset(text, 'x', len);
	memcpy(text, "QUIT\r\n", 6);
	text[len] = '\0';
	client_open(&one, text);
	one.closes = false;
	CHECK(client_expect(&one, "221 ", 1000));
	world_run(2000);
	CHECK(one.out_pos == len && one.eof && !one.failed);
	client_reset(&one);
	free(text);
}

/* A client that never closes is reset after a bound, and reads its reply. */
void client_never_closes(void)
{
	client_open(&one, "QUIT\r\n");
	one.closes = false;
	CHECK(client_expect(&one, "221 ", 1000));
	CHECK(one.eof);
	world_run(SMTPD_LWIP_LINGER_MS + 2000);
	CHECK(one.failed);
	CHECK(lwip_smtpd_conn_count() == 0);
}

void case_143_half_open_peer(void)
{
	client_open(&one, ENVELOPE);
	CHECK(client_expect(&one, "250 ", 1000));
	wire.cut = true;
	world_run(20000 + SMTPD_LWIP_LINGER_MS + 10000);
	CHECK(server.closed == 1 && server.why == SMTPD_END_TIMEOUT);
	CHECK(lwip_smtpd_conn_count() == 0);
	client_reset(&one);
}

/* ---- RST and silence at every frame ---- */

static struct client *victim;
static unsigned fatal_frame;
static bool cut_instead;

static void strike(void)
{
	if (wire.frames != fatal_frame)
		return;
	if (cut_instead)
		wire.cut = true;
	else
		client_reset(victim);
}

/* Returns whether the session came to its end before that frame. */
static bool session_until(unsigned frame)
{
	victim = &one;
	fatal_frame = frame;
	wire.frames = 0;
	wire.each = strike;
	client_open(&one, ENVELOPE "DATA\r\n");
	if (client_expect(&one, "354 ", 500)) {
		client_send(&one, BODY);
		client_expect(&one, "\r\n250 2.0.0", 0);
		world_run(500);
		client_send(&one, "QUIT\r\n");
		client_expect(&one, "\r\n221", 500);
		world_until(&one.eof, 500);
	}
	wire.each = NULL;
	return wire.frames < frame;
}

static void strike_everywhere(bool later)
{
	unsigned frame;
	bool whole = false;

	for (frame = 0; frame < 200 && !whole && !why; frame++) {
		const char *wrong;

		if (frame > 0)
			world_start();
		server.end = later ? SMTPD_LATER : SMTPD_ACCEPT;
		whole = session_until(frame);
		world_run(500);
		wire.cut = false;
		server.end = SMTPD_ACCEPT;
		CHECK(server.ended <= 1);
		CHECK(world_serves());
		client_reset(&one);
		wrong = world_end();
		check(!wrong, wrong);
		CHECK(server.closed == server.connected);
	}
	CHECK(whole);
	CHECK(frame > 8);
	world_start();
}

void case_142_rst_at_every_frame(void)
{
	cut_instead = false;
	strike_everywhere(false);
}

void case_142_rst_while_a_verdict_is_late(void)
{
	cut_instead = false;
	strike_everywhere(true);
}

void case_142_silence_from_every_frame(void)
{
	cut_instead = true;
	strike_everywhere(false);
}

/* RFC 1047: the sink hears that the client may not know. */
void case_098_lost_before_250_arrives(void)
{
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	server.end = SMTPD_LATER;
	client_send(&one, BODY);
	world_run(1000);
	wire.silent = true; /* the 250 arrives, its acknowledgement does not */
	smtpd_session_verdict(server.ref, SMTPD_ACCEPT, 0, NULL, NULL);
	world_run(0);
	client_reset(&one);
	world_run(1000);
	CHECK(server.ended == 1 && server.unacknowledged == 1);
}

void case_098_lost_after_250_arrived(void)
{
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	client_send(&one, BODY);
	world_run(1000);
	client_reset(&one);
	world_run(1000);
	CHECK(server.ended == 1 && server.unacknowledged == 0);
	CHECK(server.closed == 1 && server.why == SMTPD_END_PEER);
}

void case_099_lost_in_the_message(void)
{
	client_open(&one, ENVELOPE "DATA\r\n");
	CHECK(client_expect(&one, "354 ", 1000));
	client_send(&one, "Subject: x\r\n");
	world_run(0);
	client_reset(&one);
	world_run(0);
	CHECK(server.ended == 0 && server.resets == 1 && server.closed == 1);
}
