/*
 * tls_cases.c - the glue with TLS, OpenSSL on the other end
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "cases.h"

#if SMTPD_TLS

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "altcp_tls_wolfssl.h"
#include "tls_peer.h"

static struct tls_peer peer;
static struct tls_peer others[SMTPD_TLS_SLOTS + 1];
static struct altcp_tls_config *config;

static void listen_with(unsigned flags)
{
	enum smtpd_tls_reason reason = SMTPD_TLS_OK;
	struct smtpd_tls_identity id;

	lwip_smtpd_unlisten(&server_listener);
	server_listener.smtpd.flags = (uint8_t)flags;
	server_listener.tls = &config;
	server_limits.tls_ms = 8000;
	if (!config) {
		tls_identity(&id.cert, &id.cert_len, &id.key, &id.key_len);
		config = altcp_tls_config_identity(&id, &reason);
	}
	check(config != NULL, smtpd_tls_reason_text(reason));
	CHECK(lwip_smtpd_listen(&server_listener) == ERR_OK);
}

/* To the end of the handshake. */
static bool open_tls(struct tls_peer *t)
{
	bool first = server_listener.smtpd.flags & SMTPD_LISTEN_TLS;

	if (!tls_open(t, first))
		return false;
	if (!first) {
		if (!tls_expect(t, "220 ", 8000))
			return false;
		tls_send(t, "EHLO c.example\r\nSTARTTLS\r\n");
		if (!tls_expect(t, "\r\n220 ", 8000))
			return false;
		tls_start(t);
	}
	return tls_up(t, 8000);
}

/* A message, QUIT, and a proper end. */
static bool finish_session(struct tls_peer *t)
{
	tls_send(t, ENVELOPE "DATA\r\n");
	if (!tls_expect(t, "354 ", 8000))
		return false;
	tls_send(t, BODY "QUIT\r\n");
	if (!tls_expect(t, "\r\n221 ", 8000))
		return false;
	world_until(&t->c.eof, 8000);
	tls_expect(t, "\r\n221 ", 0);
	return true;
}

static bool tls_serves(void)
{
	static struct tls_peer t;
	unsigned ended = server.ended;
	bool ok = open_tls(&t) && finish_session(&t);

	ok = ok && t.closed && !t.failed && !t.c.failed;
	tls_end(&t);
	return ok && server.ended == ended + 1;
}

void tls_starttls(void)
{
	listen_with(SMTPD_LISTEN_STARTTLS);
	CHECK(tls_serves());
	CHECK(server.tls == 1 && server.why == SMTPD_END_QUIT);
	CHECK(server.unacknowledged == 0);
	CHECK(world_serves());
}

void tls_from_the_first_octet(void)
{
	listen_with(SMTPD_LISTEN_TLS);
	CHECK(tls_serves());
	CHECK(server.tls == 1 && server.why == SMTPD_END_QUIT);
}

#if SMTPD_PROXY
/* Header and ClientHello in one segment; and TLS where the header is due. */
void proxy_line_then_tls(void)
{
	listen_with(SMTPD_LISTEN_TLS);
	list_proxies("10.0.0.0/8");
	tls_open(&peer, false);
	tls_send(&peer, "PROXY TCP4 192.0.2.7 10.0.0.1 4711 465\r\n");
	tls_start(&peer);
	CHECK(tls_up(&peer, 8000) && finish_session(&peer));
	CHECK(server.peer.port == 4711 && server.ended == 1);
	tls_end(&peer);
	CHECK(!tls_serves());
	CHECK(server.connected == 1 && server.refused == 1);
}
#endif

/* RFC 3207 4.2: gone, not executed after the handshake. */
void case_065_octets_behind_starttls(void)
{
	listen_with(SMTPD_LISTEN_STARTTLS);
	tls_open(&peer, false);
	CHECK(tls_expect(&peer, "220 ", 1000));
	tls_send(&peer,
		"EHLO c.example\r\nSTARTTLS\r\nEHLO d.example\r\n"
		"MAIL FROM:<evil@b.example>\r\nRCPT TO:<c@d.example>\r\n");
	CHECK(tls_expect(&peer, "\r\n220 ", 1000));
	tls_start(&peer);
	CHECK(tls_up(&peer, 5000));
	CHECK(server.mails == 0 && peer.got == 0);
	/* 067: and what was learnt before is forgotten */
	tls_send(&peer, "MAIL FROM:<a@b.example>\r\n");
	CHECK(tls_expect(&peer, "503 ", 1000));
	CHECK(finish_session(&peer) && server.mails == 1);
	tls_end(&peer);
}

