/*
 * fuzz_word.c - encoded words: in place, and where there is room or little
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The first octet is the charset of octets that are of none. What comes out is
 * UTF-8; what does not fit is cut between characters, the rest is the same.
 *
 * tests: sources tests/unit/engine/octets.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/octets.h"
#include "message.h"
#include "utf8_check.h"

#define TEXT_MAX 600
#define ROOM_MAX (3 * TEXT_MAX + CONVERT_OUT_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static size_t decode(char *out, size_t room, const uint8_t *p, size_t len,
	uint8_t charset, bool *cut)
{
	char *in = exact_copy(p, len);
	struct smtpd_words w;

	smtpd_words_start(&w, out, out + room, charset);
	smtpd_words_decode(&w, in, len);
	free(in);
	*cut = w.cut;
	if ((size_t)(w.out - out) > room)
		abort();
	utf8_check(out, (size_t)(w.out - out));
	return (size_t)(w.out - out);
}

/* The text is at the end of the array that the result goes to. */
static void in_place(const uint8_t *p, size_t len, uint8_t charset,
	const char *want, size_t want_len)
{
	char *text = exact_copy(p, len);
	struct smtpd_words w;
	size_t n;

	smtpd_words_start(&w, text, NULL, charset);
	smtpd_words_decode(&w, text, len);
	n = (size_t)(w.out - text);
	if (n > len || n > want_len || memcmp(text, want, n) != 0)
		abort();
	if (!w.cut && n != want_len)
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char all[ROOM_MAX], some[ROOM_MAX];
	uint8_t charset;
	size_t n, few;
	bool cut;

	if (len < 2 || len > TEXT_MAX)
		return 0;
	charset = *p++ % 5;
	len--;
	n = decode(all, sizeof all, p, len, charset, &cut);
	if (cut)
		abort();
	few = decode(some, n / 2, p, len, charset, &cut);
	if (cut != (n > n / 2) || few > n || memcmp(all, some, few) != 0)
		abort();
	in_place(p, len, charset, all, n);
	return 0;
}
