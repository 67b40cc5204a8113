/*
 * unstuff_checks.c - see unstuff_checks.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * What smtpd_unstuff() makes of an input, in any pieces, must be what a plain
 * decoder, written from RFC 5321 4.5.2 without looking at speed, makes of it.
 */
#include "unstuff_checks.h"

#include <stdlib.h>

#include "check.h"
#include "find_eol.h"
#include "unstuff.h"
#include "unstuff_reference.h"

/* ---- vectors ---- */

#define END  true
#define MORE false

static const struct {
	const char *in;
	size_t in_len;
	bool end;      /* CRLF.CRLF was found ... */
	size_t behind; /* ... with so many octets behind it */
	const char *out;
	size_t out_len;
	unsigned bare;
} vectors[] = {
#define V(in, end, behind, out, bare)                                          \
	{                                                                      \
		in, sizeof in - 1, end, behind, out, sizeof out - 1, bare      \
	}
#define CR SMTPD_BARE_CR
#define LF SMTPD_BARE_LF
	V("", MORE, 0, "", 0),
	V(".\r\n", END, 0, "", 0),
	V(".\r\nQUIT\r\n", END, 6, "", 0),
	V("a\r\n.\r\n", END, 0, "a\r\n", 0),
	V("a\r\n.\r\n.\r\n", END, 3, "a\r\n", 0),
	V("..\r\n.\r\n", END, 0, ".\r\n", 0),
	V("...\r\n.\r\n", END, 0, "..\r\n", 0),
	V(".a\r\n.\r\n", END, 0, "a\r\n", 0),
	V("a.\r\n.b.\r\n.\r\n", END, 0, "a.\r\nb.\r\n", 0),
	V("\r\n\r\n.\r\n", END, 0, "\r\n\r\n", 0),
	V("a", MORE, 0, "a", 0),
	V("a\r", MORE, 0, "a\r", 0),
	V("a\r\n.", MORE, 0, "a\r\n", 0),
	V("a\r\n.\r", MORE, 0, "a\r\n", 0),
	/* CASES 21 */
	V("a\n.\nb\r\n.\r\n", END, 0, "a\n.\nb\r\n", LF),
	/* 22 */
	V("a\n.\r\nb\r\n.\r\n", END, 0, "a\n.\r\nb\r\n", LF),
	/* 23 */
	V("a\r\n.\nb\r\n.\r\n", END, 0, "a\r\n\nb\r\n", LF),
	/* 24 */
	V("a\r.\rb\r\n.\r\n", END, 0, "a\r.\rb\r\n", CR),
	V("a\r.\nb\r\n.\r\n", END, 0, "a\r.\nb\r\n", CR | LF),
	V("a\n.\rb\r\n.\r\n", END, 0, "a\n.\rb\r\n", CR | LF),
	V("a\r.\r\nb\r\n.\r\n", END, 0, "a\r.\r\nb\r\n", CR),
	V("a\r\n.\rb\r\n.\r\n", END, 0, "a\r\n\rb\r\n", CR),
	/* 25 */
	V("a\r\n.\r\r\nb\r\n.\r\n", END, 0, "a\r\n\r\r\nb\r\n", CR),
	V("a\r\r\n.\r\r\nb\r\n.\r\n", END, 0, "a\r\r\n\r\r\nb\r\n", CR),
	/* 26 */
	V("a\r\n\0.\r\n.\r\n", END, 0, "a\r\n\0.\r\n", 0),
	V("a\r\n.\0\r\n.\r\n", END, 0, "a\r\n\0\r\n", 0),
	/* at the very start */
	V("\n.\r\n\r\n.\r\n", END, 0, "\n.\r\n\r\n", LF),
	V("\r.\r\n.\r\n", END, 0, "\r.\r\n", CR),
	V("\n", MORE, 0, "\n", LF),
	V(".\n.\r\n.\r\n", END, 0, "\n.\r\n", LF),
	V(".\r.\r\n.\r\n", END, 0, "\r.\r\n", CR),
	V(".\r\r\n.\r\n", END, 0, "\r\r\n", CR),
	V("\r\r\r\n.\r\n", END, 0, "\r\r\r\n", CR),
	V("\r\n\n.\r\n\r\n.\r\n", END, 0, "\r\n\n.\r\n\r\n", LF),
	/* longer than a vector of 16 */
	V("0123456789abcdef\r\n.\r\n", END, 0, "0123456789abcdef\r\n", 0),
	V("0123456789abcde\r\n.\r\n", END, 0, "0123456789abcde\r\n", 0),
	V("0123456789abcd\r\n0123456789abcd\r\n.0123456789abcd\r\n.\r\n", END,
		0, "0123456789abcd\r\n0123456789abcd\r\n0123456789abcd\r\n", 0),
	V("0123456789abcdef0123456789abcde\n0123456789abcde\r\n.\r\n", END, 0,
		"0123456789abcdef0123456789abcde\n0123456789abcde\r\n", LF),
	V("0123456789abcdef0123456789abcde\r0123456789abcde\r\n.\r\n", END, 0,
		"0123456789abcdef0123456789abcde\r0123456789abcde\r\n", CR),
};

