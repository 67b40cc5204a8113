/*
 * test_pool.c - slots, refs, sessions from one address
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Five slots, so that 2^32 is no multiple of their number.
 *
 * tests: options SMTPD_PROFILE=2 SMTPD_MAX_SESSIONS=5
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include <stdlib.h>

#include "engine/check.h"
#include "session.h"

static void case_149_all_slots_taken(void **state)
{
	struct smtpd_conn *c[SMTPD_MAX_SESSIONS];

	(void)state;
	world.limits.peer_sessions = 0;
	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		c[i] = engine_open();
		assert_non_null(c[i]);
		assert_int_equal(smtpd_session_count(), i + 1);
	}
	assert_null(engine_open());
	assert_int_equal(strncmp(engine_refusal, "421 4.3.2", 9), 0);
	assert_string_equal(strchr(engine_refusal, '\r'), "\r\n");
	assert_int_equal(world.events[SMTPD_EV_REFUSED], 1);
	/* Those who are in are served, and whoever comes next, too. */
	send_message(
		(engine_send(c[4], "EHLO a\r\n"), engine_codes(c[4], 2), c[4]),
		"x\r\n");
	expect_reply(c[4], 250, "2.0.0");
	engine_send(c[2], "QUIT\r\n");
	assert_true(c[2]->closed);
	assert_non_null(engine_open());
	assert_null(engine_open());
}

static void case_151_sessions_from_one_address(void **state)
{
	struct smtpd_conn *first;

	(void)state;
	world.limits.peer_sessions = 2;
	first = engine_open();
	assert_non_null(first);
	assert_non_null(engine_open());
	assert_null(engine_open());
	assert_int_equal(strncmp(engine_refusal, "421 4.7.0", 9), 0);
	assert_int_equal(smtpd_session_count(), 2);
	world.peer.ip[3]++;
	assert_non_null(engine_open());
	world.peer.port = 99; /* the same host */
	assert_non_null(engine_open());
	assert_null(engine_open());
	world.peer.ip[3]--;
	engine_send(first, "QUIT\r\n");
	assert_non_null(engine_open());
}

static void case_151_other_families_and_unknown_addresses(void **state)
{
	(void)state;
	world.limits.peer_sessions = 1;
	assert_non_null(engine_open());
	world.peer.family = 6;
	assert_non_null(engine_open());
	assert_null(engine_open());
	world.peer.family = 0;
	assert_non_null(engine_open());
	assert_non_null(engine_open());
}

/* One line has 2^64 of them: it counts as one. */
static void case_151_sessions_from_one_ipv6_prefix(void **state)
{
	(void)state;
	world.peer.family = 6;
	world.limits.peer_sessions = 2;
	assert_non_null(engine_open());
	world.peer.ip[8] ^= 0x80;
	assert_non_null(engine_open());
	world.peer.ip[15]++;
	assert_null(engine_open());
	assert_memory_equal(engine_refusal, "421 4.7.0", 9);
	world.peer.ip[7] ^= 1;
	assert_non_null(engine_open());
}

/* Of a link every address is another device's. */
static void case_151_sessions_of_a_link(void **state)
{
	(void)state;
	world.peer.family = 6;
	world.peer.ip[0] = 0xfe;
	world.peer.ip[1] = 0x80;
	world.limits.peer_sessions = 1;
	assert_non_null(engine_open());
	assert_null(engine_open());
	world.peer.ip[15]++;
	assert_non_null(engine_open());
	assert_null(engine_open());
}

/* A refused connection asks the sink nothing and leaves no slot behind. */
static void refused_connections_leave_nothing(void **state)
{
	(void)state;
	world.limits.peer_sessions = 1;
	assert_non_null(engine_open());
	for (unsigned i = 0; i < 100; i++)
		assert_null(engine_open());
	assert_int_equal(smtpd_session_count(), 1);
	assert_int_equal(world.open_count, 1);
}

static int answer_ref(smtpd_ref ref)
{
	return smtpd_session_verdict(ref, SMTPD_ACCEPT, 0, NULL, NULL);
}

static void case_096_refs_that_name_nothing(void **state)
{
	struct smtpd_conn *c;
	smtpd_ref ref;

	(void)state;
	for (smtpd_ref r = 0; r < 100; r++)
		assert_int_equal(answer_ref(r), SMTPD_EGONE);
	engine_rule(CALL_MAIL, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	ref = c->ref;
	assert_int_not_equal(ref, 0);
	for (smtpd_ref r = 0; r < 1000; r++) {
		if (r != ref)
			assert_int_equal(answer_ref(r), SMTPD_EGONE);
	}
	for (unsigned bit = 0; bit < 32; bit++)
		assert_int_equal(answer_ref(ref ^ 1u << bit), SMTPD_EGONE);
	assert_int_equal(smtpd_session_resume(ref), SMTPD_EGONE);
	expect_no_reply(c);
	assert_int_equal(engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL), 0);
}

