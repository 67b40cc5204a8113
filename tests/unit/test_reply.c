/*
 * test_reply.c - replies, the Received: field, what a listener may be
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include <stdlib.h>
#include <time.h>

#include "engine/check.h"

/* ---- replies that the sink chooses ---- */

static void choose_wrongly(struct smtpd_session *s, enum call call)
{
	static const struct {
		unsigned code;
		const char *enhanced, *text;
	} wrong[] = {
		{0, "2.0.0", "x"},
		{199, "1.0.0", "x"},
		{600, "6.0.0", "x"},
		{1250, "2.0.0", "x"},
		{550, "4.1.1", "x"},
		{450, "5.1.1", "x"},
		{250, "", "x"},
		{250, "3.0.0", "x"},
		{550, "5.1.1\r\n250 2.0.0", "x"},
		{550, "5.1.1", "x\r\n250 2.0.0 y"},
		{550, "5.1.1", "x\ty"},
		{550, "5.1.1", "caf\xc3\xa9"},
		{550, "5.1.1", "\x7f"},
	};

	for (size_t i = 0; call == CALL_MAIL && i < COUNT(wrong); i++) {
		if (smtpd_session_reply(s, wrong[i].code, wrong[i].enhanced,
			    wrong[i].text) != SMTPD_EINVAL)
			engine_violation("chosen reply %zu was taken", i);
	}
}

static void rfc2034_4_chosen_replies_that_are_wrong(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.inside = choose_wrongly;
	engine_rule(CALL_MAIL, 0, ANSWER_REJECT, 0, NULL, NULL);
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	expect_reply(c, 550, "5.7.1");
}

static void late_verdict_with_a_wrong_reply_is_no_answer(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_MAIL, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\n");
	assert_int_equal(
		smtpd_session_verdict(c->ref, SMTPD_LATER, 0, NULL, NULL),
		SMTPD_EINVAL);
	assert_int_equal(smtpd_session_verdict(
				 c->ref, SMTPD_REJECT, 550, "5.7.1", "a\nb"),
		SMTPD_EINVAL);
	assert_int_equal(
		smtpd_session_verdict(c->ref, SMTPD_REJECT, 99, "5.7.1", "a"),
		SMTPD_EINVAL);
	expect_no_reply(c);
	assert_int_equal(
		engine_settle(c, SMTPD_REJECT, 551, "5.7.1", "Elsewhere"), 0);
	engine_run(c);
	expect_reply(c, 551, "5.7.1");
}

/* A text of n octets. */
static const char *long_text(size_t n)
{
	static char text[4000];

	assert_true(n < sizeof text);
	memset(text, 'x', n);
	text[n] = '\0';
	return text;
}

static void case_052_reply_lines_are_cut(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_RCPT, 1, ANSWER_ACCEPT, 250, "2.1.5", long_text(3000));
	engine_rule(CALL_RCPT, 2, ANSWER_REJECT, 550, "5.1.1", long_text(3000));
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n"
		       "RSET\r\n");
	expect_reply(c, 250, "2.1.0");
	expect_reply(c, 250, "2.1.5");
	expect_reply(c, 550, "5.1.1");
	expect_reply(c, 250, "2.0.0");
	expect_no_reply(c);
}

static void rfc5321_4_2_our_name_is_told(void **state)
{
	struct smtpd_conn *c = engine_open();

	(void)state;
	assert_string_equal(engine_reply(c), "220 mx.example ESMTP\r\n");
	engine_send(c, "HELO client\r\nEHLO client\r\n");
	assert_string_equal(engine_reply(c), "250 mx.example\r\n");
	assert_memory_equal(engine_reply(c), "250-mx.example\r\n", 16);
}

/* The port can send a reply of many lines in one write. */
static void case_053_multi_line_reply_in_one_piece(void **state)
{
	struct smtpd_conn *c = engine_open();
	const char *p;
	size_t n;

	(void)state;
	assert_int_equal(engine_code(c), 220);
	world.plan.deaf = true;
	engine_send(c, "EHLO client\r\n");
	p = (const char *)smtpd_session_output(c->session, &n);
	assert_memory_equal(p, "250-mx.example\r\n", 16);
	assert_memory_equal(p + n - 2, "\r\n", 2);
	assert_memory_equal(p + n - 25, "250 ENHANCEDSTATUSCODES\r\n", 25);
}

