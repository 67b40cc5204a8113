/*
 * test_scram_attacks.c - SCRAM and clients that cheat, guess, or talk nonsense
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

static void refused_first(struct smtpd_conn *c, const char *mechanism,
	const char *message, size_t n, unsigned code)
{
	char command[64];

	snprintf(command, sizeof command, "AUTH %s ", mechanism);
	scram_send(c, command, message, n);
	if (code == 535)
		expect_reply(c, 535, "5.7.8");
	else
		expect_reply(c, 501, "5.5.2");
	assert_int_equal(scram_exchanges(), 0);
}

static void rfc5802_6_downgrade(void **state)
{
	static const struct {
		const char *mechanism, *message;
	} cases[] = {
		/* we offer -PLUS, and the client was told that we do not */
		{"SCRAM-SHA-256", "y,,n=user,r=abc"},
		{"SCRAM-SHA-256", "p=tls-exporter,,n=user,r=abc"},
		{"SCRAM-SHA-256-PLUS", "n,,n=user,r=abc"},
		{"SCRAM-SHA-256-PLUS", "y,,n=user,r=abc"},
		{"SCRAM-SHA-256-PLUS", "p=tls-unique,,n=user,r=abc"},
		{"SCRAM-SHA-256-PLUS", "p=tls-exporte,,n=user,r=abc"},
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct scram_client k = scram_in_tls();

		engine_send(k.c, "EHLO client\r\n");
		engine_reply(k.c);
		refused_first(k.c, cases[i].mechanism, cases[i].message,
			strlen(cases[i].message), 535);
	}
}

/* Where there is nothing to bind to, 'y' is the truth. */
static void rfc5802_6_no_downgrade(void **state)
{
	struct scram_client k = scram_in_clear();

	(void)state;
	k.header = "y,,";
	engine_send(k.c, "AUTH SCRAM-SHA-256-PLUS\r\n");
	expect_reply(k.c, 504, "5.5.4");
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_final(&k);
	scram_outcome(&k);
}

/* The header, the binding and the nonce of client-final-message, each changed
 * though the proof is right for what is sent. */
static void rfc5802_5_1_changed(void **state)
{
	static uint8_t other[32];

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct scram_client k = scram_in_tls();

		engine_send(k.c, "EHLO client\r\n");
		engine_reply(k.c);
		scram_first(&k, "SCRAM-SHA-256-PLUS", "user");
		if (i == 0)
			k.header = "n,,";
		else if (i == 1)
			k.data = other;
		else if (i == 2)
			k.data_len = 31;
		else if (i == 3)
			k.nonce[3] ^= 1;
		else
			k.nonce[strlen(k.nonce) - 1] = '\0';
		scram_final(&k);
		expect_reply(k.c, 535, "5.7.8");
		assert_false(scram_authenticated(k.c));
		assert_non_null(strstr(octets_text(&k.c->calls), " wrong\n"));
	}
}

/* What was right in one exchange is not in the next. */
static void case_replayed_final(void **state)
{
	struct scram_client k = scram_in_clear(), again;
	char text[SCRAM_TEXT];

	(void)state;
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_prove(&k, text);
	scram_append(text, ",p=%s", k.proof);
	again = scram_in_clear();
	scram_first(&again, "SCRAM-SHA-256", "user");
	assert_string_not_equal(k.nonce, again.nonce);
	scram_send(again.c, "", text, strlen(text));
	expect_reply(again.c, 535, "5.7.8");
	scram_send(k.c, "", text, strlen(text));
	scram_outcome(&k);
}

/* ACCEPT of the sink does not make a wrong proof right. */
static void case_wrong_proof(void **state)
{
	struct scram_client k = scram_in_clear();
	char text[SCRAM_TEXT];

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		scram_first(&k, "SCRAM-SHA-256", "user");
		scram_prove(&k, text);
		k.proof[5] = k.proof[5] == 'A' ? 'B' : 'A';
		scram_append(text, ",p=%s", k.proof);
		scram_send(k.c, "", text, strlen(text));
		expect_reply(k.c, i < 3 ? 535 : 421, "");
	}
	assert_true(k.c->closed);
	assert_int_equal(scram_exchanges(), 0);
}

