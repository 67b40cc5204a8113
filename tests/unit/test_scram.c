/*
 * test_scram.c - SCRAM-SHA-256 and -PLUS in the engine: what must work
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

#include "smtpd_hmac.h"

/* The example of RFC 7677 3: its nonce, keys, proof and signature. */
static void rfc7677_3_example(void **state)
{
	static const char start[] =
		"n=user,r=" NONCE ",r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,";
	static const char cr[] = "n,,\0" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
	static const char message[] =
		"c=biws,r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
	struct smtpd_scram_exchange *x;
	struct scram_client k = scram_in_clear();

	(void)state;
	scram_first(&k, "SCRAM-SHA-256", "user");
	x = smtpd_scram_of(k.c->session);
	assert_non_null(x);
	assert_int_equal(smtpd_hmac_start(&x->client, x->keys.stored_key), 0);
	assert_int_equal(smtpd_hmac_start(&x->server, x->keys.server_key), 0);
	assert_int_equal(smtpd_scram_add(x, start, strlen(start)), 0);
	smtpd_sha256(cr, sizeof cr - 1, x->expected);
	scram_send(k.c, "", message, strlen(message));
	snprintf(k.signature, sizeof k.signature,
		"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
	scram_outcome(&k);
	assert_true(scram_authenticated(k.c));
}

static void rfc5802_5_exchange(void **state)
{
	struct scram_client k = scram_in_clear();

	(void)state;
	scram_first(&k, "scram-sha-256", "user");
	assert_non_null(strstr(k.server, ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
	assert_int_equal(scram_exchanges(), 1);
	scram_final(&k);
	assert_int_equal(scram_exchanges(), 0);
	assert_false(
		scram_authenticated(k.c)); /* the client has yet to agree */
	scram_outcome(&k);
	assert_true(scram_authenticated(k.c));
	assert_string_equal(octets_text(&k.c->calls),
		"connect\nscram user\nauth SCRAM-SHA-256 user right\n");
	engine_send(k.c, "AUTH SCRAM-SHA-256\r\n");
	expect_reply(k.c, 503, "5.5.1");
	send_message(k.c, "x\r\n");
	expect_reply(k.c, 250, "2.0.0");
}

/* Without an initial response, and with every answer late. */
static void rfc4954_4_challenges(void **state)
{
	struct scram_client k = scram_in_clear();

	(void)state;
	world.plan.late = 3;
	world.plan.in = 1;
	engine_send(k.c, "AUTH SCRAM-SHA-256\r\n");
	assert_string_equal(engine_reply(k.c), "334 \r\n");
	engine_send(k.c, "*\r\n");
	expect_reply(k.c, 501, "5.7.0");
	scram_first(&k, "SCRAM-SHA-256", "user");
	engine_send(k.c, "*\r\n");
	expect_reply(k.c, 501, "5.7.0");
	assert_int_equal(scram_exchanges(), 0);
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_final(&k);
	scram_outcome(&k);
}

static void rfc5802_7_saslname(void **state)
{
	struct scram_client k = scram_in_clear();

	(void)state;
	scram_first(&k, "SCRAM-SHA-256", "a=2Cb=3Dc\xc3\xa9");
	scram_final(&k);
	expect_reply(k.c, 535, "5.7.8");
	assert_string_equal(octets_text(&k.c->calls),
		"connect\nscram a,b=c\\xc3\\xa9\n"
		"auth SCRAM-SHA-256 a,b=c\\xc3\\xa9 wrong\n");
}

static void rfc5802_7_authzid_is_oneself(void **state)
{
	struct scram_client k = scram_in_clear();

	(void)state;
	k.header = "n,a=user,";
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_final(&k);
	scram_outcome(&k);
	k = scram_in_clear();
	scram_send(k.c, "AUTH SCRAM-SHA-256 ", "n,a=root,n=user,r=abc", 21);
	expect_reply(k.c, 535, "5.7.8");
}

static void rfc9266_exporter(void **state)
{
	struct scram_client k = scram_in_tls();

	(void)state;
	engine_send(k.c, "EHLO client\r\n");
	assert_non_null(strstr(engine_reply(k.c),
		"250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN\r\n"));
	scram_first(&k, "SCRAM-SHA-256-PLUS", "user");
	scram_final(&k);
	scram_outcome(&k);
	assert_non_null(strstr(octets_text(&k.c->calls),
		"auth SCRAM-SHA-256-PLUS user right\n"));
}

static void rfc5929_4_end_point(void **state)
{
	struct scram_client k = scram_in_tls();

	(void)state;
	engine_send(k.c, "EHLO client\r\n");
	engine_reply(k.c);
	k.header = "p=tls-server-end-point,,";
	k.data = port_crypto.binding[SMTPD_BINDING_END_POINT];
	k.data_len = 64;
	scram_first(&k, "SCRAM-SHA-256-PLUS", "user");
	scram_final(&k);
	scram_outcome(&k);
}

/* A listener that takes any credentials has nothing to prove. */
static void listener_takes_any(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	scram_listen(SMTPD_LISTEN_AUTH_ANY);
	c = engine_open();
	engine_send(c, "EHLO client\r\nAUTH SCRAM-SHA-256\r\n");
	engine_reply(c);
	assert_non_null(strstr(engine_reply(c), "250-AUTH PLAIN LOGIN\r\n"));
	expect_reply(c, 504, "5.5.4");
}

static void mechanisms_off(void **state)
{
	struct smtpd_conn *c;

	(void)state;
	scram_listen(0);
	world.listener.auth_off = SMTPD_MECH_PLAIN | SMTPD_MECH_LOGIN;
	c = engine_open();
	engine_send(c, "EHLO client\r\nAUTH PLAIN\r\n");
	engine_reply(c);
	assert_non_null(strstr(engine_reply(c), "250-AUTH SCRAM-SHA-256\r\n"));
	expect_reply(c, 504, "5.5.4");
}

/* Behind other commands the challenge waits for room. */
static void pipelined(void **state)
{
	struct scram_client k = {.header = "n,,"};
	const char *reply;

	(void)state;
	scram_listen(0);
	k.c = engine_open();
	engine_reply(k.c);
	engine_send(k.c, "EHLO client\r\nEHLO client\r\nNOOP\r\n"
			 "AUTH SCRAM-SHA-256 "
			 "biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=\r\n");
	engine_codes(k.c, 3);
	reply = engine_reply(k.c);
	assert_memory_equal(reply, "334 ", 4);
}

/* An answer that comes too late, and one for somebody else. */
static void late_keys(void **state)
{
	struct scram_client k = scram_in_clear();
	smtpd_ref ref;
	struct smtpd_scram_keys keys = engine_scram_keys;

	(void)state;
	engine_rule(CALL_SCRAM, 1, ANSWER_NEVER, 0, NULL, NULL);
	scram_send(k.c, "AUTH SCRAM-SHA-256 ", "n,,n=user,r=abc", 15);
	expect_no_reply(k.c);
	ref = k.c->ref;
	assert_int_equal(
		smtpd_session_verdict(ref, SMTPD_ACCEPT, 0, NULL, NULL),
		SMTPD_EINVAL);
	keys.salt_len = 33;
	assert_int_equal(
		smtpd_session_scram(ref, SMTPD_ACCEPT, &keys), SMTPD_EINVAL);
	keys.salt_len = 0;
	assert_int_equal(
		smtpd_session_scram(ref, SMTPD_ACCEPT, &keys), SMTPD_EINVAL);
	engine_lost(k.c, SMTPD_END_PEER, 0);
	assert_int_equal(scram_exchanges(), 0);
	keys.salt_len = 16;
	assert_int_equal(
		smtpd_session_scram(ref, SMTPD_ACCEPT, &keys), SMTPD_EGONE);
}

static void sink_is_out_of_order(void **state)
{
	struct scram_client k = scram_in_clear();

	(void)state;
	engine_rule(CALL_SCRAM, 0, ANSWER_REJECT, 454, "4.7.0", "Later");
	scram_send(k.c, "AUTH SCRAM-SHA-256 ", "n,,n=user,r=abc", 15);
	expect_reply(k.c, 454, "4.7.0 Later");
	assert_int_equal(scram_exchanges(), 0);
}

/* No entropy; and each hash fails in turn. */
static void port_is_out_of_order(void **state)
{
	struct scram_client k = scram_in_clear();
	unsigned i;

	(void)state;
	port_crypto.no_entropy = true;
	scram_send(k.c, "AUTH SCRAM-SHA-256 ", "n,,n=user,r=abc", 15);
	expect_reply(k.c, 454, "4.7.0");
	port_crypto.no_entropy = false;
	for (i = 1;; i++) {
		const char *reply;

		k = scram_in_clear();
		port_crypto.hash_fails = i;
		scram_send(
			k.c, "AUTH SCRAM-SHA-256 ", "n,,n=user,r=" NONCE, 32);
		reply = engine_reply(k.c);
		if (!strncmp(reply, "334", 3)) {
			char text[200] = "c=biws,r=" NONCE ",p=dHzbZapWIk4jUhN"
					 "+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

			scram_send(k.c, "", text, strlen(text));
			reply = engine_reply(k.c);
		}
		if (port_crypto.hash_fails)
			break; /* there are fewer */
		assert_memory_equal(reply, "454 4.7.0", 9);
		assert_int_equal(scram_exchanges(), 0);
		engine_send(k.c, "QUIT\r\n");
	}
	assert_true(i > 8);
	port_crypto.hash_fails = 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(rfc7677_3_example),
		TEST(rfc5802_5_exchange),
		TEST(rfc4954_4_challenges),
		TEST(rfc5802_7_saslname),
		TEST(rfc5802_7_authzid_is_oneself),
		TEST(rfc9266_exporter),
		TEST(rfc5929_4_end_point),
		TEST(listener_takes_any),
		TEST(mechanisms_off),
		TEST(pipelined),
		TEST(late_keys),
		TEST(sink_is_out_of_order),
		TEST(port_is_out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
