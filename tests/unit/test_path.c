/*
 * test_path.c - the address grammar of RFC 5321 4.1.2, every branch of it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include <stdlib.h>

#include "engine/check.h"
#include "path.h"

#define OK     SMTPD_PATH_OK
#define SYNTAX SMTPD_PATH_SYNTAX
#define LONG   SMTPD_PATH_LONG
#define UTF8   SMTPD_PATH_UTF8

#define MAIL 1
#define RCPT 2
#define BOTH 3

struct row {
	const char *path;
	int of; /* MAIL, RCPT or both; the other must be a syntax error */
	enum smtpd_path_error result;
	const char *text; /* of the path, when it is OK or UTF8 */
};

static const struct row rows[] = {
	/* paths and brackets */
	{"<>", MAIL, OK, ""},
	{"<a@b>", BOTH, OK, "a@b"},
	{"<a@b> SIZE=1", BOTH, OK, "a@b"},
	{"<postmaster>", RCPT, OK, "postmaster"},
	{"<POSTmaster>", RCPT, OK, "POSTmaster"},
	{"<postmaster@b>", BOTH, OK, "postmaster@b"},
	{"<\"postmaster\">", BOTH, SYNTAX, NULL},
	{"<postmaste>", BOTH, SYNTAX, NULL},
	{"<postmasters>", BOTH, SYNTAX, NULL},
	{"<postmaster@>", BOTH, SYNTAX, NULL},
	{"", BOTH, SYNTAX, NULL},
	{"<", BOTH, SYNTAX, NULL},
	{">", BOTH, SYNTAX, NULL},
	{"a@b", BOTH, SYNTAX, NULL},
	{" <a@b>", BOTH, SYNTAX, NULL},
	{"<a@b", BOTH, SYNTAX, NULL},
	{"<a@b ", BOTH, SYNTAX, NULL},
	{"<a@b@c>", BOTH, SYNTAX, NULL},
	{"<a@b\t>", BOTH, SYNTAX, NULL},
	{"<<a@b>>", BOTH, SYNTAX, NULL},
	{"<@>", BOTH, SYNTAX, NULL},
	{"<a>", BOTH, SYNTAX, NULL},
	{"<a@>", BOTH, SYNTAX, NULL},
	{"<@b>", BOTH, SYNTAX, NULL},
	/* source routes */
	{"<@r:a@b>", BOTH, OK, "a@b"},
	{"<@r,@s.t,@[192.0.2.1]:a@b>", BOTH, OK, "a@b"},
	{"<@r:postmaster>", RCPT, OK, "postmaster"},
	{"<@r:>", BOTH, SYNTAX, NULL},
	{"<@r a@b>", BOTH, SYNTAX, NULL},
	{"<@r,a@b>", BOTH, SYNTAX, NULL},
	{"<@r,:a@b>", BOTH, SYNTAX, NULL},
	{"<@r,@:a@b>", BOTH, SYNTAX, NULL},
	{"<@r@s:a@b>", BOTH, SYNTAX, NULL},
	{"<@:a@b>", BOTH, SYNTAX, NULL},
	{"<@-r:a@b>", BOTH, SYNTAX, NULL},
	{"<@r:@s:a@b>", BOTH, SYNTAX, NULL},
	{"<r:a@b>", BOTH, SYNTAX, NULL},
	/* Dot-string */
	{"<a.b.c@d>", BOTH, OK, "a.b.c@d"},
	{"<!#$%&'*+-/=?^_`{|}~09AZaz@d>", BOTH, OK,
		"!#$%&'*+-/=?^_`{|}~09AZaz@d"},
	{"<.a@b>", BOTH, SYNTAX, NULL},
	{"<a.@b>", BOTH, SYNTAX, NULL},
	{"<a..b@c>", BOTH, SYNTAX, NULL},
	{"<.@b>", BOTH, SYNTAX, NULL},
	{"<a b@c>", BOTH, SYNTAX, NULL},
	{"<a\"b@c>", BOTH, SYNTAX, NULL},
	{"<a(b)@c>", BOTH, SYNTAX, NULL},
	{"<a,b@c>", BOTH, SYNTAX, NULL},
	{"<a:b@c>", BOTH, SYNTAX, NULL},
	{"<a;b@c>", BOTH, SYNTAX, NULL},
	{"<a\\b@c>", BOTH, SYNTAX, NULL},
	{"<a[b@c>", BOTH, SYNTAX, NULL},
	{"<a\x01@b>", BOTH, SYNTAX, NULL},
	{"<a\x7f@b>", BOTH, SYNTAX, NULL},
	/* Quoted-string */
	{"<\"\"@b>", BOTH, OK, "\"\"@b"},
	{"<\"a b\"@c>", BOTH, OK, "\"a b\"@c"},
	{"<\"a\\\"b\"@c>", BOTH, OK, "\"a\\\"b\"@c"},
	{"<\"\\\\\"@c>", BOTH, OK, "\"\\\\\"@c"},
	{"<\"\\ \"@c>", BOTH, OK, "\"\\ \"@c"},
	{"<\"@>,<\"@c>", BOTH, OK, "\"@>,<\"@c"},
	{"<\"a@b>", BOTH, SYNTAX, NULL},
	{"<\"a\\\"@b>", BOTH, SYNTAX, NULL},
	{"<\"a\\", BOTH, SYNTAX, NULL},
	{"<\"", BOTH, SYNTAX, NULL},
	{"<\"a\"b@c>", BOTH, SYNTAX, NULL},
	{"<a\"b\"@c>", BOTH, SYNTAX, NULL},
	{"<\"a\".b@c>", BOTH, SYNTAX, NULL},
	{"<\"a\t\"@c>", BOTH, SYNTAX, NULL},
	{"<\"a\\\t\"@c>", BOTH, SYNTAX, NULL},
	{"<\"a\x7f\"@c>", BOTH, SYNTAX, NULL},
	/* Domain */
	{"<a@b.c.d>", BOTH, OK, "a@b.c.d"},
	{"<a@1.2>", BOTH, OK, "a@1.2"},
	{"<a@b-c--d.e>", BOTH, OK, "a@b-c--d.e"},
	{"<a@B>", BOTH, OK, "a@B"},
	{"<a@-b>", BOTH, SYNTAX, NULL},
	{"<a@b->", BOTH, SYNTAX, NULL},
	{"<a@b-.c>", BOTH, SYNTAX, NULL},
	{"<a@b.-c>", BOTH, SYNTAX, NULL},
	{"<a@.b>", BOTH, SYNTAX, NULL},
	{"<a@b.>", BOTH, SYNTAX, NULL},
	{"<a@b..c>", BOTH, SYNTAX, NULL},
	{"<a@b_c>", BOTH, SYNTAX, NULL},
	{"<a@b!c>", BOTH, SYNTAX, NULL},
	{"<a@b c>", BOTH, SYNTAX, NULL},
	/* IPv4 literals */
	{"<a@[0.0.0.0]>", BOTH, OK, "a@[0.0.0.0]"},
	{"<a@[255.255.255.255]>", BOTH, OK, "a@[255.255.255.255]"},
	{"<a@[001.2.3.4]>", BOTH, OK, "a@[001.2.3.4]"},
	{"<a@[256.2.3.4]>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.256]>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.0004]>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3]>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.]>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.4.]>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.4.5]>", BOTH, SYNTAX, NULL},
	{"<a@[.1.2.3.4]>", BOTH, SYNTAX, NULL},
	{"<a@[1..2.3]>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.a]>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.4>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.4", BOTH, SYNTAX, NULL},
	{"<a@[]>", BOTH, SYNTAX, NULL},
	{"<a@[", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.4]x>", BOTH, SYNTAX, NULL},
	{"<a@[1.2.3.4].b>", BOTH, SYNTAX, NULL},
	{"<a@b.[1.2.3.4]>", BOTH, SYNTAX, NULL},
	/* IPv6 literals */
	{"<a@[IPv6:1:2:3:4:5:6:7:8]>", BOTH, OK, "a@[IPv6:1:2:3:4:5:6:7:8]"},
	{"<a@[ipV6:ABCD:ef01:0:0:0:0:0:ffff]>", BOTH, OK,
		"a@[ipV6:ABCD:ef01:0:0:0:0:0:ffff]"},
	{"<a@[IPv6:::]>", BOTH, OK, "a@[IPv6:::]"},
	{"<a@[IPv6:::1]>", BOTH, OK, "a@[IPv6:::1]"},
	{"<a@[IPv6:1::]>", BOTH, OK, "a@[IPv6:1::]"},
	{"<a@[IPv6:1:2:3::4:5:6]>", BOTH, OK, "a@[IPv6:1:2:3::4:5:6]"},
	{"<a@[IPv6:1:2:3:4:5:6::]>", BOTH, OK, "a@[IPv6:1:2:3:4:5:6::]"},
	{"<a@[IPv6:::1:2:3:4:5:6]>", BOTH, OK, "a@[IPv6:::1:2:3:4:5:6]"},
	{"<a@[IPv6:1:2:3:4:5:6:192.0.2.1]>", BOTH, OK,
		"a@[IPv6:1:2:3:4:5:6:192.0.2.1]"},
	{"<a@[IPv6:::ffff:192.0.2.1]>", BOTH, OK, "a@[IPv6:::ffff:192.0.2.1]"},
	{"<a@[IPv6:::192.0.2.1]>", BOTH, OK, "a@[IPv6:::192.0.2.1]"},
	{"<a@[IPv6:1:2::3:4:192.0.2.1]>", BOTH, OK,
		"a@[IPv6:1:2::3:4:192.0.2.1]"},
	{"<a@[IPv6:1:2:3:4:5:6:7::]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:::1:2:3:4:5:6:7]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1:2:3:4::5:6:7:8]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1:2:3:4:5::192.0.2.1]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1:2:3:4:5:6:7]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1:2:3:4:5:6:7:8:9]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1:2:3:4:5:6:7:8:]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1:2:3:4:5:6:7:192.0.2.1]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1:2:3:4:5:192.0.2.1]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:192.0.2.1]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:192.0.2.1::]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:::192.0.2.256]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:::192.0.2.1:1]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:::a92.0.2.1]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1::2::3]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:::::]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6::::]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1:::2]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6::1:2:3:4:5:6:7:8]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6::1]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1::2:]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1:]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:12345::]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:g::]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6]>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1::2>", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:1::2", BOTH, SYNTAX, NULL},
	{"<a@[IPv6:", BOTH, SYNTAX, NULL},
	{"<a@[IPv7:1::2]>", BOTH, SYNTAX, NULL},
	{"<a@[1::2]>", BOTH, SYNTAX, NULL},
	{"<a@[x-y:z]>", BOTH, SYNTAX, NULL},
#if SMTPD_SMTPUTF8
	/* RFC 6531 3.3 */
	{"<\xc3\xa9@b>", BOTH, UTF8, "\xc3\xa9@b"},
	{"<a.\xe4\xb8\xad.b@c>", BOTH, UTF8, "a.\xe4\xb8\xad.b@c"},
	{"<\"\xf0\x9f\x98\x80 \"@c>", BOTH, UTF8, "\"\xf0\x9f\x98\x80 \"@c"},
	{"<\"\\\xc3\xa9\"@c>", BOTH, SYNTAX, NULL},
	{"<a@b\xc3\xbc.c>", BOTH, UTF8, "a@b\xc3\xbc.c"},
	{"<@\xc3\xbc:a@b>", BOTH, UTF8, "a@b"},
#endif
	{"<\x80@b>", BOTH, SYNTAX, NULL},
	{"<\"\\\x80\"@b>", BOTH, SYNTAX, NULL},
	{"<\"\\\xff\"@b>", BOTH, SYNTAX, NULL},
	{"<\xc3@b>", BOTH, SYNTAX, NULL},
	{"<\xc0\x80@b>", BOTH, SYNTAX, NULL},
	{"<\xe0\x80\x80@b>", BOTH, SYNTAX, NULL},
	{"<\xed\xa0\x80@b>", BOTH, SYNTAX, NULL},
	{"<\xf4\x90\x80\x80@b>", BOTH, SYNTAX, NULL},
	{"<a\xc3", BOTH, SYNTAX, NULL},
	{"<\"\xe4\xb8\"@b>", BOTH, SYNTAX, NULL},
	{"<a@\xff>", BOTH, SYNTAX, NULL},
	{"<a@b\xf0\x9f\x98", BOTH, SYNTAX, NULL},
};

/* What is wrong with the parts of a path, or NULL. */
static const char *check_parts(
	const struct row *row, const struct smtpd_path *path, const char *end)
{
	size_t n = strlen(row->text);

	if (path->text.len != n || (n && memcmp(path->text.s, row->text, n)))
		return "other text";
	if (path->utf8 != (row->result == UTF8))
		return "utf8";
	if (end[-1] != '>')
		return "end";
	if (n !=
		(size_t)path->local.len + path->domain.len + !!path->domain.len)
		return "local and domain";
	return NULL;
}

/* 1 when it is wrong. */
static int check_row(const struct row *row, bool null)
{
	bool meant = row->of & (null ? MAIL : RCPT);
	enum smtpd_path_error want = meant ? row->result : SYNTAX, got;
	char *exact = exact_copy(row->path, strlen(row->path) + 1);
	struct smtpd_path path;
	const char *end = NULL, *why = NULL;

	got = smtpd_path_parse(exact, null, &path, &end);
	if (got != want)
		why = "another result";
	else if (want == OK || want == UTF8)
		why = check_parts(row, &path, end);
	if (why)
		print_error("%s as %s: %s (%d)\n", row->path,
			null ? "MAIL" : "RCPT", why, got);
	free(exact);
	return why != NULL;
}

static void rfc5321_4_1_2_paths(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		failed +=
			check_row(&rows[i], true) + check_row(&rows[i], false);
	assert_int_equal(failed, 0);
}

/* Every prefix of every path: nothing is read behind its end. */
static void rfc5321_4_1_2_paths_cut_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t n = 0; n < strlen(rows[i].path); n++) {
			char *cut = exact_copy(rows[i].path, n + 1);
			struct smtpd_path path;
			const char *end;

			cut[n] = '\0';
			smtpd_path_parse(cut, true, &path, &end);
			smtpd_path_parse(cut, false, &path, &end);
			free(cut);
		}
	}
}

