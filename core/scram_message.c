/*
 * scram_message.c - see scram_message.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "scram_message.h"
#include "mem.h"
#include "path.h"

#if SMTPD_SCRAM

/* What is left of a message. */
struct rest {
	const char *p, *end;
};

static bool is_clean(const char *p, size_t len)
{
	const char *at = p;
	size_t n;

	while ((n = smtpd_utf8_len(at)) != 0)
		at += n;
	return at == p + len;
}

static bool take(struct rest *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

/* What precedes the next comma, or the end. */
static struct smtpd_str token(struct rest *r)
{
	const char *comma = memchr(r->p, ',', (size_t)(r->end - r->p));
	const char *end = comma ? comma : r->end;
	struct smtpd_str t = {r->p, (uint16_t)(end - r->p)};

	r->p = end;
	return t;
}

/* attr-val: a letter, '=', a value that is not empty. */
static bool attribute(struct rest *r, char letter, struct smtpd_str *value)
{
	if (!take(r, letter) || !take(r, '='))
		return false;
	*value = token(r);
	return value->len > 0;
}

static bool is_printable(struct smtpd_str t)
{
	for (uint16_t i = 0; i < t.len; i++) {
		if (t.s[i] < '!' || t.s[i] > '~')
			return false;
	}
	return true;
}

/* saslname: an '=' begins =2C or =3D and nothing else. */
static bool is_saslname(struct smtpd_str t)
{
	for (uint16_t i = 0; i < t.len; i++) {
		if (t.s[i] != '=')
			continue;
		if (t.len - i < 3 || (memcmp(t.s + i, "=2C", 3) != 0 &&
					     memcmp(t.s + i, "=3D", 3) != 0))
			return false;
	}
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* cb-name */
static bool is_binding(struct smtpd_str t)
{
	for (uint16_t i = 0; i < t.len; i++) {
		char c = t.s[i];

		if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '.' &&
			c != '-')
			return false;
	}
	return t.len > 0;
}

/* [gs2-cbind-flag "," [authzid] ","] */
static bool gs2_header(struct rest *r, struct smtpd_scram_first *m)
{
	const char *from = r->p;
	struct smtpd_str none = {from, 0};

	m->binding = m->authzid = none;
	m->flag = r->p < r->end ? *r->p : '\0';
	if (m->flag == 'p') {
		if (!attribute(r, 'p', &m->binding) || !is_binding(m->binding))
			return false;
	} else if (!take(r, 'n') && !take(r, 'y')) {
		return false;
	}
	if (!take(r, ','))
		return false;
	if (r->p < r->end && *r->p == 'a' &&
		(!attribute(r, 'a', &m->authzid) || !is_saslname(m->authzid)))
		return false;
	if (!take(r, ','))
		return false;
	m->header.s = from;
	m->header.len = (uint16_t)(r->p - from);
	return true;
}

/* Extensions up to the end, or to a last one of this letter if it is not 0,
 * which is left. A mandatory one is not understood. */
static bool extensions(struct rest *r, char last)
{
	while (take(r, ',')) {
		struct smtpd_str value;
		char letter = r->p < r->end ? *r->p : '\0';

		if (last && letter == last)
			return true;
		if (!is_letter(letter) || letter == 'm' ||
			!attribute(r, letter, &value))
			return false;
	}
	return !last && r->p == r->end;
}

/* see scram_message.h */
bool smtpd_scram_read_first(
	const char *p, size_t len, struct smtpd_scram_first *m)
{
	struct rest r = {p, p + len};

	if (!is_clean(p, len) || !gs2_header(&r, m))
		return false;
	m->bare.s = r.p;
	m->bare.len = (uint16_t)(r.end - r.p);
	return attribute(&r, 'n', &m->name) && is_saslname(m->name) &&
	       take(&r, ',') && attribute(&r, 'r', &m->nonce) &&
	       is_printable(m->nonce) && extensions(&r, '\0');
}

/* see scram_message.h */
bool smtpd_scram_read_final(
	const char *p, size_t len, struct smtpd_scram_final *m)
{
	struct rest r = {p, p + len};

	if (!is_clean(p, len) || !attribute(&r, 'c', &m->binding) ||
		!take(&r, ',') || !attribute(&r, 'r', &m->nonce) ||
		!is_printable(m->nonce) || !extensions(&r, 'p'))
		return false;
	m->bare.s = p;
	m->bare.len = (uint16_t)(r.p - 1 - p);
	return attribute(&r, 'p', &m->proof) && r.p == r.end;
}

/* see scram_message.h */
size_t smtpd_scram_unescape(struct smtpd_str name, char *out)
{
	size_t n = 0;

	for (uint16_t i = 0; i < name.len; i++) {
		char c = name.s[i];

		if (c == '=') { /* =2C or =3D */
			c = name.s[i + 1] == '2' ? ',' : '=';
			i = (uint16_t)(i + 2);
		}
		out[n++] = c;
	}
	return n;
}

#else
typedef int smtpd_no_scram_message; /* ISO C wants a declaration */
#endif
