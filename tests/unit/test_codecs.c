/*
 * test_codecs.c - base64, UTF-8, numbers, words, parameters, xtext
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include <stdlib.h>

#include "base64.h"
#include "engine/check.h"
#include "params.h"
#include "path.h"
#include "session.h"

/* ---- base64 ---- */

static const struct {
	const char *in;
	const char *out; /* NULL: malformed */
} base64s[] = {
	{"", ""},
	{"Zg==", "f"},
	{"Zm8=", "fo"},
	{"Zm9v", "foo"},
	{"Zm9vYg==", "foob"},
	{"Zm9vYmE=", "fooba"},
	{"Zm9vYmFy", "foobar"},
	{"+/+/", "\xfb\xff\xbf"},
	{"QQ==", "A"},
	{"Q", NULL},
	{"QQ", NULL},
	{"QQ=", NULL},
	{"QQ===", NULL},
	{"QQ====", NULL},
	{"=", NULL},
	{"==", NULL},
	{"====", NULL},
	{"Q===", NULL},
	{"QQ=Q", NULL},
	{"QQ==QQ==", NULL},
	{"QR==", NULL}, /* bits behind the last octet */
	{"QQE=", "A\x01"},
	{"QQF=", NULL},
	{"Zm9v Zm9v", NULL},
	{"Zm9v\r", NULL},
	{"Zm9-", NULL},
	{"Zm9_", NULL},
	{"Zm9\xff", NULL},
	{"Zm9.", NULL},
};

/* In place from a buffer of exact size, in two pieces cut at `at`. */
static void base64_split(const char *in, const char *out, size_t at)
{
	size_t len = strlen(in), n;
	char *a = exact_copy(in, at), *b = exact_copy(in + at, len - at);
	char got[64];
	struct smtpd_base64 d = {0};

	n = smtpd_base64_push(&d, a, at, (uint8_t *)a);
	assert_true(n <= at);
	memcpy(got, a, n);
	at = smtpd_base64_push(&d, b, len - at, (uint8_t *)b);
	memcpy(got + n, b, at);
	assert_int_equal(smtpd_base64_done(&d), out != NULL);
	if (out) {
		assert_int_equal(n + at, strlen(out));
		assert_memory_equal(got, out, n + at);
	}
	free(a);
	free(b);
}

static void rfc4648_4_base64_at_every_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(base64s); i++) {
		for (size_t at = 0; at <= strlen(base64s[i].in); at++)
			base64_split(base64s[i].in, base64s[i].out, at);
	}
}

static void rfc4648_4_base64_alphabet(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				       "mnopqrstuvwxyz0123456789+/";

	(void)state;
	for (int c = 0; c < 256; c++) {
		char group[4] = {'A', 'A', 'A', (char)c};
		const char *at = c ? strchr(alphabet, c) : NULL;
		struct smtpd_base64 d = {0};
		uint8_t out[3];
		size_t n = smtpd_base64_push(&d, group, 4, out);

		if (c == '=')
			continue;
		assert_int_equal(smtpd_base64_done(&d), at != NULL);
		assert_int_equal(n, at ? 3 : 2);
		if (at)
			assert_int_equal(out[2], at - alphabet);
	}
}

static void base64_writes_nothing_once_bad(void **state)
{
	struct smtpd_base64 d = {0};
	uint8_t out[8];

	(void)state;
	smtpd_base64_push(&d, "-", 1, out);
	assert_true(d.bad);
	assert_int_equal(smtpd_base64_push(&d, "QUJD", 4, out), 0);
	assert_false(smtpd_base64_done(&d));
}

/* ---- UTF-8 ---- */