static enum smtpd_path_error parse_sized(
	size_t local, const char *quote, size_t labels, size_t label)
{
	struct octets o = {0};
	struct smtpd_path path;
	const char *end;
	enum smtpd_path_error e;

	octets_addf(&o, "<%s", quote);
	for (size_t i = 0; i < local - 2 * strlen(quote); i++)
		octets_add(&o, "l", 1);
	octets_addf(&o, "%s@", quote);
	for (size_t i = 0; i < labels; i++) {
		for (size_t k = 0; k < label; k++)
			octets_add(&o, "d", 1);
		octets_add(&o, i + 1 < labels ? "." : ">", 1);
	}
	e = smtpd_path_parse(octets_text(&o), false, &path, &end);
	octets_free(&o);
	return e;
}

static void case_043_lengths_at_their_limits(void **state)
{
	(void)state;
	assert_int_equal(parse_sized(64, "", 1, 1), OK);
	assert_int_equal(parse_sized(65, "", 1, 1), LONG);
	assert_int_equal(parse_sized(64, "\"", 1, 1), OK);
	assert_int_equal(parse_sized(65, "\"", 1, 1), LONG);
	assert_int_equal(parse_sized(1, "", 2, 63), OK);
	assert_int_equal(parse_sized(1, "", 2, 64), SYNTAX);
	/* 64 @ 63.63.61 are 254, with brackets 256 */
	assert_int_equal(parse_sized(62, "", 3, 63), OK);
	assert_int_equal(parse_sized(63, "", 3, 63), LONG);
	/* a domain of 255, of 257 */
	assert_int_equal(parse_sized(1, "", 128, 1), LONG);
	assert_int_equal(parse_sized(1, "", 129, 1), SYNTAX);
}

