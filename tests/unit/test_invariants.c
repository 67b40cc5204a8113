/*
 * test_invariants.c - what always holds, each by its number in the design
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Invariant 7 is in test_deadlines.c; 2 and 10 are tests of the built code.
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 * tests: sources tests/unit/engine/unstuff_reference.c
 */
#include <stdlib.h>

#include "engine/check.h"
#include "engine/unstuff_reference.h"
#include "session.h"

#define TO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"

static uint32_t seed;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

/* ---- 1: 250 at the end only after the sink's ACCEPT ---- */

enum fate {
	ACCEPTED,
	REJECTED,
	TIMED_OUT,
	LOST_WHILE_ASKED,
	SHUT_DOWN_THEN_ACCEPTED,
	SHUT_DOWN_THEN_REJECTED,
	REFUSED_IN_DATA,
	TOO_BIG,
	CUT_SHORT,
	FATES
};

static const char *const fates[FATES] = {"accepted", "rejected", "timed out",
	"lost while asked", "shut down, then accepted",
	"shut down, then rejected", "refused in data", "too big", "cut short"};

static void prepare(enum fate fate)
{
	if (fate == REJECTED)
		engine_rule(CALL_END, 0, ANSWER_REJECT, 0, NULL, NULL);
	else if (fate >= TIMED_OUT && fate <= SHUT_DOWN_THEN_REJECTED)
		engine_rule(CALL_END, 0, ANSWER_NEVER, 0, NULL, NULL);
	else if (fate == REFUSED_IN_DATA)
		engine_rule(CALL_DATA, 2, ANSWER_REJECT, 0, NULL, NULL);
	else if (fate == TOO_BIG)
		world.limits.message_max = 10;
}

static void meet(struct smtpd_conn *c, enum fate fate)
{
	if (fate == TIMED_OUT)
		engine_wait(world.limits.verdict_ms);
	if (fate == LOST_WHILE_ASKED || fate == CUT_SHORT)
		engine_lost(c, SMTPD_END_PEER, 0);
	if (fate == SHUT_DOWN_THEN_ACCEPTED || fate == SHUT_DOWN_THEN_REJECTED)
		engine_shutdown();
	if (fate == SHUT_DOWN_THEN_ACCEPTED)
		engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL);
	if (fate == SHUT_DOWN_THEN_REJECTED)
		engine_settle(c, SMTPD_REJECT, 0, NULL, NULL);
	engine_run(c);
}

/* `way`: 0 DATA, 1 BDAT, 2 LMTP. */
static void one_message(enum fate fate, unsigned way, unsigned late)
{
	static const char data[] = "DATA\r\n0123456789abcd\r\n.\r\n";
	static const char bdat[] = "BDAT 16 LAST\r\n0123456789abcd\r\n";
	bool kept = fate == ACCEPTED || fate == SHUT_DOWN_THEN_ACCEPTED;
	size_t len;
	struct smtpd_conn *c;
	const char *last;

	engine_begin();
	prepare(fate);
	world.plan.late = late;
	world.listener.flags = way == 2 ? SMTPD_LISTEN_LMTP : 0;
	c = engine_hello();
	engine_send(c, TO);
	assert_int_equal(engine_codes(c, 2), 250);
	last = way == 1 ? bdat : data;
	len = strlen(last) - (fate == CUT_SHORT ? 1 : 0);
	engine_send_octets(c, last, len);
	if (way != 1)
		assert_int_equal(engine_code(c), 354);
	meet(c, fate);
	last = engine_reply(c);
	if (kept != (*last == '2') || c->kept != kept)
		fail_msg("%s, way %u, late %u: kept %u, read %s", fates[fate],
			way, late, c->kept, last);
	if (!kept && fate != LOST_WHILE_ASKED && fate != CUT_SHORT)
		assert_true(*last == '4' || *last == '5');
	if (engine_end())
		fail_msg("%s, way %u, late %u: %s", fates[fate], way, late,
			world.violation);
}

static void invariant_1_250_only_after_accept(void **state)
{
	(void)state;
	for (unsigned fate = 0; fate < FATES; fate++) {
		for (unsigned way = 0; way < 3; way++) {
			one_message((enum fate)fate, way, 0);
			one_message((enum fate)fate, way, 2);
		}
	}
	engine_begin();
}

