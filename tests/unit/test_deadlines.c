/*
 * test_deadlines.c - every wait at its limit and 1 ms before; the clock's wrap
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include "engine/check.h"

/* Each runs with a clock that starts anywhere, also just before its wrap. */
static const uint32_t starts[] = {0, 1, 1000, UINT32_MAX / 2,
	UINT32_MAX - 200000, UINT32_MAX - 1, UINT32_MAX};

/* Where a session can wait, and for how long. */
struct wait {
	const char *name;
	const char *says; /* behind EHLO; NULL: nothing, not even EHLO */
	unsigned flags;
	enum call never; /* CALLS: every question is answered */
	unsigned limit;  /* which of struct smtpd_limits, see limit_of() */
	unsigned code;   /* of the last reply then, 0: none */
	bool ends;       /* the session */
	bool deaf;
};

enum { COMMAND, DATA, TLS, VERDICT, WRITE };

static uint32_t limit_of(unsigned limit)
{
	const uint32_t ms[] = {world.limits.command_ms, world.limits.data_ms,
		world.limits.tls_ms, world.limits.verdict_ms,
		world.limits.write_ms};

	return ms[limit];
}

#define CLEAR (SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR)
#define TO    "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"

static const struct wait waits[] = {
	{"greeted", NULL, 0, CALLS, COMMAND, 421, true, false},
	{"ready", "", 0, CALLS, COMMAND, 421, true, false},
	{"half a line", "NOO", 0, CALLS, COMMAND, 421, true, false},
	{"mail", "MAIL FROM:<a@b>\r\n", 0, CALLS, COMMAND, 421, true, false},
	{"rcpt", TO, 0, CALLS, COMMAND, 421, true, false},
	{"auth", "AUTH LOGIN\r\n", CLEAR, CALLS, COMMAND, 421, true, false},
	{"half a response", "AUTH LOGIN\r\ndXN", CLEAR, CALLS, COMMAND, 421,
		true, false},
	{"data", TO "DATA\r\n", 0, CALLS, DATA, 421, true, false},
	{"in a line", TO "DATA\r\nabc", 0, CALLS, DATA, 421, true, false},
	{"in the end", TO "DATA\r\nabc\r\n.\r", 0, CALLS, DATA, 421, true,
		false},
	{"chunk", TO "BDAT 9\r\nabc", 0, CALLS, DATA, 421, true, false},
	{"between chunks", TO "BDAT 1\r\nx", 0, CALLS, COMMAND, 421, true,
		false},
	{"tls", "STARTTLS\r\n", SMTPD_LISTEN_STARTTLS, CALLS, TLS, 0, true,
		false},
	{"connect", NULL, 0, CALL_CONNECT, VERDICT, 421, true, false},
	{"verdict on auth", "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", CLEAR, CALL_AUTH,
		VERDICT, 454, false, false},
	{"verdict on mail", "MAIL FROM:<a@b>\r\n", 0, CALL_MAIL, VERDICT, 451,
		false, false},
	{"verdict on rcpt", TO, 0, CALL_RCPT, VERDICT, 451, false, false},
	{"verdict on begin", TO "DATA\r\n", 0, CALL_BEGIN, VERDICT, 451, false,
		false},
	{"verdict on begin of BDAT", TO "BDAT 0\r\n", 0, CALL_BEGIN, VERDICT,
		451, false, false},
	{"resume", TO "DATA\r\nabc\r\n.\r\n", 0, CALL_DATA, VERDICT, 451, false,
		false},
	{"verdict on end", TO "DATA\r\nabc\r\n.\r\n", 0, CALL_END, VERDICT, 451,
		false, false},
	{"write", "NOOP\r\n", 0, CALLS, WRITE, 0, true, true},
	{"write in data", TO "DATA\r\n", 0, CALLS, WRITE, 0, true, true},
	{"write when closing", "QUIT\r\n", 0, CALLS, WRITE, 0, true, true},
};

static struct smtpd_conn *arrive(const struct wait *w)
{
	struct smtpd_conn *c;