/* The first flight arrives together with STARTTLS: it is clear text. */
void case_066_hello_behind_starttls(void)
{
	listen_with(SMTPD_LISTEN_STARTTLS);
	tls_open(&peer, false);
	CHECK(tls_expect(&peer, "220 ", 1000));
	tls_send(&peer, "EHLO c.example\r\nSTARTTLS\r\n");
	tls_start(&peer);
	CHECK(!tls_up(&peer, 500));
	world_run(20000);
	CHECK(server.closed == 1 && server.tls == 0);
	CHECK(!peer.c.pcb);
	tls_end(&peer);
}

void case_069_no_slot(void)
{
	unsigned i;

	listen_with(SMTPD_LISTEN_STARTTLS);
	for (i = 0; i < SMTPD_TLS_SLOTS; i++)
		CHECK(open_tls(&others[i]));
	tls_open(&peer, false);
	CHECK(tls_expect(&peer, "220 ", 1000));
	tls_send(&peer, "EHLO c.example\r\nSTARTTLS\r\n");
	CHECK(tls_expect(&peer, "\r\n454 4.7.0", 1000));
	CHECK(finish_session(&others[0]));
	tls_end(&others[0]);
	world_run(1000);
	tls_send(&peer, "STARTTLS\r\n");
	CHECK(tls_expect(&peer, "\r\n220 ", 1000));
	tls_start(&peer);
	CHECK(tls_up(&peer, 1000) && finish_session(&peer));
	tls_end(&peer);
	for (i = 1; i < SMTPD_TLS_SLOTS; i++)
		tls_end(&others[i]);
}

/* TLS first, no slot: closed, nobody says a word; then served again. */
void case_069_no_slot_tls_first(void)
{
	unsigned i;

	listen_with(SMTPD_LISTEN_TLS);
	for (i = 0; i < SMTPD_TLS_SLOTS; i++)
		CHECK(open_tls(&others[i]));
	tls_open(&peer, true);
	CHECK(!tls_up(&peer, 500));
	CHECK(peer.c.got == 0 && (peer.c.eof || peer.c.failed));
	CHECK(server.refused == 1);
	tls_end(&peer);
	for (i = 0; i < SMTPD_TLS_SLOTS; i++)
		tls_end(&others[i]);
	world_run(1000);
	CHECK(tls_serves());
}

void case_069_no_certificate(void)
{
	struct altcp_tls_config *kept;

	listen_with(SMTPD_LISTEN_STARTTLS);
	kept = config;
	config = NULL;
	tls_open(&peer, false);
	CHECK(tls_expect(&peer, "220 ", 1000));
	tls_send(&peer, "EHLO c.example\r\nSTARTTLS\r\nNOOP\r\n");
	CHECK(tls_expect(&peer, "\r\n454 4.7.0", 1000));
	CHECK(tls_expect(&peer, "\r\n250 2.0.0", 1000));
	tls_end(&peer);
	config = kept;
}

/* It vanishes while the 220 waits for memory. */
void case_069_certificate_vanishes(void)
{
	struct altcp_tls_config *kept;

	listen_with(SMTPD_LISTEN_STARTTLS);
	kept = config;
	tls_open(&peer, false);
	CHECK(tls_expect(&peer, "220 ", 1000));
	tls_send(&peer, "EHLO c.example\r\n");
	CHECK(tls_expect(&peer, "\r\n250 ", 1000));
	tls_send(&peer, "STARTTLS\r\n");
	fault_set(FAULT_WRITE, 1, 1000);
	world_run(0);
	config = NULL;
	fault_set(FAULT_NONE, 0, 0);
	CHECK(tls_expect(&peer, "\r\n220 ", 1000));
	world_run(1000);
	CHECK(server.closed == 1 && server.why == SMTPD_END_TLS);
	CHECK(peer.c.eof && !peer.c.failed);
	tls_end(&peer);
	config = kept;
}

void case_071_stalled_handshake(void)
{
	unsigned i;

	for (i = 0; i < 40; i += 13) {
		world_end();
		world_start();
		listen_with(SMTPD_LISTEN_TLS);
		tls_open(&peer, false);
		world_run(0);
		tls_start(&peer);
		peer.c.step = i ? 1 : 0;
		if (i) {
			tls_expect(&peer, "x", 0);
			peer.c.out_len = i;
		}
		world_run(15000);
		CHECK(server.closed == 1 && server.why == SMTPD_END_TIMEOUT);
		CHECK(peer.c.failed || peer.c.eof);
		tls_end(&peer);
	}
}

