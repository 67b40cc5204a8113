/*
 * foreign.c - protocols that are not ours: what they begin with
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A web page can have its reader's browser post to any port of a LAN, and what
 * it posts may hold commands of ours, line by line. So the first line that no
 * mail client says ends the session, and nothing behind it is looked at. Only
 * lines that would be refused are looked at here.
 */
#include "session.h"

#if SMTPD_FOREIGN

#define FIRST_TLS 22 /* RFC 8446 5.1 */

/* RFC 9110 9.3, 5789, 4918; RFC 9113 3.4; RFC 7826 13; RFC 3261 7.1 */
static const char methods[][10] = {"GET", "HEAD", "POST", "PUT", "DELETE",
	"CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI", "PROPFIND", "DESCRIBE",
	"ANNOUNCE", "SETUP", "REGISTER", "INVITE", "SUBSCRIBE"};

static bool is_method(const char *p, size_t n)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (smtpd_is_word(p, n, methods[i]))
			return true;
	}
	return false;
}

/* "NAME/1.1" at the end, the NAME of a protocol of requests. */
static bool has_version(const char *p, size_t n)
{
	return (n > 8 && (!memcmp(p + n - 8, "HTTP/", 5) ||
				 !memcmp(p + n - 8, "RTSP/", 5))) ||
	       (n > 7 && !memcmp(p + n - 7, "SIP/2.0", 7));
}

/* RFC 4253 4.2 */
static bool is_ssh(const char *p, size_t n)
{
	return n > 4 && !memcmp(p, "SSH-", 4);
}

static void end(struct smtpd_session *s)
{
	smtpd_pool.counts.foreign++;
	LOG(SMTPD_EV_ERROR, s, 421);
	smtpd_finish(s, SMTPD_END_REFUSED, SMTPD_NOT_SMTP);
}

/* see session.h */
bool smtpd_foreign_line(struct smtpd_session *s, const char *p, size_t n)
{
	const char *space = memchr(p, ' ', n);
	size_t verb = space ? (size_t)(space - p) : n;

	while (n && (p[n - 1] == '\r' || p[n - 1] == ' '))
		n--;
	if (!(verb && p[verb - 1] == ':') && !is_method(p, verb) &&
		!has_version(p, n) && !is_ssh(p, n))
		return false;
	BLAME(s, NOT_SMTP);
	end(s);
	return true;
}

/* see session.h */
void smtpd_foreign_octet(struct smtpd_session *s, uint8_t octet)
{
	if (octet != FIRST_TLS)
		BLAME(s, NOT_SMTP);
#if SMTPD_TOLERANT
	else if (!(s->quirks & SMTPD_QUIRK_BIT(TLS_FIRST)))
		BLAME(s, TLS_FIRST);
#endif
	end(s);
}

#else
typedef int smtpd_no_foreign; /* ISO C wants a declaration */
#endif
