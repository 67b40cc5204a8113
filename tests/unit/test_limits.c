/*
 * test_limits.c - each limit at its value and one past, each with its reply
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include <stdlib.h>

#include "engine/check.h"
#include "session.h"

#define TO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"

static void send_n(struct smtpd_conn *c, char octet, size_t n)
{
	char *p = malloc(n + 1);

	assert_non_null(p);
	memset(p, octet, n);
	engine_send_octets(c, p, n);
	free(p);
}

static void invariant_6_command_line(void **state)
{
	struct smtpd_conn *c = engine_hello();

	(void)state;
	engine_send(c, "NOOP ");
	send_n(c, 'x', SMTPD_LINE_MAX - 7);
	engine_send(c, "\r\n");
	expect_reply(c, 250, "2.0.0");
	engine_send(c, "NOOP ");
	send_n(c, 'x', SMTPD_LINE_MAX - 6);
	engine_send(c, "\r\n");
	expect_reply(c, 500, "5.5.2");
}

/* Constant memory, and an end. */
static void case_003_line_without_an_end(void **state)
{
	struct smtpd_conn *c = engine_hello();

	(void)state;
	send_n(c, 'x', 100000);
	expect_reply(c, 500, "5.5.2");
	expect_no_reply(c);
	send_n(c, 'x', 100000);
	expect_reply(c, 421, "4.7.0");
	assert_true(c->closed);
	assert_int_equal(c->why, SMTPD_END_REFUSED);
}

static void invariant_6_message_octets(void **state)
{
	(void)state;
	for (size_t n = 998; n <= 1000; n++) {
		struct smtpd_conn *c;

		engine_begin();
		world.limits.message_max = 1000;
		c = engine_hello();
		start_message(c);
		send_n(c, 'x', n);
		engine_send(c, "\r\n.\r\n");
		expect_reply(c, n + 2 > 1000 ? 552 : 250,
			n + 2 > 1000 ? "5.3.4" : "2.0.0");
		assert_non_null(c->session);
		assert_null(engine_end());
	}
	engine_begin();
}

static void case_036_end_of_patience(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.message_max = 1000;
	c = engine_hello();
	start_message(c);
	send_n(c, 'x', 2001);
	expect_no_reply(c);
	send_n(c, 'x', 1);
	expect_reply(c, 421, "4.7.0");
	assert_true(c->closed);
}

static void invariant_6_recipients(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.rcpt_max = 3;
	c = engine_hello();
	engine_send(c, TO "RCPT TO:<e@f>\r\nRCPT TO:<g@h>\r\n");
	assert_int_equal(engine_codes(c, 4), 250);
	engine_send(c, "RCPT TO:<i@j>\r\nDATA\r\nx\r\n.\r\n");
	expect_reply(c, 452, "4.5.3");
	expect_reply(c, 354, "");
	expect_reply(c, 250, "2.0.0");
	assert_int_equal(c->asked[CALL_RCPT], 3);
}

static void invariant_6_messages(void **state)
{
	struct smtpd_conn *c;
	struct smtpd_info info;

	(void)state;
	world.limits.mail_max = 2;
	c = engine_hello();
	for (unsigned i = 1; i <= 2; i++) {
		send_message(c, "x\r\n");
		expect_reply(c, 250, "2.0.0");
		smtpd_session_info(c->session, &info);
		assert_int_equal(info.mail_count, i);
	}
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 452, "4.5.3");
}

static void invariant_6_errors(void **state)
{
	(void)state;
	for (unsigned max = 1; max < 256; max += max < 4 ? 1 : 63) {
		struct smtpd_conn *c;

		engine_begin();
		world.limits.error_max = (uint8_t)max;
		c = engine_hello();
		for (unsigned i = 1; i < max; i++) {
			engine_send(c, "FOO\r\n");
			expect_reply(c, 500, "5.5.1");
		}
		assert_non_null(c->session);
		engine_send(c, "FOO\r\n");
		expect_reply(c, 421, "4.7.0");
		assert_true(c->closed);
		assert_null(engine_end());
	}
	engine_begin();
}

static void invariant_6_idle_commands(void **state)
{
	(void)state;
	for (unsigned max = 1; max < 256; max += 127) {
		struct smtpd_conn *c;

		engine_begin();
		world.limits.idle_command_max = (uint8_t)max;
		c = engine_open();
		assert_int_equal(engine_code(c), 220);
		for (unsigned i = 0; i < max; i++) {
			engine_send(c, "NOOP\r\n");
			expect_reply(c, 250, "2.0.0");
		}
		engine_send(c, "NOOP\r\n");
		expect_reply(c, 421, "4.7.0");
		assert_true(c->closed);
		assert_null(engine_end());
	}
	engine_begin();
}

