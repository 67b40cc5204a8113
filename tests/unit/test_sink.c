/*
 * test_sink.c - the sink's contract: losses, late answers, re-entrancy, events
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include <stdlib.h>

#include "engine/check.h"

#define TO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"

/* ---- 98: did the 250 arrive? ---- */

/* A message was accepted; its 250 is queued, nothing of it taken. */
static struct smtpd_conn *accepted(void)
{
	struct smtpd_conn *c = engine_hello();

	start_message(c);
	world.plan.deaf = true;
	engine_send(c, "x\r\n.\r\n");
	assert_int_equal(c->kept, 1);
	return c;
}

static void case_098_lost_with_the_250_in_the_engine(void **state)
{
	struct smtpd_conn *c = accepted();

	(void)state;
	engine_lost(c, SMTPD_END_PEER, 0);
	assert_true(c->unacknowledged);
}

static void case_098_lost_with_part_of_the_250_taken(void **state)
{
	struct smtpd_conn *c = accepted();

	(void)state;
	engine_take(c, 5);
	engine_lost(c, SMTPD_END_PEER, 0);
	assert_true(c->unacknowledged);
}

static void case_098_lost_before_the_250_was_acknowledged(void **state)
{
	struct smtpd_conn *c = accepted();

	(void)state;
	engine_take(c, SIZE_MAX);
	engine_lost(c, SMTPD_END_PEER, 1);
	assert_true(c->unacknowledged);
}

static void case_098_lost_after_the_250_was_acknowledged(void **state)
{
	struct smtpd_conn *c = accepted();

	(void)state;
	engine_take(c, SIZE_MAX);
	engine_lost(c, SMTPD_END_PEER, 0);
	assert_false(c->unacknowledged);
}

/* Replies behind the 250 are not acknowledged, the 250 is: by octets. */
static void case_098_replies_behind_the_250(void **state)
{
	static const char *const behind[] = {"NOOP\r\n", "EHLO client\r\n",
		"HELO client\r\n", TO "BDAT 3\r\nabc", TO "DATA\r\n",
		"NOOP\r\nEHLO client\r\nNOOP\r\n", "FOO\r\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(behind); i++) {
		for (int short_of = 0; short_of < 2; short_of++) {
			struct smtpd_conn *c;
			size_t before;

			engine_begin();
			c = accepted();
			engine_take(c, SIZE_MAX);
			world.plan.deaf = false;
			before = c->out.len;
			engine_send(c, behind[i]);
			before = c->out.len - before;
			assert_true(before > 0);
			engine_lost(c, SMTPD_END_PEER,
				(uint32_t)(before + (size_t)short_of));
			if (c->unacknowledged != short_of)
				fail_msg("%s: %d", behind[i], short_of);
			assert_null(engine_end());
		}
	}
	engine_begin();
}

static void case_098_write_timeout_with_the_250_in_the_engine(void **state)
{
	struct smtpd_conn *c = accepted();

	(void)state;
	engine_wait(world.limits.write_ms);
	assert_true(c->closed);
	assert_int_equal(c->why, SMTPD_END_TIMEOUT);
	assert_true(c->unacknowledged);
}

static void case_098_the_next_message_is_another_matter(void **state)
{
	struct smtpd_conn *c = engine_hello();

	(void)state;
	send_message(c, "x\r\n");
	expect_reply(c, 250, "2.0.0");
	start_message(c);
	engine_lost(c, SMTPD_END_PEER, 0);
	assert_false(c->unacknowledged);
}

static void case_098_refused_messages_are_acknowledged_by_none(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_END, 0, ANSWER_REJECT, 0, NULL, NULL);
	c = engine_hello();
	start_message(c);
	world.plan.deaf = true;
	engine_send(c, "x\r\n.\r\n");
	engine_lost(c, SMTPD_END_PEER, 0);
	assert_false(c->unacknowledged);
}