/* Decode p[0..len) cut into pieces; `cuts` is a bit for each place. */
struct run {
	struct smtpd_unstuff u;
	struct octets out;
	size_t used;
	bool end;
};

static void feed(struct run *r, const uint8_t *p, size_t n)
{
	uint8_t *exact = exact_copy(p, n);
	size_t len = n, used;

	r->end = smtpd_unstuff(&r->u, exact, &len, &used);
	assert_true(len <= used && used <= n);
	assert_true(r->end || used == n);
	if (r->u.held_cr) {
		octets_add(&r->out, "\r", 1);
		r->u.held_cr = false;
	}
	octets_add(&r->out, exact, len);
	r->used += used;
	free(exact);
}

/* In pieces of at most `piece`, with a cut at `at` and at `also`. */
static void decode(struct run *r, const uint8_t *p, size_t len, size_t piece,
	size_t at, size_t also, bool measure)
{
	size_t done = 0;

	memset(r, 0, sizeof *r);
	r->u.measure = measure;
	while (done < len && !r->end) {
		size_t n = len - done;

		if (n > piece)
			n = piece;
		if (done < at && n > at - done)
			n = at - done;
		if (done < also && n > also - done)
			n = also - done;
		feed(r, p + done, n);
		done += n;
	}
}

static void check_against_reference(const uint8_t *p, size_t len, size_t piece,
	size_t at, size_t also, bool measure)
{
	struct reference want;
	struct run got;

	reference_decode(&want, p, len);
	decode(&got, p, len, piece, at, also, measure);
	if (got.end != want.end || got.used != want.used ||
		got.out.len != want.out.len ||
		(want.out.len &&
			memcmp(got.out.p, want.out.p, want.out.len) != 0) ||
		got.u.bare != want.bare ||
		(measure && (got.u.line_max != want.line_max))) {
		struct octets text = {0};

		octets_add_escaped(&text, p, len);
		fail_msg("\"%s\" by %zu, cut at %zu and %zu",
			octets_text(&text), piece, at, also);
	}
	octets_free(&got.out);
	octets_free(&want.out);
}

static void check_vector(size_t i)
{
	const uint8_t *p = (const uint8_t *)vectors[i].in;
	size_t len = vectors[i].in_len;
	struct reference want;

	/* The reference itself agrees with what is written above. */
	reference_decode(&want, p, len);
	assert_int_equal(want.end, vectors[i].end);
	assert_int_equal(want.used, len - vectors[i].behind);
	assert_int_equal(want.out.len, vectors[i].out_len);
	if (want.out.len)
		assert_memory_equal(want.out.p, vectors[i].out, want.out.len);
	assert_int_equal(want.bare, vectors[i].bare);
	octets_free(&want.out);
	for (size_t piece = 1; piece <= len + 1; piece++)
		check_against_reference(p, len, piece, 0, 0, piece % 2);
	for (size_t at = 0; at <= len; at++) {
		for (size_t also = at; also <= len; also++)
			check_against_reference(p, len, len, at, also, false);
	}
}

static void rfc5321_4_5_2_vectors_in_all_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++)
		check_vector(i);
}

/* ---- every short input over the octets that matter ---- */

static void case_031_every_input_of_7_octets(void **state)
{
	static const char alphabet[] = "\r\n.x";
	uint8_t p[7];

	(void)state;
	for (unsigned n = 0; n < 1u << 14; n++) {
		for (size_t i = 0; i < sizeof p; i++)
			p[i] = (uint8_t)alphabet[n >> 2 * i & 3];
		for (size_t len = 1; len <= sizeof p; len++) {
			check_against_reference(p, len, len, 0, 0, false);
			check_against_reference(p, len, 1, 0, 0, true);
			check_against_reference(p, len, len, len / 2, 0, true);
		}
	}
}

