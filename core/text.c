/*
 * text.c - words, numbers, secrets: what several files need of strings
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "session.h"

bool smtpd_is_word(const char *s, size_t n, const char *word)
{
	size_t i;

	for (i = 0; i < n && word[i]; i++) {
		if (s[i] != word[i] && /* as most clients write it */
			(s[i] < 'a' || s[i] > 'z' || (s[i] ^ 0x20) != word[i]))
			return false;
	}
	return i == n && !word[i];
}

bool smtpd_parse_number(const char *s, size_t n, uint32_t *v)
{
	uint32_t x = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t digit = (uint32_t)(s[i] - '0');

		if (digit > 9 || x > (UINT32_MAX - digit) / 10)
			return false;
		x = x * 10 + digit;
	}
	*v = x;
	return n > 0;
}

/* see smtpd.h */
bool smtpd_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t differ = 0;

	for (size_t i = 0; i < len; i++)
		differ = (uint8_t)(differ | (x[i] ^ y[i]));
	return !differ;
}

/* see smtpd.h */
void smtpd_wipe(void *p, size_t len)
{
	memset(p, 0, len);
	__asm__ volatile("" : : "r"(p) : "memory"); /* as if it were read */
}
