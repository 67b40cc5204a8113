/*
 * test_greet.c - a greeting that is held back, and who speaks before it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=2 SMTPD_MAX_SESSIONS=4
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include "engine/check.h"

#include "smtpd_counts.h"
#include "smtpd_peers.h"

#define DELAY_MS 6000

static struct smtpd_conn *held(void)
{
	struct smtpd_conn *c;

	world.listener.greet_delay_ms = DELAY_MS;
	c = engine_open();
	assert_non_null(c);
	expect_no_reply(c);
	return c;
}

static void expect_refused(struct smtpd_conn *c)
{
	expect_reply(c, 554, "5.5.0");
	expect_no_reply(c);
	assert_true(c->closed);
	assert_int_equal(c->why, SMTPD_END_REFUSED);
	assert_int_equal(c->how, SMTPD_CLOSE_FLUSH);
}

static void case_016_at_the_limit_and_before_it(void **state)
{
	struct smtpd_conn *c = held();

	(void)state;
	engine_wait(DELAY_MS - 1);
	expect_no_reply(c);
	engine_wait(1);
	expect_reply(c, 220, "");
	engine_send(c, "NOOP\r\n");
	expect_reply(c, 250, "2.0.0");
}

static void case_016_one_octet_is_too_many(void **state)
{
	uint32_t before = smtpd_counts()->early;
	const struct smtpd_peer_memory *m;
	struct smtpd_conn *c = held();
	uint16_t told;

	(void)state;
	m = smtpd_peer_of(c->session);
	told = m->quirks[SMTPD_QUIRK_EARLY_TALKER];
	engine_wait(DELAY_MS - 1);
	engine_send(c, "Q");
	expect_refused(c);
	assert_string_equal(octets_text(&c->quirks), "-early-talker\n");
	assert_int_equal(m->quirks[SMTPD_QUIRK_EARLY_TALKER], told + 1);
	assert_int_equal(smtpd_counts()->early, before + 1);
}

static void case_016_nothing_behind_it_is_looked_at(void **state)
{
	struct smtpd_conn *c = held();

	(void)state;
	engine_send(c, "EHLO x\r\nMAIL FROM:<a@b>\r\nQUIT\r\n");
	expect_refused(c);
	assert_null(strstr(octets_text(&c->calls), "mail"));
}

static void case_016_forgiven_it_is_greeted_at_once(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.forgive = SMTPD_QUIRK_BIT(EARLY_TALKER);
	c = held();
	engine_send(c, "EHLO x\r\nMAIL FROM:<a@b>\r\n");
	expect_reply(c, 220, "");
	expect_reply(c, 250, "");
	expect_reply(c, 250, "2.1.0");
	assert_string_equal(octets_text(&c->quirks), "+early-talker\n");
}

/* What came while the sink was asked came before the greeting. */
static void case_016_early_for_a_late_sink(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_CONNECT, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = held();
	engine_send(c, "EHLO x\r\n");
	expect_no_reply(c);
	engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL);
	engine_run(c);
	expect_refused(c);
}

/* The wait begins when the sink has answered. */
static void case_016_a_late_sink_shortens_no_wait(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_CONNECT, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = held();
	engine_wait(DELAY_MS);
	expect_no_reply(c);
	engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL);
	engine_wait(DELAY_MS - 1);
	expect_no_reply(c);
	engine_wait(1);
	expect_reply(c, 220, "");
}

static void case_016_tls_first_is_not_early(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_STARTTLS;
	world.listener.forgive = SMTPD_QUIRK_BIT(TLS_FIRST);
	c = held();
	engine_send(c, "\x16");
	assert_true(c->tls_wanted);
	engine_tls(c);
	expect_no_reply(c); /* inside TLS it waits as well */
	engine_wait(DELAY_MS);
	expect_reply(c, 220, "");
	assert_string_equal(octets_text(&c->quirks), "+tls-first\n");
}

/* The longer of both waits counts. */
static void case_016_both_waits(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_STARTTLS;
	world.listener.forgive = SMTPD_QUIRK_BIT(TLS_FIRST);
	world.limits.greet_ms = DELAY_MS + 1;
	c = held();
	engine_wait(DELAY_MS);
	expect_no_reply(c);
	engine_wait(1);
	expect_reply(c, 220, "");
}

static void case_016_inside_tls(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_TLS;
	c = held();
	engine_tls(c);
	expect_no_reply(c);
	engine_wait(DELAY_MS - 1);
	engine_send(c, "EHLO x\r\n");
	expect_refused(c);
}

static void case_016_behind_starttls_there_is_no_greeting(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_STARTTLS;
	c = held();
	engine_wait(DELAY_MS);
	expect_reply(c, 220, "");
	engine_send(c, "STARTTLS\r\n");
	expect_reply(c, 220, "2.0.0");
	engine_tls(c);
	engine_send(c, "EHLO x\r\n");
	expect_reply(c, 250, "");
}

static void case_016_leaves_before_it(void **state)
{
	struct smtpd_conn *c = held();

	(void)state;
	engine_eof(c);
	assert_true(c->closed);
	assert_int_equal(c->why, SMTPD_END_PEER);
}

static void case_016_shut_down_before_it(void **state)
{
	struct smtpd_conn *c = held();

	(void)state;
	engine_shutdown();
	expect_reply(c, 421, "4.3.2");
	assert_true(c->closed);
}

/* Who waits for its greeting cannot keep the slots from a known device. */
static void case_150_held_sessions_give_way(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.peer.ip[3] = 1;
	c = engine_hello();
	send_message(c, "x\r\n");
	expect_reply(c, 250, "2.0.0");
	engine_lost(c, SMTPD_END_PEER, 0);
	for (uint8_t i = 0; i < 4; i++) {
		world.peer.ip[3] = (uint8_t)(100 + i);
		held();
	}
	world.peer.ip[3] = 200;
	assert_null(engine_open());
	world.peer.ip[3] = 1;
	assert_non_null(engine_open());
}

static void the_longest_delay_and_one_past_it(void **state)
{
	(void)state;
	world.listener.greet_delay_ms = 60000;
	assert_int_equal(smtpd_listener_check(&world.listener), 0);
	world.listener.greet_delay_ms = 60001;
	assert_int_equal(smtpd_listener_check(&world.listener), SMTPD_EINVAL);
}

static void the_tick_says_when(void **state)
{
	(void)state;
	held();
	engine_wait(DELAY_MS - 300);
	assert_int_equal(smtpd_tick(), 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(case_016_at_the_limit_and_before_it),
		TEST(case_016_one_octet_is_too_many),
		TEST(case_016_nothing_behind_it_is_looked_at),
		TEST(case_016_forgiven_it_is_greeted_at_once),
		TEST(case_016_early_for_a_late_sink),
		TEST(case_016_a_late_sink_shortens_no_wait),
		TEST(case_016_tls_first_is_not_early),
		TEST(case_016_both_waits),
		TEST(case_016_inside_tls),
		TEST(case_016_behind_starttls_there_is_no_greeting),
		TEST(case_016_leaves_before_it),
		TEST(case_016_shut_down_before_it),
		TEST(case_150_held_sessions_give_way),
		TEST(the_longest_delay_and_one_past_it),
		TEST(the_tick_says_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