/* No TLS at all, and garbage. */
void case_013_clear_text_on_the_tls_port(void)
{
	listen_with(SMTPD_LISTEN_TLS);
	tls_open(&peer, false);
	tls_send(&peer, "EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n");
	world_run(1000);
	CHECK(server.closed == 1 && server.why == SMTPD_END_TLS);
	CHECK(!peer.c.pcb && server.mails == 0);
	tls_end(&peer);
	CHECK(tls_serves());
}

/* FIN without close_notify inside a message: it is dropped. */
void case_079_truncated(void)
{
	listen_with(SMTPD_LISTEN_TLS);
	CHECK(open_tls(&peer));
	tls_send(&peer, ENVELOPE "DATA\r\n");
	CHECK(tls_expect(&peer, "354 ", 1000));
	tls_send(&peer, "Subject: x\r\n\r\nhel");
	peer.c.fin = true;
	client_push(&peer.c);
	world_run(2000);
	CHECK(server.ended == 0 && server.resets == 1 && server.closed == 1);
	tls_end(&peer);
}

/* close_notify and FIN behind the dot: the 250 still arrives. */
void case_144_tls_bye_behind_the_dot(void)
{
	listen_with(SMTPD_LISTEN_STARTTLS);
	server.end = SMTPD_LATER;
	CHECK(open_tls(&peer));
	tls_send(&peer, ENVELOPE "DATA\r\n");
	CHECK(tls_expect(&peer, "354 ", 1000));
	tls_send(&peer, BODY);
	tls_bye(&peer);
	world_run(1000);
	CHECK(server.ended == 1 && server.closed == 0);
	CHECK(smtpd_session_verdict(server.ref, SMTPD_ACCEPT, 0, NULL, NULL) ==
		0);
	world_run(2000);
	CHECK(server.closed == 1 && server.unacknowledged == 0);
	CHECK(peer.c.eof && !peer.c.failed);
	tls_end(&peer);
}

/* Full records through a small window to a sink that is often busy. */
void case_097_tls_slow_sink(void)
{
	static char body[200000];
	size_t i;
	unsigned rounds;

	for (i = 0; i < sizeof(body) - 1; i++)
		body[i] = i % 78 == 76 ? '\r' : i % 78 == 77 ? '\n' : 'x';
	memcpy(body + sizeof(body) - 6, "\r\n.\r\n", 6);
	listen_with(SMTPD_LISTEN_STARTTLS);
	CHECK(open_tls(&peer));
	tls_send(&peer, ENVELOPE "DATA\r\n");
	CHECK(tls_expect(&peer, "354 ", 1000));
	server.data = SMTPD_LATER;
	tls_send(&peer, body);
	world_run(5000);
	CHECK(server.octets <= 2 * SMTPD_DATA_CHUNK);
	for (rounds = 0; rounds < 100000 && !server.ended; rounds++) {
		smtpd_session_resume(server.ref);
		world_run(rounds % 16 ? 0 : 50);
	}
	CHECK(tls_expect(&peer, "\r\n250 2.0.0", 1000));
	CHECK(server.octets >= sizeof(body) - 6);
	tls_end(&peer);
}

/* QUIT, and the client leaves it at that. */
void tls_client_never_closes(void)
{
	listen_with(SMTPD_LISTEN_TLS);
	CHECK(open_tls(&peer));
	peer.c.closes = false;
	tls_send(&peer, "QUIT\r\n");
	CHECK(tls_expect(&peer, "221 ", 1000));
	world_run(SMTPD_LWIP_LINGER_MS + 2000);
	CHECK(tls_expect(&peer, "221 ", 0) && peer.closed);
	CHECK(lwip_smtpd_conn_count() == 0);
	tls_end(&peer);
}

/* The client goes on for a long time: nothing is reset, the reply is read, and
 * what comes is dropped without slot and record buffer. */