	world.listener.flags = (uint8_t)w->flags;
	if (w->never != CALLS)
		engine_rule(w->never, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_open();
	if (!w->says)
		return c;
	engine_send(c, "EHLO client\r\n");
	world.plan.deaf = w->deaf;
	engine_send(c, w->says);
	return c;
}

static void last_code_is(struct smtpd_conn *c, unsigned want)
{
	unsigned code, last = 0;

	while ((code = engine_code(c)) != 0)
		last = code;
	assert_int_equal(last, want);
}

static void run_wait(const struct wait *w, uint32_t start)
{
	struct smtpd_conn *c;

	engine_begin();
	world.now_ms = start;
	c = arrive(w);
	while (engine_code(c))
		;
	engine_wait(limit_of(w->limit) - 1);
	if (!c->session || *engine_reply(c))
		fail_msg("%s ended too early, from %u", w->name, start);
	engine_wait(1);
	if (w->ends ? c->session != NULL : c->session == NULL)
		fail_msg("%s did not end as it should", w->name);
	if (w->ends)
		assert_int_equal(c->why, w->never == CALL_CONNECT
						 ? SMTPD_END_REFUSED
						 : SMTPD_END_TIMEOUT);
	if (w->code)
		last_code_is(c, w->code);
	if (w->deaf || w->limit == TLS)
		assert_int_equal(c->how, SMTPD_CLOSE_ABORT);
	if (engine_end())
		fail_msg("%s: %s", w->name, world.violation);
}

static void invariant_7_every_wait_has_a_deadline(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(waits); i++) {
		for (size_t k = 0; k < COUNT(starts); k++)
			run_wait(&waits[i], starts[k]);
	}
	engine_begin();
}

/* The same with a deadline other than the default. */
static void deadlines_are_the_listeners(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.command_ms = 7;
	c = engine_hello();
	engine_wait(6);
	assert_non_null(c->session);
	engine_wait(1);
	assert_true(c->closed);
}

static void command_deadline_is_for_the_whole_line(void **state)
{
	struct smtpd_conn *c = engine_hello();

	(void)state;
	for (int i = 0; i < 299; i++) {
		engine_wait(1000);
		engine_send(c, "x");
	}
	assert_non_null(c->session);
	engine_wait(1000);
	assert_true(c->closed);
}

static void command_deadline_begins_anew(void **state)
{
	struct smtpd_conn *c = engine_hello();

	(void)state;
	for (int i = 0; i < 50; i++) {
		engine_wait(299999);
		engine_send(c, "NOOP\r\n");
		expect_reply(c, 250, "2.0.0");
	}
}

static void waits_under_stress_are_short(void **state)
{
	struct smtpd_conn *idle, *data, *late;

	(void)state;
	world.limits.peer_sessions = 0;
	engine_rule(CALL_MAIL, 2, ANSWER_NEVER, 0, NULL, NULL);
	idle = engine_hello();
	data = engine_hello();
	start_message(data);
	late = engine_hello();
	engine_send(late, "MAIL FROM:<a@b>\r\nRSET\r\nMAIL FROM:<a@b>\r\n");
	while (smtpd_session_count() < SMTPD_MAX_SESSIONS * 3 / 4)
		engine_open();
	world.limits.stress_ms = 10000;
	engine_wait(9999);
	assert_non_null(idle->session);
	assert_non_null(data->session);
	engine_wait(1);
	assert_true(idle->closed);
	assert_true(data->closed);
	assert_non_null(late->session); /* that is not the client's doing */
}

static void waits_are_long_while_there_is_room(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.peer_sessions = 0;
	c = engine_hello();
	while (smtpd_session_count() < SMTPD_MAX_SESSIONS * 3 / 4 - 1)
		engine_open();
	engine_wait(world.limits.stress_ms + 1);
	assert_non_null(c->session);
}

static void waits_under_stress_include_data(void **state)
{
	struct smtpd_conn *data;

	(void)state;
	world.limits.peer_sessions = 0;
	data = engine_hello();
	start_message(data);
	while (smtpd_session_count() < SMTPD_MAX_SESSIONS)
		engine_open();
	engine_wait(10000);
	expect_reply(data, 421, "4.4.2");
	assert_true(data->closed);
}

/* ---- the minimum rate ---- */

