/*
 * test_rates.c - what a peer may do in a minute, and AUTH that waits
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include "engine/check.h"

#include "smtpd_access.h"
#include "smtpd_counts.h"
#include "smtpd_peers.h"

static void be(const char *address)
{
	assert_true(smtpd_address_parse(&world.peer, address, strlen(address)));
}

/* 198.18.0.0/15 has more addresses than the table. */
static void be_number(unsigned i)
{
	world.peer = (struct smtpd_peer){
		.family = 4, .ip = {198, 18, (uint8_t)(i >> 8), (uint8_t)i}};
}

static bool gets_a_session(void)
{
	struct smtpd_conn *c = engine_open();

	if (!c) {
		assert_memory_equal(engine_refusal, "421 4.7.0 ", 10);
		return false;
	}
	expect_reply(c, 220, "");
	engine_lost(c, SMTPD_END_PEER, 0);
	return true;
}

static void sessions_at_the_limit_and_past_it(void **state)
{
	uint32_t before = smtpd_counts()->too_fast;

	(void)state;
	world.limits.session_rate = 3;
	be("192.0.2.1");
	for (int i = 0; i < 3; i++)
		assert_true(gets_a_session());
	assert_false(gets_a_session());
	assert_int_equal(smtpd_counts()->too_fast, before + 1);
	be("192.0.2.2"); /* others are others */
	assert_true(gets_a_session());
	be("192.0.2.1"); /* what is refused does not count */
	engine_wait(19999);
	assert_false(gets_a_session());
	engine_wait(1);
	assert_true(gets_a_session());
	assert_false(gets_a_session());
	engine_wait(600000);
	for (int i = 0; i < 3; i++)
		assert_true(gets_a_session());
	assert_false(gets_a_session());
}

static void every_rate_grants_what_it_says(void **state)
{
	static const uint16_t rates[] = {1, 7, 59, 999, 6000};

	(void)state;
	for (unsigned i = 0; i < COUNT(rates); i++) {
		be_number(i);
		world.limits.session_rate = rates[i];
		for (unsigned k = 0; k < rates[i]; k++)
			assert_true(gets_a_session());
		assert_false(gets_a_session());
	}
}

static void messages_at_the_limit_and_past_it(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.message_rate = 2;
	be("192.0.2.1");
	c = engine_hello();
	for (int i = 0; i < 2; i++) {
		send_message(c, "x\r\n");
		expect_reply(c, 250, "2.0.0");
	}
	engine_send(c, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
	expect_reply(c, 450, "4.7.1");
	expect_reply(c, 503, "5.5.1");
	engine_wait(29999);
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 450, "4.7.1");
	engine_wait(1);
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 250, "2.1.0");
}

static void send_octets(struct smtpd_conn *c, unsigned n)
{
	char text[1200];

	memset(text, 'x', n);
	memcpy(text + n - 2, "\r\n", 3);
	send_message(c, text);
	expect_reply(c, 250, "2.0.0");
}

static void octets_at_the_limit_and_past_it(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.octet_rate = 1000;
	be("192.0.2.1");
	c = engine_hello();
	send_octets(c, 500); /* and one that MAIL asks for */
	send_octets(c, 497);
	engine_send(c, "MAIL FROM:<a@b>\r\n"); /* the last octet */
	expect_reply(c, 250, "2.1.0");
	engine_send(c, "RSET\r\nMAIL FROM:<a@b>\r\n");
	expect_reply(c, 250, "2.0.0");
	expect_reply(c, 452, "4.7.1");
	/* on another connection, too */
	engine_send(c, "QUIT\r\n");
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 452, "4.7.1");
	engine_wait(60);
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 250, "2.1.0");
}

/* It is taken, and then its sender waits. */
static void a_message_longer_than_the_rate(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.octet_rate = 100;
	be("192.0.2.1");
	c = engine_hello();
	send_octets(c, 1099);
	engine_wait(300000);
	engine_wait(299999);
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 452, "4.7.1");
	engine_wait(601);
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 250, "2.1.0");
}

/* A message that never ends costs as much. */
static void octets_of_a_lost_message_count(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.octet_rate = 1000;
	be("192.0.2.1");
	c = engine_hello();
	start_message(c);
	for (int i = 0; i < 100; i++)
		engine_send(c, "12345678\r\n");
	for (int i = 0; i < 100; i++)
		engine_send(c, "12345678\r\n");
	engine_lost(c, SMTPD_END_PEER, 0);
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 452, "4.7.1");
}

static void an_ipv6_64_is_one_peer(void **state)
{
	(void)state;
	world.limits.session_rate = 2;
	be("2001:db8:1:1::1");
	assert_true(gets_a_session());
	be("2001:db8:1:1:ffff::2");
	assert_true(gets_a_session());
	be("2001:db8:1:1::3");
	assert_false(gets_a_session());
	be("2001:db8:1:2::3");
	assert_true(gets_a_session());
}

static unsigned used(void)
{
	unsigned n = 0;

	while (smtpd_peer_get(n))
		n++;
	return n;
}