/* ---- random input, all alignments ---- */

static uint32_t seed = 1;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

/* Lines of text with, now and then, what makes it hard. */
static void random_text(struct octets *o, size_t len)
{
	static const char *const parts[] = {"\r\n", "\r\n", "\r\n", "\r\n.",
		"\r\n..", "\r", "\n", ".", "\r\n.\r", "\t", "\x0b", "\r\n.\r\n",
		"\n.\r\n"};

	o->len = 0;
	while (o->len < len) {
		uint32_t common = rnd(4) ? 3 : COUNT(parts);
		const char *part = parts[rnd(common)];

		for (uint32_t n = rnd(rnd(3) ? 9 : 90); n; n--) {
			uint8_t c =
				(uint8_t)(rnd(20) ? 'a' + rnd(26) : rnd(256));

			octets_add(o, &c, 1);
		}
		octets_add(o, part, strlen(part));
	}
}

static void unstuff_agrees_with_the_reference(void **state)
{
	struct octets o = {0};

	(void)state;
	for (unsigned i = 0; i < 6000; i++) {
		size_t skip;

		random_text(&o, rnd(400));
		skip = rnd(17) < o.len ? rnd(17) % (unsigned)(o.len + 1) : 0;
		check_against_reference(o.p + skip, o.len - skip,
			1 + rnd(rnd(2) ? 40 : 400), rnd(400), rnd(400), rnd(2));
	}
	octets_free(&o);
}

static void find_eol_agrees_with_the_scalar(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		size_t len = rnd(64), from = rnd(9);
		uint8_t *p = exact_copy("", 0), *all;

		free(p);
		all = malloc(from + len + 1);
		assert_non_null(all);
		for (size_t k = 0; k < from + len; k++)
			all[k] = (uint8_t)(rnd(12) ? ' ' + rnd(90)
						   : rnd(rnd(2) ? 16 : 256));
		p = exact_copy(all, from + len);
		assert_ptr_equal(find_eol(p + from, p + from + len),
			find_eol_scalar(p + from, p + from + len));
		free(p);
		free(all);
	}
}

/* ---- the length of lines ---- */

static void case_034_line_lengths(void **state)
{
	static const struct {
		const char *text;
		uint32_t longest, open;
	} lines[] = {
		{"", 0, 0},
		{"a", 0, 1},
		{"\r\n", 2, 0},
		{"abc\r\nab\r\n", 5, 0},
		{"ab\r\nabc\r\nx", 5, 1},
		{"..\r\n", 3, 0},
		{".abc\r\n", 5, 0},
		{"abc\r\n..", 5, 1},
		{"abc\r\n.\rx", 5, 2},
		{"a\rb\nc\r\n", 7, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		size_t len = strlen(lines[i].text);

		for (size_t piece = 1; piece <= len + 1; piece++) {
			struct run r;

			decode(&r, (const uint8_t *)lines[i].text, len, piece,
				0, 0, true);
			assert_int_equal(r.u.line_max, lines[i].longest);
			assert_int_equal(r.u.line_len, lines[i].open);
			octets_free(&r.out);
		}
	}
}

static void rfc5321_4_5_2_nothing_behind_the_end_is_touched(void **state)
{
	static const char in[] = "..a\r\n.\r\nMAIL FROM:<..>\r\n.\r\n";
	struct smtpd_unstuff u = {0};
	size_t len = sizeof in - 1, used;
	uint8_t *p = exact_copy(in, len);

	(void)state;
	assert_true(smtpd_unstuff(&u, p, &len, &used));
	assert_int_equal(used, 8);
	assert_int_equal(len, 4);
	assert_memory_equal(p, ".a\r\n", 4);
	assert_memory_equal(p + used, in + used, sizeof in - 1 - used);
	free(p);
}

int unstuff_checks(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc5321_4_5_2_vectors_in_all_pieces),
		TEST(case_031_every_input_of_7_octets),
		TEST(unstuff_agrees_with_the_reference),
		TEST(find_eol_agrees_with_the_scalar),
		TEST(case_034_line_lengths),
		TEST(rfc5321_4_5_2_nothing_behind_the_end_is_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