/* The length of the sequence at p by RFC 3629 4, its table read literally. */
static size_t utf8_reference(const uint8_t *p)
{
#define IN_(i, lo, hi) (p[i] >= (lo) && p[i] <= (hi))
#define TAIL(i)        IN_(i, 0x80, 0xbf)
	if (IN_(0, 0x01, 0x7f))
		return 1;
	if (IN_(0, 0xc2, 0xdf) && TAIL(1))
		return 2;
	if ((p[0] == 0xe0 && IN_(1, 0xa0, 0xbf) && TAIL(2)) ||
		(IN_(0, 0xe1, 0xec) && TAIL(1) && TAIL(2)) ||
		(p[0] == 0xed && IN_(1, 0x80, 0x9f) && TAIL(2)) ||
		(IN_(0, 0xee, 0xef) && TAIL(1) && TAIL(2)))
		return 3;
	if ((p[0] == 0xf0 && IN_(1, 0x90, 0xbf) && TAIL(2) && TAIL(3)) ||
		(IN_(0, 0xf1, 0xf3) && TAIL(1) && TAIL(2) && TAIL(3)) ||
		(p[0] == 0xf4 && IN_(1, 0x80, 0x8f) && TAIL(2) && TAIL(3)))
		return 4;
	return 0;
}

static void utf8_check(const uint8_t *p, size_t n)
{
	uint8_t padded[5] = {0};
	uint8_t *exact;

	memcpy(padded, p, n);
	exact = exact_copy(padded, n + 1);
	if (smtpd_utf8_len((char *)exact) != utf8_reference(padded))
		fail_msg("%02x %02x %02x %02x", padded[0], padded[1], padded[2],
			padded[3]);
	free(exact);
}

static void rfc3629_4_utf8_all_boundaries(void **state)
{
	static const uint8_t tails[] = {0x00, 0x01, 0x7f, 0x80, 0x8f, 0x90,
		0x9f, 0xa0, 0xbf, 0xc0, 0xff};
	uint8_t p[4];

	(void)state;
	for (unsigned a = 0; a < 256; a++) {
		p[0] = (uint8_t)a;
		utf8_check(p, 1);
		for (unsigned b = 0; b < 256; b++) {
			p[1] = (uint8_t)b;
			utf8_check(p, 2);
			for (size_t c = 0; c < COUNT(tails); c++) {
				p[2] = tails[c];
				utf8_check(p, 3);
				p[3] = tails[(c + a + b) % COUNT(tails)];
				utf8_check(p, 4);
			}
		}
	}
}

static void rfc3629_3_utf8_every_code_point(void **state)
{
	(void)state;
	for (uint32_t v = 1; v < 0x120000; v += v < 0x11000 ? 1 : 61) {
		bool good = v <= 0x10ffff && (v < 0xd800 || v > 0xdfff);
		size_t n = v < 0x80 ? 1 : v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
		char p[5] = {0};

		p[0] = (char)(n == 1 ? v
				     : (0xf0 << (4 - n) & 0xf0) |
					       v >> 6 * (n - 1));
		for (size_t i = 1; i < n; i++)
			p[i] = (char)(0x80 | (v >> 6 * (n - 1 - i) & 0x3f));
		assert_int_equal(smtpd_utf8_len(p), good ? n : 0);
	}
}

/* ---- words and numbers ---- */

static void numbers_at_their_limits(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t value;
	} rows[] = {
		{"", false, 0},
		{"0", true, 0},
		{"4294967295", true, UINT32_MAX},
		{"4294967296", false, 0},
		{"4294967299", false, 0},
		{"42949672950", false, 0},
		{"99999999999999999999", false, 0},
		{"18446744073709551617", false, 0},
		{"0000000000000000000000000007", true, 7},
		{"-1", false, 0},
		{"+1", false, 0},
		{" 1", false, 0},
		{"1 ", false, 0},
		{"0x1", false, 0},
		{"1a", false, 0},
		{"1/", false, 0},
		{"1:", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].text);
		char *exact = exact_copy(rows[i].text, n);
		uint32_t v = 1;

		assert_int_equal(smtpd_parse_number(exact, n, &v), rows[i].ok);
		if (rows[i].ok)
			assert_int_equal(v, rows[i].value);
		free(exact);
	}
}

static void words_in_any_case(void **state)
{
	(void)state;
	assert_true(smtpd_is_word("NOOP", 4, "NOOP"));
	assert_true(smtpd_is_word("nOOp", 4, "NOOP"));
	assert_true(smtpd_is_word("8bitmime", 8, "8BITMIME"));
	assert_true(smtpd_is_word("", 0, ""));
	assert_false(smtpd_is_word("NOO", 3, "NOOP"));
	assert_false(smtpd_is_word("NOOPX", 5, "NOOP"));
	assert_false(smtpd_is_word("", 0, "NOOP"));
	assert_false(smtpd_is_word("N\0OP", 4, "NOOP"));
	/* the octets 32 away from letters are no letters */
	assert_false(smtpd_is_word("\x2eOOP", 4, "NOOP"));
	assert_false(smtpd_is_word("FROM\x1a", 5, "FROM:"));
}