static void case_015_a_message_begins_the_count_anew(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.idle_command_max = 5;
	c = engine_hello();
	for (int i = 0; i < 20; i++) {
		engine_send(c, "NOOP\r\nNOOP\r\nNOOP\r\n");
		assert_int_equal(engine_codes(c, 3), 250);
		send_message(c, "x\r\n");
		expect_reply(c, 250, "2.0.0");
	}
}

/* Transactions without a message must end some day, too. */
static void case_015_mail_and_rset_for_ever(void **state)
{
	struct smtpd_conn *c = engine_hello();
	unsigned n = 0;

	(void)state;
	for (; c->session && n < 1000; n++)
		engine_send(c, TO "RSET\r\n");
	assert_in_range(n, 50, 150);
}

static void case_094_failed_auths(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.auth_fail_max = 2;
	world.listener.flags = SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 0, NULL, NULL);
	c = engine_hello();
	engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
	expect_reply(c, 535, "5.7.8");
	engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
	expect_reply(c, 421, "4.7.0");
	assert_true(c->closed);
}

/* ---- AUTH ---- */

static void base64_text(struct octets *o, const void *p, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				       "mnopqrstuvwxyz0123456789+/";
	const uint8_t *q = p;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)q[i] << 16;

		v |= i + 1 < len ? (uint32_t)q[i + 1] << 8 : 0;
		v |= i + 2 < len ? q[i + 2] : 0;
		octets_addf(o, "%c%c%c%c", alphabet[v >> 18],
			alphabet[v >> 12 & 63],
			i + 1 < len ? alphabet[v >> 6 & 63] : '=',
			i + 2 < len ? alphabet[v & 63] : '=');
	}
}

/* The code for a user and a password of these lengths. */
static unsigned auth_code(size_t user, size_t password, unsigned way)
{
	struct octets raw = {0}, line = {0};
	struct smtpd_conn *c;
	unsigned code;

	engine_begin();
	world.listener.flags = SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
	c = engine_hello();
	octets_add(&raw, "", way < 2);
	for (size_t i = 0; i < user; i++)
		octets_add(&raw, "u", 1);
	octets_add(&raw, "", way < 2);
	for (size_t i = 0; i < password; i++)
		octets_add(&raw, "p", 1);
	octets_addf(&line, way == 0   ? "AUTH PLAIN\r\n"
			   : way == 1 ? "AUTH PLAIN "
				      : "AUTH LOGIN\r\n");
	base64_text(&line, raw.p, way < 2 ? raw.len : user);
	octets_addf(&line, "\r\n");
	if (way == 2) {
		base64_text(&line, raw.p + user, password);
		octets_addf(&line, "\r\n");
	}
	engine_send_octets(c, line.p, line.len);
	while ((code = engine_code(c)) == 334)
		;
	assert_int_equal(c->asked[CALL_AUTH], code == 235);
	octets_free(&raw);
	octets_free(&line);
	assert_null(engine_end());
	return code;
}

static void refused(size_t user, size_t password, unsigned way)
{
	unsigned code = auth_code(user, password, way);

	if (code != 535 && code != 501)
		fail_msg("user %zu, password %zu: %u", user, password, code);
}

static void case_088_credentials_at_255_octets(void **state)
{
	(void)state;
	for (unsigned way = 0; way < 3; way++) {
		assert_int_equal(auth_code(1, 1, way), 235);
		assert_int_equal(auth_code(255, 255, way), 235);
		refused(256, 1, way);
		refused(1, 256, way);
		refused(256, 256, way);
		refused(2000, 2000, way);
		refused(0, 5, way);
	}
	engine_begin();
}

/* Any length of response either fits or is refused; nothing overflows. */
static void case_086_every_length_of_a_response(void **state)
{
	(void)state;
	for (size_t n = 0; n < 2300; n += n < 30 || n > 2050 ? 1 : 97) {
		for (unsigned way = 0; way < 3; way++)
			assert_int_equal(
				auth_code(3, n, way), n > 255 ? 535 : 235);
	}
	engine_begin();
}

static void case_087_auth_line_at_12288(void **state)
{
	(void)state;
	for (int past = 0; past < 2; past++) {
		struct smtpd_conn *c;

		engine_begin();
		world.listener.flags =
			SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
		c = engine_hello();
		engine_send(c, "AUTH PLAIN\r\n");
		expect_reply(c, 334, "");
		send_n(c, 'A', 12286 + (size_t)past);
		engine_send(c, "\r\n");
		/* 12286 is no multiple of four: bad base64, but read. */
		expect_reply(c, past ? 500 : 501, past ? "5.5.6" : "5.5.2");
		engine_send(c, "NOOP\r\n");
		expect_reply(c, 250, "2.0.0");
		assert_null(engine_end());
	}
	engine_begin();
}