static void case_098_lmtp_lost_between_recipients(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_LMTP;
	engine_rule(CALL_END, 2, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	engine_send(c, TO "RCPT TO:<e@f>\r\nDATA\r\nx\r\n.\r\n");
	assert_int_equal(engine_codes(c, 5), 250);
	engine_lost(c, SMTPD_END_PEER, 0);
	assert_true(c->unacknowledged);
	assert_null(strstr(octets_text(&c->calls), "reset"));
}

/* ---- 142: lost at every octet of a conversation ---- */

static void case_142_lost_at_every_octet(void **state)
{
	static const char text[] =
		"EHLO a\r\n" TO "DATA\r\nab\r\n.\r\n" TO
		"BDAT 3\r\nabcBDAT 2 LAST\r\nde" TO "RSET\r\nSTARTTLS\r\nxx";

	(void)state;
	for (size_t at = 0; at < sizeof text; at++) {
		for (unsigned late = 0; late < 3; late++) {
			struct smtpd_conn *c;

			engine_begin();
			world.listener.flags = SMTPD_LISTEN_STARTTLS;
			world.plan.late = late == 1;
			world.plan.deaf = late == 2;
			c = engine_open();
			engine_send_octets(c, text, at);
			engine_lost(c, at % 2 ? SMTPD_END_PEER : SMTPD_END_TLS,
				(uint32_t)at);
			if (engine_end())
				fail_msg("%zu: %s", at, world.violation);
		}
	}
	engine_begin();
}

static void case_144_eof_at_every_octet(void **state)
{
	static const char text[] =
		"EHLO a\r\n" TO "DATA\r\nab\r\n.\r\n" TO
		"BDAT 3\r\nabcBDAT 2 LAST\r\nde" TO "RSET\r\nQUIT\r\n";

	(void)state;
	for (size_t at = 0; at < sizeof text; at++) {
		for (unsigned late = 0; late < 2; late++) {
			struct smtpd_conn *c;

			engine_begin();
			world.plan.late = late;
			c = engine_open();
			engine_send_octets(c, text, at);
			engine_eof(c);
			if (!c->closed)
				fail_msg("open after EOF at %zu", at);
			if (engine_end())
				fail_msg("%zu: %s", at, world.violation);
		}
	}
	engine_begin();
}

/* What the client said before its FIN is answered, however slow the sink. */
static void case_144_eof_and_a_late_sink(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_END, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	send_message(c, "x\r\n");
	engine_eof(c);
	assert_non_null(c->session);
	engine_wait(1000);
	engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL);
	engine_run(c);
	expect_reply(c, 250, "2.0.0");
	assert_true(c->closed);
	assert_int_equal(c->why, SMTPD_END_PEER);
	assert_int_equal(c->how, SMTPD_CLOSE_FLUSH);
}

/* ---- 157: shutdown at every octet ---- */

static void case_157_shutdown_at_every_octet(void **state)
{
	static const char text[] =
		"EHLO a\r\n" TO "DATA\r\nab\r\n.\r\n" TO
		"BDAT 3\r\nabcBDAT 2 LAST\r\nde" TO "RSET\r\nSTARTTLS\r\n";

	(void)state;
	for (size_t at = 0; at < sizeof text; at++) {
		for (unsigned late = 0; late < 3; late++) {
			struct smtpd_conn *c;

			engine_begin();
			world.listener.flags = SMTPD_LISTEN_STARTTLS;
			world.plan.late = late == 1;
			world.plan.deaf = late == 2;
			c = engine_open();
			engine_send_octets(c, text, at);
			engine_shutdown();
			world.plan.deaf = false;
			engine_run(c);
			if (!c->closed)
				fail_msg("open after shutdown at %zu", at);
			assert_null(engine_open());
			if (engine_end())
				fail_msg("%zu: %s", at, world.violation);
		}
	}
	engine_begin();
}

static void case_157_shutdown_waits_for_every_recipient(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_LMTP;
	engine_rule(CALL_END, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	engine_send(c, TO "RCPT TO:<e@f>\r\nDATA\r\nx\r\n.\r\n");
	assert_int_equal(engine_codes(c, 4), 354);
	engine_shutdown();
	for (int i = 0; i < 2; i++) {
		assert_non_null(c->session);
		engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL);
		engine_run(c);
		expect_reply(c, 250, "2.0.0");
	}
	expect_reply(c, 421, "4.3.2");
	assert_true(c->closed);
}

static void case_157_shutdown_and_a_refused_message(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_LMTP;
	engine_rule(CALL_DATA, 1, ANSWER_REJECT, 552, "5.2.2", "Full");
	c = engine_hello();
	engine_send(c, TO "RCPT TO:<e@f>\r\nDATA\r\n");
	assert_int_equal(engine_codes(c, 4), 354);
	world.plan.deaf = true;
	engine_send(c, "x\r\n.\r\n" TO);
	engine_shutdown();
	world.plan.deaf = false;
	engine_run(c);
	expect_reply(c, 552, "5.2.2");
	assert_true(c->closed);
}

