/*
 * test_board_auth_scram.c - boards/common/auth.c: SCRAM and EXTERNAL
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=2 SMTPD_SCRAM_PLUS=1 SMTPD_AUTH_EXTERNAL=1
 * tests: options SMTPD_SCRAM_EXCHANGES=2
 * tests: link port/wolfssl wolfssl lwip
 * tests: sources boards/common/auth.c boards/common/verifier.c
 * tests: sources boards/common/text.c boards/common/board_base64.c
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c tests/unit/engine/scram_client.c
 * tests: wrap smtpd_port_hash_start
 */
#include <stdlib.h>

#include "auth.h"
#include "engine/scram_client.h"
#include "port_crypto.h"

#define DELAY_MS 700

static struct board_verifier known;
static bool no_hash;
static unsigned wakes;

int __real_smtpd_port_hash_start(struct smtpd_hash *);

int __wrap_smtpd_port_hash_start(struct smtpd_hash *h)
{
	return no_hash ? SMTPD_ENONE : __real_smtpd_port_hash_start(h);
}

void board_auth_wake(void)
{
	wakes++;
}

static bool find(struct smtpd_str user, struct board_verifier *v)
{
	if (user.len != known.user_len ||
		memcmp(user.s, known.user, user.len) != 0)
		return false;
	*v = known;
	return true;
}

static bool like(struct board_verifier *v)
{
	*v = known;
	return true;
}

static bool certificate(const struct smtpd_tls_peer *peer,
	struct smtpd_str wanted, struct smtpd_str *user)
{
	if (strcmp(peer->subject, "CN=camera") != 0 ||
		(wanted.len && memcmp(wanted.s, "porch", 5) != 0))
		return false;
	user->s = "porch";
	user->len = 5;
	return true;
}

static const struct board_auth_users users = {.find = find,
	.like = like,
	.certificate = certificate,
	.delay_ms = DELAY_MS};

/* User "user" with the password "pencil", as a line for SCRAM has it. */
static void know(void)
{
	const struct smtpd_scram_keys *k = &engine_scram_keys;

	memset(&known, 0, sizeof known);
	memcpy(known.user, "user", 4);
	known.user_len = 4;
	memcpy(known.salt, k->salt, k->salt_len);
	known.salt_len = k->salt_len;
	known.iterations = k->iterations;
	memcpy(known.key, k->stored_key, 32);
	memcpy(known.server_key, k->server_key, 32);
	known.scram = true;
}

static void use_board_auth(void)
{
	know();
	world.sink.auth = board_auth;
	world.sink.scram = board_auth_scram;
	board_auth_open(&users);
	no_hash = false;
	wakes = 0;
}

static struct scram_client begin(void)
{
	struct scram_client k = scram_in_clear();

	use_board_auth();
	return k;
}

static const char *user_of(const struct smtpd_conn *c)
{
	struct smtpd_info info;

	smtpd_session_info(c->session, &info);
	return board_auth_user(info.index);
}

/* 535 after the delay, and not before. */
static void expect_late_refusal(struct smtpd_conn *c)
{
	assert_string_equal(engine_reply(c), "");
	assert_int_equal(wakes, 1);
	assert_int_equal(board_auth_poll(), DELAY_MS);
	engine_wait(DELAY_MS - 1);
	assert_int_equal(board_auth_poll(), 1);
	engine_run(c);
	assert_string_equal(engine_reply(c), "");
	engine_wait(1);
	assert_int_equal(board_auth_poll(), -1);
	engine_run(c);
	expect_reply(c, 535, "5.7.8");
	assert_false(scram_authenticated(c));
	assert_string_equal(user_of(c), "");
	wakes = 0;
}

static void scram_right_password(void **state)
{
	struct scram_client k = begin();

	(void)state;
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_final(&k);
	scram_outcome(&k);
	assert_true(scram_authenticated(k.c));
	assert_string_equal(user_of(k.c), "user");
	assert_int_equal(board_auth_poll(), -1);
}

