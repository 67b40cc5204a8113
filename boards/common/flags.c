/*
 * flags.c - sets of named bits as text: "tolerant,-bare-lf", "PLAIN,LOGIN"
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "flags.h"

static const char *quirk_name(unsigned bit)
{
	return smtpd_quirk_name((enum smtpd_quirk)bit);
}

const struct board_flags board_forgivable = {
	.none = "strict",
	.all = "tolerant",
	.bits = (uint32_t)SMTPD_FORGIVE_ALL,
	.count = SMTPD_QUIRK_LONE_DOT, /* they stand first */
	.name = quirk_name,
};

#if SMTPD_AUTH_CHOICE
static const char *mechanism_name(unsigned bit)
{
	static const char *const names[] = {"EXTERNAL", "SCRAM-SHA-256-PLUS",
		"SCRAM-SHA-256", "PLAIN", "LOGIN"};

	return names[bit];
}

const struct board_flags board_mechanisms = {
	.none = "none",
	.all = "all",
	.bits = SMTPD_MECH_ALL,
	.count = 5,
	.name = mechanism_name,
	.anew = true,
};
#endif

static bool same(struct smtpd_str a, const char *b)
{
	return a.len == strlen(b) && !memcmp(a.s, b, a.len);
}

/* The bit of a name that can be given; 0: none. */
static uint32_t bit_of(const struct board_flags *f, struct smtpd_str name)
{
	unsigned i;

	for (i = 0; i < f->count; i++)
		if (f->bits >> i & 1 && same(name, f->name(i)))
			return 1u << i;
	return 0;
}

static bool apply(const struct board_flags *f, struct smtpd_str word,
	bool first, uint32_t *bits)
{
	bool minus = word.len && *word.s == '-';
	bool plus = word.len && *word.s == '+';
	uint32_t bit;

	if (same(word, f->none) || same(word, f->all)) {
		*bits = same(word, f->all) ? f->bits : 0;
		return true;
	}
	if (minus || plus) {
		word.s++;
		word.len--;
	} else if (first && f->anew) {
		*bits = 0;
	}
	bit = bit_of(f, word);
	if (minus)
		*bits &= ~bit;
	else
		*bits |= bit;
	return bit != 0;
}

static void say_right(const struct board_flags *f, struct smtpd_str word,
	struct board_text *why)
{
	const char *between = "";
	unsigned i;

	board_text_json(why, word.s, word.len);
	board_text_str(why, " is not right; give ");
	board_text_str(why, f->none);
	board_text_str(why, " or ");
	board_text_str(why, f->all);
	board_text_str(why, ", then +NAME or -NAME of ");
	for (i = 0; i < f->count; i++) {
		if (!(f->bits >> i & 1))
			continue;
		board_text_str(why, between);
		board_text_str(why, f->name(i));
		between = ", ";
	}
}

int board_flags_parse(const struct board_flags *f, struct smtpd_str list,
	uint32_t *bits, struct board_text *why)
{
	const char *end = list.s + list.len, *at = list.s;
	uint32_t got = *bits;
	bool first = true;

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
		if (!apply(f, word, first, &got)) {
			say_right(f, word, why);
			return SMTPD_EINVAL;
		}
		first = false;
		if (!comma)
			break;
		at = comma + 1;
	}
	*bits = got;
	return 0;
}

void board_flags_text(
	const struct board_flags *f, uint32_t bits, struct board_text *t)
{
	uint32_t other = bits;
	unsigned i, count = 0;

	for (i = 0; i < f->count; i++)
		count += bits >> i & 1;
	if (count > f->count / 2) {
		board_text_str(t, f->all);
		other = f->bits & ~bits;
	} else {
		board_text_str(t, f->none);
	}
	for (i = 0; i < f->count; i++) {
		if (!(other >> i & 1))
			continue;
		board_text_str(t, other == bits ? ",+" : ",-");
		board_text_str(t, f->name(i));
	}
}