/* ... also when something is still in the buffer before it. */
static void case_053_multi_line_reply_waits_for_room(void **state)
{
	struct smtpd_conn *c = engine_open();
	size_t n;

	(void)state;
	world.plan.deaf = true;
	engine_send(c, "NOOP\r\nEHLO client\r\nNOOP\r\n");
	smtpd_session_output(c->session, &n);
	engine_take(c, n - 1);
	engine_send(c, "");
	smtpd_session_output(c->session, &n);
	assert_int_equal(n, 1);
	engine_take(c, 1);
	engine_send(c, "");
	smtpd_session_output(c->session, &n);
	assert_true(n > 100);
}

/* The reply of 512 octets, CRLF included, is the longest: RFC 5321 4.5.3.1.5.
 * Whatever the length of the text, the code and the CRLF are there. */
static void rfc5321_4_5_3_1_5_every_length_of_a_chosen_text(void **state)
{
	(void)state;
	for (size_t n = 0; n < 1100; n += n < 40 || n > 400 ? 1 : 13) {
		struct smtpd_conn *c;

		engine_begin();
		world.plan.late = n % 2;
		engine_rule(CALL_MAIL, 0, ANSWER_REJECT, 450, "4.7.1",
			long_text(n));
		c = engine_hello();
		engine_send(c, "MAIL FROM:<a@b>\r\nNOOP\r\n");
		expect_reply(c, 450, "4.7.1");
		expect_reply(c, 250, "2.0.0");
		if (engine_end())
			fail_msg("%zu: %s", n, world.violation);
	}
	engine_begin();
}

static void reply_buffer_full_at_shutdown(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_END, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_hello();
	send_message(c, "x\r\n");
	engine_shutdown();
	world.plan.deaf = true;
	engine_settle(c, SMTPD_ACCEPT, 250, "2.0.0", long_text(2000));
	engine_run(c);
	world.plan.deaf = false;
	engine_run(c);
	expect_reply(c, 250, "2.0.0");
	expect_reply(c, 421, "4.3.2");
	assert_true(c->closed);
}

static void reply_buffer_full_and_nobody_reads(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	c = engine_hello();
	world.plan.deaf = true;
	for (int i = 0; i < 200; i++)
		engine_send(c, "NOOP\r\n");
	assert_true(c->in_at < c->in.len);
	engine_shutdown();
	world.plan.deaf = false;
	engine_run(c);
	while (engine_code(c) == 250)
		;
	assert_true(c->closed);
	assert_int_equal(c->out.p[c->out.len - 1], '\n');
}

static enum smtpd_verdict refuse_with_250(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	(void)p;
	(void)len;
	smtpd_session_reply(s, 250, "2.0.0", long_text(450));
	return SMTPD_REJECT;
}

/* A reply of the wrong class is no reply: the default, to each recipient. */
static void rfc2033_4_2_data_refused_with_a_wrong_reply(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.listener.flags = SMTPD_LISTEN_LMTP;
	world.sink.data = refuse_with_250;
	world.sink.reset = NULL;
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n"
		       "DATA\r\nx\r\n.\r\nNOOP\r\n");
	assert_int_equal(engine_codes(c, 4), 354);
	expect_reply(c, 451, "4.3.0");
	expect_reply(c, 451, "4.3.0");
	expect_reply(c, 250, "2.0.0");
	engine_lost(c, SMTPD_END_PEER, 0);
	c->stage = STAGE_NONE;
}