/* ---- 158: calls from inside the sink's callbacks ---- */

static struct smtpd_conn *waiting; /* whose MAIL awaits its verdict */

static void call_everything(struct smtpd_session *s)
{
	struct smtpd_info info;
	uint32_t v;

	smtpd_session_info(s, &info);
	if (info.listener != &world.listener)
		engine_violation("info inside a callback");
	if (smtpd_session_count() < 1 || !smtpd_config_report(0, &v) ||
		!smtpd_session_size())
		engine_violation("a report inside a callback");
	if (smtpd_session_verdict(12345, SMTPD_ACCEPT, 0, NULL, NULL) !=
			SMTPD_EGONE ||
		smtpd_session_resume(0) != SMTPD_EGONE)
		engine_violation("a ref that names nothing");
}

static void inside(struct smtpd_session *s, enum call call)
{
	call_everything(s);
	if (call == CALL_RCPT && waiting && waiting->pending &&
		engine_conn(s) != waiting)
		engine_settle(waiting, SMTPD_ACCEPT, 0, NULL, NULL);
}

static void inside_end(struct smtpd_session *s, bool closed)
{
	call_everything(s);
	/* Its own question is over. */
	if (closed && smtpd_session_verdict(smtpd_session_ref(s), SMTPD_ACCEPT,
			      0, NULL, NULL) != SMTPD_EGONE)
		engine_violation("a verdict inside closed");
}

static void case_158_calls_from_callbacks(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.inside = inside;
	world.inside_end = inside_end;
	waiting = NULL;
	c = engine_hello();
	send_message(c, "x\r\n");
	expect_reply(c, 250, "2.0.0");
	start_message(c);
	engine_lost(c, SMTPD_END_PEER, 0);
}

static void case_158_verdict_on_another_session(void **state)
{
	struct smtpd_conn *other;

	(void)state;
	world.limits.peer_sessions = 0;
	world.inside = inside;
	world.inside_end = inside_end;
	engine_rule(CALL_MAIL, 1, ANSWER_NEVER, 0, NULL, NULL);
	waiting = engine_hello();
	engine_send(waiting, "MAIL FROM:<a@b>\r\nNOOP\r\n");
	world.rule_count = 0;
	other = engine_hello();
	engine_send(other, TO);
	assert_int_equal(engine_codes(other, 2), 250);
	assert_false(waiting->pending);
	engine_run(waiting);
	expect_reply(waiting, 250, "2.1.0");
	expect_reply(waiting, 250, "2.0.0");
	waiting = NULL;
}

/* ---- NULL members accept ---- */

static void sink_of_two_members(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.sink = (struct smtpd_sink){
		.data = world.sink.data, .end = world.sink.end};
	c = engine_hello();
	engine_send(c, TO "RSET\r\n" TO);
	assert_int_equal(engine_codes(c, 5), 250);
	c->stage = STAGE_DATA; /* which `begin` would have said */
	engine_send(c, "DATA\r\nx\r\n.\r\n");
	expect_reply(c, 354, "");
	expect_reply(c, 250, "2.0.0");
	assert_string_equal(octets_text(&c->calls), "data \"x\\r\\n\"\nend\n");
	c->stage = STAGE_NONE;
	engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
	expect_reply(c, 502, "5.5.1");
}

/* ---- what the sink is given ---- */

static void check_info(struct smtpd_session *s, enum call call)
{
	struct smtpd_info info;

	smtpd_session_info(s, &info);
	if (call == CALL_CONNECT)
		return;
	if (info.helo.len != 6 || memcmp(info.helo.s, "client", 6) != 0)
		engine_violation("info.helo");
	if (!info.authenticated || info.tls || strcmp(info.protocol, "ESMTPA"))
		engine_violation("info of an AUTH session");
	if (info.peer.family != 4 || info.peer.ip[0] != 192)
		engine_violation("info.peer");
	if (call == CALL_BEGIN && (info.rcpt_count != 1 || info.octets))
		engine_violation("info at begin");
}

static void info_tells_what_is_known(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
	c = engine_hello();
	engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
	expect_reply(c, 235, "2.7.0");
	world.inside = check_info;
	send_message(c, "x\r\n");
	expect_reply(c, 250, "2.0.0");
}

/* Spans stay what they were while the verdict is LATER. */
static const struct smtpd_mail *kept_mail;
static struct smtpd_mail mail_copy;

static enum smtpd_verdict keep_mail(
	struct smtpd_session *s, const struct smtpd_mail *m)
{
	struct smtpd_conn *c = engine_conn(s);

