/*
 * setting.c - named settings: a table, `key = value` lines, typed values
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "flags.h"
#include "setting.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct smtpd_str trim(const char *s, size_t len)
{
	while (len && blank(*s))
		s++, len--;
	while (len && blank(s[len - 1]))
		len--;
	return (struct smtpd_str){s, (uint16_t)len};
}

int board_setting_line(const char *line, size_t len, struct smtpd_str *key,
	struct smtpd_str *value)
{
	const char *eq;

	if (len > UINT16_MAX)
		return SMTPD_EINVAL;
	*key = trim(line, len);
	if (!key->len || *key->s == '#')
		return 0;
	eq = memchr(line, '=', len);
	if (!eq)
		return SMTPD_EINVAL;
	*key = trim(line, (size_t)(eq - line));
	*value = trim(eq + 1, len - (size_t)(eq - line) - 1);
	return key->len ? 1 : SMTPD_EINVAL;
}

static char folded(char c)
{
	if (c == '-')
		return '_';
	return c;
}

static bool same(const char *name, struct smtpd_str key)
{
	uint16_t i;

	for (i = 0; i < key.len; i++)
		if (!name[i] || name[i] != folded(key.s[i]))
			return false;
	return !name[key.len];
}

const struct board_setting *board_setting_find(
	const struct board_setting *table, size_t count, struct smtpd_str key)
{
	for (; count; count--, table++)
		if (same(table->name, key))
			return table;
	return NULL;
}

#define NAME_MAX_LEN 48

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edits that turn one name into the other (Levenshtein). */
static unsigned distance(const char *name, struct smtpd_str key)
{
	unsigned row[NAME_MAX_LEN + 1], up, diag, i, j;

	for (j = 0; j <= key.len; j++)
		row[j] = j;
	for (i = 0; name[i]; i++) {
		diag = row[0];
		row[0] = i + 1;
		for (j = 1; j <= key.len; j++) {
			up = row[j];
			row[j] = least(up + 1, row[j - 1] + 1,
				diag + (name[i] != folded(key.s[j - 1])));
			diag = up;
		}
	}
	return row[key.len];
}

const struct board_setting *board_setting_nearest(
	const struct board_setting *table, size_t count, struct smtpd_str key)
{
	const struct board_setting *found = NULL;
	unsigned d, best = key.len / 3u + 2;

	if (key.len > NAME_MAX_LEN)
		return NULL;
	for (; count; count--, table++) {
		d = distance(table->name, key);
		if (d < best) {
			best = d;
			found = table;
		}
	}
	return found;
}

static void put_number(const struct board_setting *row, void *base, uint32_t n)
{
	uint8_t *at = (uint8_t *)base + row->offset;
	uint16_t n16 = (uint16_t)n;

	if (row->type == BOARD_BOOL)
		*(bool *)at = n != 0;
	else if (row->size == 1)
		*at = (uint8_t)n;
	else if (row->size == 2)
		memcpy(at, &n16, 2);
	else
		memcpy(at, &n, 4);
}

static uint32_t get_number(const struct board_setting *row, const void *base)
{
	const uint8_t *at = (const uint8_t *)base + row->offset;
	uint32_t n = 0;
	uint16_t n16;

	if (row->type == BOARD_BOOL)
		return *(const bool *)at;
	if (row->size == 1)
		return *at;
	if (row->size == 2) {
		memcpy(&n16, at, 2);
		return n16;
	}
	memcpy(&n, at, 4);
	return n;
}

void board_setting_defaults(
	const struct board_setting *table, size_t count, void *base)
{
	char *at;

	for (; count; count--, table++) {
		at = (char *)base + table->offset;
		if (table->type < BOARD_TEXT)
			put_number(table, base, table->number);
		else if (table->type == BOARD_KEPT)
			memcpy(at, &table->text, sizeof table->text);
		else
			memcpy(at, table->text, strlen(table->text) + 1);
	}
}

/* Factor of a unit; 0: not one of this type. */
static uint32_t unit(enum board_type type, struct smtpd_str s)
{
	static const struct {
		const char *name;
		enum board_type type;
		uint32_t factor;
	} units[] = {
		{"", BOARD_NUMBER, 1},
		{"", BOARD_OCTETS, 1},
		{"K", BOARD_OCTETS, 1u << 10},
		{"M", BOARD_OCTETS, 1u << 20},
		{"G", BOARD_OCTETS, 1u << 30},
		{"", BOARD_TIME, 1000},
		{"ms", BOARD_TIME, 1},
		{"s", BOARD_TIME, 1000},
		{"m", BOARD_TIME, 60000},
		{"h", BOARD_TIME, 3600000},
	};
	size_t i;

	for (i = 0; i < sizeof units / sizeof *units; i++)
		if (units[i].type == type && same(units[i].name, s))
			return units[i].factor;
	return 0;
}

