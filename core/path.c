/*
 * path.c - see path.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Recursive descent over a NUL-terminated string: each scanner takes where it
 * stands and returns where it got to, or NULL when the text is not what it
 * looks for. `utf8` collects whether an octet above 127 was passed.
 */
#include "path.h"

#include "session.h"

enum {
	LOCAL_MAX = 64,   /* RFC 5321 4.5.3.1.1 */
	DOMAIN_MAX = 255, /* 4.5.3.1.2 */
	PATH_MAX_ = 256,  /* 4.5.3.1.3, "including punctuation" */
	LABEL_MAX = 63,   /* RFC 1035 2.3.4 */
};

static bool is_alnum(char c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10;
}

/* see path.h */
const char *smtpd_skip(const char *p, const char *extra, bool *utf8)
{
	for (;; p++) {
		const char *e = extra;

		if (is_alnum(*p))
			continue;
		if (*p == '@' || *p == '>' || !*p)
			return p; /* what mostly ends it */
		if (utf8 && (uint8_t)*p >= 0x80) {
			size_t n = smtpd_utf8_len(p);

			if (!n)
				return p;
			p += n - 1;
			*utf8 = true;
			continue;
		}
		while (*e && *e != *p)
			e++;
		if (!*e)
			return p;
	}
}

/* Quoted-string = DQUOTE *QcontentSMTP DQUOTE; p is behind the first. */
static const char *quoted_string(const char *p, bool *utf8)
{
	for (; *p != '"'; p++) {
		size_t n = smtpd_utf8_len(p);

		if (*p == '\\') /* quoted-pairSMTP is ASCII, RFC 6531 too */
			n = (uint8_t) * ++p < 0x80;
		if (!n || (n == 1 && ((uint8_t)*p < ' ' || *p == 127)) ||
			(n > 1 && !utf8))
			return NULL;
		if (n > 1)
			*utf8 = true;
		p += n - 1;
	}
	return p + 1;
}

/* Local-part = Dot-string / Quoted-string */
static inline const char *local_part(const char *p, bool *utf8)
{
	if (*p == '"')
		return quoted_string(p + 1, utf8);
	for (;;) {
		const char *atom = p;

		p = smtpd_skip(p, SMTPD_ATEXT, utf8);
		if (p == atom)
			return NULL;
		if (*p != '.')
			return p;
		p++;
	}
}

/* Up to `digits` digits of the base, worth at most max. */
static const char *number(
	const char *p, unsigned base, unsigned digits, unsigned max)
{
	unsigned v = 0, n = 0;

	for (; n <= digits; n++, p++) {
		unsigned d = (uint8_t)(*p - '0');

		if (d > 9)
			d = (uint8_t)((*p | 0x20) - 'a') + 10u;
		if (d >= base)
			break;
		v = v * base + d;
	}
	return n && n <= digits && v <= max ? p : NULL;
}

static const char *ipv4(const char *p)
{
	for (int i = 0; i < 4; i++) {
		p = number(p, 10, 3, 255);
		if (!p || (i < 3 && *p++ != '.'))
			return NULL;
	}
	return p;
}

/* IPv6-addr of RFC 5321 4.1.3: full, compressed (for two groups or more), and
 * both with an IPv4 tail. */
static const char *ipv6(const char *p)
{
	unsigned groups = 0;
	bool gap = false;

	while (*p != ']') {
		const char *group = p;

		if (p[0] == ':' && p[1] == ':') {
			if (gap)
				return NULL;
			gap = true;
			p += 2;
			continue;
		}
		/* Between groups stands one colon. */
		if (groups && p[-1] != ':' && *p++ != ':')
			return NULL;
		group = p;
		p = number(p, 16, 4, 0xffff);
		if (p && *p == '.') {
			groups++;
			p = ipv4(group);
			if (!p || *p != ']')
				return NULL;
		}
		groups++;
		if (!p || groups > 8)
			return NULL;
	}
	return (gap ? groups <= 6 : groups == 8) ? p : NULL;
}

