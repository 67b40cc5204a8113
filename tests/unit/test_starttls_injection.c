/*
 * test_starttls_injection.c - clear text behind STARTTLS is never heard
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=2
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 *
 * CVE-2011-0411 and its kin: whatever a man in the middle puts behind STARTTLS,
 * cut into as many as three pieces anywhere, with replies taken at once, one
 * octet at a time or late.
 */
#include "engine/check.h"

#define HELLO "EHLO client\r\n"
#define TLS   HELLO "STARTTLS\r\n"
#define MAIL  "MAIL FROM:<evil@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"

static const char *const injected[] = {"RSET\r\n", "EHLO evil\r\n", MAIL,
	"EHLO evil\r\n" MAIL "x\r\n.\r\n", "NOOP", "\r\n", "\n", "\r", ".\r\n",
	"STARTTLS\r\n", "STARTTLS\r\n" MAIL, "QUIT\r\n", "BDAT 5 LAST\r\nevil!",
	"AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "AUTH LOGIN\r\ndXNlcg==\r\ncGFz",
	"A", "MAIL FROM:<evil@b", "\x16\x03\x01\x00\x05\x01" MAIL,
	MAIL "\x16\x03\x01\x00\x05\x01", "GET / HTTP/1.1\r\n\r\n", "XYZZY\r\n"};

/* How the conversation before STARTTLS ended. */
static const char *const befores[] = {TLS, "STARTTLS\r\n",
	HELLO "MAIL FROM:<a@b>\r\nRSET\r\nSTARTTLS\r\n", HELLO "starttls \r\n"};

struct way {
	uint32_t forgive;
	struct plan plan;
};

static const struct way ways[] = {
	{SMTPD_STRICT, {0}},
	{SMTPD_FORGIVE_ALL, {0}},
	{SMTPD_STRICT, {.out = 1}},
	{SMTPD_FORGIVE_ALL, {.hold = true}},
	{SMTPD_STRICT, {.hold = true}},
	{SMTPD_STRICT, {.late = 2}},
};

/* Codes of what was said in clear, and of the next n replies. */
static void expect_codes(struct smtpd_conn *c, const char *before)
{
	assert_int_equal(engine_code(c), 220);
	if (strstr(before, "EHLO"))
		assert_int_equal(engine_code(c), 250);
	if (strstr(before, "MAIL")) {
		assert_int_equal(engine_code(c), 250);
		assert_int_equal(engine_code(c), 250);
	}
	expect_reply(c, 220, "2.0.0");
	expect_no_reply(c);
}

/* In TLS nothing is known, and no octet is left of what was said before. */
static void expect_nothing(struct smtpd_conn *c)
{
	assert_null(strstr(octets_text(&c->calls), "evil"));
	assert_null(strstr(octets_text(&c->calls), "auth"));
	engine_send(c, "NOOP\r\n");
	expect_reply(c, 250, "2.0.0");
	engine_send(c, "RCPT TO:<c@d>\r\n");
	expect_reply(c, 503, "5.5.1");
	if (world.listener.forgive == SMTPD_STRICT) {
		engine_send(c, "MAIL FROM:<a@b>\r\n");
		expect_reply(c, 503, "5.5.1");
	}
	engine_send(c, HELLO);
	assert_null(strstr(engine_reply(c), "STARTTLS"));
	start_message(c);
	engine_send(c, "text\r\n.\r\n");
	expect_reply(c, 250, "2.0.0");
	assert_int_equal(c->kept, 1);
}

static void inject(const struct way *way, const char *before,
	const struct octets *wire, size_t one, size_t two)
{
	struct smtpd_conn *c;

	engine_begin();
	world.listener.flags = SMTPD_LISTEN_STARTTLS | SMTPD_LISTEN_AUTH |
			       SMTPD_LISTEN_AUTH_CLEAR;
	world.listener.forgive = way->forgive;
	world.limits.greet_ms = 0;
	world.plan = way->plan;
	c = engine_open();
	engine_send_octets(c, wire->p, one);
	engine_send_octets(c, wire->p + one, two - one);
	engine_send_octets(c, wire->p + two, wire->len - two);
	assert_true(c->tls_wanted);
	expect_codes(c, before);
	engine_tls(c);
	expect_no_reply(c);
	expect_nothing(c);
	assert_null(engine_end());
}

/* All cuts in two, and around STARTTLS in three. */
static void every_cut(
	const struct way *way, const char *before, const char *text)
{
	struct octets wire = {0};
	size_t at = strlen(before);

	octets_addf(&wire, "%s%s", before, text);
	for (size_t one = 0; one <= wire.len; one++)
		inject(way, before, &wire, one, one);
	for (size_t one = at - 3; one <= at; one++) {
		for (size_t two = one + 1; two <= wire.len; two++)
			inject(way, before, &wire, one, two);
	}
	octets_free(&wire);
}

static void case_065_every_injection_at_every_cut(void **state)
{
	(void)state;
	for (size_t w = 0; w < COUNT(ways); w++) {
		for (size_t b = 0; b < COUNT(befores); b++) {
			for (size_t i = 0; i < COUNT(injected); i++)
				every_cut(&ways[w], befores[b], injected[i]);
		}
	}
}

/* By the octet, and so much of it that no buffer holds it. */
static void case_065_by_the_octet_and_by_the_megabyte(void **state)
{
	struct octets wire = {0};

	(void)state;
	for (size_t w = 0; w < COUNT(ways); w++) {
		struct way way = ways[w];

		way.plan.in = 1;
		wire.len = 0;
		octets_addf(&wire, "%s%s", TLS, MAIL "x\r\n.\r\n");
		inject(&way, TLS, &wire, 0, 0);
		way.plan.in = 0;
		for (unsigned i = 0; i < 20000; i++)
			octets_addf(&wire, "MAIL FROM:<evil@b>\r\n");
		inject(&way, TLS, &wire, 0, 0);
	}
	octets_free(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(case_065_every_injection_at_every_cut),
		TEST(case_065_by_the_octet_and_by_the_megabyte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
