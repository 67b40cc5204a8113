/*
 * profile.c - what a listener forgives, as text: "tolerant,-bare-lf"
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "profile.h"

/* How many can be forgiven: they stand first. */
#define FORGIVABLE ((unsigned)SMTPD_QUIRK_LONE_DOT)

static bool same(struct smtpd_str a, const char *b)
{
	return a.len == strlen(b) && !memcmp(a.s, b, a.len);
}

/* The bit of a quirk that this build can forgive; 0: none. */
static uint32_t bit_of(struct smtpd_str name)
{
	unsigned q;

	for (q = 0; q < FORGIVABLE; q++)
		if (SMTPD_FORGIVE_ALL >> q & 1 &&
			same(name, smtpd_quirk_name((enum smtpd_quirk)q)))
			return 1u << q;
	return 0;
}

static bool apply(struct smtpd_str word, uint32_t *forgive)
{
	bool minus = word.len && *word.s == '-';
	uint32_t bit;

	if (same(word, "strict") || same(word, "tolerant")) {
		*forgive = *word.s == 't' ? (uint32_t)SMTPD_FORGIVE_ALL
					  : SMTPD_STRICT;
		return true;
	}
	if (word.len && (minus || *word.s == '+')) {
		word.s++;
		word.len--;
	}
	bit = bit_of(word);
	if (minus)
		*forgive &= ~bit;
	else
		*forgive |= bit;
	return bit != 0;
}

static void say_right(struct smtpd_str word, struct board_text *why)
{
	const char *between = "";
	unsigned q;

	board_text_json(why, word.s, word.len);
	board_text_str(why,
		" is not right; give strict or tolerant, then +NAME or -NAME "
		"of ");
	for (q = 0; q < FORGIVABLE; q++) {
		if (!(SMTPD_FORGIVE_ALL >> q & 1))
			continue;
		board_text_str(why, between);
		board_text_str(why, smtpd_quirk_name((enum smtpd_quirk)q));
		between = ", ";
	}
}

int board_profile_parse(
	struct smtpd_str list, uint32_t *forgive, struct board_text *why)
{
	const char *end = list.s + list.len, *at = list.s;
	uint32_t bits = *forgive;

	for (;;) {
		struct smtpd_str word;
		const char *comma;

		while (at < end && *at == ' ')
			at++;
		comma = memchr(at, ',', (size_t)(end - at));
		word.s = at;
		word.len = (uint16_t)((comma ? comma : end) - at);
		while (word.len && word.s[word.len - 1] == ' ')
			word.len--;
		if (!apply(word, &bits)) {
			say_right(word, why);
			return SMTPD_EINVAL;
		}
		if (!comma)
			break;
		at = comma + 1;
	}
	*forgive = bits;
	return 0;
}

void board_profile_text(uint32_t forgive, struct board_text *t)
{
	uint32_t all = (uint32_t)SMTPD_FORGIVE_ALL, other = forgive;
	unsigned q, count = 0;

	for (q = 0; q < FORGIVABLE; q++)
		count += forgive >> q & 1;
	if (count > FORGIVABLE / 2) {
		board_text_str(t, "tolerant");
		other = all & ~forgive;
	} else {
		board_text_str(t, "strict");
	}
	for (q = 0; q < FORGIVABLE; q++) {
		if (!(other >> q & 1))
			continue;
		board_text_str(t, other == forgive ? ",+" : ",-");
		board_text_str(t, smtpd_quirk_name((enum smtpd_quirk)q));
	}
}