/* Fill the table with peers that have something against them. */
static void fill(unsigned from, unsigned count, unsigned sessions)
{
	for (unsigned i = 0; i < count; i++) {
		be_number(from + i);
		for (unsigned k = 0; k < sessions; k++)
			assert_true(gets_a_session());
	}
	assert_int_equal(used(), SMTPD_PEERS);
}

static void nobody_frees_himself_by_filling_the_table(void **state)
{
	(void)state;
	world.limits.session_rate = 10;
	fill(0, SMTPD_PEERS, 10); /* each has used up its minute */
	be_number(0);
	assert_false(gets_a_session());
	/* one more pushes somebody out, and begins with as much */
	be("192.0.2.1");
	assert_false(gets_a_session());
	for (unsigned i = 0; i < SMTPD_PEERS + 9; i++) {
		be_number(i);
		assert_false(gets_a_session());
	}
	engine_wait(6000); /* time alone does */
	be("192.0.2.7");
	assert_true(gets_a_session());
	assert_false(gets_a_session());
}

static void who_has_nothing_against_him_makes_room_first(void **state)
{
	(void)state;
	world.limits.session_rate = 10;
	fill(0, SMTPD_PEERS, 1);
	engine_wait(6000); /* all is paid */
	be_number(3);
	for (int i = 0; i < 10; i++)
		assert_true(gets_a_session());
	for (unsigned i = 0; i < SMTPD_PEERS - 1; i++) {
		be_number(1000 + i);
		assert_true(gets_a_session());
	}
	be_number(3);
	assert_false(gets_a_session());
	be("192.0.2.1"); /* pushes out one that owes a tenth */
	for (int i = 0; i < 9; i++)
		assert_true(gets_a_session());
	assert_false(gets_a_session());
}

static void the_rest_of_a_64_owes_what_one_of_it_did(void **state)
{
	(void)state;
	world.limits.session_rate = 10;
	be("2001:db8::1");
	for (int i = 0; i < 9; i++)
		assert_true(gets_a_session());
	be("2001:db8::2");
	assert_true(gets_a_session());
	fill(0, SMTPD_PEERS - 1, 10);
	be("2001:db8::2");
	assert_false(gets_a_session());
	be("2001:db8::3");
	assert_false(gets_a_session());
}

static void who_is_listed_begins_with_nothing(void **state)
{
	struct smtpd_access_rule rules[2] = {{.groups = 1}, {.groups = 1}};
	struct smtpd_access list = {rules, 2, 1};

	(void)state;
	assert_null(smtpd_cidr_parse(&rules[0].block, "192.0.2.0/24", 12));
	assert_null(smtpd_cidr_parse(&rules[1].block, "198.18.0.0/15", 13));
	rules[1].deny = true;
	world.limits.session_rate = 10;
	fill(0, SMTPD_PEERS, 10);
	world.listener.access = &list;
	be("192.0.2.1");
	assert_true(gets_a_session());
	/* and stays when others come */
	rules[1].deny = false;
	list.count = 1;
	rules[0].groups = 2;
	fill(500, SMTPD_PEERS, 0);
	assert_false(gets_a_session());
	be("192.0.2.1");
	for (int i = 0; i < 9; i++)
		assert_true(gets_a_session());
	assert_false(gets_a_session());
}

/* ---- AUTH ---- */

#define WRONG "AUTH PLAIN AHVzZXIAd3Jvbmc=\r\n"

static struct smtpd_conn *client(const char *address)
{
	be(address);
	world.limits.auth_delay_ms = 1000;
	world.limits.auth_fail_max = 100;
	world.listener.flags = SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
	return engine_hello();
}

/* AUTH is answered with this code after so long, and not before. */
static void waits(struct smtpd_conn *c, uint32_t ms, int code)
{
	engine_send(c, WRONG);
	if (ms) {
		expect_no_reply(c);
		engine_wait(ms - 1);
		expect_no_reply(c);
		engine_wait(1);
	}
	expect_reply(c, code, "");
}

static void the_wait_doubles_up_to_its_limit(void **state)
{
	static const uint32_t ms[] = {
		0, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
	struct smtpd_conn *c = client("192.0.2.1");

	(void)state;
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 0, NULL, NULL);
	for (unsigned i = 0; i < COUNT(ms); i++)
		waits(c, ms[i], 535);
	/* of the next connection as well; not of others, who are served */
	engine_send(c, "QUIT\r\n");
	c = client("192.0.2.1");
	engine_send(c, WRONG);
	waits(client("192.0.2.2"), 0, 535);
	expect_no_reply(c);
	engine_wait(60000);
	expect_reply(c, 535, "5.7.8");
}

static void a_peer_waits_on_all_its_connections(void **state)
{
	struct smtpd_conn *a = client("2001:db8::1");
	struct smtpd_conn *b = client("2001:db8::2");

	(void)state;
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 0, NULL, NULL);
	waits(a, 0, 535);
	engine_send(a, WRONG);
	engine_send(b, WRONG);
	assert_int_equal(b->asked[CALL_AUTH], 0); /* and nobody looked at it */
	engine_wait(1000);
	/* the first of them failed: the other waits for twice as long */
	expect_reply(a, 535, "5.7.8");
	expect_no_reply(b);
	engine_wait(999);
	expect_no_reply(b);
	engine_wait(1);
	expect_reply(b, 535, "5.7.8");
}