/* Each recipient reads the same, whenever the client takes its replies. */
static void rfc2033_4_2_a_long_refusal_to_each_recipient(void **state)
{
	struct octets first = {0};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct smtpd_conn *c;

		engine_begin();
		world.listener.flags = SMTPD_LISTEN_LMTP;
		engine_rule(CALL_DATA, 0, ANSWER_REJECT, 552, "5.2.2",
			long_text(450));
		world.plan.in = i == 1 ? 1 : 0;
		world.plan.hold = i == 2;
		c = engine_hello();
		world.plan.deaf = i == 3;
		engine_send(c, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
			       "RCPT TO:<e@f>\r\nRCPT TO:<g@h>\r\nDATA\r\n"
			       "x\r\n.\r\nQUIT\r\n");
		world.plan.deaf = false;
		engine_run(c);
		if (!first.len)
			octets_add(&first, c->out.p, c->out.len);
		assert_string_equal(octets_text(&c->out), octets_text(&first));
		assert_null(engine_end());
	}
	octets_free(&first);
	engine_begin();
}

/* ---- the Received: field ---- */

static const char *received_at(int64_t wall_s)
{
	static char date[64];
	const char *text, *tab;
	struct smtpd_conn *c;

	engine_begin();
	world.wall_s = wall_s;
	c = engine_hello();
	send_message(c, "x\r\n");
	text = octets_text(&c->received);
	tab = strrchr(text, '\t');
	assert_non_null(tab);
	snprintf(date, sizeof date, "%.*s", (int)strcspn(tab + 1, "\r"),
		tab + 1);
	assert_null(engine_end());
	return date;
}

static void rfc5322_3_3_dates(void **state)
{
	static const struct {
		int64_t wall_s;
		const char *text;
	} dates[] = {
		{0, "Thu, 1 Jan 1970 00:00:00 -0000"},
		{1, "Thu, 1 Jan 1970 00:00:01 +0000"},
		{951782399, "Mon, 28 Feb 2000 23:59:59 +0000"},
		{951782400, "Tue, 29 Feb 2000 00:00:00 +0000"},
		{951868800, "Wed, 1 Mar 2000 00:00:00 +0000"},
		{978307199, "Sun, 31 Dec 2000 23:59:59 +0000"},
		{978307200, "Mon, 1 Jan 2001 00:00:00 +0000"},
		{1709251199, "Thu, 29 Feb 2024 23:59:59 +0000"},
		{1709251200, "Fri, 1 Mar 2024 00:00:00 +0000"},
		{2147483647, "Tue, 19 Jan 2038 03:14:07 +0000"},
		{4294967296, "Sun, 7 Feb 2106 06:28:16 +0000"},
		{4107455999, "Sat, 27 Feb 2100 23:59:59 +0000"},
		{4107542399, "Sun, 28 Feb 2100 23:59:59 +0000"},
		{4107542400, "Mon, 1 Mar 2100 00:00:00 +0000"},
		{253402300799, "Fri, 31 Dec 9999 23:59:59 +0000"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(dates); i++)
		assert_string_equal(
			received_at(dates[i].wall_s), dates[i].text);
	engine_begin();
}

static void rfc5322_3_3_dates_as_libc_has_them(void **state)
{
	(void)state;
	for (int64_t t = 1; t < 253402300799; t += 86399 * 1009 + 12345) {
		time_t libc_time = (time_t)t;
		char want[64];

		strftime(want, sizeof want, "%a, %-d %b %Y %H:%M:%S +0000",
			gmtime(&libc_time));
		assert_string_equal(received_at(t), want);
	}
	engine_begin();
}

static void rfc5321_4_4_received_field(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	c = engine_hello();
	send_message(c, "x\r\n");
	assert_string_equal(octets_text(&c->received),
		"Received: from client ([192.0.2.1])\r\n"
		"\tby mx.example with ESMTP;\r\n"
		"\tTue, 14 Nov 2023 22:13:20 +0000\r\n");
}

static void rfc5321_4_1_3_received_from_ipv6(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.peer = (struct smtpd_peer){.family = 6,
		.ip = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			0xff}};
	c = engine_hello();
	send_message(c, "x\r\n");
	assert_non_null(strstr(octets_text(&c->received),
		"from client ([IPv6:2001:db8:0:0:0:0:0:ff])\r\n"));
}

