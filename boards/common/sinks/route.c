/*
 * route.c - which sinks take a message: routes as text
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "policy.h"
#include "route.h"
#include "smtpd_cidr.h"

enum where { LISTENER, PEER, USER, FROM, TO, SUBJECT, WHERES };

static const char *const names[WHERES] = {
	[LISTENER] = "listener",
	[PEER] = "peer",
	[USER] = "user",
	[FROM] = "from",
	[TO] = "to",
	[SUBJECT] = "subject",
};

/* ---- text ---- */

/* Where in a route we are. */
struct cursor {
	const char *s, *end;
};

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t i;

	for (i = 0; i < a_len && a_len == b_len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return a_len == b_len;
}

static bool is(struct smtpd_str a, const char *b)
{
	return a.len == strlen(b) && !memcmp(a.s, b, a.len);
}

static void blanks(struct cursor *c)
{
	while (c->s < c->end && (*c->s == ' ' || *c->s == '\t'))
		c->s++;
}

/* A word; false: there is none, or its quotes do not end. */
static bool take_word(struct cursor *c, struct smtpd_str *word)
{
	bool quoted = c->s < c->end && *c->s == '"';
	const char *start = c->s += quoted;

	while (c->s < c->end &&
		(quoted ? *c->s != '"' : !memchr(" \t|>\"", *c->s, 5)))
		c->s++;
	word->s = start;
	word->len = (uint16_t)(c->s - start);
	if (!quoted)
		return word->len > 0;
	if (c->s == c->end)
		return false;
	c->s++;
	return true;
}

static enum where take_where(struct cursor *c)
{
	const char *colon = memchr(c->s, ':', (size_t)(c->end - c->s));
	struct smtpd_str name = {c->s, 0};
	unsigned i;

	if (!colon)
		return WHERES;
	name.len = (uint16_t)(colon - c->s);
	for (i = 0; i < WHERES; i++)
		if (is(name, names[i]))
			break;
	c->s = colon + 1;
	return (enum where)i;
}

/* ---- conditions ---- */

static bool is_address(const char *address, struct smtpd_str word)
{
	size_t len = strlen(address);

	if (word.len && word.s[0] == '@' && len > word.len) {
		address += len - word.len;
		len = word.len;
	}
	return same(address, len, word.s, word.len);
}

static bool is_rcpt(const struct board_route_mail *m, struct smtpd_str word)
{
	const char *at = m->envelope;
	unsigned i;

	for (i = 0; i < m->rcpt_count; i++) {
		at += strlen(at) + 1;
		if (is_address(at, word))
			return true;
	}
	return false;
}

static bool has(const char *text, struct smtpd_str word)
{
	size_t len = strlen(text), i;

	for (i = 0; i + word.len <= len; i++)
		if (same(text + i, word.len, word.s, word.len))
			return true;
	return false;
}

static bool is_peer(const struct smtpd_peer *peer, struct smtpd_str word)
{
	struct smtpd_cidr block;

	return !smtpd_cidr_parse(&block, word.s, word.len) &&
	       smtpd_cidr_has(&block, peer);
}

static bool holds(const struct board_route_mail *m, enum where where,
	struct smtpd_str word)
{
	switch (where) {
	case LISTENER:
		return m->listener < BOARD_PORTS &&
		       is(word, board_policy_word(m->listener));
	case PEER:
		return is_peer(m->peer, word);
	case USER:
		return is(word, m->user);
	case FROM:
		return is_address(m->envelope, word);
	case TO:
		return is_rcpt(m, word);
	default:
		return m->subject && has(m->subject, word);
	}
}

static const char *check_word(enum where where, struct smtpd_str word)
{
	struct smtpd_cidr block;
	unsigned i;

	if (where == SUBJECT && !SMTPD_ALERT)
		return "subject is not in this build";
	if (where == PEER)
		return smtpd_cidr_parse(&block, word.s, word.len)
			       ? "peer wants ADDRESS or ADDRESS/LENGTH"
			       : NULL;
	if (where != LISTENER)
		return NULL;
	for (i = 0; i < BOARD_PORTS; i++)
		if (is(word, board_policy_word(i)))
			return NULL;
	return "listener wants smtp, submission, smtps or lmtp";
}

/* A condition at the cursor. Returns what is wrong with it; m NULL: it is
 * only looked at. */
static const char *condition(struct cursor *c, const struct board_route_mail *m,
	enum board_route_fit *fit)
{
	enum where where = take_where(c);
	struct smtpd_str word;
	const char *why;

	if (where == WHERES)
		return "a condition begins with listener:, peer:, user:, "
		       "from:, to: or subject:";
	*fit = where == SUBJECT && m && !m->subject ? BOARD_ROUTE_UNKNOWN
						    : BOARD_ROUTE_NO;
	for (;; c->s++) {
		if (!take_word(c, &word))
			return "a word is missing, or its quotes do not end";
		why = check_word(where, word);
		if (why)
			return why;
		if (m && holds(m, where, word))
			*fit = BOARD_ROUTE_YES;
		if (c->s == c->end || *c->s != '|')
			return NULL;
	}
}

/* ---- routes ---- */

/* All conditions; the cursor is behind '>' then. */
static const char *conditions(struct cursor *c,
	const struct board_route_mail *m, enum board_route_fit *fit)
{
	enum board_route_fit one;
	const char *why;

	*fit = BOARD_ROUTE_YES;
	for (blanks(c); c->s < c->end && *c->s != '>'; blanks(c)) {
		why = condition(c, m, &one);
		if (why)
			return why;
		if (one == BOARD_ROUTE_NO || *fit == BOARD_ROUTE_YES)
			*fit = one;
	}
	if (c->s == c->end)
		return "\" > \" and the names of sinks are missing";
	c->s++;
	return NULL;
}

static struct cursor whole(struct smtpd_str route)
{
	struct cursor c = {route.s, route.s + route.len};

	return c;
}

/* see route.h */
const char *board_route_check(struct smtpd_str route)
{
	struct cursor c = whole(route);
	enum board_route_fit fit;
	const char *why = conditions(&c, NULL, &fit);

	blanks(&c);
	if (!why && c.s == c.end)
		why = "the names of sinks are missing";
	return why;
}

/* see route.h */
enum board_route_fit board_route_fits(
	struct smtpd_str route, const struct board_route_mail *m)
{
	struct cursor c = whole(route);
	enum board_route_fit fit;

	return conditions(&c, m, &fit) ? BOARD_ROUTE_NO : fit;
}

/* see route.h */
struct smtpd_str board_route_sink(struct smtpd_str route, size_t *at)
{
	struct cursor c = whole(route);
	struct smtpd_str sink;
	enum board_route_fit fit;

	if (*at)
		c.s = route.s + *at;
	else
		conditions(&c, NULL, &fit);
	blanks(&c);
	sink.s = c.s;
	while (c.s < c.end && *c.s != ' ' && *c.s != '\t')
		c.s++;
	sink.len = (uint16_t)(c.s - sink.s);
	*at = (size_t)(c.s - route.s);
	return sink;
}