static void equal_and_wipe(void **state)
{
	uint8_t a[40], b[40];

	(void)state;
	memset(a, 7, sizeof a);
	for (size_t at = 0; at < sizeof a; at++) {
		memcpy(b, a, sizeof b);
		assert_true(smtpd_equal(a, b, sizeof a));
		b[at] ^= (uint8_t)(1u << at % 8);
		assert_false(smtpd_equal(a, b, sizeof a));
		assert_true(smtpd_equal(a, b, at));
	}
	assert_true(smtpd_equal(a, b, 0));
	smtpd_wipe(a + 1, 38);
	assert_int_equal(a[0], 7);
	assert_int_equal(a[39], 7);
	for (size_t i = 1; i < 39; i++)
		assert_int_equal(a[i], 0);
}

/* ---- parameters ---- */

/* The parameters of a text as "KEY KEY=VALUE ...", ended by '!' when it is
 * malformed. */
static const char *params_of(const char *text)
{
	static char out[300];
	struct smtpd_param p;
	const char *exact = exact_copy(text, strlen(text) + 1), *at = exact;
	size_t n = 0;
	int more;

	*out = '\0';
	while ((more = smtpd_param_next(&at, &p)) > 0)
		n += (size_t)snprintf(out + n, sizeof out - n,
			p.value.s ? "[%.*s=%.*s]" : "[%.*s]", p.key.len,
			p.key.s, p.value.len, p.value.s ? p.value.s : "");
	if (more < 0)
		snprintf(out + n, sizeof out - n, "!");
	else
		assert_int_equal(*at, '\0');
	free((void *)exact);
	return out;
}

static void rfc5321_4_1_2_parameters(void **state)
{
	static const struct {
		const char *text, *params;
	} rows[] = {
		{"", ""},
		{" A", "[A]"},
		{" SIZE=1 BODY=8BITMIME", "[SIZE=1][BODY=8BITMIME]"},
		{" a-b=c", "[a-b=c]"},
		{" 8=!~", "[8=!~]"},
		{" A=\xc3\xa9", "[A=\xc3\xa9]"},
		{"A", "!"},
		{" ", "!"},
		{"  A", "!"},
		{" A ", "[A]!"},
		{" A  B", "[A]!"},
		{" A=", "!"},
		{" A=1=2", "!"},
		{" A=\t", "!"},
		{" -A", "!"},
		{" _A", "!"},
		{" A_B", "!"},
		{" =1", "!"},
		{" A\t", "!"},
		{">", "!"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(params_of(rows[i].text), rows[i].params);
}

static void rfc3461_4_xtext(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} rows[] = {
		{"", false},
		{"a", true},
		{"!~", true},
		{"+2B", true},
		{"a+3Db", true},
		{"+00+FF", true},
		{"+99+AA", true},
		{"+09+90", true},
		{"+/0", false},
		{"+:0", false},
		{"+@0", false},
		{"+2b", false},
		{"+G0", false},
		{"+0G", false},
		{"+ZZ", false},
		{"+", false},
		{"+2", false},
		{"a+2", false},
		{"a=b", false},
		{"a b", false},
		{"\x7f", false},
		{"\x80", false},
		{"a\n", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].text);
		char *exact = exact_copy(rows[i].text, n);

		assert_int_equal(smtpd_xtext_valid((struct smtpd_str){
					 exact, (uint16_t)n}),
			rows[i].ok);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc4648_4_base64_at_every_split),
		TEST(rfc4648_4_base64_alphabet),
		TEST(base64_writes_nothing_once_bad),
		TEST(rfc3629_4_utf8_all_boundaries),
		TEST(rfc3629_3_utf8_every_code_point),
		TEST(numbers_at_their_limits),
		TEST(words_in_any_case),
		TEST(equal_and_wipe),
		TEST(rfc5321_4_1_2_parameters),
		TEST(rfc3461_4_xtext),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
