/*
 * path.c - see path.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Small recursive-descent scanners: each takes a cursor, moves it over what it
 * recognises, and says whether there was any.
 */
#include "path.h"

#include "mem.h"

enum {
	LOCAL_MAX = 64,   /* RFC 5321 4.5.3.1.1 */
	DOMAIN_MAX = 255, /* 4.5.3.1.2 */
	PATH_MAX_ = 256,  /* 4.5.3.1.3, "including punctuation" */
	LABEL_MAX = 63,   /* RFC 1035 2.3.4 */
};

struct cursor {
	const char *p, *end;
	bool utf8; /* an octet above 127 was passed */
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static bool at(const struct cursor *c, char want)
{
	return c->p < c->end && *c->p == want;
}

static bool take(struct cursor *c, char want)
{
	if (!at(c, want))
		return false;
	c->p++;
	return true;
}

/* A UTF-8 sequence longer than one octet. */
static bool take_utf8(struct cursor *c)
{
	size_t n = smtpd_utf8_len(c->p, (size_t)(c->end - c->p));

	if (n < 2)
		return false;
	c->p += n;
	c->utf8 = true;
	return true;
}

/* Atom = 1*atext, RFC 5322 3.2.3 */
static bool atom(struct cursor *c)
{
	const char *start = c->p;

	while (c->p < c->end) {
		if (is_alnum(*c->p) || memchr("!#$%&'*+-/=?^_`{|}~", *c->p, 19))
			c->p++;
		else if (!take_utf8(c))
			break;
	}
	return c->p > start;
}

/* Quoted-string = DQUOTE *QcontentSMTP DQUOTE */
static bool quoted_string(struct cursor *c)
{
	if (!take(c, '"'))
		return false;
	while (c->p < c->end && *c->p != '"') {
		if (*c->p == '\\')
			c->p++;
		if (c->p < c->end && *c->p >= ' ' && *c->p <= '~')
			c->p++;
		else if (!take_utf8(c))
			return false;
	}
	return take(c, '"');
}

/* Local-part = Dot-string / Quoted-string */
static bool local_part(struct cursor *c)
{
	if (at(c, '"'))
		return quoted_string(c);
	do {
		if (!atom(c))
			return false;
	} while (take(c, '.'));
	return true;
}

/* sub-domain = Let-dig [Ldh-str] */
static bool label(struct cursor *c)
{
	const char *start = c->p;

	while (c->p < c->end) {
		if (is_alnum(*c->p) || *c->p == '-')
			c->p++;
		else if (!take_utf8(c))
			break;
	}
	return c->p > start && *start != '-' && c->p[-1] != '-' &&
	       c->p - start <= LABEL_MAX;
}

/* Snum: 0 to 255, at most three digits */
static bool octet(struct cursor *c)
{
	unsigned v = 0, n = 0;

	for (; n < 3 && c->p < c->end && *c->p >= '0' && *c->p <= '9'; n++)
		v = v * 10 + (unsigned)(*c->p++ - '0');
	return n && v <= 255;
}

static bool ipv4(struct cursor *c)
{
	for (int i = 0; i < 4; i++) {
		if ((i && !take(c, '.')) || !octet(c))
			return false;
	}
	return true;
}

static unsigned hex_digits(struct cursor *c)
{
	unsigned n = 0;

	for (; c->p < c->end; c->p++, n++) {
		char lower = (char)(*c->p | 0x20);

		if (!(*c->p >= '0' && *c->p <= '9') &&
			!(lower >= 'a' && lower <= 'f'))
			break;
	}
	return n;
}

/* IPv6-addr of RFC 5321 4.1.3: full, compressed, with an IPv4 tail. */
static bool ipv6(struct cursor *c)
{
	unsigned groups = 0;
	bool gap = false;

	if (at(c, ':')) { /* it begins with "::" */
		c->p++;
		if (!at(c, ':'))
			return false;
		gap = true;
		c->p++;
	}
	while (groups < 8 && !at(c, ']')) {
		const char *group = c->p;
		unsigned n = hex_digits(c);

		if (n && at(c, '.')) {
			c->p = group;
			groups += 2;
			return ipv4(c) && (gap ? groups < 8 : groups == 8);
		}
		if (!n || n > 4)
			return false;
		groups++;
		if (at(c, ']'))
			break;
		if (!take(c, ':'))
			return false;
		if (at(c, ':') && !gap) {
			gap = true;
			c->p++;
		} else if (at(c, ']')) {
			return false; /* a single colon at the end */
		}
	}
	return gap ? groups < 8 : groups == 8;
}

/* address-literal = "[" ( IPv4 / IPv6 ) "]"; no other tag is registered. */
static bool literal(struct cursor *c)
{
	if (!take(c, '['))
		return false;
	if (c->end - c->p > 5 && (*c->p | 0x20) == 'i') {
		const char *tag = "ipv6:";

		for (; *tag; tag++, c->p++) {
			if ((*c->p | 0x20) != (*tag | 0x20))
				return false;
		}
		if (!ipv6(c))
			return false;
	} else if (!ipv4(c)) {
		return false;
	}
	return take(c, ']');
}

static bool domain(struct cursor *c)
{
	if (at(c, '['))
		return literal(c);
	do {
		if (!label(c))
			return false;
	} while (take(c, '.'));
	return true;
}

/* A-d-l ":" = At-domain *( "," At-domain ) ":"; accepted and ignored */
static bool source_route(struct cursor *c)
{
	if (!at(c, '@'))
		return true;
	do {
		if (!take(c, '@') || !domain(c))
			return false;
	} while (take(c, ','));
	return take(c, ':');
}

static struct smtpd_str span(const char *from, const char *to)
{
	return (struct smtpd_str){from, (uint16_t)(to - from)};
}

static bool mailbox(struct cursor *c, bool null, struct smtpd_path *path)
{
	const char *start = c->p;

	if (!local_part(c))
		return false;
	path->local = span(start, c->p);
	path->domain = span(c->p, c->p);
	if (take(c, '@')) {
		const char *at_domain = c->p;

		if (!domain(c))
			return false;
		path->domain = span(at_domain, c->p);
	} else if (null || path->local.len != 10) {
		return false; /* only RCPT has <Postmaster>, 4.1.1.3 */
	} else {
		const char *name = "postmaster";

		for (; *name; name++, start++) {
			if ((*start | 0x20) != *name)
				return false;
		}
	}
	path->text = span(path->local.s, c->p);
	return true;
}

/* see path.h */
enum smtpd_path_error smtpd_path_parse(const char *s, size_t n, bool null,
	struct smtpd_path *path, size_t *end)
{
	struct cursor c = {s, s + n, false};

	memset(path, 0, sizeof *path);
	path->text.s = path->local.s = path->domain.s = s;
	if (!take(&c, '<'))
		return SMTPD_PATH_SYNTAX;
	if (!null || !at(&c, '>')) {
		if (!source_route(&c) || !mailbox(&c, null, path))
			return SMTPD_PATH_SYNTAX;
	}
	if (!take(&c, '>'))
		return SMTPD_PATH_SYNTAX;
	if (path->local.len > LOCAL_MAX || path->domain.len > DOMAIN_MAX ||
		path->text.len + 2 > PATH_MAX_)
		return SMTPD_PATH_LONG;
	path->utf8 = c.utf8;
	*end = (size_t)(c.p - s);
	return c.utf8 ? SMTPD_PATH_UTF8 : SMTPD_PATH_OK;
}

/* see path.h */
bool smtpd_domain_valid(const char *s, size_t n, bool utf8)
{
	struct cursor c = {s, s + n, false};

	return n <= DOMAIN_MAX && domain(&c) && c.p == c.end &&
	       (utf8 || !c.utf8);
}
