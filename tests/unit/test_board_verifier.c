/*
 * test_board_verifier.c - boards/common/verifier.c: lines of a users file
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/wolfssl wolfssl lwip
 * tests: sources boards/common/verifier.c boards/common/text.c
 * tests: sources boards/common/board_base64.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtpd_port.h"
#include "verifier.h"

/* password "secret", salt "0123456789abcdef", one iteration; made with
 * Python's hashlib.pbkdf2_hmac */
static const char known[] = "alice:$pbkdf2-sha256$1$MDEyMzQ1Njc4OWFiY2RlZg==$"
			    "YbpH4MTVriL1J0gKQnQQxyQwQcvFOwk4v2eQkU0Lbag=";

static struct smtpd_str str(const char *s)
{
	return (struct smtpd_str){s, (uint16_t)strlen(s)};
}

/* ---- what the port would supply ---- */

static int entropy_fails;
static uint8_t next_octet;

int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	while (len--)
		*buf++ = next_octet++;
	return entropy_fails ? SMTPD_ENONE : 0;
}

uint32_t smtpd_port_now_ms(void)
{
	return 0;
}

int64_t smtpd_port_wall_s(void)
{
	return 0;
}

/* ---- tests ---- */

/* Parse a line from a block of its exact size. */
static const char *parse(struct board_verifier *v, const char *line, size_t len)
{
	char *exact = malloc(len ? len : 1);
	const char *why;

	memcpy(exact, line, len);
	why = board_verifier_parse(v, exact, len);
	free(exact);
	return why;
}

static void known_password(void **state)
{
	struct board_verifier v;
	struct smtpd_str right = str("secret"), wrong = str("Secret"),
			 empty = str(""), longer = str("secret2");

	(void)state;
	assert_null(parse(&v, known, strlen(known)));
	assert_int_equal(v.user_len, 5);
	assert_memory_equal(v.user, "alice", 5);
	assert_int_equal(v.salt_len, 16);
	assert_int_equal(v.iterations, 1);
	assert_true(board_verifier_check(&v, &right));
	assert_false(board_verifier_check(&v, &wrong));
	assert_false(board_verifier_check(&v, &empty));
	assert_false(board_verifier_check(&v, &longer));
}

/* Every line that is one octet short of the known one, or cut anywhere, is
 * another verifier or none, and is never read past its end. */
static void damaged_lines(void **state)
{
	struct board_verifier v;
	char line[sizeof known];
	size_t len = strlen(known), i;

	(void)state;
	for (i = 0; i < len; i++)
		assert_non_null(parse(&v, known, i));
	for (i = 0; i < len; i++) {
		memcpy(line, known, i);
		memcpy(line + i, known + i + 1, len - i);
		if (i >= 5)
			assert_non_null(parse(&v, line, len - 1));
	}
}

static void refused_lines(void **state)
{
	static const char *const cases[] = {
		":$pbkdf2-sha256$1$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
		"a\tb:$pbkdf2-sha256$1$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
		"alice:$pbkdf2-sha512$1$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
		"alice:$2b$10$abcdefghijklmnopqrstuv",
		"alice:$pbkdf2-sha256$-1$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
		"alice:$pbkdf2-sha256$4294967297$MDEyMzQ1Njc4OWFiY2RlZg==$AA==",
		"alice:$pbkdf2-sha256$1000001$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
		"alice:$pbkdf2-sha256$$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
		"alice:$pbkdf2-sha256$1$AAAA$AAAA",
		"alice:$pbkdf2-sha256$1$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
		"alice:secret",
		"alice",
		"",
	};
	struct board_verifier v;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_non_null(parse(&v, cases[i], strlen(cases[i])));
}

#if SMTPD_SCRAM
/* RFC 7677 3, with the keys PostgreSQL keeps of it */
static const char scram[] = "user:$scram-sha-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
			    "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
			    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

static void scram_line(void **state)
{
	struct smtpd_str right = str("pencil"), wrong = str("pencilx");
	struct board_verifier v;
	struct smtpd_scram_keys keys;
	struct board_text t;
	char text[BOARD_VERIFIER_TXT];

	(void)state;
	assert_null(parse(&v, scram, strlen(scram)));
	assert_true(board_verifier_check(&v, &right));
	assert_false(board_verifier_check(&v, &wrong));
	assert_int_equal(board_verifier_keys(&v, &keys), 0);
	assert_memory_equal(keys.stored_key, v.key, 32);
	assert_memory_equal(keys.server_key, v.server_key, 32);
	board_text_start(&t, text, sizeof text);
	board_verifier_text(&v, &t);
	assert_int_equal(t.len, strlen(scram));
	assert_memory_equal(text, scram, t.len);
	for (size_t i = 0; i < strlen(scram); i++)
		assert_non_null(parse(&v, scram, i));
}

/* The other kind of line gives the same keys. */
static void scram_keys_of_pbkdf2(void **state)
{
	static const char line[] =
		"user:$pbkdf2-sha256$4096$W22ZaJ0SNY7soEsUEjb6gQ==$"
		"xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0=";
	struct board_verifier v, w;
	struct smtpd_scram_keys keys;

	(void)state;
	assert_null(parse(&v, line, strlen(line)));
	assert_null(parse(&w, scram, strlen(scram)));
	assert_int_equal(board_verifier_keys(&v, &keys), 0);
	assert_memory_equal(keys.stored_key, w.key, 32);
	assert_memory_equal(keys.server_key, w.server_key, 32);
}
#endif

static void make_and_read_back(void **state)
{
	struct board_verifier v, back, other;
	struct board_text t;
	char text[BOARD_VERIFIER_TXT], user[BOARD_USER_MAX];
	struct smtpd_str name = {user, sizeof user},
			 secret = str("p\xc3\xa4ss");

	(void)state;
	memset(user, 'u', sizeof user);
	assert_int_equal(board_verifier_make(&v, name, secret), 0);
	board_text_start(&t, text, sizeof text);
	board_verifier_text(&v, &t);
	assert_false(t.full);
	assert_null(parse(&back, text, t.len));
	assert_int_equal(back.user_len, BOARD_USER_MAX);
	assert_int_equal(back.iterations, BOARD_ITERATIONS);
	assert_true(board_verifier_check(&back, &secret));
	assert_int_equal(board_verifier_make(&other, name, secret), 0);
	assert_memory_not_equal(v.salt, other.salt, BOARD_SALT_LEN);
	assert_memory_not_equal(v.key, other.key, sizeof v.key);
}

static void not_made(void **state)
{
	struct board_verifier v;
	char user[BOARD_USER_MAX + 1];
	struct smtpd_str too_long = {user, sizeof user};

	(void)state;
	memset(user, 'u', sizeof user);
	assert_int_equal(
		board_verifier_make(&v, too_long, str("x")), SMTPD_EINVAL);
	assert_int_equal(
		board_verifier_make(&v, str("a:b"), str("x")), SMTPD_EINVAL);
	assert_int_equal(
		board_verifier_make(&v, str(""), str("x")), SMTPD_EINVAL);
	assert_int_equal(
		board_verifier_make(&v, str("a"), str("")), SMTPD_EINVAL);
	entropy_fails = 1;
	assert_int_equal(
		board_verifier_make(&v, str("a"), str("x")), SMTPD_ENONE);
	entropy_fails = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_password),
		cmocka_unit_test(damaged_lines),
		cmocka_unit_test(refused_lines),
		cmocka_unit_test(make_and_read_back),
#if SMTPD_SCRAM
		cmocka_unit_test(scram_line),
		cmocka_unit_test(scram_keys_of_pbkdf2),
#endif
		cmocka_unit_test(not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