static void case_087_endless_response(void **state)
{
	static const char octets[] = "A\r=*\xff";

	(void)state;
	for (size_t i = 0; octets[i]; i++) {
		struct smtpd_conn *c;

		engine_begin();
		world.listener.flags =
			SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR;
		c = engine_hello();
		engine_send(c, "AUTH PLAIN\r\n");
		send_n(c, octets[i], 13000);
		expect_reply(c, 334, "");
		expect_reply(c, 500, "5.5.6");
		send_n(c, octets[i], 200000);
		expect_reply(c, 421, "4.7.0");
		assert_true(c->closed);
		assert_null(engine_end());
	}
	engine_begin();
}

/* ---- much of everything ---- */

static void case_057_commands_and_no_reader(void **state)
{
	struct smtpd_conn *c = engine_hello();
	struct octets flood = {0};
	size_t queued;

	(void)state;
	world.limits.idle_command_max = 255;
	while (flood.len < 5000000)
		octets_addf(&flood, TO "NOOP\r\n");
	world.plan.deaf = true;
	engine_send_octets(c, flood.p, flood.len);
	smtpd_session_output(c->session, &queued);
	assert_in_range(queued, 1, SMTPD_REPLY_BUF);
	assert_in_range(c->in_at, 1, 2000);
	engine_wait(world.limits.write_ms - 1);
	assert_non_null(c->session);
	engine_wait(1);
	assert_true(c->closed);
	assert_int_equal(c->how, SMTPD_CLOSE_ABORT);
	octets_free(&flood);
}

static enum smtpd_verdict count_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	(void)s;
	(void)p;
	assert_in_range(len, 1, SMTPD_DATA_CHUNK);
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict end_of_many(struct smtpd_session *s, uint16_t rcpt)
{
	struct smtpd_info info;

	(void)rcpt;
	smtpd_session_info(s, &info);
	return info.octets == UINT32_MAX ? SMTPD_ACCEPT : SMTPD_REJECT;
}

/* More than 2^32 octets in one message: the count stays at its end. */
static void case_156_more_octets_than_2_to_the_32(void **state)
{
	static uint8_t octets[65536];
	struct smtpd_conn *c;

	(void)state;
	world.limits.message_max = 0;
	world.sink.data = count_data;
	world.sink.end = end_of_many;
	world.sink.reset = NULL;
	c = engine_hello();
	engine_send(c, TO);
	assert_int_equal(engine_codes(c, 2), 250);
	for (int chunk = 0; chunk < 2; chunk++) {
		uint64_t left = 3000000000;

		engine_send(c, chunk ? "BDAT 3000000000 LAST\r\n"
				     : "BDAT 3000000000\r\n");
		while (left) {
			size_t n = left < sizeof octets ? left : sizeof octets;

			assert_int_equal(
				smtpd_session_input(c->session, octets, n), n);
			left -= n;
		}
		engine_run(c);
		expect_reply(c, 250, "2.0.0");
	}
	c->stage = STAGE_NONE;
	engine_lost(c, SMTPD_END_PEER, 0);
}

static void case_156_many_messages_in_one_session(void **state)
{
	struct smtpd_conn *c;
	struct smtpd_info info;

	(void)state;
	world.limits.mail_max = 0;
	c = engine_hello();
	for (unsigned i = 0; i < 66000; i++) {
		send_message(c, "");
		expect_reply(c, 250, "2.0.0");
		c->out.len = c->out_read = c->calls.len = 0;
	}
	smtpd_session_info(c->session, &info);
	assert_int_equal(c->kept, 66000);
	assert_non_null(c->session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(invariant_6_command_line),
		TEST(case_003_line_without_an_end),
		TEST(invariant_6_message_octets),
		TEST(case_036_end_of_patience),
		TEST(invariant_6_recipients),
		TEST(invariant_6_messages),
		TEST(invariant_6_errors),
		TEST(invariant_6_idle_commands),
		TEST(case_015_a_message_begins_the_count_anew),
		TEST(case_015_mail_and_rset_for_ever),
		TEST(case_094_failed_auths),
		TEST(case_088_credentials_at_255_octets),
		TEST(case_086_every_length_of_a_response),
		TEST(case_087_auth_line_at_12288),
		TEST(case_087_endless_response),
		TEST(case_057_commands_and_no_reader),
		TEST(case_156_more_octets_than_2_to_the_32),
		TEST(case_156_many_messages_in_one_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
