/*
 * message_param.c - parameters of MIME fields, RFC 2045 5.1 and RFC 2231
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "message.h"

#if SMTPD_MESSAGE

/* see message.h */
bool smtpd_is_lower(const char *s, size_t len, const char *word)
{
	size_t i;

	for (i = 0; i < len && word[i]; i++) {
		if (smtpd_lower(s[i]) != word[i])
			return false;
	}
	return i == len && !word[i];
}

/* see message.h */
unsigned smtpd_hex_digit(uint8_t c)
{
	unsigned digit = (unsigned)c - '0';
	unsigned letter = ((unsigned)c | 0x20) - 'a';

	return digit < 10 ? digit : letter < 6 ? letter + 10 : 16;
}

/* One parameter: spans of the field. */
struct param {
	struct smtpd_str name, value;
	bool quoted; /* the quotes are not in `value` */
};

static struct smtpd_str span(const char *from, const char *to)
{
	while (from < to && smtpd_is_space(*from))
		from++;
	while (to > from && smtpd_is_space(to[-1]))
		to--;
	return (struct smtpd_str){from, (uint16_t)(to - from)};
}

/* Where the quoted string ends that begins behind p: at its quote, or at the
 * end of all. */
static const char *quoted_end(const char *p, const char *end)
{
	while (p < end && *p != '"')
		p += *p == '\\' && end - p > 1 ? 2 : 1;
	return p;
}

/* The end of what stands until the next ';'. */
static const char *item_end(const char *p, const char *end)
{
	while (p < end && *p != ';') {
		if (*p == '"')
			p = quoted_end(p + 1, end);
		p += p < end;
	}
	return p;
}

/* The next parameter of rest, which becomes what follows; false: no more. */
static bool next_param(struct smtpd_str *rest, struct param *param)
{
	const char *p = rest->s, *end = p + rest->len, *stop, *equals;

	if (p == end)
		return false;
	stop = item_end(p, end);
	rest->s = stop + (stop < end);
	rest->len = (uint16_t)(end - rest->s);
	equals = memchr(p, '=', (size_t)(stop - p));
	param->name = span(p, equals ? equals : stop);
	param->value = span(equals ? equals + 1 : stop, stop);
	param->quoted = param->value.len && *param->value.s == '"';
	if (param->quoted) {
		param->value.s++;
		param->value.len =
			(uint16_t)(quoted_end(param->value.s,
					   param->value.s + param->value.len -
						   1) -
				   param->value.s);
	} else {
		/* RFC 822 comments, and what else stands behind a blank. */
		const char *space =
			memchr(param->value.s, ' ', param->value.len);

		if (space && space[1] == '(')
			param->value.len = (uint16_t)(space - param->value.s);
	}
	return true;
}

/* The parameters of a field: what follows its first ';'. */
static struct smtpd_str params(struct smtpd_str value)
{
	const char *end = value.s + value.len;
	const char *p = item_end(value.s, end);

	p += p < end;
	return (struct smtpd_str){p, (uint16_t)(end - p)};
}

/* What follows the name in a parameter's name: which piece, is it encoded? */
struct piece {
	unsigned number;
	bool encoded;
};

#define PIECE_MAX 999 /* the highest number */

/* Is this parameter a piece of the one that is called so? */
static bool is_piece(struct smtpd_str s, const char *name, struct piece *piece)
{
	size_t len = strlen(name);
	const char *p = s.s + len, *end = s.s + s.len;

	*piece = (struct piece){0, false};
	if (s.len <= len || !smtpd_is_lower(s.s, len, name) || *p != '*')
		return false;
	if (end - p > 1) {
		for (p++; p < end && *p >= '0' && *p <= '9'; p++) {
			piece->number =
				piece->number * 10 + (unsigned)(*p - '0');
			if (piece->number > PIECE_MAX)
				return false;
		}
	}
	piece->encoded = p < end && *p == '*' && p + 1 == end;
	return p == end || piece->encoded;
}

/* charset'language'text; returns where the text begins. */
static const char *charset_of(
	struct smtpd_words *w, const char *p, const char *end)
{
	const char *quote = memchr(p, '\'', (size_t)(end - p)), *text;

	if (!quote)
		return p;
	text = memchr(quote + 1, '\'', (size_t)(end - quote) - 1);
	if (!text)
		return p;
	smtpd_words_charset(
		w, (uint8_t)smtpd_charset_find(p, (size_t)(quote - p)));
	return text + 1;
}