static void case_096_answer_after_the_session_died(void **state)
{
	struct smtpd_conn *c, *next;
	smtpd_ref ref;

	(void)state;
	engine_rule(CALL_MAIL, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	ref = c->ref;
	engine_lost(c, SMTPD_END_PEER, 0);
	assert_int_equal(answer_ref(ref), SMTPD_EGONE);
	next = engine_hello(); /* the same slot */
	assert_int_equal(answer_ref(ref), SMTPD_EGONE);
	engine_send(next, "MAIL FROM:<a@b>\r\n");
	assert_int_not_equal(next->ref, ref);
	assert_int_equal(answer_ref(ref), SMTPD_EGONE);
	assert_int_equal(smtpd_session_count(), 1);
}

static void case_096_answer_after_the_deadline(void **state)
{
	struct smtpd_conn *c;
	smtpd_ref ref;

	(void)state;
	engine_rule(CALL_END, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	send_message(c, "x\r\n");
	ref = c->ref;
	engine_wait(world.limits.verdict_ms);
	expect_reply(c, 451, "4.3.0");
	assert_int_equal(answer_ref(ref), SMTPD_EGONE);
	expect_no_reply(c);
	assert_int_equal(c->kept, 0);
}

/* Refs stay different, of their slot, and not 0 over the wrap at 2^32. */
static void case_156_refs_wrap(void **state)
{
	unsigned asked = 0;

	(void)state;
	for (unsigned slot = 0; slot < SMTPD_MAX_SESSIONS; slot++) {
		struct smtpd_session *s = &smtpd_pool.session[slot];
		struct smtpd_conn *c;
		smtpd_ref last = 0;

		/* Near the end, as after 2^32 / 5 questions. */
		s->ref = UINT32_MAX - 40;
		while (s->ref % SMTPD_MAX_SESSIONS != slot)
			s->ref--;
		world.plan.late = 1;
		c = engine_hello();
		world.plan.late = 0;
		world.rule_count = 0;
		engine_rule(CALL_MAIL, 0, ANSWER_NEVER, 0, NULL, NULL);
		for (int i = 0; i < 30; i++, asked++) {
			engine_send(c, "MAIL FROM:<a@b>\r\n");
			assert_true(c->ref >= SMTPD_MAX_SESSIONS);
			assert_int_equal(c->ref % SMTPD_MAX_SESSIONS, slot);
			assert_int_not_equal(c->ref, last);
			last = c->ref;
			engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL);
			engine_run(c);
			expect_reply(c, 250, "2.1.0");
			engine_send(c, "RSET\r\n");
			expect_reply(c, 250, "2.0.0");
		}
	}
	assert_int_equal(asked, 150);
}

static void case_156_many_sessions(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 70000; i++) {
		struct smtpd_conn *c = engine_open();

		engine_send(c, "QUIT\r\n");
		if (!c->closed)
			fail_msg("session %u", i);
		if (i % 1000 == 999) {
			assert_null(engine_end());
			engine_begin();
		}
	}
}

/* Five slots: at most a quarter free means one or none. */
static void stress_begins_at_a_quarter(void **state)
{
	struct smtpd_conn *c[4];

	(void)state;
	world.limits.peer_sessions = 0;
	for (unsigned i = 0; i < 3; i++)
		c[i] = engine_open();
	engine_wait(world.limits.stress_ms);
	assert_int_equal(smtpd_session_count(), 3);
	c[3] = engine_open();
	engine_wait(1);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(engine_code(c[i]), 220);
		if (i == 0) /* the others are safe once it is gone */
			expect_reply(c[i], 421, "4.4.2");
	}
}

static void slots_are_numbered(void **state)
{
	struct smtpd_info info;

	(void)state;
	world.limits.peer_sessions = 0;
	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		struct smtpd_conn *c = engine_open();

		smtpd_session_info(c->session, &info);
		assert_int_equal(info.index, i);
		assert_ptr_equal(info.listener, &world.listener);
		assert_int_equal(info.peer.ip[0], 192);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(case_149_all_slots_taken),
		TEST(case_151_sessions_from_one_address),
		TEST(case_151_other_families_and_unknown_addresses),
		TEST(case_151_sessions_from_one_ipv6_prefix),
		TEST(case_151_sessions_of_a_link),
		TEST(refused_connections_leave_nothing),
		TEST(case_096_refs_that_name_nothing),
		TEST(case_096_answer_after_the_session_died),
		TEST(case_096_answer_after_the_deadline),
		TEST(case_156_refs_wrap),
		TEST(case_156_many_sessions),
		TEST(stress_begins_at_a_quarter),
		TEST(slots_are_numbered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