/* The sink's word is the last one where the proof is right, too. */
static void sink_refuses_right_proof(void **state)
{
	struct scram_client k = scram_in_clear();

	(void)state;
	engine_rule(CALL_AUTH, 0, ANSWER_REJECT, 525, "5.7.13", "Disabled");
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_final(&k);
	expect_reply(k.c, 525, "5.7.13");
	assert_int_equal(scram_exchanges(), 0);
}

static void malformed_messages(void **state)
{
	static const char *const messages[] = {"", "n", "n,", "n,,",
		"n,,n=", "n,,n=user", "n,,n=user,",
		"n,,n=user,r=", "n,,n=,r=abc", "n,,r=abc,n=user",
		"x,,n=user,r=abc", "n,b=user,n=user,r=abc", "n,a=,n=user,r=abc",
		"n,,n=us=er,r=abc", "n,,n=user=2c,r=abc", "n,,n=user=2,r=abc",
		"n,,n=user,r=a\x7f", "n,,n=user,r=a b",
		"n,,m=must,n=user,r=abc", "n,,n=user,r=abc,m=x",
		"n,,n=user,r=abc,", "n,,n=user,r=abc,x",
		"n,,n=user,r=abc,x=", "n,,n=user,r=abc,1=x", "n,,n=\xc3,r=abc",
		"p=,,n=user,r=abc", "p=a_b,,n=user,r=abc", "p,,n=user,r=abc"};
	struct scram_client k = scram_in_clear();

	(void)state;
	world.limits.error_max = 255;
	for (unsigned i = 0; i < COUNT(messages); i++) {
		size_t n = strlen(messages[i]);

		if (n)
			refused_first(
				k.c, "SCRAM-SHA-256", messages[i], n, 501);
	}
	engine_send(k.c, "AUTH SCRAM-SHA-256 =\r\n");
	expect_reply(k.c, 501, "5.5.2");
	refused_first(k.c, "SCRAM-SHA-256", "n,,n=us\0er,r=abc", 16, 501);
	engine_send(k.c, "AUTH SCRAM-SHA-256 !\r\n");
	expect_reply(k.c, 501, "5.5.2");
}

static void malformed_finals(void **state)
{
	/* %s: the nonce */
	static const char *const messages[] = {"", "c=biws", "c=biws,r=%s",
		"c=biws,r=%s,", "c=biws,r=%s,p=", "c=biws,r=%s,p=!",
		"c=biws,r=%s,p=YWJj", "c=b,r=%s,p=YWJj", "r=%s,c=biws,p=YWJj",
		"c=biws,r=%s,m=x,p=YWJj",
		"c=biws,r=%s,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=,"
		"x=y"};
	struct scram_client k = scram_in_clear();

	(void)state;
	world.limits.error_max = 255;
	for (unsigned i = 0; i < COUNT(messages); i++) {
		char text[SCRAM_TEXT];

		scram_first(&k, "SCRAM-SHA-256", "user");
		snprintf(text, sizeof text, messages[i], k.nonce);
		scram_send(k.c, "", text, strlen(text));
		expect_reply(k.c, 501, "5.5.2");
		assert_int_equal(scram_exchanges(), 0);
	}
}

/* Extensions that need not be understood are part of what is proven. */
static void rfc5802_5_1_extensions(void **state)
{
	struct scram_client k = scram_in_clear();
	char text[SCRAM_TEXT];

	(void)state;
	scram_first(&k, "SCRAM-SHA-256", "user");
	memcpy(k.nonce + strlen(k.nonce), ",x=y=z", 7);
	scram_prove(&k, text);
	scram_append(text, ",p=%s", k.proof);
	scram_send(k.c, "", text, strlen(text));
	scram_outcome(&k);
}

/* The longest nonce and name, and one octet more. */
static void limits_of_lengths(void **state)
{
	(void)state;
	for (unsigned n = 96; n <= 97; n++) {
		struct scram_client k = scram_in_clear();
		char text[SCRAM_TEXT] = "n,,n=user,r=";

		memset(text + 12, 'x', n);
		text[12 + n] = '\0';
		scram_send(k.c, "AUTH SCRAM-SHA-256 ", text, strlen(text));
		expect_reply(k.c, n == 96 ? 334 : 535, "");
	}
	for (unsigned n = 255; n <= 256; n++) {
		struct scram_client k = scram_in_clear();
		char text[SCRAM_TEXT] = "n,,n=";

		memset(text + 5, 'u', n);
		memcpy(text + 5 + n, ",r=abc", 7);
		scram_send(k.c, "AUTH SCRAM-SHA-256 ", text, strlen(text));
		expect_reply(k.c, n == 255 ? 334 : 535, "");
	}
}