void case_056_much_behind_quit_in_tls(void)
{
	static char text[200000];
	struct smtpd_tls_gauges g;

	memset(text, 'x', sizeof(text) - 1);
	listen_with(SMTPD_LISTEN_STARTTLS);
	CHECK(open_tls(&peer));
	peer.c.closes = false;
	tls_send(&peer, "QUIT\r\n");
	tls_send(&peer, text);
	CHECK(tls_expect(&peer, "221 ", 1000));
	world_run(1000);
	smtpd_tls_get_gauges(&g);
	CHECK(g.slots_free == SMTPD_TLS_SLOTS && g.records_lent == 0);
	CHECK(peer.c.out_pos == peer.c.out_len);
	CHECK(peer.c.eof && !peer.c.failed && wire.resets == 0);
	CHECK(tls_expect(&peer, "221 ", 0) && peer.closed && !peer.failed);
	CHECK(lwip_smtpd_conn_count() == 1);
	tls_end(&peer);
}

/* The same while a full record is on its way to a sink that is busy. */
void case_036_limit_passed_in_tls(void)
{
	static char text[200000];
	size_t i;

	for (i = 0; i + 1 < sizeof(text); i++)
		text[i] = i % 80 == 78 ? '\r' : i % 80 == 79 ? '\n' : 'x';
	listen_with(SMTPD_LISTEN_TLS);
	server_limits.message_max = 20000;
	CHECK(open_tls(&peer));
	peer.c.closes = false;
	tls_send(&peer, ENVELOPE "DATA\r\n");
	CHECK(tls_expect(&peer, "354 ", 1000));
	tls_send(&peer, text);
	CHECK(tls_expect(&peer, "\r\n421 ", 1000));
	world_run(1000);
	CHECK(peer.c.out_pos == peer.c.out_len);
	CHECK(peer.c.eof && !peer.c.failed && wire.resets == 0);
	CHECK(tls_expect(&peer, "\r\n421 ", 0) && peer.closed);
	tls_end(&peer);
}

/* ---- two share one record buffer ---- */

#define LONG_BODY 60000

/* A message of full records, without its end. */
static const char *long_body(void)
{
	static char text[LONG_BODY + 1];
	size_t i;

	for (i = 0; i < LONG_BODY; i++)
		text[i] = i % 80 == 78 ? '\r' : i % 80 == 79 ? '\n' : 'x';
	return text;
}

static bool in_message(struct tls_peer *t)
{
	if (!open_tls(t))
		return false;
	t->c.step = 700; /* both share lwIP's heap with the server */
	tls_send(t, ENVELOPE "DATA\r\n");
	return tls_expect(t, "354 ", 1000);
}

static bool message_done(struct tls_peer *t)
{
	tls_send(t, ".\r\n");
	return tls_expect(t, "\r\n250 2.0.0", 30000);
}

/* The sink of one is slow, longer than a peer may hold a record: neither it nor
 * who waits for the buffer is to blame. */
void record_held_by_a_slow_sink(void)
{
	struct tls_peer *a = &others[0], *b = &others[1];
	unsigned i;

	listen_with(SMTPD_LISTEN_TLS);
	server_limits.verdict_ms = 120000;
	server_limits.stress_ms = 10000;
	CHECK(in_message(a) && in_message(b));
	server.data = SMTPD_LATER;
	tls_send(a, long_body());
	world_run(100);
	CHECK(server.octets > 0);
	server.data = SMTPD_ACCEPT;
	tls_send(b, long_body());
	for (i = 0; i < 60; i++)
		tls_expect(b, "\n250 2.0.0 ", 500);
	CHECK(server.closed == 0);
	CHECK(smtpd_session_resume(server.ref) == 0);
	CHECK(message_done(a) && message_done(b));
	CHECK(server.octets >= 2 * LONG_BODY);
	tls_end(a);
	tls_end(b);
}

/* Both are served, one record each in turn. */
void record_buffer_is_shared(void)
{
	struct tls_peer *a = &others[0], *b = &others[1];

	listen_with(SMTPD_LISTEN_TLS);
	CHECK(in_message(a) && in_message(b));
	tls_send(a, long_body());
	tls_send(b, long_body());
	world_run(2000);
	CHECK(a->c.out_pos == a->c.out_len && b->c.out_pos == b->c.out_len);
	CHECK(message_done(a) && message_done(b));
	CHECK(server.octets >= 2 * LONG_BODY);
	tls_end(a);
	tls_end(b);
}

/* A peer dies in the middle of a record: it is failed, and the other one goes
 * on although its own deadline has passed by then. */
