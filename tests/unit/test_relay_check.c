/*
 * test_relay_check.c - a listener that would relay for strangers, and others
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=2
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include "engine/check.h"
#include "smtpd_access.h"
#include "smtpd_recipients.h"
#include "smtpd_relay_check.h"

static char address[SMTPD_RELAY_ADDRESS_MAX];
static unsigned asked, closed;
static char last[SMTPD_RELAY_ADDRESS_MAX];
static const char *takes; /* a recipient with this in it; NULL: none */
static enum smtpd_verdict answer;

static enum smtpd_verdict rcpt(
	struct smtpd_session *s, const struct smtpd_rcpt *r)
{
	(void)s;
	asked++;
	snprintf(last, sizeof last, "%.*s", r->to.text.len, r->to.text.s);
	if (takes && strstr(last, takes))
		return answer;
	return SMTPD_REJECT;
}

static enum smtpd_verdict data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	(void)s, (void)p, (void)len;
	return SMTPD_REJECT;
}

static enum smtpd_verdict end(struct smtpd_session *s, uint16_t n)
{
	(void)s, (void)n;
	return SMTPD_REJECT;
}

static void on_closed(
	struct smtpd_session *s, enum smtpd_end why, bool unacknowledged)
{
	(void)s;
	assert_int_equal(why, SMTPD_END_PEER);
	assert_false(unacknowledged);
	closed++;
}

static const struct smtpd_sink taker = {.data = data, .end = end};
static const struct smtpd_sink chooser = {
	.rcpt = rcpt, .data = data, .end = end, .closed = on_closed};

static struct smtpd_listener listener(unsigned flags, uint32_t forgive)
{
	return (struct smtpd_listener){.sink = &taker,
		.limits = &world.limits,
		.host_name = "mx.example.org",
		.flags = (uint16_t)flags,
		.forgive = forgive};
}

static int check(const struct smtpd_listener *l)
{
	static struct smtpd_conn none;
	int found;

	address[0] = '\0';
	found = smtpd_relay_check(l, &none, address);
	assert_int_equal(smtpd_session_count(), 0);
	for (size_t i = 0; i < COUNT(world.events); i++)
		assert_int_equal(world.events[i], 0); /* nothing is logged */
	return found;
}

static const unsigned open_ways[] = {0, SMTPD_LISTEN_STARTTLS,
	SMTPD_LISTEN_STARTTLS | SMTPD_LISTEN_TLS_REQUIRED, SMTPD_LISTEN_TLS,
	SMTPD_LISTEN_RELAY, SMTPD_LISTEN_LMTP, SMTPD_LISTEN_AUTH,
	SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_ANY | SMTPD_LISTEN_AUTH_CLEAR,
	SMTPD_LISTEN_TLS | SMTPD_LISTEN_AUTH};

static void whoever_takes_all_is_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(open_ways); i++) {
		for (unsigned tolerant = 0; tolerant < 2; tolerant++) {
			struct smtpd_listener l = listener(open_ways[i],
				tolerant ? SMTPD_FORGIVE_ALL : SMTPD_STRICT);

			assert_int_equal(check(&l), 1);
			assert_string_equal(address, "<u@relay.invalid>");
			l.greet_delay_ms = 6000; /* who waits gets in */
			assert_int_equal(check(&l), 1);
		}
	}
}

static void auth_keeps_strangers_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(open_ways); i++) {
		struct smtpd_listener l = listener(
			(open_ways[i] & ~SMTPD_LISTEN_AUTH_ANY) |
				SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_REQUIRED,
			SMTPD_FORGIVE_ALL);

		assert_int_equal(check(&l), 0);
	}
}