static bool parse_number(
	const struct board_setting *row, struct smtpd_str v, uint32_t *out)
{
	uint64_t n = 0;
	uint32_t factor;

	if (!v.len || *v.s < '0' || *v.s > '9')
		return false;
	for (; v.len && *v.s >= '0' && *v.s <= '9'; v.s++, v.len--) {
		n = n * 10 + (uint64_t)(*v.s - '0');
		if (n > UINT32_MAX)
			return false;
	}
	factor = unit(row->type, v);
	n *= factor;
	if (!factor || n < row->min || n > row->max)
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool parse_bool(struct smtpd_str v, uint32_t *out)
{
	static const char words[][6] = {
		"no", "yes", "off", "on", "false", "true", "0", "1"};
	uint32_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (same(words[i], v)) {
			*out = i & 1;
			return true;
		}
	return false;
}

static void time_text(uint32_t ms, struct board_text *t)
{
	board_text_num(t, ms % 1000 ? ms : ms / 1000);
	board_text_str(t, ms % 1000 ? "ms" : "s");
}

static void range_text(const struct board_setting *row, struct board_text *t)
{
	if (row->type == BOARD_TIME) {
		board_text_str(t, "a time (ms, s, m, h) from ");
		time_text(row->min, t);
		board_text_str(t, " to ");
		time_text(row->max, t);
		return;
	}
	board_text_str(t, row->type == BOARD_OCTETS
				  ? "octets (with K, M or G if you like) from "
				  : "a number from ");
	board_text_num(t, row->min);
	board_text_str(t, " to ");
	board_text_num(t, row->max);
}

static int has_nul(struct board_text *why)
{
	board_text_str(why, "the value has a NUL octet; remove it");
	return SMTPD_EINVAL;
}

static int store_kept(const struct board_setting *row, void *base,
	struct smtpd_str v, struct board_text *why)
{
	if (memchr(v.s, 0, v.len))
		return has_nul(why);
	memcpy((char *)base + row->offset, &v.s, sizeof v.s);
	return 0;
}

static int store_text(const struct board_setting *row, void *base,
	struct smtpd_str v, struct board_text *why)
{
	char *at = (char *)base + row->offset;
	size_t have = row->type == BOARD_LIST ? strlen(at) : 0;
	size_t comma = have ? 1 : 0;

	if (have + comma + v.len >= row->size) {
		board_text_str(why, "the value is too long; at most ");
		board_text_num(why, row->size - 1u);
		board_text_str(why, " octets fit");
		return SMTPD_EINVAL;
	}
	if (memchr(v.s, 0, v.len))
		return has_nul(why);
	if (comma)
		at[have] = row->number ? (char)row->number : ',';
	memcpy(at + have + comma, v.s, v.len);
	at[have + comma + v.len] = '\0';
	return 0;
}

static int wrong_choice(const struct board_setting *row, struct smtpd_str value,
	struct board_text *why)
{
	board_text_json(why, value.s, value.len);
	board_text_str(why, " is not right; give one of ");
	board_text_str(why, row->text);
	return SMTPD_EINVAL;
}

static int store_choice(const struct board_setting *row, void *base,
	struct smtpd_str value, struct board_text *why)
{
	const char *word = row->text;
	uint32_t n;

	for (n = 0;; n++) {
		size_t len = strcspn(word, ",");

		if (len == value.len && !memcmp(word, value.s, len)) {
			put_number(row, base, n);
			return 0;
		}
		if (!word[len])
			return wrong_choice(row, value, why);
		word += len + 1;
	}
}

static const struct board_flags *flags_of(const struct board_setting *row)
{
#if SMTPD_AUTH_CHOICE
	if (row->type == BOARD_MECHANISMS)
		return &board_mechanisms;
#endif
	return row->type == BOARD_PROFILE ? &board_forgivable : NULL;
}

static int store_flags(const struct board_setting *row, void *base,
	struct smtpd_str value, struct board_text *why)
{
	uint32_t bits = row->number;
	int status = board_flags_parse(flags_of(row), value, &bits, why);

	if (!status)
		put_number(row, base, bits);
	return status;
}

static void choice_text(
	const struct board_setting *row, uint32_t n, struct board_text *t)
{
	const char *word = row->text;

	while (n--)
		word += strcspn(word, ",") + 1;
	board_text_put(t, word, strcspn(word, ","));
}

int board_setting_store(const struct board_setting *row, void *base,
	struct smtpd_str value, struct board_text *why)
{
	uint32_t n;
	bool good;

	if (row->type == BOARD_KEPT)
		return store_kept(row, base, value, why);
	if (row->type >= BOARD_TEXT)
		return store_text(row, base, value, why);
	if (row->type == BOARD_CHOICE)
		return store_choice(row, base, value, why);
	if (flags_of(row))
		return store_flags(row, base, value, why);
	good = row->type == BOARD_BOOL ? parse_bool(value, &n)
				       : parse_number(row, value, &n);
	if (good) {
		put_number(row, base, n);
		return 0;
	}
	board_text_json(why, value.s, value.len);
	board_text_str(why, " is not right; give ");
	if (row->type == BOARD_BOOL)
		board_text_str(why, "yes or no");
	else
		range_text(row, why);
	return SMTPD_EINVAL;
}

static const char *kept(const struct board_setting *row, const void *base)
{
	const char *s;

	memcpy(&s, (const char *)base + row->offset, sizeof s);
	return s;
}

void board_setting_text(
	const struct board_setting *row, const void *base, struct board_text *t)
{
	if (row->type == BOARD_KEPT)
		board_text_str(t, kept(row, base));
	else if (row->type >= BOARD_TEXT)
		board_text_str(t, (const char *)base + row->offset);
	else if (row->type == BOARD_BOOL)
		board_text_str(t, get_number(row, base) ? "yes" : "no");
	else if (row->type == BOARD_TIME)
		time_text(get_number(row, base), t);
	else if (row->type == BOARD_CHOICE)
		choice_text(row, get_number(row, base), t);
	else if (flags_of(row))
		board_flags_text(flags_of(row), get_number(row, base), t);
	else
		board_text_num(t, get_number(row, base));
}