/* The client reads nothing about the message before the sink has spoken. */
static void invariant_1_nothing_is_said_while_the_sink_thinks(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_END, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	send_message(c, "x\r\n");
	for (int i = 0; i < 100; i++) {
		engine_send(c, "NOOP\r\n");
		engine_wait(1000);
		expect_no_reply(c);
	}
	engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL);
	engine_run(c);
	assert_int_equal(engine_codes(c, 101), 250);
}

/* ---- 3: no octet is consumed while a verdict is pending ---- */

static const char conversation[] =
	"EHLO client\r\nAUTH PLAIN AHVzZXIAcGFzcw==\r\n" TO
	"RCPT TO:<e@f>\r\nDATA\r\nSubject: x\r\n\r\n..x\r\n.\r\n" TO
	"BDAT 3\r\nabcBDAT 2 LAST\r\nde" TO "RSET\r\nNOOP\r\nQUIT\r\n";

/* Where in the stream each question stood, and what came of it. */
static void converse(struct octets *o, const struct plan *plan)
{
	struct smtpd_conn *c;

	engine_begin();
	world.listener.flags = SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
	world.plan = *plan;
	c = engine_open();
	engine_send(c, conversation);
	o->len = 0;
	octets_addf(o, "%s%s%s", octets_text(&c->later), octets_text(&c->out),
		octets_text(&c->calls));
	if (engine_end())
		fail_msg("%s", world.violation);
}

static void invariant_3_no_octet_while_pending(void **state)
{
	struct octets want = {0}, got = {0};

	(void)state;
	converse(&want, &(struct plan){.late = 1});
	assert_non_null(strstr(octets_text(&want), "auth at 42\n"));
	assert_non_null(strstr(octets_text(&want), "end at "));
	for (size_t in = 1; in < sizeof conversation; in++) {
		converse(&got,
			&(struct plan){
				.in = in, .late = 1 + in % 3, .hold = in % 2});
		assert_string_equal(octets_text(&got), octets_text(&want));
		converse(&got,
			&(struct plan){.split = in, .late = 1, .out = in % 5});
		assert_string_equal(octets_text(&got), octets_text(&want));
	}
	octets_free(&want);
	octets_free(&got);
	engine_begin();
}

static void invariant_3_input_takes_nothing_while_pending(void **state)
{
	static const enum call calls[] = {CALL_AUTH, CALL_MAIL, CALL_RCPT,
		CALL_BEGIN, CALL_DATA, CALL_END};
	uint8_t more[] = "NOOP\r\n";

	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		struct smtpd_conn *c;

		engine_begin();
		world.listener.flags =
			SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
		engine_rule(calls[i], 0, ANSWER_NEVER, 0, NULL, NULL);
		c = engine_hello();
		engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" TO
			       "DATA\r\nx\r\n.\r\n");
		assert_true(c->pending);
		assert_int_equal(c->question, calls[i]);
		for (int k = 0; k < 3; k++)
			assert_int_equal(smtpd_session_input(c->session, more,
						 sizeof more - 1),
				0);
		assert_string_equal((char *)more, "NOOP\r\n");
		assert_null(engine_end());
	}
	engine_begin();
}

/* ---- 4: a message ends in exactly one way ---- */

/* The body p, and what follows it, given to a session in DATA. */
static void one_body(const uint8_t *p, size_t len)
{
	struct smtpd_conn *c = engine_hello();
	struct reference ref;

	start_message(c);
	engine_send_octets(c, p, len);
	reference_decode(&ref, p, len);
	if (!ref.end) {
		expect_no_reply(c);
		assert_int_equal(c->kept, 0);
		assert_int_equal(c->asked[CALL_END], 0);
	} else {
		expect_reply(c,
			ref.bare & SMTPD_BARE_LF   ? 550
			: ref.bare & SMTPD_BARE_CR ? 554
						   : 250,
			"");
		assert_int_equal(c->kept, !ref.bare);
		assert_int_equal(c->asked[CALL_END], !ref.bare);
	}
	octets_free(&ref.out);
	assert_null(engine_end());
}

static void invariant_4_only_crlf_dot_crlf_ends(void **state)
{
	static const char alphabet[] = "\r\n.x";
	uint8_t p[11];

	(void)state;
	for (unsigned n = 0; n < 1u << 12; n++) {
		for (size_t i = 0; i < 6; i++)
			p[i] = (uint8_t)alphabet[n >> 2 * i & 3];
		engine_begin();
		one_body(p, 6);
		/* The same with its end behind it. */
		memcpy(p + 6, "\r\n.\r\n", 5);
		engine_begin();
		world.plan.in = n % 3;
		one_body(p, 11);
	}
	engine_begin();
}

