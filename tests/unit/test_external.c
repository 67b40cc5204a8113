/*
 * test_external.c - EXTERNAL (RFC 4422 A) in the engine
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=2 SMTPD_SCRAM_PLUS=1 SMTPD_AUTH_EXTERNAL=1
 * tests: options SMTPD_SCRAM_EXCHANGES=2
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c tests/unit/engine/scram_client.c
 */
#include <stdlib.h>

#include "engine/scram_client.h"
#include "port_crypto.h"

static struct smtpd_conn *with_certificate(unsigned sink_flags)
{
	struct smtpd_conn *c;

	scram_listen(SMTPD_LISTEN_STARTTLS);
	world.sink.flags = (uint8_t)sink_flags;
	port_crypto.has_peer = true;
	snprintf(port_crypto.peer.subject, sizeof port_crypto.peer.subject,
		"CN=camera,O=Example");
	c = engine_hello();
	engine_send(c, "AUTH EXTERNAL =\r\nSTARTTLS\r\n");
	expect_reply(c, 504, "5.5.4"); /* not in clear text */
	expect_reply(c, 220, "");
	engine_tls(c);
	engine_send(c, "EHLO client\r\n");
	return c;
}

static void rfc4422_a_external(void **state)
{
	struct smtpd_conn *c = with_certificate(SMTPD_SINK_EXTERNAL);

	(void)state;
	assert_non_null(strstr(engine_reply(c),
		"250-AUTH EXTERNAL SCRAM-SHA-256 PLAIN LOGIN\r\n"));
	engine_send(c, "AUTH EXTERNAL =\r\n");
	expect_reply(c, 235, "2.7.0");
	assert_true(scram_authenticated(c));
	c = with_certificate(SMTPD_SINK_EXTERNAL);
	engine_reply(c);
	engine_send(c, "AUTH EXTERNAL\r\n");
	assert_string_equal(engine_reply(c), "334 \r\n");
	engine_send(c, "Y2FtZXJh\r\n"); /* camera */
	expect_reply(c, 235, "2.7.0");
	assert_non_null(strstr(octets_text(&c->calls),
		"auth EXTERNAL camera CN=camera,O=Example\n"));
}

static void external_refused(void **state)
{
	struct smtpd_conn *c = with_certificate(SMTPD_SINK_EXTERNAL);

	(void)state;
	engine_reply(c);
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 0, NULL, NULL);
	engine_send(c, "AUTH EXTERNAL =\r\n");
	expect_reply(c, 535, "5.7.8");
	engine_send(c, "AUTH EXTERNAL YQBi\r\n"); /* a NUL b */
	expect_reply(c, 535, "5.7.8");
	assert_int_equal(c->asked[CALL_AUTH], 1);
	engine_send(c, "AUTH EXTERNAL\r\n*\r\n");
	expect_reply(c, 334, "");
	expect_reply(c, 501, "5.7.0");
}

/* Not without a certificate, and not to a sink that knows none. */
static void external_not_offered(void **state)
{
	struct smtpd_conn *c = with_certificate(0);

	(void)state;
	assert_null(strstr(engine_reply(c), "EXTERNAL"));
	engine_send(c, "AUTH EXTERNAL =\r\n");
	expect_reply(c, 504, "5.5.4");
	world.sink.flags = SMTPD_SINK_EXTERNAL;
	port_crypto.has_peer = false;
	engine_send(c, "AUTH EXTERNAL =\r\n");
	expect_reply(c, 504, "5.5.4");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(rfc4422_a_external),
		TEST(external_refused),
		TEST(external_not_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