/* "IPv4]" or "IPv6:...]"; no other tag is registered. */
static const char *literal(const char *p)
{
	p = smtpd_is_word(p, 5, "IPV6:") ? ipv6(p + 5) : ipv4(p);
	return p && *p == ']' ? p + 1 : NULL;
}

/* see path.h */
const char *smtpd_domain(const char *p, bool *utf8)
{
	const char *start = p;

	if (*p == '[')
		return literal(p + 1);
	for (;; p++) {
		const char *label = p;

		p = smtpd_skip(p, "-", utf8);
		if (p == label || *label == '-' || p[-1] == '-' ||
			p - label > LABEL_MAX)
			return NULL;
		if (*p != '.')
			return p - start <= DOMAIN_MAX ? p : NULL;
	}
}

/* A-d-l ":" = At-domain *( "," At-domain ) ":"; accepted and ignored */
static const char *source_route(const char *p, bool *utf8)
{
	while (*p == '@') {
		p = smtpd_domain(p + 1, utf8);
		if (!p || *p == ':')
			return p ? p + 1 : NULL;
		if (*p++ != ',' || *p != '@')
			return NULL;
	}
	return p;
}

static struct smtpd_str span(const char *from, const char *to)
{
	return (struct smtpd_str){from, (uint16_t)(to - from)};
}

/* Returns where the path ends, with its parts in *path. */
static const char *mailbox(const char *p, struct smtpd_path *path)
{
	const char *start = p;

	bool *utf8 = SMTPD_SMTPUTF8 ? &path->utf8 : NULL;

	p = local_part(p, utf8);
	if (!p)
		return NULL;
	path->local = span(start, p);
	if (*p == '@') {
		start = p + 1;
		p = smtpd_domain(start, utf8);
		if (!p)
			return NULL;
		path->domain = span(start, p);
	} else if (!smtpd_is_word(start, path->local.len, "POSTMASTER")) {
		return NULL; /* 4.1.1.3 */
	}
	path->text = span(path->local.s, p);
	return p;
}

/* see path.h */
enum smtpd_path_error smtpd_path_parse(
	const char *p, bool null, struct smtpd_path *path, const char **end)
{
	memset(path, 0, sizeof *path);
	path->text.s = path->local.s = path->domain.s = p;
	if (*p++ != '<')
		return SMTPD_PATH_SYNTAX;
	if (!null || *p != '>') {
		p = source_route(p, SMTPD_SMTPUTF8 ? &path->utf8 : NULL);
		p = p ? mailbox(p, path) : NULL;
	}
	if (!p || *p != '>' || (null && path->local.len && !path->domain.len))
		return SMTPD_PATH_SYNTAX;
	*end = p + 1;
	if (path->local.len > LOCAL_MAX || path->text.len + 2 > PATH_MAX_)
		return SMTPD_PATH_LONG;
	return path->utf8 ? SMTPD_PATH_UTF8 : SMTPD_PATH_OK;
}

#if SMTPD_TOLERANT