/* What the sink keeps can be sent on as it is. */
static void case_030_no_bare_cr_or_lf_is_kept(void **state)
{
	static const char alphabet[] = "\r\n.x\r\n\r\n";
	unsigned kept = 0;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct smtpd_conn *c;
		struct reference ref;
		char text[24];

		engine_begin();
		seed = i;
		for (size_t k = 0; k < sizeof text - 6; k++)
			text[k] = k % 2 && text[k - 1] == '\r'
					  ? '\n'
					  : alphabet[rnd(sizeof alphabet - 1)];
		memcpy(text + sizeof text - 6, "\r\n.\r\n", 6);
		c = engine_hello();
		start_message(c);
		engine_send(c, text);
		kept += c->kept;
		/* As DATA once more, it has no line end but CRLF. */
		reference_decode(&ref, c->data.p, c->data.len);
		if (c->kept)
			assert_int_equal(ref.bare, 0);
		octets_free(&ref.out);
		assert_null(engine_end());
	}
	assert_in_range(kept, 100, 2900);
	engine_begin();
}

/* ---- 5: STARTTLS drops what came before ---- */

static void invariant_5_starttls_forgets(void **state)
{
	struct smtpd_conn *c;
	struct smtpd_info info;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_STARTTLS | SMTPD_LISTEN_AUTH |
			       SMTPD_LISTEN_AUTH_CLEAR;
	c = engine_hello();
	engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" TO "RSET\r\n");
	assert_int_equal(engine_codes(c, 4), 250);
	engine_send(c, "STARTTLS\r\nEHLO injected\r\nMAIL FROM:<evil@b>\r\n"
		       "RCPT TO:<e@f>\r\nDA");
	expect_reply(c, 220, "2.0.0");
	engine_send(c, "TA\r\nmore in clear");
	engine_tls(c);
	smtpd_session_info(c->session, &info);
	assert_false(info.authenticated);
	assert_int_equal(info.helo.len, 0);
	assert_string_equal(info.tls->version, "TLSv1.3");
	expect_no_reply(c);
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 503, "5.5.1");
	engine_send(c, "TA\r\n");
	expect_reply(c, 500, "5.5.1");
	assert_null(strstr(octets_text(&c->calls), "evil"));
}

static void invariant_5_whatever_the_chunks(void **state)
{
	static const char text[] =
		"EHLO a\r\nSTARTTLS\r\nEHLO injected\r\n" TO "DATA\r\n.\r\nNOO";

	(void)state;
	for (size_t at = 1; at < sizeof text - 1; at++) {
		struct smtpd_conn *c;

		engine_begin();
		world.listener.flags = SMTPD_LISTEN_STARTTLS;
		world.plan = (struct plan){.split = at, .out = at % 4};
		c = engine_open();
		engine_send(c, text);
		assert_int_equal(engine_codes(c, 3), 220);
		engine_tls(c);
		engine_send(c, "P\r\nNOOP\r\n");
		expect_reply(c, 500, "5.5.1");
		expect_reply(c, 250, "2.0.0");
		assert_string_equal(octets_text(&c->calls), "connect\n");
		assert_null(engine_end());
	}
	engine_begin();
}

/* ---- 8: secrets are wiped ---- */

static bool holds(const void *p, size_t len, const char *secret)
{
	size_t n = strlen(secret);
	const char *at = p;

	for (size_t i = 0; i + n <= len; i++) {
		if (!memcmp(at + i, secret, n))
			return true;
	}
	return false;
}

#define SECRET        "sesame-open-9"
#define SECRET_BASE64 "c2VzYW1lLW9wZW4tO"

static const char *const exchanges[] = {
	"AUTH PLAIN AHVzZXIAc2VzYW1lLW9wZW4tOQ==\r\n",
	"AUTH PLAIN\r\nAHVzZXIAc2VzYW1lLW9wZW4tOQ==\r\n",
	"AUTH LOGIN\r\ndXNlcg==\r\nc2VzYW1lLW9wZW4tOQ==\r\n",
	"AUTH LOGIN dXNlcg==\r\nc2VzYW1lLW9wZW4tOQ==\r\n",
	"AUTH LOGIN\r\ndXNlcg==\r\nc2VzYW1lLW9wZW4tOQ=\r\n",
	"AUTH PLAIN AHVzZXIAc2VzYW1lLW9wZW4tOQ===\r\n",
	"auth unknown AHVzZXIAc2VzYW1lLW9wZW4tOQ==\r\n",
};