/* A line that holds PBKDF2's key serves SCRAM as well. */
static void scram_with_a_pbkdf2_line(void **state)
{
	struct scram_client k = begin();

	(void)state;
	known.scram = false;
	memset(known.server_key, 0, 32);
	assert_int_equal(smtpd_port_pbkdf2("pencil", 6, known.salt,
				 known.salt_len, known.iterations, known.key),
		0);
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_final(&k);
	scram_outcome(&k);
	assert_string_equal(user_of(k.c), "user");
}

static void scram_wrong_password(void **state)
{
	struct scram_client k = begin();

	(void)state;
	known.key[0] ^= 1;
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_final(&k);
	expect_late_refusal(k.c);
}

/* Is asked for as many iterations, with a salt that is always the same. */
static void scram_unknown_user(void **state)
{
	struct scram_client k = begin();
	char salt[400];
	const char *iterations;

	(void)state;
	scram_first(&k, "SCRAM-SHA-256", "nobody");
	snprintf(salt, sizeof salt, "%s", strstr(k.server, ",s="));
	iterations = strstr(k.server, ",i=");
	assert_string_equal(iterations, ",i=4096");
	assert_null(strstr(salt, "W22ZaJ0SNY7soEsUEjb6gQ=="));
	scram_final(&k);
	expect_late_refusal(k.c);
	scram_first(&k, "SCRAM-SHA-256", "nobody");
	assert_string_equal(strstr(k.server, ",s="), salt);
	scram_final(&k);
	expect_late_refusal(k.c);
}

static void scram_without_hash(void **state)
{
	struct scram_client k = begin();

	(void)state;
	no_hash = true;
	engine_send(k.c, "AUTH SCRAM-SHA-256 biwsbj11c2VyLHI9YWJj\r\n");
	expect_reply(k.c, 454, "4.7.0");
	no_hash = false;
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_final(&k);
	scram_outcome(&k);
}

static void scram_nobody_is_known(void **state)
{
	struct scram_client k = begin();

	(void)state;
	board_auth_open(NULL);
	scram_first(&k, "SCRAM-SHA-256", "user");
	scram_final(&k);
	board_auth_poll();
	engine_run(k.c);
	expect_reply(k.c, 535, "5.7.8");
}

static struct smtpd_conn *shown(const char *subject)
{
	struct scram_client k;

	port_crypto.has_peer = true;
	snprintf(port_crypto.peer.subject, sizeof port_crypto.peer.subject,
		"%s", subject);
	k = scram_in_tls();
	use_board_auth();
	world.sink.flags = SMTPD_SINK_EXTERNAL;
	engine_send(k.c, "EHLO client\r\n");
	assert_non_null(strstr(engine_reply(k.c), " EXTERNAL "));
	return k.c;
}

static void external_owner(void **state)
{
	struct smtpd_conn *c = shown("CN=camera");

	(void)state;
	engine_send(c, "AUTH EXTERNAL =\r\n");
	expect_reply(c, 235, "2.7.0");
	assert_true(scram_authenticated(c));
	assert_string_equal(user_of(c), "porch");
}

static void external_wanted(void **state)
{
	struct smtpd_conn *c = shown("CN=camera");

	(void)state;
	engine_send(c, "AUTH EXTERNAL dXNlcg==\r\n"); /* user */
	expect_late_refusal(c);
	engine_send(c, "AUTH EXTERNAL cG9yY2g=\r\n"); /* porch */
	expect_reply(c, 235, "2.7.0");
	assert_string_equal(user_of(c), "porch");
}

static void external_of_nobody(void **state)
{
	struct smtpd_conn *c = shown("CN=printer");
	static struct board_auth_users without;

	(void)state;
	engine_send(c, "AUTH EXTERNAL =\r\n");
	expect_late_refusal(c);
	without = users;
	without.certificate = NULL;
	board_auth_open(&without);
	engine_send(c, "AUTH EXTERNAL cG9yY2g=\r\n");
	expect_late_refusal(c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(scram_right_password),
		TEST(scram_with_a_pbkdf2_line),
		TEST(scram_wrong_password),
		TEST(scram_unknown_user),
		TEST(scram_without_hash),
		TEST(scram_nobody_is_known),
		TEST(external_owner),
		TEST(external_wanted),
		TEST(external_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
