/*
 * base64.c - see base64.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "base64.h"

/* The value of a symbol, 64 for anything else. */
static uint8_t value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint8_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint8_t)(c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0' + 52);
	if (c == '+')
		return 62;
	return c == '/' ? 63 : 64;
}

/* '=' may stand third or fourth in its group, and ends it all. */
static void pad(struct smtpd_base64 *b)
{
	if (b->symbols < 2 || b->padding == 2)
		b->odd = true;
	b->padding++;
	b->symbols = (b->symbols + 1) & 3;
}

size_t smtpd_base64_push(
	struct smtpd_base64 *b, const char *in, size_t len, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len && !b->bad; i++) {
		uint8_t v = value(in[i]);

		if (in[i] == '=') {
			pad(b);
			continue;
		}
		if (v == 64 || b->padding) {
			b->bad = true;
			break;
		}
		b->bits = b->bits << 6 | v;
		if (b->symbols)
			out[n++] = (uint8_t)(b->bits >> (6 - 2 * b->symbols));
		b->symbols = (b->symbols + 1) & 3;
	}
	return n;
}

bool smtpd_base64_done(const struct smtpd_base64 *b)
{
	/* Two pads leave 4 bits behind the last octet, one leaves 2. */
	uint32_t rest = b->padding == 2 ? 15 : b->padding == 1 ? 3 : 0;

	return !b->bad && !b->odd && b->symbols == 0 && !(b->bits & rest);
}

bool smtpd_base64_clear(const struct smtpd_base64 *b)
{
	return !b->bad && ((b->symbols - b->padding) & 3) != 1;
}