static void put_piece(struct smtpd_words *w, const struct param *param,
	bool encoded, bool first)
{
	const char *p = param->value.s, *end = p + param->value.len;

	if (encoded && first)
		p = charset_of(w, p, end);
	for (; p < end; p++) {
		uint8_t c = (uint8_t)*p;

		if (encoded && c == '%' && end - p > 2 &&
			smtpd_hex_digit((uint8_t)p[1]) < 16 &&
			smtpd_hex_digit((uint8_t)p[2]) < 16) {
			c = (uint8_t)(smtpd_hex_digit((uint8_t)p[1]) << 4 |
				      smtpd_hex_digit((uint8_t)p[2]));
			p += 2;
		} else if (param->quoted && c == '\\' && end - p > 1) {
			c = (uint8_t) * ++p;
		}
		smtpd_words_octet(w, c);
	}
}

/* Has it an encoded word, which RFC 2047 5 forbids and everybody sends? */
static bool has_word(struct smtpd_str s)
{
	for (size_t i = 0; i + 1u < s.len; i++) {
		if (s.s[i] == '=' && s.s[i + 1] == '?')
			return true;
	}
	return false;
}

/* How often pieces that are not in order make us begin again. */
#define PASSES 8

/* The pieces by their numbers, whichever there are. Returns whether there are
 * any. */
static bool put_pieces(
	struct smtpd_words *w, struct smtpd_str value, const char *name)
{
	unsigned next = 0, least = 0;
	bool first = true;

	for (unsigned i = 0; i < PASSES && least <= PIECE_MAX; i++) {
		struct smtpd_str rest = params(value);
		struct param p;
		struct piece piece;

		if (least > next)
			next = least;
		least = PIECE_MAX + 1;
		while (next_param(&rest, &p)) {
			if (!is_piece(p.name, name, &piece) ||
				piece.number < next)
				continue;
			if (piece.number > next) {
				if (piece.number < least)
					least = piece.number;
				continue;
			}
			put_piece(w, &p, piece.encoded, first);
			first = false;
			next++;
		}
	}
	w->cut |= least <= PIECE_MAX;
	return !first;
}

/* see message.h */
size_t smtpd_mime_param(
	struct smtpd_str value, const char *name, char *out, size_t cap)
{
	struct smtpd_str rest = params(value);
	struct smtpd_words w;
	struct param p;
	size_t n = 0;

	smtpd_words_start(&w, out, out + cap, SMTPD_CHARSET_UNKNOWN);
	if (put_pieces(&w, value, name))
		return w.cut ? cap + 1 : (size_t)(w.out - out);
	while (next_param(&rest, &p)) {
		if (!smtpd_is_lower(p.name.s, p.name.len, name))
			continue;
		for (size_t i = 0; i < p.value.len; i++) {
			if (p.quoted && p.value.s[i] == '\\' &&
				i + 1u < p.value.len)
				i++;
			if (n == cap)
				return cap + 1;
			out[n++] = p.value.s[i];
		}
		while (n && smtpd_is_space(out[n - 1]))
			n--;
		return n;
	}
	return 0;
}

/* The parameter in one piece. Returns whether there is one. */
static bool put_whole(
	struct smtpd_words *w, struct smtpd_str value, const char *name)
{
	struct smtpd_str rest = params(value);
	struct param p;

	while (next_param(&rest, &p)) {
		if (!smtpd_is_lower(p.name.s, p.name.len, name))
			continue;
		if (has_word(p.value))
			smtpd_words_decode(w, p.value.s, p.value.len);
		else
			put_piece(w, &p, false, true);
		return true;
	}
	return false;
}

/* see message.h */
bool smtpd_mime_name(
	struct smtpd_message *m, struct smtpd_str value, const char *name)
{
	struct smtpd_words w;
	uint8_t utf8[CONVERT_OUT_MAX];
	size_t n;

	smtpd_words_start(&w, m->file, m->file + sizeof m->file, m->charset);
	if (!put_pieces(&w, value, name) && !put_whole(&w, value, name))
		return false;
	n = smtpd_convert_end(&w.convert, utf8);
	if (n <= (size_t)(w.limit - w.out)) {
		memcpy(w.out, utf8, n);
		w.out += n;
	}
	m->part_cut |= w.cut;
	m->file_len = (uint8_t)(w.out - m->file);
	return true;
}

#else
typedef int smtpd_no_params; /* ISO C wants a declaration */
#endif