/* Give it by pieces of n octets, from buffers that are looked at afterwards:
 * neither they nor the engine may still hold the password. */
static void whisper(const char *text, size_t n)
{
	struct smtpd_conn *c = engine_hello();
	size_t len = strlen(text), left = len;
	uint8_t *all = exact_copy(text, len);

	while (left) {
		size_t give = left < n ? left : n;

		left -= smtpd_session_input(c->session, all + len - left, give);
		engine_take(c, SIZE_MAX);
	}
	assert_false(holds(all, len, SECRET_BASE64));
	assert_false(holds(all, len, "VzYW1lLW9wZW4"));
	assert_false(holds(&smtpd_pool, sizeof smtpd_pool, SECRET));
	assert_false(holds(&smtpd_pool, sizeof smtpd_pool, SECRET_BASE64));
	free(all);
}

static void invariant_8_secrets_are_wiped(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(exchanges); i++) {
		for (size_t n = 1; n < 60; n++) {
			for (int reject = 0; reject < 2; reject++) {
				engine_begin();
				world.listener.flags = SMTPD_LISTEN_AUTH |
						       SMTPD_LISTEN_AUTH_CLEAR;
				if (reject)
					engine_rule(CALL_AUTH, 0, ANSWER_REJECT,
						0, NULL, NULL);
				whisper(exchanges[i], n);
				assert_null(engine_end());
			}
		}
	}
	engine_begin();
}

static void end_while_asked(unsigned how, struct smtpd_conn *c)
{
	if (how == 0)
		engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL);
	else if (how == 1)
		engine_settle(c, SMTPD_REJECT, 0, NULL, NULL);
	else if (how == 2)
		engine_wait(world.limits.verdict_ms);
	else if (how == 3)
		engine_lost(c, SMTPD_END_PEER, 0);
	else
		engine_shutdown();
}

static void invariant_8_secrets_of_late_verdicts_are_wiped(void **state)
{
	(void)state;
	for (unsigned how = 0; how < 5; how++) {
		struct smtpd_conn *c;

		engine_begin();
		world.listener.flags =
			SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
		engine_rule(CALL_AUTH, 0, ANSWER_NEVER, 0, NULL, NULL);
		c = engine_hello();
		engine_send(c, exchanges[0]);
		assert_true(holds(&smtpd_pool, sizeof smtpd_pool, SECRET));
		end_while_asked(how, c);
		assert_false(holds(&smtpd_pool, sizeof smtpd_pool, SECRET));
		assert_null(engine_end());
	}
	engine_begin();
}

/* Half a password, then the session ends. */
static void invariant_8_secrets_of_broken_exchanges_are_wiped(void **state)
{
	(void)state;
	for (unsigned how = 2; how < 5; how++) {
		struct smtpd_conn *c;

		engine_begin();
		world.listener.flags =
			SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
		c = engine_hello();
		engine_send(c, "AUTH PLAIN\r\nAHVzZXIAc2VzYW1lLW9wZW4tOQ==");
		end_while_asked(how, c);
		engine_wait(world.limits.command_ms);
		assert_false(holds(&smtpd_pool, sizeof smtpd_pool, "sesame"));
		assert_null(engine_end());
	}
	engine_begin();
}

/* ---- 9: any chunking, the same replies and the same sink calls ---- */

