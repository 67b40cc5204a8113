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

/* What is written so far; a text that does not fit is cut. */
struct out {
	char *p, *end;
};

static void text_n(struct out *o, const char *s, size_t n)
{
	size_t room = (size_t)(o->end - o->p);

	if (n > room)
		n = room;
	memcpy(o->p, s, n);
	o->p += n;
}

static void text(struct out *o, const char *s)
{
	text_n(o, s, strlen(s));
}

/* v in the given base, with at least `digits` digits */
static void number(struct out *o, uint32_t v, unsigned base, unsigned digits)
{
	char buf[10], *p = buf + sizeof buf;

	do {
		*--p = "0123456789abcdef"[v % base];
		v /= base;
	} while (v || p > buf + sizeof buf - digits);
	text_n(o, p, (size_t)(buf + sizeof buf - p));
}

static void address(struct out *o, const struct smtpd_peer *peer)
{
	if (peer->family == 4) {
		for (int i = 0; i < 4; i++) {
			text(o, i ? "." : "[");
			number(o, peer->ip[i], 10, 1);
		}
	} else {
		text(o, "[IPv6:");
		for (unsigned i = 0; i + 1 < sizeof peer->ip; i += 2) {
			if (i)
				text(o, ":");
			number(o, (uint32_t)peer->ip[i] << 8 | peer->ip[i + 1],
				16, 1);
		}
	}
	text(o, "]");
}

/* Days since 1970-01-01 to a civil date. */
static void date(struct out *o, uint32_t days)
{
	static const char week[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "MarAprMayJunJulAugSepOctNovDecJanFeb";
	/* The year begins in March, so that the leap day is its last. */
	uint32_t z = days + 719468, era = z / 146097, doe = z % 146097;
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint32_t mp = (5 * doy + 2) / 153;

	text_n(o, week + days % 7 * 3, 3);
	text(o, ", ");
	number(o, doy - (153 * mp + 2) / 5 + 1, 10, 1);
	text(o, " ");
	text_n(o, months + mp * 3, 3);
	text(o, " ");
	number(o, era * 400 + yoe + (mp >= 10), 10, 4);
}

/* RFC 5322 3.3; while the time is unknown, the epoch with the "-0000" that
 * says so. */
static void date_time(struct out *o, int64_t wall_s)
{
	uint32_t days = (uint32_t)(wall_s / 86400);
	uint32_t s = (uint32_t)(wall_s % 86400);

	date(o, days);
	text(o, " ");
	number(o, s / 3600, 10, 2);
	text(o, ":");
	number(o, s / 60 % 60, 10, 2);
	text(o, ":");
	number(o, s % 60, 10, 2);
	text(o, wall_s ? " +0000" : " -0000");
}

/* see session.h */
size_t smtpd_received(struct smtpd_session *s)
{
	struct out o = {s->line, s->line + SMTPD_LINE_MAX};

	text(&o, "Received: from ");
	text_n(&o, s->helo, s->helo_len);
	if (s->peer.family) {
		text(&o, " (");
		address(&o, &s->peer);
		text(&o, ")");
	}
	text(&o, "\r\n\tby ");
	text(&o, s->listener->host_name);
	text(&o, " with ");
	text(&o, smtpd_protocol(s));
	text(&o, ";\r\n\t");
	date_time(&o, smtpd_port_wall_s());
	text(&o, "\r\n");
	return (size_t)(o.p - s->line);
}

#endif
