/*
 * message_body.c - transfer encodings undone in place, text to UTF-8
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "message.h"

#if SMTPD_MESSAGE

#define NO (-1) /* not of the alphabet */

/* clang-format off */
static const int8_t base64_value[256] = {
#define NO16 NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO
	NO16, NO16,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO, NO, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
	NO,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO,
	NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
	NO16, NO16, NO16, NO16, NO16, NO16, NO16, NO16,
};
/* clang-format on */

/* ---- behind the transfer encoding ---- */

static void octets(struct smtpd_message *m, const uint8_t *p, size_t len)
{
	if (len && m->events->octets)
		m->events->octets(m->ctx, p, len);
}

/* Decoded octets of the part. */
static void decoded(struct smtpd_message *m, const uint8_t *p, size_t len)
{
	uint8_t utf8[96];
	size_t n = 0;

	if (!m->text) {
		octets(m, p, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		n += smtpd_convert_octet(&m->convert, p[i], utf8 + n);
		if (n > sizeof utf8 - CONVERT_OUT_MAX) {
			octets(m, utf8, n);
			n = 0;
		}
	}
	octets(m, utf8, n);
}

/* ---- base64 ---- */

static uint32_t symbol(uint8_t c)
{
	return (uint32_t)base64_value[c];
}

/* Groups of four symbols, as many as there are in a row. What is not of the
 * alphabet is negative, and leaves bits above the 24. */
static uint8_t *groups(uint8_t **in, const uint8_t *end, uint8_t *out)
{
	uint8_t *p = *in;

	for (; end - p >= 4; p += 4, out += 3) {
		uint32_t v = symbol(p[0]) << 18 | symbol(p[1]) << 12 |
			     symbol(p[2]) << 6 | symbol(p[3]);

		if (v >> 24)
			break;
		out[0] = (uint8_t)(v >> 16);
		out[1] = (uint8_t)(v >> 8);
		out[2] = (uint8_t)v;
	}
	*in = p;
	return out;
}

/* Of `coded`: behind fewer, the number of symbols of this group. */
enum { B_PADDED = 4, B_OVER };

/* '='. A group that it completes is the last; any other goes on, as most mail
 * programs have it. */
static void padding(struct smtpd_message *m)
{
	if (m->coded == 1)
		m->part_flags |= SMTPD_MESSAGE_BAD_CODING;
	else if (m->coded == 2)
		m->coded = B_PADDED; /* two symbols want another */
	else if (m->coded)
		m->coded = B_OVER;
}

/* `bits` is the last symbol of this group. */
static void base64(struct smtpd_message *m, uint8_t *p, size_t len)
{
	const uint8_t *end = p + len;
	uint8_t *in = p, *out = p;

	for (;;) {
		int8_t v;

		if (!m->coded)
			out = groups(&in, end, out);
		if (in == end)
			break;
		v = base64_value[*in];
		if (v != NO && m->coded != B_OVER) {
			if (m->coded == B_PADDED)
				m->coded = 2;
			if (m->coded)
				*out++ = (uint8_t)(m->bits << (2 * m->coded) |
						   (uint8_t)v >>
							   (6 - 2 * m->coded));
			m->bits = (uint8_t)v;
			m->coded = (m->coded + 1) & 3;
		} else if (*in == '=') {
			padding(m);
		} else if (!smtpd_is_space((char)*in)) {
			m->part_flags |= SMTPD_MESSAGE_BAD_CODING;
		}
		in++;
	}
	decoded(m, p, (size_t)(out - p));
}

/* ---- quoted-printable ---- */

enum { Q_TEXT, Q_EQUALS, Q_DIGIT, Q_CR };

/* What was taken for the beginning of an encoded octet stands for itself. */
static void literal(struct smtpd_message *m)
{
	uint8_t held[2] = {'=', m->coded == Q_CR ? '\r' : m->bits};
	size_t n = m->coded == Q_EQUALS ? 1 : 2;

	m->part_flags |= SMTPD_MESSAGE_BAD_CODING;
	m->coded = Q_TEXT;
	decoded(m, held, n);
}

/* An octet behind '='. Returns what it means, 0 to 255; 256: nothing; 257: it
 * stands for itself, and so does what stood before it. */
static unsigned escaped(struct smtpd_message *m, uint8_t c)
{
	unsigned digit = smtpd_hex_digit(c);

	if (c == '\n' && m->coded != Q_DIGIT) {
		m->coded = Q_TEXT;
		return 256;
	}
	if (m->coded == Q_EQUALS && (c == '\r' || digit < 16)) {
		m->coded = c == '\r' ? Q_CR : Q_DIGIT;
		m->bits = c;
		return 256;
	}
	if (m->coded != Q_DIGIT || digit == 16)
		return 257;
	m->coded = Q_TEXT;
	return smtpd_hex_digit(m->bits) << 4 | digit;
}

static void quoted(struct smtpd_message *m, uint8_t *p, size_t len)
{
	const uint8_t *end = p + len;
	uint8_t *in = p, *out = p;

	while (in < end) {
		unsigned v = *in;

		if (m->coded != Q_TEXT) {
			v = escaped(m, *in);
			if (v == 257) {
				decoded(m, p, (size_t)(out - p));
				literal(m);
				p = out = in;
				continue;
			}
		} else if (v == '=') {
			m->coded = Q_EQUALS;
			v = 256;
		}
		if (v < 256)
			*out++ = (uint8_t)v;
		in++;
	}
	decoded(m, p, (size_t)(out - p));
}

/* ---- a part ---- */

/* see message.h */
void smtpd_body_content(struct smtpd_message *m, uint8_t *p, size_t len)
{
	if (!m->in_part || !len)
		return;
	if (m->coding == CODING_BASE64)
		base64(m, p, len);
	else if (m->coding == CODING_QUOTED)
		quoted(m, p, len);
	else if (m->coding == CODING_NONE)
		decoded(m, p, len);
}

/* see message.h */
void smtpd_body_end(struct smtpd_message *m, unsigned flags)
{
	uint8_t utf8[CONVERT_OUT_MAX];

	if (!m->in_part)
		return;
	if (m->coding == CODING_BASE64 && m->coded == 1)
		m->part_flags |= SMTPD_MESSAGE_BAD_CODING;
	if (m->coding == CODING_QUOTED && m->coded == Q_DIGIT)
		literal(m);
	if (m->text)
		octets(m, utf8, smtpd_convert_end(&m->convert, utf8));
	if (m->convert.bad)
		m->part_flags |= SMTPD_MESSAGE_BAD_CHARSET;
	m->in_part = false;
	m->flags |= m->part_flags;
	if (m->events->part_end)
		m->events->part_end(m->ctx, m->part_flags | flags);
}

#else
typedef int smtpd_no_body; /* ISO C wants a declaration */
#endif
