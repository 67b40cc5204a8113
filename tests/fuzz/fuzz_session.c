/*
 * fuzz_session.c - sessions of any octets, chunks, verdicts, losses and waits
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The first octets of the input set up the listener, the sink and how octets
 * go in and out. What follows is what the client sends; an octet 0xfe in it
 * begins an event of two octets: what happens, and how much of it. The sink of
 * engine/ checks its own contract and aborts on a violation.
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

#define SETUP 8
#define EVENT 0xfe

static struct smtpd_conn *current, *other;

static void set_up_limits(uint8_t octet)
{
	if (octet & 1)
		world.limits.message_max = 40;
	if (octet & 2)
		world.limits.text_line_max = 30;
	if (octet & 4)
		world.limits.rcpt_max = 1;
	if (octet & 8)
		world.limits.error_max = 3;
	if (octet & 16)
		world.limits.mail_max = 1;
	if (octet & 32)
		world.limits.auth_line_max = 64;
	if (octet & 64)
		world.limits.message_max = 0;
	if (octet & 128)
		world.limits.auth_fail_max = 1;
}

/* A rule for the sink: call and answer in one octet, when in the next. */
static void set_up_rule(uint8_t what, uint8_t when)
{
	static const struct {
		unsigned code;
		const char *enhanced;
	} replies[] = {{0, NULL}, {452, "4.3.1"}, {550, "5.7.1"},
		{421, "4.3.2"}, {250, "2.0.0"}, {259, "2.9.9"}};
	unsigned call = what % 8, reply = when / 16 % 6;

	if (call == CALLS)
		return;
	engine_rule((enum call)call, when % 4, (enum answer)(what / 8 % 3),
		replies[reply].code, replies[reply].enhanced,
		what & 64 ? "a text that is chosen by the sink, and not short "
			    "at all, so that it takes much of the buffer"
			  : "chosen");
}

/* Everything is forgiven, or all but a few things. */
static void set_up_tolerant(uint8_t octet)
{
	world.listener.forgive = SMTPD_FORGIVE_ALL;
	if (octet & 16)
		world.listener.forgive &= (uint32_t)~SMTPD_QUIRK_BIT(BARE_LF);
	if (octet & 32)
		world.listener.forgive &= (uint32_t)~SMTPD_QUIRK_BIT(BARE_CR);
	if (octet & 64)
		world.listener.flags |= SMTPD_LISTEN_RELAY;
	if (octet & 128 && !(world.listener.flags & SMTPD_LISTEN_AUTH_REQUIRED))
		world.listener.flags |= SMTPD_LISTEN_AUTH_ANY;
}

static void set_up(const uint8_t *p)
{
	static const size_t chunks[] = {0, 1, 2, 3, 5, 16, 100, 1460};

	world.fatal = true;
	world.listener.flags = p[0] & 0x7f;
	world.sink.flags = p[0] >> 7;
	set_up_limits(p[1]);
	set_up_rule(p[2], p[3]);
	set_up_rule(p[4], p[5]);
	world.plan.in = chunks[p[6] % 8];
	world.plan.out = chunks[p[6] / 8 % 8];
	world.plan.late = p[6] / 64;
	world.plan.hold = p[7] & 1;
	world.plan.deaf = p[7] & 2;
	world.tls_reserve = p[7] & 4 ? SMTPD_EBUSY : 0;
	if (p[7] & 8)
		world.now_ms = UINT32_MAX - 5000;
	if (p[7] & 16)
		world.peer.family = 6;
	if (p[7] & 32)
		world.limits.peer_sessions = 1;
	if (p[7] & 64)
		world.listener.host_name = "[IPv6:2001:db8::1]";
	if (p[7] & 128)
		set_up_tolerant(p[5]);
	if (p[6] & 32)
		engine_scram();
	if (p[5] & 4)
		world.listener.auth_off = p[3];
	if (p[5] & 8)
		world.listener.greet_delay_ms = 900;
}

static void settle(struct smtpd_conn *c, uint8_t how)
{
	if (!c->pending)
		return;
	if (how & 1 && c->question != CALL_DATA)
		engine_settle(c, SMTPD_REJECT, how & 2 ? 554 : 0, "5.7.1", "x");
	else
		engine_settle(c, SMTPD_ACCEPT, how & 2 ? 250 : 0, "2.0.0", "x");
	engine_run(c);
}

static void happen(struct smtpd_conn *c, uint8_t what, uint8_t how)
{
	switch (what % 10) {
	case 0:
		engine_wait((uint32_t)how * how * 10);
		break;
	case 1:
		settle(c, how);
		break;
	case 2:
		if (c->tls_wanted || (world.listener.flags & SMTPD_LISTEN_TLS &&
					     !c->tls_done))
			engine_tls(c);
		break;
	case 3:
		engine_eof(c);
		break;
	case 4:
		engine_lost(c, how & 1 ? SMTPD_END_TLS : SMTPD_END_PEER, how);
		break;
	case 5:
		engine_shutdown();
		break;
	case 6:
		engine_take(c, how);
		engine_run(c);
		break;
	case 7:
		world.plan.deaf = how & 1;
		engine_run(c);
		break;
	case 8:
		if (!other)
			other = engine_open();
		break;
	default:
		if (other) {
			struct smtpd_conn *swap = current;

			current = other;
			other = swap;
		}
		break;
	}
}

/* One run; its replies and sink calls to *record. */
static void play(
	const uint8_t *p, size_t len, bool whole, struct octets *record)
{
	const uint8_t *end = p + len;

	engine_begin();
	set_up(p);
	if (whole)
		world.plan = (struct plan){0};
	if (smtpd_listener_check(&world.listener) != 0)
		abort();
	other = NULL;
	current = engine_open();
	for (p += SETUP; current && p < end;) {
		const uint8_t *event = memchr(p, EVENT, (size_t)(end - p));
		size_t n = (size_t)((event ? event : end) - p);

		if (n)
			engine_send_octets(current, p, n);
		p += n;
		if (end - p < 3)
			break;
		happen(current, p[1], p[2]);
		p += 3;
	}
	if (current)
		octets_addf(record, "%s%s", octets_text(&current->out),
			octets_text(&current->calls));
	engine_end();
}

/* Is it a run that must come out the same in any chunking? */
static bool comparable(const uint8_t *p, size_t len)
{
	for (unsigned i = 2; i <= 4; i += 2) {
		if (p[i] % 8 == CALL_DATA && p[i + 1] % 4 > 1)
			return false; /* the second span is another one */
	}
	return !(p[7] & 2) && !memchr(p + SETUP, EVENT, len - SETUP);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct octets record = {0}, again = {0};

	if (len < SETUP)
		return 0;
	play(p, len, false, &record);
	if (comparable(p, len)) {
		play(p, len, true, &again);
		if (strcmp(octets_text(&record), octets_text(&again)) != 0) {
			fprintf(stderr, "%s--\n%s", octets_text(&record),
				octets_text(&again));
			abort();
		}
	}
	octets_free(&record);
	octets_free(&again);
	return 0;
}