static void oversized_messages(void **state)
{
	struct scram_client k = scram_in_clear();
	char *text = malloc(9000);

	(void)state;
	assert_non_null(text);
	memset(text, 'A', 8000);
	text[8000] = '\0';
	engine_send(k.c, "AUTH SCRAM-SHA-256 ");
	engine_send(k.c, text);
	engine_send(k.c, "\r\n");
	expect_reply(k.c, 535, "5.7.8");
	scram_first(&k, "SCRAM-SHA-256", "user");
	engine_send(k.c, text);
	engine_send(k.c, "\r\n");
	expect_reply(k.c, 535, "5.7.8");
	assert_int_equal(scram_exchanges(), 0);
	scram_first(&k, "SCRAM-SHA-256", "user");
	engine_send(k.c, text);
	engine_send(k.c, text);
	expect_reply(k.c, 500, "5.5.6");
	assert_int_equal(scram_exchanges(), 0);
	free(text);
}

/* All replies to one user's attempt, and the work it made. */
static void attempt(
	const char *name, char *replies, unsigned *hashes, unsigned *blocks)
{
	struct scram_client k = scram_in_clear();
	char text[SCRAM_TEXT];

	port_crypto.hashes = port_crypto.blocks = 0;
	scram_first(&k, "SCRAM-SHA-256", name);
	snprintf(text, sizeof text, "c=biws,r=");
	scram_append(text,
		"%s,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", k.nonce);
	scram_send(k.c, "", text, strlen(text));
	*hashes = port_crypto.hashes;
	*blocks = port_crypto.blocks;
	snprintf(replies, 500, "%s%.*s", engine_reply(k.c),
		(int)strcspn(strstr(k.server, ",s="), "\n"),
		strstr(k.server, ",s="));
}

static void case_unknown_user(void **state)
{
	char known[500], unknown[500], again[500], other[500];
	unsigned hashes, blocks, n, m;

	(void)state;
	attempt("user", known, &hashes, &blocks);
	attempt("usex", unknown, &n, &m);
	assert_int_equal(n, hashes);
	assert_int_equal(m, blocks);
	assert_int_equal(strlen(known), strlen(unknown));
	assert_string_not_equal(known, unknown); /* the salt */
	assert_memory_equal(known, unknown, 40); /* the refusal */
	assert_string_equal(strstr(known, ",i="), strstr(unknown, ",i="));
	attempt("usex", again, &n, &m);
	assert_string_equal(unknown, again); /* a salt that stays */
	attempt("usey", other, &n, &m);
	assert_string_not_equal(unknown, other);
}

static void case_pool_exhausted(void **state)
{
	struct scram_client k[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		k[i] = scram_in_clear();
	scram_first(&k[0], "SCRAM-SHA-256", "user");
	scram_first(&k[1], "SCRAM-SHA-256", "user");
	scram_send(k[2].c, "AUTH SCRAM-SHA-256 ", "n,,n=user,r=abc", 15);
	expect_reply(k[2].c, 454, "4.7.0");
	/* one leaves in the middle */
	engine_lost(k[0].c, SMTPD_END_PEER, 0);
	assert_int_equal(scram_exchanges(), 1);
	scram_first(&k[2], "SCRAM-SHA-256", "user");
	scram_final(&k[2]);
	scram_outcome(&k[2]);
	/* and one does not go on */
	engine_wait(world.limits.command_ms + 1);
	expect_reply(k[1].c, 421, "");
	assert_int_equal(scram_exchanges(), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(rfc5802_6_downgrade),
		TEST(rfc5802_6_no_downgrade),
		TEST(rfc5802_5_1_changed),
		TEST(case_replayed_final),
		TEST(case_wrong_proof),
		TEST(sink_refuses_right_proof),
		TEST(malformed_messages),
		TEST(malformed_finals),
		TEST(rfc5802_5_1_extensions),
		TEST(limits_of_lengths),
		TEST(oversized_messages),
		TEST(case_unknown_user),
		TEST(case_pool_exhausted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
