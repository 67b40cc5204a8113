/*
 * recipients.c - see smtpd_recipients.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_recipients.h"

#if SMTPD_RECIPIENTS

#include "mem.h"

#define LOCAL_MAX  64  /* RFC 5321 4.5.3.1.1 */
#define DOMAIN_MAX 255 /* 4.5.3.1.2 */

static char folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(struct smtpd_str a, struct smtpd_str b)
{
	if (a.len != b.len)
		return false;
	for (uint16_t i = 0; i < a.len; i++) {
		if (folded(a.s[i]) != folded(b.s[i]))
			return false;
	}
	return true;
}

/* The next item of a list, without spaces around; false behind the last. */
static bool take_item(const char **list, struct smtpd_str *item)
{
	const char *s = *list;
	uint16_t len = 0;

	if (!*s)
		return false;
	while (*s == ' ')
		s++;
	while (s[len] && s[len] != ',')
		len++;
	*list = s[len] ? s + len + 1 : s + len;
	while (len && s[len - 1] == ' ')
		len--;
	*item = (struct smtpd_str){s, len};
	return true;
}

/* Cut an address at its last '@'. Returns whether it has one. */
static bool cut(struct smtpd_str whole, struct smtpd_str *local,
	struct smtpd_str *domain)
{
	*local = whole;
	*domain = (struct smtpd_str){"", 0};
	for (uint16_t i = whole.len; i > 0; i--) {
		if (whole.s[i - 1] != '@')
			continue;
		local->len = (uint16_t)(i - 1);
		domain->s = whole.s + i;
		domain->len = (uint16_t)(whole.len - i);
		return true;
	}
	return false;
}

static bool is_domain_of(const char *list, struct smtpd_str domain)
{
	struct smtpd_str item;

	while (take_item(&list, &item)) {
		if (same(item, domain))
			return true;
	}
	return false;
}

/* One of our domains: listed, or that of an address that is. */
static bool is_ours(const struct smtpd_recipients *r, struct smtpd_str domain)
{
	const char *list = r->addresses;
	struct smtpd_str item, local, of;

	if (!domain.len || is_domain_of(r->domains, domain))
		return true;
	while (take_item(&list, &item)) {
		if (cut(item, &local, &of) && same(of, domain))
			return true;
	}
	return false;
}

static bool is_listed(const struct smtpd_recipients *r, struct smtpd_str local,
	struct smtpd_str domain)
{
	const char *list = r->addresses;
	struct smtpd_str item, name, of;

	while (take_item(&list, &item)) {
		bool full = cut(item, &name, &of);

		if (!same(name, local))
			continue;
		if (!domain.len || (full ? same(of, domain)
					 : is_domain_of(r->domains, domain)))
			return true;
	}
	return false;
}

/* Could the local part be a way to somebody else? */
static bool has_route(struct smtpd_str local)
{
	for (uint16_t i = 0; i < local.len; i++) {
		if (local.s[i] == '@' || local.s[i] == '%' || local.s[i] == '!')
			return true;
	}
	return false;
}

/* What the quotes mean, in buf. */
static struct smtpd_str unquoted(struct smtpd_str local, char *buf)
{
	uint16_t n = 0;

	if (local.len < 2 || *local.s != '"' || local.s[local.len - 1] != '"')
		return local;
	for (uint16_t i = 1; i < local.len - 1; i++) {
		if (local.s[i] == '\\' && i + 2 < local.len)
			i++;
		buf[n++] = local.s[i];
	}
	return (struct smtpd_str){buf, n};
}

/* The part in front of the delimiter; all of it when there is none. */
static struct smtpd_str base_of(struct smtpd_str local, char delimiter)
{
	for (uint16_t i = 1; delimiter && i < local.len; i++) {
		if (local.s[i] == delimiter)
			local.len = i;
	}
	return local;
}

/* see smtpd_recipients.h */
bool smtpd_recipients_has(
	const struct smtpd_recipients *r, const struct smtpd_path *to)
{
	static const struct smtpd_str postmaster = {"postmaster", 10};
	char buf[LOCAL_MAX];
	struct smtpd_str local = to->local;

	if (local.len > LOCAL_MAX)
		return false;
	local = unquoted(local, buf);
	if (same(local, postmaster) && is_ours(r, to->domain))
		return true;
	if (is_listed(r, local, to->domain))
		return true;
	if (has_route(local))
		return false;
	if (*r->addresses)
		return is_listed(r, base_of(local, r->delimiter), to->domain);
	return !to->domain.len || is_domain_of(r->domains, to->domain);
}

/* ---- what can be wrong ---- */

static const char *domain_wrong(struct smtpd_str d)
{
	bool literal = d.len > 2 && *d.s == '[' && d.s[d.len - 1] == ']';

	if (!d.len)
		return "has no domain";
	if (d.len > DOMAIN_MAX)
		return "is longer than 255 octets";
	for (uint16_t i = 0; i < d.len; i++) {
		char c = d.s[i];
		bool inside = literal && i > 0 && i < d.len - 1;

		if ((uint8_t)c < 0x80 && c != '.' && c != '-' &&
			(uint8_t)(folded(c) - 'a') > 25 &&
			(uint8_t)(c - '0') > 9 && !(inside && c == ':') &&
			!(literal && !inside))
			return "is no domain; give one like example.org or "
			       "[192.0.2.1]";
	}
	return *d.s == '.' || d.s[d.len - 1] == '.'
		       ? "begins or ends with a dot"
		       : NULL;
}

static const char *address_wrong(
	const struct smtpd_recipients *r, struct smtpd_str item)
{
	struct smtpd_str local, domain;
	bool full = cut(item, &local, &domain);

	if (!local.len)
		return "has nothing before the @";
	if (local.len > LOCAL_MAX)
		return "has more than 64 octets before the @";
	for (uint16_t i = 0; i < local.len; i++) {
		if ((uint8_t)local.s[i] <= ' ' || local.s[i] == 127 ||
			local.s[i] == '"' || local.s[i] == '\\')
			return "is no address; leave out spaces and quotes";
	}
	if (full)
		return domain_wrong(domain);
	return *r->domains ? NULL : "has no domain, and none is listed";
}

static const char *delimiter_wrong(char c)
{
	static const char signs[] = "+-_.=#$&*/?^`{|}~'";

	return !c || memchr(signs, c, sizeof signs - 1)
		       ? NULL
		       : "cannot separate; give a sign such as +";
}

/* see smtpd_recipients.h */
const char *smtpd_recipients_check(
	const struct smtpd_recipients *r, struct smtpd_str *at)
{
	const char *list = r->domains, *why = NULL;

	while (!why && take_item(&list, at))
		why = domain_wrong(*at);
	list = r->addresses;
	while (!why && take_item(&list, at))
		why = address_wrong(r, *at);
	if (why)
		return why;
	*at = (struct smtpd_str){&r->delimiter, 1};
	return delimiter_wrong(r->delimiter);
}

#else
typedef int smtpd_no_recipients; /* ISO C wants a declaration */
#endif