static void case_043_domain_255(void **state)
{
	char name[260];

	(void)state;
	for (size_t i = 0; i < sizeof name; i++)
		name[i] = i % 2 ? '.' : 'd';
	name[255] = '\0';
	assert_ptr_equal(smtpd_domain(name, NULL), name + 255);
	name[255] = 'd';
	name[256] = '\0';
	assert_null(smtpd_domain(name, NULL));
}

static void rfc5321_4_1_2_domain_ends_where_it_ends(void **state)
{
	static const char *const texts[] = {
		"a.b c", "a,b", "a:b", "a>b", "[1.2.3.4]x", "a\tb"};
	bool utf8 = false;

	(void)state;
	assert_string_equal(smtpd_domain(texts[0], NULL), " c");
	assert_string_equal(smtpd_domain(texts[1], NULL), ",b");
	assert_string_equal(smtpd_domain(texts[2], NULL), ":b");
	assert_string_equal(smtpd_domain(texts[3], NULL), ">b");
	assert_string_equal(smtpd_domain(texts[4], NULL), "x");
	assert_string_equal(smtpd_domain(texts[5], NULL), "\tb");
	assert_null(smtpd_domain("", NULL));
	assert_null(smtpd_domain("\xc3\xbc", NULL));
	if (SMTPD_SMTPUTF8) {
		assert_string_equal(smtpd_domain("\xc3\xbc.a", &utf8), "");
		assert_true(utf8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc5321_4_1_2_paths),
		TEST(rfc5321_4_1_2_paths_cut_short),
		TEST(case_043_lengths_at_their_limits),
		TEST(case_043_domain_255),
		TEST(rfc5321_4_1_2_domain_ends_where_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
