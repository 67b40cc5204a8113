/*
 * charset_gbk.c - GBK, and text that is GBK unless it is UTF-8
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "message.h"

#if SMTPD_GBK

#ifdef __has_include
#if !__has_include("gbk_table.h")
#error "SMTPD_GBK: config/gbk-table makes gbk_table.h; see config/README.md"
#endif
#endif
#include "gbk_table.h"

enum { RUN_OPEN, RUN_UTF8, RUN_GBK };

/* The character of two octets; 0: none. */
static uint32_t character(uint8_t first, uint8_t second)
{
	if (second < 0x40 || second == 0x7f || second == 0xff)
		return 0;
	return gbk_table[first - 0x81][second - 0x40 - (second > 0x7f)];
}

static size_t none(struct smtpd_convert *c, uint8_t *out)
{
	c->bad = true;
	return smtpd_utf8_put(REPLACEMENT, out);
}

/* see message.h */
size_t smtpd_gbk_octet(struct smtpd_convert *c, uint8_t octet, uint8_t *out)
{
	size_t n = 0;

	if (c->have) {
		uint32_t v = character(c->held[0], octet);

		c->have = 0;
		if (v)
			return smtpd_utf8_put(v, out);
		n = none(c, out); /* the first; the second may begin another */
	}
	if (octet < 0x80) {
		out[n] = octet;
		return n + 1;
	}
	if (octet == 0x80 || octet == 0xff)
		return n + none(c, out + n);
	c->held[c->have++] = octet;
	return n;
}

/* ---- which of both? ---- */

/* A character of three octets tells: all of Chinese has them, and two octets
 * of UTF-8 are too often a character of GBK. */
static bool is_utf8(const struct smtpd_convert *c, bool over)
{
	struct smtpd_convert as_utf8 = {0};
	uint8_t out[CONVERT_OUT_MAX];
	bool wide = false;

	for (size_t i = 0; i < c->have; i++) {
		smtpd_utf8_octet(&as_utf8, c->held[i], out);
		wide |= c->held[i] >= 0xe0;
	}
	return wide && !as_utf8.bad && !(over && as_utf8.have);
}

static size_t in_run(struct smtpd_convert *c, uint8_t octet, uint8_t *out)
{
	return c->run == RUN_GBK ? smtpd_gbk_octet(c, octet, out)
				 : smtpd_utf8_octet(c, octet, out);
}

/* What is held is a run of octets above 127, or the beginning of one. */
static size_t decide(struct smtpd_convert *c, bool over, uint8_t *out)
{
	uint8_t run[sizeof c->held];
	size_t have = c->have, n = 0;

	c->run = is_utf8(c, over) ? RUN_UTF8 : RUN_GBK;
	memcpy(run, c->held, have);
	c->have = 0;
	for (size_t i = 0; i < have; i++)
		n += in_run(c, run[i], out + n);
	return n;
}

/* see message.h */
size_t smtpd_gbk_guess(struct smtpd_convert *c, uint8_t octet, uint8_t *out)
{
	size_t n = 0;

	if (c->run == RUN_OPEN && octet >= 0x80) {
		c->held[c->have++] = octet;
		return c->have < sizeof c->held ? 0 : decide(c, false, out);
	}
	if (c->run == RUN_OPEN)
		n = decide(c, true, out);
	n += in_run(c, octet, out + n);
	if (octet < 0x80)
		c->run = RUN_OPEN;
	return n;
}

/* see message.h */
size_t smtpd_gbk_end(struct smtpd_convert *c, uint8_t *out)
{
	size_t n = c->run == RUN_OPEN ? decide(c, true, out) : 0;

	c->run = RUN_OPEN;
	return n;
}

#else
typedef int smtpd_no_gbk; /* ISO C wants a declaration */
#endif