/* For how many seconds a message lasts that gets n octets each second. */
static unsigned seconds_at(size_t n, bool chunk, unsigned max)
{
	static const char line[] = "0123456789012345678901234567890123456789"
				   "0123456789012345678901234567890123456789"
				   "0123456789012345678901234567890123456789";
	struct smtpd_conn *c;
	unsigned s = 0;

	engine_begin();
	world.limits.min_rate = 100;
	world.limits.data_ms = 10000;
	c = engine_hello();
	engine_send(c, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
	engine_send(c, chunk ? "BDAT 10000000\r\n" : "DATA\r\n");
	for (; s < max && c->session; s++) {
		engine_send_octets(c, line, n);
		engine_wait(1000);
	}
	assert_null(engine_end());
	return s;
}

static void case_150_minimum_rate(void **state)
{
	(void)state;
	for (int chunk = 0; chunk < 2; chunk++) {
		assert_int_equal(seconds_at(100, chunk, 5000), 5000);
		assert_int_equal(seconds_at(110, chunk, 5000), 5000);
		/* 10 octets a second too few: 100 ms lost each second, 10 s
		 * in some hundred. */
		assert_in_range(seconds_at(90, chunk, 5000), 90, 110);
		assert_in_range(seconds_at(99, chunk, 5000), 900, 1100);
		assert_in_range(seconds_at(1, chunk, 5000), 10, 12);
		assert_in_range(seconds_at(0, chunk, 5000), 10, 10);
	}
	engine_begin();
}

static void case_150_one_octet_before_each_deadline(void **state)
{
	struct smtpd_conn *c = engine_hello();
	unsigned n = 0;

	(void)state;
	start_message(c);
	for (; c->session && n < 100; n++) {
		engine_wait(world.limits.data_ms - 1000);
		engine_send(c, "x");
	}
	assert_in_range(n, 1, 2);
	expect_reply(c, 421, "4.4.2");
}

static void case_150_no_minimum_rate(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.limits.min_rate = 0;
	c = engine_hello();
	start_message(c);
	for (unsigned n = 0; n < 100; n++) {
		engine_wait(world.limits.data_ms - 1);
		engine_send(c, "x");
	}
	assert_non_null(c->session);
}

/* Octets cannot be saved up for a long silence. */
static void case_150_a_burst_buys_no_time(void **state)
{
	static char burst[100000];
	struct smtpd_conn *c = engine_hello();

	(void)state;
	memset(burst, 'x', sizeof burst);
	start_message(c);
	engine_send_octets(c, burst, sizeof burst);
	engine_wait(world.limits.data_ms - 1);
	assert_non_null(c->session);
	engine_wait(1);
	assert_true(c->closed);
}

/* The sink's own delays are not the client's. */
static void case_097_slow_sink_costs_the_client_nothing(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	engine_rule(CALL_DATA, 0, ANSWER_NEVER, 0, NULL, NULL);
	c = engine_open();
	engine_send(c, "EHLO client\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
		       "DATA\r\n");
	for (int i = 0; i < 20; i++) {
		engine_wait(world.limits.verdict_ms - 1000);
		assert_int_equal(
			engine_settle(c, SMTPD_ACCEPT, 0, NULL, NULL), 0);
		engine_send(c, "some octets\r\n");
	}
	assert_non_null(c->session);
}

static void case_103_clock_wraps_in_the_message(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	world.now_ms = UINT32_MAX - 5000;
	c = engine_hello();
	start_message(c);
	for (int i = 0; i < 10; i++) {
		engine_wait(1000);
		engine_send(c, "a line of some octets\r\n");
	}
	engine_send(c, ".\r\n");
	expect_reply(c, 250, "2.0.0");
}

static void case_103_wall_clock_jumps(void **state)
{
	struct smtpd_conn *c = engine_hello();

	(void)state;
	world.wall_s = 0;
	engine_wait(1000);
	send_message(c, "x\r\n");
	expect_reply(c, 250, "2.0.0");
	world.wall_s = 4000000000;
	engine_wait(1000);
	send_message(c, "x\r\n");
	expect_reply(c, 250, "2.0.0");
	assert_non_null(c->session);
}

/* A slow reader's deadline: progress that does not empty the buffer is none,
 * taking all of it is. */
static void case_145_slow_reader(void **state)
{
	struct smtpd_conn *c = engine_hello();

	(void)state;
	world.plan.deaf = true;
	for (int i = 0; i < 5; i++) {
		engine_send(c, "NOOP\r\n");
		engine_wait(world.limits.write_ms - 1);
		engine_take(c, SIZE_MAX);
	}
	assert_non_null(c->session);
	engine_send(c, "NOOP\r\n");
	engine_wait(world.limits.write_ms);
	assert_true(c->closed);
	assert_int_equal(c->how, SMTPD_CLOSE_ABORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(invariant_7_every_wait_has_a_deadline),
		TEST(deadlines_are_the_listeners),
		TEST(command_deadline_is_for_the_whole_line),
		TEST(command_deadline_begins_anew),
		TEST(waits_under_stress_are_short),
		TEST(waits_are_long_while_there_is_room),
		TEST(waits_under_stress_include_data),
		TEST(case_150_minimum_rate),
		TEST(case_150_one_octet_before_each_deadline),
		TEST(case_150_no_minimum_rate),
		TEST(case_150_a_burst_buys_no_time),
		TEST(case_097_slow_sink_costs_the_client_nothing),
		TEST(case_103_clock_wraps_in_the_message),
		TEST(case_103_wall_clock_jumps),
		TEST(case_145_slow_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
