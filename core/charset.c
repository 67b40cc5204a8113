/*
 * charset.c - text of some charset to UTF-8, an octet at a time
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "message.h"

#if SMTPD_MESSAGE

static const struct {
	char name[13];
	uint8_t charset;
} charsets[] = {
	{"utf-8", SMTPD_CHARSET_UTF8}, {"utf8", SMTPD_CHARSET_UTF8},
	{"us-ascii", SMTPD_CHARSET_UTF8}, {"ascii", SMTPD_CHARSET_UTF8},
	{"iso-8859-1", SMTPD_CHARSET_8859_1}, {"latin1", SMTPD_CHARSET_8859_1},
	{"iso-8859-15", SMTPD_CHARSET_8859_15},
	{"windows-1252", SMTPD_CHARSET_1252}, {"cp1252", SMTPD_CHARSET_1252},
#if SMTPD_GBK
	{"gbk", SMTPD_CHARSET_GBK}, {"gb2312", SMTPD_CHARSET_GBK},
	{"cp936", SMTPD_CHARSET_GBK},
	{"gb18030", SMTPD_CHARSET_GBK}, /* what of it has two octets */
#endif
};

/* 0x80 to 0x9f; the five that have no character stay controls. */
static const uint16_t windows_1252[32] = {0x20ac, 0x81, 0x201a, 0x192, 0x201e,
	0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d,
	0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
	0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178};

/* see smtpd_message.h */
enum smtpd_charset smtpd_charset_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
		if (smtpd_is_lower(name, len, charsets[i].name))
			return (enum smtpd_charset)charsets[i].charset;
	}
	return SMTPD_CHARSET_UNKNOWN;
}

/* see message.h */
size_t smtpd_utf8_put(uint32_t v, uint8_t *out)
{
	if (v < 0x80) {
		out[0] = (uint8_t)v;
		return 1;
	}
	if (v < 0x800) {
		out[0] = (uint8_t)(0xc0 | v >> 6);
		out[1] = (uint8_t)(0x80 | (v & 0x3f));
		return 2;
	}
	out[0] = (uint8_t)(0xe0 | v >> 12);
	out[1] = (uint8_t)(0x80 | (v >> 6 & 0x3f));
	out[2] = (uint8_t)(0x80 | (v & 0x3f));
	return 3;
}

static uint32_t latin9(uint8_t c)
{
	static const char from[] = "\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe";
	static const uint16_t to[] = {
		0x20ac, 0x160, 0x161, 0x17d, 0x17e, 0x152, 0x153, 0x178};
	const char *at = memchr(from, c, sizeof from - 1);

	return at ? to[at - from] : c;
}

/* Is each octet a character? */
static bool is_single(uint8_t charset)
{
	return charset > SMTPD_CHARSET_UTF8 && charset < SMTPD_CHARSET_GBK;
}

/* A character of one octet above 127. */
static uint32_t single(uint8_t charset, uint8_t c)
{
	if (charset == SMTPD_CHARSET_8859_15)
		return latin9(c);
	if (charset == SMTPD_CHARSET_1252 && c < 0xa0)
		return windows_1252[c - 0x80];
	return c;
}

/* How many octets a character has that begins so; 1 if none does. */
static size_t utf8_len(uint8_t c)
{
	if (c < 0xc2 || c > 0xf4)
		return 1;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* May c stand second, RFC 3629 4? */
static bool utf8_second(uint8_t first, uint8_t c)
{
	uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

	return c >= least && c <= most;
}

/* What is held is no character. */
static size_t give_up(struct smtpd_convert *c, uint8_t *out)
{
	size_t n = 0;

	if (!c->have)
		return 0;
	c->bad = true;
	if (c->charset > SMTPD_CHARSET_UTF8 || !is_single(c->other))
		n = smtpd_utf8_put(REPLACEMENT, out);
	else
		for (size_t i = 0; i < c->have; i++)
			n += smtpd_utf8_put(
				single(c->other, c->held[i]), out + n);
	c->have = 0;
	return n;
}

/* see message.h */
size_t smtpd_utf8_octet(struct smtpd_convert *c, uint8_t octet, uint8_t *out)
{
	size_t n = 0;

	if (c->have == 1 ? !utf8_second(c->held[0], octet)
			 : c->have && (octet & 0xc0) != 0x80)
		n = give_up(c, out);
	if (!c->have && octet < 0x80) {
		out[n] = octet;
		return n + 1;
	}
	c->held[c->have++] = octet;
	if (c->have == 1 && utf8_len(octet) == 1)
		return n + give_up(c, out + n);
	if (c->have == utf8_len(c->held[0])) {
		memcpy(out + n, c->held, c->have);
		n += c->have;
		c->have = 0;
	}
	return n;
}

#if SMTPD_GBK
static bool guesses_gbk(const struct smtpd_convert *c)
{
	return c->charset == SMTPD_CHARSET_UNKNOWN &&
	       c->other == SMTPD_CHARSET_GBK;
}
#endif

/* see message.h */
size_t smtpd_convert_octet(struct smtpd_convert *c, uint8_t octet, uint8_t *out)
{
#if SMTPD_GBK
	if (c->charset == SMTPD_CHARSET_GBK)
		return smtpd_gbk_octet(c, octet, out);
	if (guesses_gbk(c))
		return smtpd_gbk_guess(c, octet, out);
#endif
	if (c->charset <= SMTPD_CHARSET_UTF8)
		return smtpd_utf8_octet(c, octet, out);
	return smtpd_utf8_put(
		octet < 0x80 ? octet : single(c->charset, octet), out);
}

/* see message.h */
size_t smtpd_convert_end(struct smtpd_convert *c, uint8_t *out)
{
	size_t n = 0;

#if SMTPD_GBK
	if (guesses_gbk(c))
		n = smtpd_gbk_end(c, out);
#endif
	return n + give_up(c, out + n);
}

#else
typedef int smtpd_no_charset; /* ISO C wants a declaration */
#endif