static void received_from_an_unknown_address(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.peer = (struct smtpd_peer){.family = 0};
	c = engine_open();
	engine_send(c, "HELO [192.0.2.9]\r\n");
	engine_codes(c, 2);
	send_message(c, "x\r\n");
	assert_non_null(strstr(octets_text(&c->received),
		"Received: from [192.0.2.9]\r\n\tby mx.example with SMTP;"));
}

/* The "with" keyword when the client does all of `what`. */
static void expect_keyword(
	const char *keyword, unsigned flags, bool tls, bool auth, bool utf8)
{
	char want[40];
	struct smtpd_conn *c;

	engine_begin();
	world.listener.flags =
		(uint8_t)(flags | (tls ? SMTPD_LISTEN_TLS : 0) |
			  SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR);
	c = engine_open();
	if (tls)
		engine_tls(c);
	engine_send(c, flags & SMTPD_LISTEN_LMTP ? "LHLO a\r\n" : "EHLO a\r\n");
	engine_codes(c, 2);
	if (auth) {
		engine_send(c, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
		expect_reply(c, 235, "2.7.0");
	}
	engine_send(c,
		utf8 ? "MAIL FROM:<a@b> SMTPUTF8\r\n" : "MAIL FROM:<a@b>\r\n");
	engine_send(c, "RCPT TO:<c@d>\r\nDATA\r\n.\r\n");
	snprintf(want, sizeof want, " with %s;", keyword);
	assert_non_null(strstr(octets_text(&c->received), want));
	assert_null(engine_end());
}

static void rfc3848_3_with_keywords(void **state)
{
	(void)state;
	expect_keyword("ESMTP", 0, false, false, false);
	expect_keyword("ESMTPA", 0, false, true, false);
	expect_keyword("ESMTPS", 0, true, false, false);
	expect_keyword("ESMTPSA", 0, true, true, false);
	expect_keyword("UTF8SMTP", 0, false, false, true);
	expect_keyword("UTF8SMTPSA", 0, true, true, true);
	expect_keyword("LMTP", SMTPD_LISTEN_LMTP, false, false, false);
	expect_keyword("LMTPSA", SMTPD_LISTEN_LMTP, true, true, false);
	expect_keyword("UTF8LMTPA", SMTPD_LISTEN_LMTP, false, true, true);
	engine_begin();
}

/* ---- listeners ---- */

static void listener_check_names(void **state)
{
	static const struct {
		const char *name;
		int result;
	} names[] = {
		{"mx.example", 0},
		{"[192.0.2.1]", 0},
		{"[IPv6:2001:db8::1]", 0},
		{"a", 0},
		{"", SMTPD_EINVAL},
		{"a b", SMTPD_EINVAL},
		{"a\r\nb", SMTPD_EINVAL},
		{"a(b)", SMTPD_EINVAL},
		{"a;b", SMTPD_EINVAL},
		{"caf\xc3\xa9", SMTPD_EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		world.listener.host_name = names[i].name;
		if (smtpd_listener_check(&world.listener) != names[i].result)
			fail_msg("%s", names[i].name);
	}
}

static void listener_check_sink_and_limits(void **state)
{
	(void)state;
	assert_int_equal(smtpd_listener_check(&world.listener), 0);
	world.limits.rcpt_max = 0;
	assert_int_equal(smtpd_listener_check(&world.listener), SMTPD_EINVAL);
	world.limits.rcpt_max = 1;
	world.sink = (struct smtpd_sink){
		.data = world.sink.data, .end = world.sink.end};
	assert_int_equal(smtpd_listener_check(&world.listener), 0);
	world.sink.data = NULL;
	assert_int_equal(smtpd_listener_check(&world.listener), SMTPD_EINVAL);
	sink_install(&world.sink);
	world.sink.end = NULL;
	assert_int_equal(smtpd_listener_check(&world.listener), SMTPD_EINVAL);
	sink_install(&world.sink);
}

/* The longest name that passes: EHLO's reply fits with everything offered, in
 * a buffer that is empty and then never taken. */
static void listener_check_longest_name(void **state)
{
	static char name[2000];
	struct smtpd_conn *c;
	size_t n = 1;

	(void)state;
	world.limits.message_max = UINT32_MAX;
	world.limits.rcpt_max = world.limits.mail_max = UINT16_MAX;
	world.sink.flags = SMTPD_SINK_DSN;
	world.listener.flags = SMTPD_LISTEN_STARTTLS | SMTPD_LISTEN_AUTH |
			       SMTPD_LISTEN_AUTH_CLEAR;
	world.listener.host_name = name;
	do
		memset(name, 'm', n++);
	while (smtpd_listener_check(&world.listener) == 0);
	name[n - 2] = '\0';
	assert_int_equal(smtpd_listener_check(&world.listener), 0);
	print_message("# longest host_name: %zu\n", strlen(name));
	c = engine_open();
	assert_int_equal(engine_code(c), 220);
	world.plan.deaf = true;
	engine_send(c, "EHLO client\r\n");
	engine_shutdown();
	world.plan.deaf = false;
	engine_run(c);
	assert_non_null(
		strstr(octets_text(&c->out), "ENHANCEDSTATUSCODES\r\n421 "));
	assert_int_equal(engine_code(c), 250);
	expect_reply(c, 421, "4.3.2");
	assert_true(c->closed);
}

static void received_with_the_longest_names(void **state)
{
	static char name[2000], line[2200];
	struct smtpd_conn *c;
	size_t n = 1;
	const char *text;

	(void)state;
	world.peer = (struct smtpd_peer){.family = 6};
	memset(world.peer.ip, 0xff, sizeof world.peer.ip);
	world.wall_s = 253402300799;
	world.listener.host_name = name;
	do
		memset(name, 'm', n++);
	while (smtpd_listener_check(&world.listener) == 0);
	name[n - 2] = '\0';
	memset(line, 'c', sizeof line);
	memcpy(line, "EHLO ", 5);
	memcpy(line + 5 + 255, "\r\n", 3);
	c = engine_open();
	engine_send(c, line);
	assert_int_equal(engine_codes(c, 2), 250);
	send_message(c, "x\r\n");
	text = octets_text(&c->received);
	assert_non_null(strstr(text, name));
	assert_string_equal(text + strlen(text) - 33,
		"Fri, 31 Dec 9999 23:59:59 +0000\r\n");
}

static void config_report_names_every_option(void **state)
{
	uint32_t v;
	const char *name;
	bool seen = false;
	unsigned i = 0;

	(void)state;
	for (; (name = smtpd_config_report(i, &v)) != NULL; i++) {
		assert_int_equal(strncmp(name, "SMTPD_", 6), 0);
		seen |= !strcmp(name, "SMTPD_LINE_MAX") && v == SMTPD_LINE_MAX;
	}
	assert_true(i > 10);
	assert_true(seen);
	assert_null(smtpd_config_report(i + 1000, &v));
	assert_true(smtpd_session_size() > SMTPD_LINE_MAX + SMTPD_REPLY_BUF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc2034_4_chosen_replies_that_are_wrong),
		TEST(late_verdict_with_a_wrong_reply_is_no_answer),
		TEST(case_052_reply_lines_are_cut),
		TEST(rfc5321_4_2_our_name_is_told),
		TEST(case_053_multi_line_reply_in_one_piece),
		TEST(case_053_multi_line_reply_waits_for_room),
		TEST(rfc5321_4_5_3_1_5_every_length_of_a_chosen_text),
		TEST(reply_buffer_full_at_shutdown),
		TEST(reply_buffer_full_and_nobody_reads),
		TEST(rfc2033_4_2_data_refused_with_a_wrong_reply),
		TEST(rfc2033_4_2_a_long_refusal_to_each_recipient),
		TEST(rfc5322_3_3_dates),
		TEST(rfc5322_3_3_dates_as_libc_has_them),
		TEST(rfc5321_4_4_received_field),
		TEST(rfc5321_4_1_3_received_from_ipv6),
		TEST(received_from_an_unknown_address),
		TEST(rfc3848_3_with_keywords),
		TEST(listener_check_names),
		TEST(listener_check_sink_and_limits),
		TEST(listener_check_longest_name),
		TEST(received_with_the_longest_names),
		TEST(config_report_names_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