static const char *spaces(const char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

/* The first of the two octets at p or behind, or the NUL. */
static const char *find(const char *p, char a, char b)
{
	while (*p && *p != a && *p != b)
		p++;
	return p;
}

struct guess {
	struct smtpd_str inside; /* what stands for local@domain */
	const char *end;         /* of the path */
	uint32_t odd;            /* bits of enum smtpd_quirk */
};

/* In brackets, behind a name perhaps; or up to a space. */
static void find_ends(struct guess *g, const char *p)
{
	const char *open = find(p, '<', '@'), *close;

	if (*open == '<') {
		close = find(open, '>', '>');
		if (open != p || !*close)
			g->odd |= SMTPD_QUIRK_BIT(PATH_NO_BRACKETS);
		g->end = *close ? close + 1 : close;
		p = open + 1;
	} else {
		g->odd |= SMTPD_QUIRK_BIT(PATH_NO_BRACKETS);
		g->end = close = find(p, ' ', ' ');
		if (close > p && close[-1] == '>')
			close--;
	}
	g->inside = span(p, close);
}

/* Is what stands behind a space not parameters, but more of an address, or
 * another one? */
static bool is_torn(const char *p)
{
	while (*p && !memchr("=@<", *p, 3))
		p++;
	return *p == '@' || *p == '<';
}

static void trim(struct guess *g)
{
	struct smtpd_str *in = &g->inside;
	uint16_t len = in->len;

	while (in->len && *in->s == ' ') {
		in->s++;
		in->len--;
	}
	while (in->len && in->s[in->len - 1] == ' ')
		in->len--;
	if (in->len < len)
		g->odd |= SMTPD_QUIRK_BIT(PATH_SPACE);
	if (in->len >= 2 && (*in->s == '\'' || *in->s == '"') &&
		in->s[in->len - 1] == *in->s && in->s[in->len - 2] != '\\') {
		in->s++;
		in->len = (uint16_t)(in->len - 2);
		g->odd |= SMTPD_QUIRK_BIT(PATH_QUOTES);
	}
}

/* The last '@' of len octets, or NULL. */
static const char *last_at(struct smtpd_str s)
{
	for (const char *p = s.s + s.len; p > s.s; p--) {
		if (p[-1] == '@')
			return p - 1;
	}
	return NULL;
}

/* Is it a domain if one does not look closely? */
static bool resembles_domain(struct smtpd_str d)
{
	for (uint16_t i = 0; i < d.len; i++) {
		if ((uint8_t)d.s[i] < 0x80 && !is_alnum(d.s[i]) &&
			d.s[i] != '-' && d.s[i] != '.' && d.s[i] != '_')
			return false;
	}
	return d.len <= DOMAIN_MAX;
}

/* Could it be meant in another way: as quotes that do not end, a comment, a
 * list, a route, an address with another domain behind it? */
static bool is_unclear(struct smtpd_str local)
{
	for (uint16_t i = 0; i < local.len; i++) {
		if (memchr("\"(),:;@", local.s[i], 7))
			return true;
	}
	return false;
}

static bool split(struct guess *g, struct smtpd_path *path)
{
	const char *stop = g->inside.s + g->inside.len;
	const char *at = last_at(g->inside);
	bool utf8 = false;

	path->text = g->inside;
	path->local = span(g->inside.s, at ? at : stop);
	if (local_part(path->local.s, &utf8) != (at ? at : stop)) {
		g->odd |= SMTPD_QUIRK_BIT(PATH_BAD_LOCAL);
		if (is_unclear(path->local))
			return false;
	}
	if (at)
		path->domain = span(at + 1, stop);
	if (!path->domain.len) {
		g->odd |= SMTPD_QUIRK_BIT(PATH_NO_DOMAIN);
		path->text.len = path->local.len;
	} else if (smtpd_domain(path->domain.s, &utf8) != stop) {
		g->odd |= SMTPD_QUIRK_BIT(PATH_BAD_DOMAIN);
		if (!resembles_domain(path->domain))
			return false;
	}
	for (const char *p = path->text.s; p < stop; p++) {
		path->utf8 |= (uint8_t)*p >= 0x80;
		if (*p == 127 || *p == '<' || *p == '>')
			return false;
	}
	if (path->utf8 && !SMTPD_SMTPUTF8)
		g->odd |= SMTPD_QUIRK_BIT(PATH_8BIT);
	return path->local.len && path->local.len <= LOCAL_MAX &&
	       path->text.len + 2 <= PATH_MAX_;
}

/* see path.h */
uint32_t smtpd_path_guess(
	const char *p, bool null, struct smtpd_path *path, const char **end)
{
	struct guess g = {{NULL, 0}, NULL, 0};
	const char *start = p;

	p = spaces(p);
	if (*p == ':')
		p = spaces(p + 1);
	if (*start != ':' || p != start + 1)
		g.odd |= SMTPD_QUIRK_BIT(PATH_SPACE);
	find_ends(&g, p);
	if (g.odd & SMTPD_QUIRK_BIT(PATH_NO_BRACKETS) && is_torn(g.end))
		return 0;
	trim(&g);
	memset(path, 0, sizeof *path);
	path->text.s = path->local.s = path->domain.s = g.inside.s;
	*end = g.end;
	if (g.inside.len ? !split(&g, path) : !null)
		return 0;
	return g.odd;
}

#endif
