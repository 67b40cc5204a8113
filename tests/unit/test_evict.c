/*
 * test_evict.c - all slots are taken, and somebody else comes
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=2 SMTPD_MAX_SESSIONS=4 SMTPD_PEERS=6
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include "engine/check.h"

static struct smtpd_conn *open_from(uint8_t host)
{
	world.peer.ip[3] = host;
	return engine_open();
}

/* Somebody at this address delivers a message, and leaves. */
static void deliver_from(uint8_t host)
{
	struct smtpd_conn *c = open_from(host);

	assert_non_null(c);
	engine_send(c, "EHLO client\r\n");
	assert_int_equal(engine_codes(c, 2), 250);
	send_message(c, "x\r\n");
	engine_send(c, "QUIT\r\n");
	assert_int_equal(engine_codes(c, 2), 221);
	assert_true(c->closed);
}

/* Four take all slots, each some time later than the one before. */
static void fill(struct smtpd_conn *c[4])
{
	for (uint8_t i = 0; i < 4; i++) {
		c[i] = open_from((uint8_t)(100 + i));
		engine_wait(10);
	}
}

static void case_150_a_stranger_waits_for_a_second(void **state)
{
	struct smtpd_conn *c[4];

	(void)state;
	fill(c);
	engine_wait(1000 - 40 - 1);
	assert_null(open_from(1));
	engine_wait(1);
	assert_non_null(open_from(1));
	assert_true(c[0]->closed);
	assert_int_equal(c[0]->how, SMTPD_CLOSE_ABORT);
	assert_int_equal(c[0]->why, SMTPD_END_TIMEOUT);
	assert_false(c[1]->closed);
}

static void case_150_who_has_delivered_does_not_wait(void **state)
{
	struct smtpd_conn *c[4];

	(void)state;
	deliver_from(1);
	fill(c);
	assert_non_null(open_from(1));
	assert_true(c[0]->closed);
	assert_null(open_from(1)); /* it has a session now */
	assert_null(open_from(2));
}

/* With IPv6 all of a LAN is one host where sessions are counted. */
static void case_150_who_has_delivered_is_not_its_neighbour(void **state)
{
	struct smtpd_conn *c[4];

	(void)state;
	world.peer.family = 6;
	world.peer.ip[0] = 0x20;
	world.peer.ip[15] = 1;
	deliver_from(0);
	for (uint8_t i = 0; i < 4; i++) {
		world.peer.ip[15] = (uint8_t)(100 + i);
		c[i] = engine_open();
		assert_non_null(c[i]);
	}
	world.peer.ip[15] = 2; /* a stranger of the same LAN */
	engine_wait(1000);
	assert_null(engine_open());
	world.peer.ip[15] = 1;
	assert_non_null(engine_open());
	assert_true(c[0]->closed);
	assert_null(engine_open()); /* it has a session now */
}

static void case_150_octets_buy_no_time(void **state)
{
	struct smtpd_conn *c[4];

	(void)state;
	fill(c);
	for (unsigned i = 0; i < 10; i++) {
		engine_send(c[0], "E");
		engine_wait(100);
	}
	assert_non_null(open_from(1));
	assert_true(c[0]->closed);
}

static void case_150_who_is_busy_stays(void **state)
{
	struct smtpd_conn *c[4], *d;

	(void)state;
	deliver_from(1);
	deliver_from(100);
	fill(c); /* 0 has delivered before */
	engine_send(c[1], "EHLO a\r\n");
	engine_send(
		c[1], "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\n");
	engine_send(c[2], "EHLO a\r\n");
	engine_send(c[2], "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	engine_rule(CALL_MAIL, 0, ANSWER_NEVER, 0, NULL, NULL);
	engine_send(c[3], "EHLO a\r\nMAIL FROM:<a@b>\r\n");
	engine_wait(2000);
	d = open_from(1);
	assert_null(d);
	for (unsigned i = 0; i < 4; i++)
		assert_false(c[i]->closed);
}

static void case_150_the_sink_is_told_of_a_transaction(void **state)
{
	struct smtpd_conn *c[4];

	(void)state;
	deliver_from(1);
	fill(c);
	engine_send(c[3], "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
	for (uint8_t i = 0; i < 3; i++)
		engine_lost(c[i], SMTPD_END_PEER, 0);
	for (uint8_t i = 0; i < 3; i++) {
		struct smtpd_conn *d = open_from((uint8_t)(10 + i));

		engine_send(d, "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
			       "DATA\r\n");
	}
	assert_non_null(open_from(1));
	assert_true(c[3]->closed);
	assert_non_null(strstr(octets_text(&c[3]->calls), "reset TIMEOUT"));
}

/* More strangers than the table of peers has room for. */
static void case_150_strangers_do_not_displace_who_delivers(void **state)
{
	struct smtpd_conn *c[4];

	(void)state;
	deliver_from(1);
	for (uint8_t i = 20; i < 60; i++)
		engine_lost(open_from(i), SMTPD_END_PEER, 0);
	fill(c);
	assert_non_null(open_from(1));
}

static void case_150_an_unknown_address_evicts_nobody(void **state)
{
	struct smtpd_conn *c[4];

	(void)state;
	fill(c);
	engine_wait(5000);
	world.peer.family = 0;
	assert_null(engine_open());
	smtpd_shutdown();
	world.peer.family = 4;
	assert_null(open_from(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(case_150_a_stranger_waits_for_a_second),
		TEST(case_150_who_has_delivered_does_not_wait),
		TEST(case_150_who_has_delivered_is_not_its_neighbour),
		TEST(case_150_octets_buy_no_time),
		TEST(case_150_who_is_busy_stays),
		TEST(case_150_the_sink_is_told_of_a_transaction),
		TEST(case_150_strangers_do_not_displace_who_delivers),
		TEST(case_150_an_unknown_address_evicts_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
