/*
 * certificate.c - whose certificate it is: see certificate.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "certificate.h"
#include "smtpd_port.h"

static const char by_fingerprint[] = "$cert-sha256$";
static const char by_subject[] = "$cert-subject$";

/* What follows the prefix, up to `end`; or NULL. */
static const char *behind(const char *s, const char *end, const char *prefix)
{
	size_t n = strlen(prefix);

	if ((size_t)(end - s) < n || memcmp(s, prefix, n) != 0)
		return NULL;
	return s + n;
}

/* What follows the user's name and its ':'; or NULL. */
static const char *behind_user(const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);

	return colon ? colon + 1 : NULL;
}

/* see certificate.h */
bool board_certificate_is(const char *line, size_t len)
{
	const char *s = behind_user(line, len);

	return s && behind(s, line + len, "$cert-");
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *parse_fingerprint(
	struct board_certificate *c, const char *s, const char *end)
{
	size_t n = 0;

	for (; end - s >= 2 && n < sizeof c->fingerprint; n++) {
		int high = digit(s[0]), low = digit(s[1]);

		if (high < 0 || low < 0)
			break;
		c->fingerprint[n] = (uint8_t)(high << 4 | low);
		s += 2;
		if (end - s > 2 && *s == ':')
			s++;
	}
	return n == sizeof c->fingerprint && s == end
		       ? NULL
		       : "the fingerprint is not 64 hexadecimal digits";
}

static const char *parse_subject(
	struct board_certificate *c, const char *s, const char *end)
{
	size_t len = (size_t)(end - s), i;

	if (!len || len >= sizeof c->subject)
		return "the subject is not 1 to 255 octets";
	for (i = 0; i < len; i++)
		if ((uint8_t)s[i] < 0x20 || s[i] == 0x7f)
			return "the subject has controls";
	memcpy(c->subject, s, len);
	c->by_subject = true;
	return NULL;
}

/* see certificate.h */
const char *board_certificate_parse(
	struct board_certificate *c, const char *line, size_t len)
{
	const char *s = behind_user(line, len), *end = line + len, *rest;
	size_t user_len;

	memset(c, 0, sizeof *c);
	if (!s)
		return "no ':' between user and certificate";
	user_len = (size_t)(s - line) - 1;
	if (!board_user_ok(line, user_len))
		return "the user name is empty, too long or has controls";
	memcpy(c->user, line, user_len);
	c->user_len = (uint8_t)user_len;
	rest = behind(s, end, by_fingerprint);
	if (rest)
		return parse_fingerprint(c, rest, end);
	rest = behind(s, end, by_subject);
	if (rest)
		return parse_subject(c, rest, end);
	return "the certificate is not $cert-sha256$ or $cert-subject$";
}

static bool is_user(
	const struct board_certificate *c, const struct smtpd_str *user)
{
	return user->len == c->user_len && !memcmp(user->s, c->user, user->len);
}

/* see certificate.h */
bool board_certificate_match(const struct board_certificate *c,
	const struct smtpd_tls_peer *peer, struct smtpd_str wanted)
{
	if (wanted.len && !is_user(c, &wanted))
		return false;
	if (c->by_subject)
		return !strcmp(c->subject, peer->subject);
	return smtpd_equal(
		c->fingerprint, peer->fingerprint, sizeof c->fingerprint);
}
