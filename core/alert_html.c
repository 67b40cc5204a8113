/*
 * alert_html.c - what a mail in HTML says, as text
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * No tree and no styles: tags are left out, those of blocks end the line,
 * white space becomes one blank, characters with names become themselves.
 */
#include "alert.h"

#if SMTPD_ALERT

enum { IN_TEXT, IN_NAME, IN_TAG, IN_CHARACTER };

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') ||
	       (smtpd_lower(c) >= 'a' && smtpd_lower(c) <= 'z');
}

static void put(struct smtpd_alert_reader *r, const char *s, size_t len)
{
	if (r->hidden)
		return;
	if (r->text_len && (r->blank || r->line))
		smtpd_alert_text(r, r->line ? "\n" : " ", 1);
	r->blank = r->line = false;
	smtpd_alert_text(r, s, len);
}

/* Is the tag's name in a list of words, each with a blank behind it? */
static bool listed(const struct smtpd_alert_reader *r, const char *words)
{
	const char *name = r->tag + (r->tag[0] == '/');
	size_t len = (size_t)(r->tag + r->tag_len - name);

	while (*words) {
		const char *blank = memchr(words, ' ', 10);

		if ((size_t)(blank - words) == len && !memcmp(name, words, len))
			return true;
		words = blank + 1;
	}
	return false;
}

static void tag(struct smtpd_alert_reader *r)
{
	if (!r->tag_len)
		return;
	if (listed(r, "script style title "))
		r->hidden = r->tag[0] != '/';
	if (listed(r, "br p div tr li h1 h2 h3 table ul "))
		r->line = true;
	if (listed(r, "td th "))
		r->blank = true;
}

/* A character by number: UTF-8, by way of what UTF-8 there is. */
static size_t encode(uint32_t v, char *out)
{
	size_t more = v < 0x80 ? 0 : v < 0x800 ? 1 : v < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};

	if (v < ' ' || v > 0x10ffff || v >> 11 == 0xd800 >> 11)
		return 0;
	out[0] = (char)(lead[more] | v >> (6 * more));
	for (size_t i = 1; i <= more; i++)
		out[i] = (char)(0x80 | (v >> (6 * (more - i)) & 0x3f));
	return more + 1;
}

/* The number in `tag`, behind '#'; 0: none. */
static uint32_t code(const struct smtpd_alert_reader *r)
{
	unsigned base = r->tag[1] == 'x' ? 16 : 10;
	uint32_t v = 0;

	for (unsigned i = base == 16 ? 2 : 1; i < r->tag_len; i++) {
		unsigned digit = smtpd_hex_digit((uint8_t)r->tag[i]);

		if (digit >= base || v > 0x10ffff)
			return 0;
		v = v * base + digit;
	}
	return v;
}

static void character(struct smtpd_alert_reader *r)
{
	static const struct {
		char name[5];
		char is;
	} named[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'},
		{"apos", '\''}, {"nbsp", ' '}};
	char utf8[4];

	if (r->tag_len > 1 && r->tag[0] == '#') {
		put(r, utf8, encode(code(r), utf8));
		return;
	}
	for (unsigned i = 0; i < sizeof named / sizeof *named; i++) {
		if (r->tag_len == strlen(named[i].name) &&
			!memcmp(r->tag, named[i].name, r->tag_len)) {
			put(r, &named[i].is, 1);
			return;
		}
	}
	put(r, "&", 1);
	put(r, r->tag, r->tag_len);
	put(r, ";", 1);
}

/* An octet behind '&'. Returns whether it was used. */
static bool in_character(struct smtpd_alert_reader *r, char c)
{
	if (c != ';' && (c == '#' || is_alnum(c)) &&
		r->tag_len < sizeof r->tag) {
		r->tag[r->tag_len++] = c;
		return true;
	}
	r->html = IN_TEXT;
	if (c == ';') {
		character(r);
		return true;
	}
	put(r, "&", 1);
	put(r, r->tag, r->tag_len);
	return false;
}

static void in_text(struct smtpd_alert_reader *r, char c)
{
	if (c == '<' || c == '&') {
		r->html = c == '<' ? IN_NAME : IN_CHARACTER;
		r->tag_len = 0;
	} else if (smtpd_is_space(c)) {
		r->blank = true;
	} else {
		put(r, &c, 1);
	}
}

static void in_name(struct smtpd_alert_reader *r, char c)
{
	c = smtpd_lower(c);
	if (c == '<') {
		r->tag_len = 0; /* that was none: a script compares */
	} else if (c == '>') {
		tag(r);
		r->html = IN_TEXT;
	} else if (!is_alnum(c) && (c != '/' || r->tag_len)) {
		tag(r);
		r->html = IN_TAG;
	} else if (r->tag_len < sizeof r->tag) {
		r->tag[r->tag_len++] = c;
	} else {
		r->tag_len = 0; /* none that we know is so long */
		r->html = IN_TAG;
	}
}

/* see alert.h */
void smtpd_alert_html(struct smtpd_alert_reader *r, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (r->html == IN_CHARACTER && in_character(r, c))
			continue;
		if (r->html == IN_TEXT)
			in_text(r, c);
		else if (r->html == IN_NAME)
			in_name(r, c);
		else if (c == '>')
			r->html = IN_TEXT;
	}
}

#else
typedef int smtpd_no_html; /* ISO C wants a declaration */
#endif