static void whoever_waits_gets_in_with_the_right_password(void **state)
{
	struct smtpd_conn *c = client("192.0.2.1");

	(void)state;
	engine_rule(CALL_AUTH, 1, ANSWER_REJECT, 0, NULL, NULL);
	engine_rule(CALL_AUTH, 2, ANSWER_REJECT, 0, NULL, NULL);
	waits(c, 0, 535);
	waits(c, 1000, 535);
	waits(c, 2000, 235);
	/* that takes nothing back: who knows one password may guess others */
	waits(client("192.0.2.1"), 2000, 535);
}

static void success_of_a_listed_peer_takes_it_back(void **state)
{
	struct smtpd_access_rule rule = {.groups = 1};
	struct smtpd_access list = {&rule, 1, 1};
	struct smtpd_conn *c;

	(void)state;
	assert_null(smtpd_cidr_parse(&rule.block, "192.0.2.0/24", 12));
	world.listener.access = &list;
	c = client("192.0.2.1");
	engine_rule(CALL_AUTH, 1, ANSWER_REJECT, 0, NULL, NULL);
	waits(c, 0, 535);
	waits(c, 1000, 235);
	c = client("192.0.2.1");
	waits(c, 0, 535);
}

static void what_failed_is_forgotten_with_time(void **state)
{
	struct smtpd_conn *c = client("192.0.2.1");

	(void)state;
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 0, NULL, NULL);
	waits(c, 0, 535);
	waits(c, 1000, 535);
	waits(c, 2000, 535);
	engine_wait(299999);
	engine_wait(1);
	c = client("192.0.2.1");
	waits(c, 2000, 535); /* one of three is forgotten */
	for (int i = 0; i < 3; i++)
		engine_wait(300000);
	waits(client("192.0.2.1"), 0, 535);
}

/* In one segment with what follows; after FIN; with a line that streams. */
static void whatever_comes_behind_it_waits(void **state)
{
	struct smtpd_conn *c = client("192.0.2.1");
	char line[SMTPD_LINE_MAX + 200];

	(void)state;
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 0, NULL, NULL);
	engine_send(c, WRONG WRONG "NOOP\r\n");
	expect_reply(c, 535, "5.7.8");
	expect_no_reply(c);
	engine_wait(1000);
	expect_reply(c, 535, "5.7.8");
	expect_reply(c, 250, "2.0.0");
	memset(line, 'A', sizeof line);
	memcpy(line, "AUTH PLAIN ", 11);
	memcpy(line + sizeof line - 3, "\r\n", 3);
	engine_send(c, line);
	expect_no_reply(c);
	engine_wait(1999);
	expect_no_reply(c);
	engine_wait(1);
	assert_true(engine_code(c) >= 500);
	engine_send(c, WRONG);
	engine_eof(c);
	assert_non_null(c->session);
	engine_wait(8000);
	expect_reply(c, 535, "5.7.8");
	assert_null(c->session);
}

static void nothing_waits_where_it_is_off(void **state)
{
	struct smtpd_conn *c = client("192.0.2.1");

	(void)state;
	world.limits.auth_delay_ms = 0;
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 0, NULL, NULL);
	for (int i = 0; i < 10; i++)
		waits(c, 0, 535);
}

static void shutdown_and_loss_end_the_wait(void **state)
{
	struct smtpd_conn *c = client("192.0.2.1"), *d;

	(void)state;
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 0, NULL, NULL);
	waits(c, 0, 535);
	d = client("192.0.2.1");
	engine_send(c, WRONG);
	engine_send(d, WRONG);
	engine_lost(d, SMTPD_END_PEER, 0);
	engine_shutdown();
	expect_reply(c, 421, "4.3.2");
	assert_null(c->session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sessions_at_the_limit_and_past_it),
		TEST(every_rate_grants_what_it_says),
		TEST(messages_at_the_limit_and_past_it),
		TEST(octets_at_the_limit_and_past_it),
		TEST(a_message_longer_than_the_rate),
		TEST(octets_of_a_lost_message_count),
		TEST(an_ipv6_64_is_one_peer),
		TEST(nobody_frees_himself_by_filling_the_table),
		TEST(who_has_nothing_against_him_makes_room_first),
		TEST(the_rest_of_a_64_owes_what_one_of_it_did),
		TEST(who_is_listed_begins_with_nothing),
		TEST(the_wait_doubles_up_to_its_limit),
		TEST(a_peer_waits_on_all_its_connections),
		TEST(whoever_waits_gets_in_with_the_right_password),
		TEST(success_of_a_listed_peer_takes_it_back),
		TEST(what_failed_is_forgotten_with_time),
		TEST(whatever_comes_behind_it_waits),
		TEST(nothing_waits_where_it_is_off),
		TEST(shutdown_and_loss_end_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