static void random_conversation(struct octets *o)
{
	static const char *const lines[] = {"EHLO client\r\n",
		"HELO client\r\n", "MAIL FROM:<a@b>\r\n", "MAIL FROM:<>\r\n",
		"RCPT TO:<c@d>\r\n", "RCPT TO:<e@f>\r\n", "RCPT TO:<g h>\r\n",
		"DATA\r\n", "DATA\r\n", "BDAT 3\r\nabc",
		"BDAT 4 LAST\r\n\r\n.\r", "BDAT 0 LAST\r\n", "RSET\r\n",
		"NOOP\r\n", "VRFY a\r\n", "HELP\r\n", "EXPN x\r\n",
		"AUTH LOGIN\r\n", "dXNlcg==\r\n",
		"AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "*\r\n", ".\r\n", ".\r\n",
		"..x\r\n", "text\r\n", "\r\n.\r\n",
		"MAIL FROM:<a@b> SIZE=5\r\n", "NO\rOP\r\n",
		"MAIL FROM:<a@b> BODY=BINARYMIME\r\n", "x\n",
		"a long text line, longer than the limit of this run\r\n"};

	octets_addf(o, "EHLO client\r\n");
	for (uint32_t n = 3 + rnd(30); n; n--) {
		if (!rnd(3))
			octets_addf(o, TO "%s", rnd(2) ? "DATA\r\n" : "");
		/* What ends a session is rare. */
		octets_addf(
			o, "%s", lines[rnd(COUNT(lines) - (n % 7 ? 4 : 0))]);
	}
	octets_addf(o, "\r\n.\r\nQUIT\r\n");
}

static void random_rules(uint32_t s)
{
	if (s % 3 == 0)
		engine_rule(CALL_RCPT, 2, ANSWER_REJECT, 0, NULL, NULL);
	if (s % 5 == 0)
		engine_rule(CALL_END, 1, ANSWER_REJECT, 552, "5.2.2", "Full");
	if (s % 7 == 0)
		engine_rule(CALL_DATA, 1, ANSWER_REJECT, 452, "4.2.2", "Full");
	if (s % 11 == 0)
		engine_rule(CALL_MAIL, 2, ANSWER_REJECT, 421, "4.3.2", "Off");
	if (s % 4 == 0)
		world.limits.message_max = 30;
	if (s % 6 == 0)
		world.limits.text_line_max = 20;
	if (s % 13 == 0)
		world.limits.error_max = 3;
	if (s % 10 == 0)
		world.listener.flags |= SMTPD_LISTEN_LMTP;
	else
		world.listener.flags |=
			SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
}

static void play_random(
	struct octets *record, uint32_t s, const struct plan *plan)
{
	struct octets text = {0};
	struct smtpd_conn *c;

	engine_begin();
	seed = s;
	random_rules(s);
	world.plan = *plan;
	if (world.listener.flags & SMTPD_LISTEN_LMTP)
		octets_addf(&text, "LHLO client\r\n");
	random_conversation(&text);
	c = engine_open();
	engine_send_octets(c, text.p, text.len);
	record->len = 0;
	octets_addf(record, "%s%s%s", octets_text(&c->out),
		octets_text(&c->calls), c->closed ? "closed" : "");
	if (engine_end())
		fail_msg("conversation %u: %s", s, world.violation);
	octets_free(&text);
}

static void invariant_9_any_chunking(void **state)
{
	static const struct plan plans[] = {{.in = 1}, {.in = 2, .late = 1},
		{.in = 3, .out = 1}, {.hold = true}, {.in = 7, .hold = true},
		{.late = 1}, {.late = 3, .out = 5}, {.in = 19, .late = 2},
		{.in = 1, .late = 1, .hold = true}};
	struct octets want = {0}, got = {0};

	(void)state;
	for (uint32_t s = 1; s <= 1400; s++) {
		play_random(&want, s, &(struct plan){0});
		for (size_t i = 0; i < COUNT(plans); i++) {
			play_random(&got, s, &plans[i]);
			if (strcmp(octets_text(&got), octets_text(&want)))
				fail_msg("conversation %u, plan %zu\n%s--\n%s",
					s, i, octets_text(&want),
					octets_text(&got));
		}
	}
	octets_free(&want);
	octets_free(&got);
	engine_begin();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(invariant_1_250_only_after_accept),
		TEST(invariant_1_nothing_is_said_while_the_sink_thinks),
		TEST(invariant_3_no_octet_while_pending),
		TEST(invariant_3_input_takes_nothing_while_pending),
		TEST(invariant_4_only_crlf_dot_crlf_ends),
		TEST(case_030_no_bare_cr_or_lf_is_kept),
		TEST(invariant_5_starttls_forgets),
		TEST(invariant_5_whatever_the_chunks),
		TEST(invariant_8_secrets_are_wiped),
		TEST(invariant_8_secrets_of_late_verdicts_are_wiped),
		TEST(invariant_8_secrets_of_broken_exchanges_are_wiped),
		TEST(invariant_9_any_chunking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