	mail_copy = *m;
	kept_mail = &mail_copy;
	c->pending = true;
	c->question = CALL_MAIL;
	c->ref = smtpd_session_ref(s);
	c->turns = 0;
	return SMTPD_LATER;
}

static void spans_stay_while_the_verdict_is_late(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.sink.mail = keep_mail;
	c = engine_hello();
	engine_send(c, "MAIL FROM:<sender@example> SIZE=9\r\n");
	engine_send(c, "RCPT TO:<other@elsewhere>\r\nNOOP\r\n");
	engine_wait(1000);
	assert_int_equal(kept_mail->from.text.len, 14);
	assert_memory_equal(kept_mail->from.text.s, "sender@example", 14);
	assert_memory_equal(kept_mail->from.domain.s, "example", 7);
	engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL);
	engine_run(c);
	expect_reply(c, 250, "2.1.0");
	expect_reply(c, 250, "2.1.5");
	expect_reply(c, 250, "2.0.0");
}

/* ---- 159: an event for each thing that happens, no more ---- */

static void case_159_events(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
	c = engine_hello();
	assert_int_equal(world.events[SMTPD_EV_OPEN], 1);
	engine_send(c, "FOO\r\nRCPT TO:<a@b>\r\n");
	assert_int_equal(world.events[SMTPD_EV_ERROR], 2);
	assert_int_equal(world.code, 503);
	engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
	assert_int_equal(world.events[SMTPD_EV_AUTH], 1);
	assert_int_equal(world.code, 235);
	engine_codes(c, 3);
	send_message(c, "x\r\n");
	assert_int_equal(world.events[SMTPD_EV_ACCEPTED], 1);
	engine_wait(world.limits.command_ms);
	assert_int_equal(world.events[SMTPD_EV_TIMEOUT], 1);
	assert_int_equal(world.events[SMTPD_EV_CLOSED], 1);
	assert_int_equal(world.code, SMTPD_END_TIMEOUT);
	assert_int_equal(world.events[SMTPD_EV_ERROR], 2);
}

static void case_159_events_of_refused_auths(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
	world.limits.auth_fail_max = 2;
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 0, NULL, NULL);
	c = engine_hello();
	engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
	assert_int_equal(world.events[SMTPD_EV_AUTH], 1);
	assert_int_equal(world.code, 535);
	engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
	assert_int_equal(world.events[SMTPD_EV_AUTH], 2);
	assert_int_equal(world.events[SMTPD_EV_CLOSED], 1);
}

/* A verdict's deadline, and one of the client's, are told apart. */
static void case_159_events_of_deadlines(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_MAIL, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	engine_wait(world.limits.verdict_ms);
	assert_int_equal(world.events[SMTPD_EV_TIMEOUT], 1);
	assert_int_equal(world.events[SMTPD_EV_ERROR], 1);
	assert_int_equal(world.code, 451);
	assert_non_null(c->session);
	engine_wait(world.limits.command_ms);
	assert_int_equal(world.events[SMTPD_EV_TIMEOUT], 2);
	assert_int_equal(world.events[SMTPD_EV_CLOSED], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(case_098_lost_with_the_250_in_the_engine),
		TEST(case_098_lost_with_part_of_the_250_taken),
		TEST(case_098_lost_before_the_250_was_acknowledged),
		TEST(case_098_lost_after_the_250_was_acknowledged),
		TEST(case_098_replies_behind_the_250),
		TEST(case_098_write_timeout_with_the_250_in_the_engine),
		TEST(case_098_the_next_message_is_another_matter),
		TEST(case_098_refused_messages_are_acknowledged_by_none),
		TEST(case_098_lmtp_lost_between_recipients),
		TEST(case_142_lost_at_every_octet),
		TEST(case_144_eof_at_every_octet),
		TEST(case_144_eof_and_a_late_sink),
		TEST(case_157_shutdown_at_every_octet),
		TEST(case_157_shutdown_waits_for_every_recipient),
		TEST(case_157_shutdown_and_a_refused_message),
		TEST(case_158_calls_from_callbacks),
		TEST(case_158_verdict_on_another_session),
		TEST(sink_of_two_members),
		TEST(info_tells_what_is_known),
		TEST(spans_stay_while_the_verdict_is_late),
		TEST(case_159_events),
		TEST(case_159_events_of_refused_auths),
		TEST(case_159_events_of_deadlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
