/*
 * test_quirk_policy.c - what is told of a client that policy refuses
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * What is told inside a session is in tests/vectors/devices.txt; here is who
 * gets none, and what needs lists.
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include "engine/check.h"

#include "smtpd_access.h"
#include "smtpd_peers.h"
#include "smtpd_recipients.h"

static unsigned told;
static enum smtpd_quirk last;
static struct smtpd_peer about;

static void on_quirk(struct smtpd_session *s, enum smtpd_quirk q, bool forgiven)
{
	struct smtpd_info info;

	smtpd_session_info(s, &info);
	assert_false(forgiven);
	about = info.peer;
	last = q;
	told++;
}

static int begin(void **state)
{
	check_begin(state);
	world.sink.quirk = on_quirk;
	told = 0;
	return 0;
}

#define TOLD(name) cmocka_unit_test_setup_teardown(name, begin, check_end)

static void be(const char *address)
{
	assert_true(smtpd_address_parse(&world.peer, address, strlen(address)));
}

static void is_told(enum smtpd_quirk q)
{
	assert_int_equal(told, 1);
	assert_int_equal(last, q);
	assert_memory_equal(about.ip, world.peer.ip, sizeof about.ip);
	told = 0;
}

static void who_is_denied(void **state)
{
	struct smtpd_access_rule rule = {.groups = 1, .deny = true};
	struct smtpd_access list = {&rule, 1, 1};

	(void)state;
	assert_null(smtpd_cidr_parse(&rule.block, "192.0.2.0/24", 12));
	world.listener.access = &list;
	be("192.0.2.7");
	assert_null(engine_open());
	is_told(SMTPD_QUIRK_ACCESS_DENIED);
	be("192.0.3.7");
	assert_non_null(engine_open());
	assert_int_equal(told, 0);
}

static void who_has_too_many_sessions(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	be("192.0.2.8");
	world.limits.peer_sessions = 1;
	c = engine_open();
	assert_int_equal(told, 0);
	assert_null(engine_open());
	is_told(SMTPD_QUIRK_TOO_MANY_SESSIONS);
	assert_int_equal(smtpd_peer_of(c->session)
				 ->quirks[SMTPD_QUIRK_TOO_MANY_SESSIONS],
		1);
}

static void who_is_too_fast(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	be("192.0.2.9");
	world.limits.session_rate = 1;
	world.limits.message_rate = 1;
	c = engine_hello();
	assert_null(engine_open());
	is_told(SMTPD_QUIRK_RATE_EXCEEDED);
	engine_send(c, "MAIL FROM:<a@b>\r\nRSET\r\n");
	assert_int_equal(engine_codes(c, 2), 250);
	assert_int_equal(told, 0);
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 450, "4.7.1");
	is_told(SMTPD_QUIRK_RATE_EXCEEDED);
	world.limits.message_rate = 0;
	world.limits.octet_rate = 1;
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 250, "2.1.0");
	engine_send(
		c, "RCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nMAIL FROM:<a@b>\r\n");
	assert_int_equal(engine_codes(c, 3), 250);
	expect_reply(c, 452, "4.7.1");
	is_told(SMTPD_QUIRK_RATE_EXCEEDED);
	assert_int_equal(
		smtpd_peer_of(c->session)->quirks[SMTPD_QUIRK_RATE_EXCEEDED],
		3);
}

static void whose_recipient_is_not_ours(void **state)
{
	struct smtpd_recipients list = {"example.org", "", '+'};
	struct smtpd_conn *c;

	(void)state;
	be("192.0.2.10");
	world.listener.recipients = &list;
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\nRCPT TO:<c@example.org>\r\n");
	assert_int_equal(engine_codes(c, 2), 250);
	assert_int_equal(told, 0);
	engine_send(c, "RCPT TO:<c@example.com>\r\n");
	expect_reply(c, 550, "5.7.1");
	is_told(SMTPD_QUIRK_RCPT_NOT_LOCAL);
	assert_string_equal(
		smtpd_quirk_name(SMTPD_QUIRK_RCPT_NOT_LOCAL), "rcpt-not-local");
}

/* A name of its own and one sentence for each. */
static void names_and_advice(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SMTPD_QUIRK_COUNT; i++) {
		const char *name = smtpd_quirk_name((enum smtpd_quirk)i);
		const char *text = smtpd_quirk_text((enum smtpd_quirk)i);

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-468"),
			strlen(name));
		assert_true(*name && strlen(text) > 20);
		assert_int_equal(text[strlen(text) - 1], '.');
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(
				name, smtpd_quirk_name((enum smtpd_quirk)k));
	}
	assert_string_equal(smtpd_quirk_name(SMTPD_QUIRK_COUNT), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOLD(who_is_denied),
		TOLD(who_has_too_many_sessions),
		TOLD(who_is_too_fast),
		TOLD(whose_recipient_is_not_ours),
		TOLD(names_and_advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
