/*
 * received.c - the Received: field (RFC 5321 4.4)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "session.h"

/* see session.h */
const char *smtpd_protocol(const struct smtpd_session *s)
{
	/* RFC 3848 3, RFC 6531 4.3; the index is made of the bits below */
	static const char *const names[] = {
		"ESMTP",
		"ESMTPA",
		"ESMTPS",
		"ESMTPSA",
		"UTF8SMTP",
		"UTF8SMTPA",
		"UTF8SMTPS",
		"UTF8SMTPSA",
#if SMTPD_LMTP
		"LMTP",
		"LMTPA",
		"LMTPS",
		"LMTPSA",
		"UTF8LMTP",
		"UTF8LMTPA",
		"UTF8LMTPS",
		"UTF8LMTPSA",
#endif
	};
	unsigned i = (s->flags & F_AUTHED ? 1 : 0) | (has_tls(s) ? 2 : 0) |
		     (s->flags & F_UTF8 ? 4 : 0) | (is_lmtp(s) ? 8 : 0);

	return i == 0 && !(s->flags & F_EXTENDED) ? "SMTP" : names[i];
}

#if SMTPD_RECEIVED

/* Each of these writes to p and returns what follows. */

static char *text(char *p, const char *s)
{
	while (*s)
		*p++ = *s++;
	return p;
}

static char *text_n(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

#define LITERAL(p, s) text_n(p, s, sizeof(s) - 1)

static char *two_digits(char *p, uint32_t v)
{
	*p++ = (char)('0' + v / 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

static char *decimal(char *p, unsigned v) /* 0 to 255 */
{
	if (v >= 100)
		*p++ = (char)('0' + v / 100);
	if (v >= 10)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

static char *hexadecimal(char *p, unsigned v) /* 16 bits */
{
	int shift = 12;

	while (shift && !(v >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[v >> shift & 15];
	return p;
}

/* RFC 5321 4.1.3 */
static char *address(char *p, const struct smtpd_peer *peer)
{
	if (peer->family == 4) {
		for (int i = 0; i < 4; i++) {
			*p++ = i ? '.' : '[';
			p = decimal(p, peer->ip[i]);
		}
	} else {
		p = LITERAL(p, "[IPv6");
		for (unsigned i = 0; i + 1 < sizeof peer->ip; i += 2) {
			*p++ = ':';
			p = hexadecimal(p,
				(unsigned)(peer->ip[i] << 8 | peer->ip[i + 1]));
		}
	}
	*p++ = ']';
	return p;
}

/* Days since 1970-01-01 to a date. */
static char *date(char *p, uint32_t days)
{
	static const char week[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "MarAprMayJunJulAugSepOctNovDecJanFeb";
	/* The year begins in March, so that the leap day is its last. */
	uint32_t z = days + 719468, era = z / 146097, doe = z % 146097;
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint32_t mp = (5 * doy + 2) / 153;
	uint32_t year = era * 400 + yoe + (mp >= 10);

	p = text_n(p, week + days % 7 * 3, 3);
	p = LITERAL(p, ", ");
	p = decimal(p, doy - (153 * mp + 2) / 5 + 1);
	*p++ = ' ';
	p = text_n(p, months + mp * 3, 3);
	*p++ = ' ';
	p = two_digits(p, year / 100 % 100);
	return two_digits(p, year % 100);
}

/* RFC 5322 3.3; while the time is unknown, the epoch with the "-0000" that
 * says so. */
static char *date_time(char *p, int64_t wall_s)
{
	uint32_t days = (uint32_t)(wall_s / 86400);
	uint32_t s = (uint32_t)(wall_s % 86400);

	p = date(p, days);
	*p++ = ' ';
	p = two_digits(p, s / 3600);
	*p++ = ':';
	p = two_digits(p, s / 60 % 60);
	*p++ = ':';
	p = two_digits(p, s % 60);
	return text_n(p, wall_s ? " +0000" : " -0000", 6);
}

/* see session.h */
size_t smtpd_received(struct smtpd_session *s)
{
	const char *name = s->listener->host_name;
	size_t name_len = strlen(name);
	size_t room = SMTPD_LINE_MAX - RECEIVED_LEN - SMTPD_HELO_MAX;
	char *p = LITERAL(s->line, "Received: from ");

	p = s->helo_len ? text_n(p, s->helo, s->helo_len)
			: LITERAL(p, "unknown");
	if (s->peer.family) {
		p = LITERAL(p, " (");
		p = address(p, &s->peer);
		*p++ = ')';
	}
	p = LITERAL(p, "\r\n\tby ");
	p = text_n(p, name, name_len < room ? name_len : room);
	p = LITERAL(p, " with ");
	p = text(p, smtpd_protocol(s));
	p = LITERAL(p, ";\r\n\t");
	p = date_time(p, smtpd_port_wall_s());
	p = LITERAL(p, "\r\n");
	return (size_t)(p - s->line);
}

#endif