static void lists_keep_strangers_out(void **state)
{
	struct smtpd_recipients r = {"example.org,[192.0.2.1], b.example",
		"alerts,ops@other.example", '+'};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(open_ways); i++) {
		struct smtpd_listener l = listener(open_ways[i / 2],
			i % 2 ? SMTPD_FORGIVE_ALL : SMTPD_STRICT);

		l.recipients = &r;
		assert_int_equal(check(&l), 0);
		r.addresses = i % 2 ? "alerts,ops@other.example" : "";
	}
	/* at the limit: lists that let somebody else's mail in */
	r = (struct smtpd_recipients){"example.org,relay.invalid", "", '+'};
	struct smtpd_listener l = listener(0, 0);
	l.recipients = &r;
	assert_int_equal(check(&l), 1);
	r = (struct smtpd_recipients){
		"b.example", "a,u%relay.invalid@b.example", '+'};
	assert_int_equal(check(&l), 1);
	assert_string_equal(address, "<u%relay.invalid@b.example>");
	r.addresses = "a,b@c.example,u%relay.invalid@last.example";
	assert_int_equal(check(&l), 1);
	assert_string_equal(address, "<u%relay.invalid@last.example>");
}

/* Whom `allow` names may relay; that it names all does not help. */
static void access_rules_keep_strangers_out(void **state)
{
	struct smtpd_access_rule rules[] = {
		{.block = {.family = 4, .len = 8, .ip = {10}}, .groups = 1},
		{.block = {.family = 4, .len = 0}, .groups = 2},
		{.block = {.family = 6, .len = 0}, .groups = 4},
		{.block = {.family = 4, .len = 8, .ip = {10}},
			.deny = true,
			.groups = 8},
	};
	struct smtpd_access access = {rules, COUNT(rules), 1};
	struct smtpd_listener l = listener(0, 0);

	(void)state;
	l.access = &access;
	assert_int_equal(check(&l), 0);
	for (access.groups = 2; access.groups <= 8; access.groups *= 2)
		assert_int_equal(check(&l), 1);
	access.groups = 0;
	assert_int_equal(check(&l), 1);
}

/* A sink that lets one of the old ways through is found out. */
static void each_way_is_tried(void **state)
{
	static const char *const ways[] = {"u@relay.invalid",
		"%relay.invalid@mx.example.org", "relay.invalid!u@mx.example",
		"\"u@relay.invalid\"@mx", "\"u%relay.invalid\"@mx",
		"\"relay.invalid!u\"@mx", "[240.0.0.1]", "[IPv6:100::1]",
		"u%mx.example.org@relay.invalid", "+u%relay.invalid@mx",
		"mx.example.org!u@relay.invalid", "u@mx.example.org.relay",
		"\"u@relay.invalid\"", "postmaster@relay.invalid"};
	struct smtpd_listener l = listener(0, SMTPD_FORGIVE_ALL);

	(void)state;
	l.sink = &chooser;
	answer = SMTPD_ACCEPT;
	takes = NULL;
	asked = closed = 0;
	assert_int_equal(check(&l), 0);
	assert_true(asked > 3 * COUNT(ways));
	assert_true(closed >= asked);
	for (size_t i = 0; i < COUNT(ways); i++) {
		takes = ways[i];
		assert_int_equal(check(&l), 1);
		assert_non_null(strstr(address, takes));
	}
	answer = SMTPD_LATER; /* nobody can tell */
	assert_int_equal(check(&l), 0);
}

/* The smallest limits there are change nothing. */
static void limits_do_not_hide_it(void **state)
{
	struct smtpd_listener l = listener(SMTPD_LISTEN_STARTTLS, 0);

	(void)state;
	world.limits.error_max = 1;
	world.limits.rcpt_max = 1;
	world.limits.peer_sessions = 1;
	assert_int_equal(check(&l), 1);
	l.sink = &chooser;
	takes = "\"relay.invalid!u\"@mx";
	answer = SMTPD_ACCEPT;
	assert_int_equal(check(&l), 1);
	takes = NULL;
	assert_int_equal(check(&l), 0);
}

static void no_slot_is_no_answer(void **state)
{
	struct smtpd_listener l = listener(0, 0);
	static struct smtpd_conn none;

	(void)state;
	world.limits.peer_sessions = 0;
	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++)
		assert_non_null(engine_open());
	assert_int_equal(smtpd_relay_check(&l, &none, address), SMTPD_EBUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whoever_takes_all_is_one),
		TEST(auth_keeps_strangers_out),
		TEST(lists_keep_strangers_out),
		TEST(access_rules_keep_strangers_out),
		TEST(each_way_is_tried),
		TEST(limits_do_not_hide_it),
		TEST(no_slot_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
