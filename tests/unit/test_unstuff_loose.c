/*
 * test_unstuff_loose.c - DATA from devices: LF alone, mixed ends, lone dots
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=2
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 * tests: sources tests/unit/engine/unstuff_loose.c
 */
#include "engine/unstuff_loose.h"

#include "engine/check.h"
#include "unstuff.h"

#define CR    SMTPD_BARE_CR
#define LF    SMTPD_BARE_LF
#define DOT   SMTPD_LONE_DOT
#define LFEND SMTPD_LF_END
#define END   true
#define MORE  false

static const struct {
	const char *in;
	size_t in_len;
	bool end;
	size_t behind; /* octets behind the end */
	const char *out;
	size_t out_len;
	unsigned bare;
} vectors[] = {
#define V(in, end, behind, out, bare)                                          \
	{                                                                      \
		in, sizeof in - 1, end, behind, out, sizeof out - 1, bare      \
	}
	V(".\r\n", END, 0, "", 0),
	V("a\r\n.\r\nQUIT\r\n", END, 6, "a\r\n", 0),
	V("..a\r\n.\r\n", END, 0, ".a\r\n", 0),
	/* all LF */
	V("a\n.\nQUIT\n", END, 5, "a\r\n", LF | LFEND),
	V("a\n\nb\n.\n", END, 0, "a\r\n\r\nb\r\n", LF | LFEND),
	V("\n.\n", END, 0, "\r\n", LF | LFEND),
	V("a\n..\n.b\n.\n", END, 0, "a\r\n.\r\nb\r\n", LF | LFEND),
	/* LF in the text, a proper end: domoticz, curl */
	V("a\r\nb\nc\n\r\n.\r\n", END, 0, "a\r\nb\r\nc\r\n\r\n", LF),
	V("a\nb\n\r\n.\r\n", END, 0, "a\r\nb\r\n\r\n", LF),
	V("a\nb\r\n.\r\n", END, 0, "a\r\nb\r\n", LF),
	V("a\r\nb\n.c\r\n.\r\n", END, 0, "a\r\nb\r\n.c\r\n", LF),
	/* CASES 21 to 25: none of these is an end */
	V("a\r\nb\n.\nc\r\n.\r\n", END, 0, "a\r\nb\r\n.\r\nc\r\n", LF | DOT),
	V("a\r\nb\n.\r\nc\r\n.\r\n", END, 0, "a\r\nb\r\n.\r\nc\r\n", LF | DOT),
	V("a\nb\n.\r\nc\r\n.\r\n", END, 0, "a\r\nb\r\n\r\nc\r\n", LF | DOT),
	V("a\r\n.\nb\r\n.\r\n", END, 0, "a\r\n\r\nb\r\n", LF | DOT),
	V("a\nb\r\nc\n.\nd\r\n.\r\n", END, 0, "a\r\nb\r\nc\r\n.\r\nd\r\n",
		LF | DOT),
	V("a\r.\rb\r\n.\r\n", END, 0, "a\r.\rb\r\n", CR | DOT),
	V("a\r.\nb\r\n.\r\n", END, 0, "a\r.\r\nb\r\n", CR | LF | DOT),
	V("a\n.\rb\r\n.\r\n", END, 0, "a\r\n\rb\r\n", CR | LF | DOT),
	V("a\r.\r\nb\r\n.\r\n", END, 0, "a\r.\r\nb\r\n", CR | DOT),
	V("a\r\n.\rb\r\n.\r\n", END, 0, "a\r\n\rb\r\n", CR | DOT),
	V("a\r\n.\r\r\nb\r\n.\r\n", END, 0, "a\r\n\r\r\nb\r\n", CR | DOT),
	V("a\r\r\n.\r\nb", END, 1, "a\r\r\n", CR),
	V(".\na\n.\n", END, 0, "\r\na\r\n", LF | DOT | LFEND),
	/* bare CR: ntopng */
	V("a\rb\r\n.\r\n", END, 0, "a\rb\r\n", CR),
	V("a\n\rb\n.\nc\r\n.\r\n", END, 0, "a\r\n\rb\r\n.\r\nc\r\n",
		CR | LF | DOT),
	V("a\n.", MORE, 0, "a\r\n", LF),
};

static void check_vector(size_t i)
{
	const uint8_t *p = (const uint8_t *)vectors[i].in;
	size_t len = vectors[i].in_len;
	struct loose want;

	loose_reference(&want, p, len, true);
	if (want.end != vectors[i].end ||
		want.used != len - vectors[i].behind ||
		want.bare != vectors[i].bare ||
		want.out.len != vectors[i].out_len ||
		(want.out.len &&
			memcmp(want.out.p, vectors[i].out, want.out.len) != 0))
		fail_msg("vector %zu: used %zu, bare %x, \"%s\"", i, want.used,
			want.bare, octets_text(&want.out));
	octets_free(&want.out);
	for (size_t a = 0; a <= len; a++) {
		for (size_t b = 0; b <= len; b++) {
			if (!loose_agrees(p, len, a, b, true) ||
				!loose_agrees(p, len, a, b, false))
				fail_msg("vector %zu by %zu and %zu", i, a, b);
		}
	}
}

static void case_021_to_029_in_all_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++)
		check_vector(i);
}

static void every_input_of_8_octets(void **state)
{
	static const char alphabet[] = "\r\n.x";
	uint8_t p[8];

	(void)state;
	for (unsigned n = 0; n < 1u << 16; n++) {
		for (size_t i = 0; i < sizeof p; i++)
			p[i] = (uint8_t)alphabet[n >> 2 * i & 3];
		if (!loose_agrees(p, sizeof p, 0, 0, true) ||
			!loose_agrees(p, sizeof p, 1, 1, true) ||
			!loose_agrees(p, sizeof p, n % 8, 0, n % 3)) {
			struct octets text = {0};

			octets_add_escaped(&text, p, sizeof p);
			fail_msg("\"%s\"", octets_text(&text));
		}
	}
}

static uint32_t seed = 7;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

static void long_lines_of_any_kind(void **state)
{
	static const char *const ends[] = {"\n", "\r\n", "\r\n.", "\n.", "\r",
		"\r\n..", "\n.\n", "\r\n.\r\n"};
	struct octets o = {0};

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		uint32_t kinds = 1 + rnd(8);

		o.len = 0;
		while (o.len < 500) {
			const char *end = ends[rnd(kinds)];

			for (uint32_t n = rnd(rnd(3) ? 9 : 90); n; n--)
				octets_add(&o, rnd(30) ? "x" : ".", 1);
			octets_add(&o, end, strlen(end));
		}
		if (!loose_agrees(o.p, o.len, rnd(600), rnd(600), rnd(4)))
			fail_msg("input %u", i);
	}
	octets_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(case_021_to_029_in_all_pieces),
		TEST(every_input_of_8_octets),
		TEST(long_lines_of_any_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