void record_held_by_a_dead_peer(void)
{
	struct tls_peer *a = &others[0], *b = &others[1];
	size_t len;

	listen_with(SMTPD_LISTEN_TLS);
	CHECK(in_message(a) && in_message(b));
	len = a->c.out_len + 10000;
	SSL_write(a->ssl, long_body(), 16000);
	a->c.out_len += (size_t)BIO_read(SSL_get_wbio(a->ssl),
		a->out + a->c.out_len, (int)(sizeof(a->out) - a->c.out_len));
	a->c.out_len = len;
	client_push(&a->c);
	world_run(100);
	tls_send(b, long_body());
	world_run(SMTPD_TLS_RECORD_MS - 1000);
	CHECK(server.closed == 0);
	world_run(2000);
	CHECK(server.closed == 1 && server.why == SMTPD_END_PEER);
	CHECK(message_done(b));
	CHECK(!a->c.pcb);
	tls_end(a);
	tls_end(b);
}

/* The pool is empty: what a record has is delivered all the same, so that its
 * buffer is free again. */
void record_is_read_without_pool(void)
{
	struct tls_peer *a = &others[0];
	struct pbuf *taken = NULL, *p;
	uint32_t before;

	listen_with(SMTPD_LISTEN_TLS);
	CHECK(in_message(a));
	server.data = SMTPD_LATER;
	tls_send(a, long_body());
	world_run(1000);
	while ((p = pbuf_alloc(PBUF_RAW, PBUF_POOL_BUFSIZE, PBUF_POOL))) {
		p->next = taken;
		taken = p;
	}
	before = server.octets;
	server.data = SMTPD_ACCEPT;
	CHECK(smtpd_session_resume(server.ref) == 0);
	world_run(1000);
	CHECK(server.octets > before + 10000);
	while ((p = taken) != NULL) {
		taken = p->next;
		p->next = NULL;
		pbuf_free(p);
	}
	CHECK(message_done(a));
	tls_end(a);
}

/* ---- every frame, every call ---- */

static unsigned fatal_frame;
static bool cut_instead;

static void strike(void)
{
	if (wire.frames != fatal_frame)
		return;
	if (cut_instead)
		wire.cut = true;
	else
		client_reset(&peer.c);
}

static void strike_everywhere(unsigned flags)
{
	unsigned frame;
	bool whole = false;

	for (frame = 0; frame < 300 && !whole && !why; frame++) {
		const char *wrong;

		world_start();
		listen_with(flags);
		fatal_frame = frame;
		wire.frames = 0;
		wire.each = strike;
		whole = open_tls(&peer) && finish_session(&peer) &&
			wire.frames < frame;
		wire.each = NULL;
		world_run(500);
		wire.cut = false;
		CHECK(tls_serves());
		tls_end(&peer);
		wrong = world_end();
		check(!wrong, wrong);
	}
	CHECK(whole && frame > 12);
	world_start();
}

void case_142_tls_rst_at_every_frame(void)
{
	world_end();
	cut_instead = false;
	strike_everywhere(SMTPD_LISTEN_STARTTLS);
}

void case_142_tls_first_rst_at_every_frame(void)
{
	world_end();
	cut_instead = false;
	strike_everywhere(SMTPD_LISTEN_TLS);
}

void case_142_tls_silence_from_every_frame(void)
{
	world_end();
	cut_instead = true;
	strike_everywhere(SMTPD_LISTEN_STARTTLS);
}

static void every_nth(enum fault kind, unsigned how_many, unsigned flags)
{
	static char text[120];
	bool hit = true;
	unsigned n;

	for (n = 1; hit && n < 5000 && !why; n++) {
		const char *wrong;

		world_start();
		listen_with(flags);
		fault_set(kind, n, how_many);
		if (open_tls(&peer) && finish_session(&peer))
			CHECK(server.ended == 1);
		hit = fault_calls() >= n;
		fault_set(FAULT_NONE, 0, 0);
		tls_end(&peer);
		CHECK(tls_serves());
		wrong = world_end();
		check(!wrong, wrong);
		if (why) {
			snprintf(text, sizeof(text), "%s %u+%u: %s",
				fault_names[kind], n, how_many, why);
			why = text;
		}
	}
}

static void run_faults(unsigned how_many)
{
	int kind;

	world_end();
	for (kind = FAULT_NONE + 1; kind < FAULT_COUNT && !why; kind++) {
		every_nth((enum fault)kind, how_many, SMTPD_LISTEN_STARTTLS);
		every_nth((enum fault)kind, how_many, SMTPD_LISTEN_TLS);
	}
	world_start();
}

void case_152_tls_each_call_fails_once(void)
{
	run_faults(1);
}

void case_153_tls_all_calls_fail_for_a_while(void)
{
	run_faults(60);
}

#endif
