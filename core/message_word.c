/*
 * message_word.c - encoded words, RFC 2047
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "base64.h"
#include "message.h"

#if SMTPD_MESSAGE

/* see message.h */
void smtpd_words_start(
	struct smtpd_words *w, char *out, const char *limit, uint8_t charset)
{
	memset(w, 0, sizeof *w);
	w->out = out;
	w->limit = limit;
	w->charset = charset;
	w->convert.other = charset;
}

static void put(struct smtpd_words *w, const uint8_t *p, size_t n)
{
	if (w->cut || (size_t)(w->limit - w->out) < n) {
		w->cut |= n > 0;
		return;
	}
	memcpy(w->out, p, n);
	w->out += n;
}

/* see message.h */
void smtpd_words_octet(struct smtpd_words *w, uint8_t octet)
{
	uint8_t utf8[CONVERT_OUT_MAX];

	put(w, utf8, smtpd_convert_octet(&w->convert, octet, utf8));
}

/* see message.h */
void smtpd_words_charset(struct smtpd_words *w, uint8_t charset)
{
	uint8_t utf8[CONVERT_OUT_MAX];

	if (w->convert.charset == charset)
		return;
	put(w, utf8, smtpd_convert_end(&w->convert, utf8));
	w->convert.charset = charset;
}

/* An encoded word in a text. */
struct word {
	const char *text; /* in its encoding */
	const char *end;  /* behind "?=" */
	uint8_t charset;
	bool base64;
};

/* The first "?=" in p..end, or NULL. */
static const char *find_end(const char *p, const char *end)
{
	while (end - p >= 2) {
		p = memchr(p, '?', (size_t)(end - p) - 1);
		if (!p || p[1] == '=')
			return p;
		p++;
	}
	return NULL;
}

/* Does a word of a known charset begin at p? `*last` becomes p when none can
 * begin behind it, so that no octet is searched twice for nothing. */
static bool find(
	const char *p, const char *end, struct word *word, const char **last)
{
	const char *charset = p + 2, *q, *star;

	if (p >= *last || end - p < 9 || p[0] != '=' || p[1] != '?')
		return false;
	q = memchr(charset, '?',
		(size_t)(end - charset < 40 ? end - charset : 40));
	if (!q || end - q < 5 || q[2] != '?')
		return false;
	star = memchr(charset, '*', (size_t)(q - charset)); /* RFC 2231 5 */
	word->charset = (uint8_t)smtpd_charset_find(
		charset, (size_t)((star ? star : q) - charset));
	word->base64 = smtpd_lower(q[1]) == 'b';
	if (!word->charset || (!word->base64 && smtpd_lower(q[1]) != 'q'))
		return false;
	word->text = q + 3;
	q = find_end(word->text, end);
	if (!q) {
		*last = p;
		return false;
	}
	word->end = q + 2;
	return true;
}

/* A pair of hexadecimal digits; 256 when it is none. */
static unsigned hex_pair(const char *p, const char *end)
{
	unsigned high, low;

	if (end - p < 2)
		return 256;
	high = smtpd_hex_digit((uint8_t)p[0]);
	low = smtpd_hex_digit((uint8_t)p[1]);
	return high < 16 && low < 16 ? high << 4 | low : 256;
}

/* What has been read is room. */
static void has_read(struct smtpd_words *w, const char *p)
{
	if (w->moving)
		w->limit = p;
}

static void decode_q(struct smtpd_words *w, const char *p, const char *end)
{
	for (; p < end; p++) {
		unsigned v = *p == '=' ? hex_pair(p + 1, end) : 256;

		if (v < 256)
			p += 2;
		else
			v = *p == '_' ? ' ' : (uint8_t)*p;
		has_read(w, p + 1);
		smtpd_words_octet(w, (uint8_t)v);
	}
}

static void decode_b(struct smtpd_words *w, const char *p, const char *end)
{
	struct smtpd_base64 b = {0};
	uint8_t octet;

	for (; p < end; p++) {
		has_read(w, p + 1);
		if (smtpd_base64_push(&b, p, 1, &octet))
			smtpd_words_octet(w, octet);
		b.bad = false; /* what is not of the alphabet is skipped */
	}
}

/* Skip white space between two words. */
static const char *skip_between(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && smtpd_is_space(*q))
		q++;
	return end - q > 2 && q[0] == '=' && q[1] == '?' ? q : p;
}

/* see message.h */
void smtpd_words_decode(struct smtpd_words *w, const char *in, size_t len)
{
	const char *end = in + len, *last = end, *next;
	uint8_t utf8[CONVERT_OUT_MAX];
	struct word word;
	bool behind = false;

	w->moving = !w->limit;
	while (in < end) {
		next = behind ? skip_between(in, end) : in;
		if (find(next, end, &word, &last)) {
			has_read(w, word.text);
			smtpd_words_charset(w, word.charset);
			(word.base64 ? decode_b : decode_q)(
				w, word.text, word.end - 2);
			in = word.end;
			behind = true;
			continue;
		}
		behind = false;
		has_read(w, in + 1);
		smtpd_words_charset(w, SMTPD_CHARSET_UNKNOWN);
		smtpd_words_octet(w, (uint8_t)*in++);
	}
	has_read(w, end);
	put(w, utf8, smtpd_convert_end(&w->convert, utf8));
}

#else
typedef int smtpd_no_words; /* ISO C wants a declaration */
#endif
