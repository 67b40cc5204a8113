/*
 * cmd_hello.c - HELO, EHLO, LHLO: who the client is, what we can do
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "path.h"
#include "session.h"

/* see session.h */
bool smtpd_is_lmtp(const struct smtpd_session *s)
{
	return SMTPD_LMTP && s->listener->flags & SMTPD_LISTEN_LMTP;
}

/* see session.h */
bool smtpd_has_tls(const struct smtpd_session *s)
{
#if SMTPD_TLS
	return s->tls != NULL;
#else
	(void)s;
	return false;
#endif
}

/* see session.h */
bool smtpd_offers_starttls(const struct smtpd_session *s)
{
	return SMTPD_TLS && s->listener->flags & SMTPD_LISTEN_STARTTLS &&
	       !smtpd_has_tls(s);
}

/* see session.h */
bool smtpd_offers_auth(const struct smtpd_session *s)
{
	unsigned flags = s->listener->flags;

	return SMTPD_AUTH && flags & SMTPD_LISTEN_AUTH &&
	       s->listener->sink->auth &&
	       (smtpd_has_tls(s) || flags & SMTPD_LISTEN_AUTH_CLEAR);
}

static bool name_char(char c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
	       c == '.' || c == '_';
}

/*
 * Is it a name we can keep? RFC 5321 4.1.1.1 wants a Domain or a literal;
 * 4.1.4 forbids to refuse mail for a name that is merely wrong, so any name
 * that cannot break a Received: field will do.
 */
static bool is_hello(const char *arg)
{
	size_t n = strlen(arg);

	if (*arg == '[')
		return smtpd_domain_valid(arg, n, false);
	for (size_t i = 0; i < n; i++) {
		if (!name_char(arg[i]))
			return false;
	}
	return n > 0 && n <= 255;
}

static void keep_name(struct smtpd_session *s, const char *arg)
{
#if SMTPD_HELO_MAX > 0
	size_t n = strlen(arg);

	s->helo_len = (uint8_t)(n < SMTPD_HELO_MAX ? n : SMTPD_HELO_MAX);
	memcpy(s->helo, arg, s->helo_len);
#else
	(void)s;
	(void)arg;
#endif
}

/* Lines of the reply that begins at `from`: "250-text" each. */
static void offer(struct smtpd_session *s, const char *text)
{
	smtpd_put(s, "250-");
	smtpd_put(s, text);
	smtpd_put_eol(s);
}

static void offer_size(struct smtpd_session *s)
{
	smtpd_put(s, "250-SIZE");
	if (s->listener->limits->message_max) {
		smtpd_put(s, " ");
		smtpd_put_number(s, s->listener->limits->message_max);
	}
	smtpd_put_eol(s);
}

#if SMTPD_LIMITS
/* RFC 9422 */
static void offer_limits(struct smtpd_session *s)
{
	smtpd_put(s, "250-LIMITS RCPTMAX=");
	smtpd_put_number(s, s->listener->limits->rcpt_max);
	if (s->listener->limits->mail_max) {
		smtpd_put(s, " MAILMAX=");
		smtpd_put_number(s, s->listener->limits->mail_max);
	}
	smtpd_put_eol(s);
}
#endif

static void offer_all(struct smtpd_session *s)
{
	offer(s, "PIPELINING");
	offer_size(s);
	offer(s, "8BITMIME");
#if SMTPD_SMTPUTF8
	offer(s, "SMTPUTF8");
#endif
#if SMTPD_CHUNKING
	offer(s, "CHUNKING");
	offer(s, "BINARYMIME");
#endif
#if SMTPD_DSN
	if (s->listener->sink->flags & SMTPD_SINK_DSN)
		offer(s, "DSN");
#endif
#if SMTPD_LIMITS
	offer_limits(s);
#endif
#if SMTPD_TLS
	if (smtpd_offers_starttls(s))
		offer(s, "STARTTLS");
#endif
#if SMTPD_AUTH
	if (smtpd_offers_auth(s))
		offer(s, "AUTH PLAIN LOGIN");
#endif
	offer(s, "ENHANCEDSTATUSCODES");
}

/* RFC 5321 4.1.4: a hello also resets. */
static bool hello(struct smtpd_session *s, const char *arg)
{
	if (!is_hello(arg)) {
		smtpd_refuse(s, "501 5.5.4 Syntax: a host name or [address]");
		return false;
	}
	smtpd_forget(s, SMTPD_END_RESET);
	keep_name(s, arg);
	smtpd_enter(s, ST_READY);
	return true;
}

/* see session.h */
void smtpd_cmd_helo(struct smtpd_session *s, char *arg)
{
	if (!hello(s, arg))
		return;
	s->flags &= (uint16_t)~F_EXTENDED;
	smtpd_put(s, "250 ");
	smtpd_reply(s, s->listener->host_name);
}

static void reply_extended(struct smtpd_session *s)
{
	uint16_t last;

	offer(s, s->listener->host_name);
	offer_all(s);
	last = (uint16_t)(s->tx_len - sizeof "250-ENHANCEDSTATUSCODES\r\n" + 1);
	s->tx[last + 3] = ' ';
}

/* see session.h */
void smtpd_cmd_ehlo(struct smtpd_session *s, char *arg)
{
	if (!hello(s, arg))
		return;
	s->flags |= F_EXTENDED;
	reply_extended(s);
}

#define LEN(text) (sizeof(text) - 1)

/* The longest EHLO reply, without the host name. */
enum {
	EHLO_LEN = LEN("250-\r\n250-PIPELINING\r\n250-SIZE 4294967295\r\n"
		       "250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n") +
		   (SMTPD_SMTPUTF8 ? LEN("250-SMTPUTF8\r\n") : 0) +
		   (SMTPD_CHUNKING ? LEN("250-CHUNKING\r\n250-BINARYMIME\r\n")
				   : 0) +
		   (SMTPD_DSN ? LEN("250-DSN\r\n") : 0) +
		   (SMTPD_LIMITS ? LEN("250-LIMITS RCPTMAX=65535 "
				       "MAILMAX=65535\r\n")
				 : 0) +
		   (SMTPD_TLS ? LEN("250-STARTTLS\r\n") : 0) +
		   (SMTPD_AUTH ? LEN("250-AUTH PLAIN LOGIN\r\n") : 0)
};

static bool is_host_name(const char *name)
{
	for (const char *p = name; *p; p++) {
		if (!name_char(*p) && *p != '[' && *p != ']' && *p != ':')
			return false;
	}
	return *name;
}

/* see smtpd.h */
int smtpd_listener_check(const struct smtpd_listener *l)
{
	static const unsigned absent =
		(SMTPD_TLS ? 0
			   : SMTPD_LISTEN_STARTTLS | SMTPD_LISTEN_TLS |
					SMTPD_LISTEN_TLS_REQUIRED) |
		(SMTPD_AUTH ? 0
			    : SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_REQUIRED) |
		(SMTPD_LMTP ? 0 : SMTPD_LISTEN_LMTP);
	if (l->flags & absent)
		return SMTPD_ENONE;
	if (!l->sink->data || !l->sink->end || !is_host_name(l->host_name) ||
		EHLO_LEN + strlen(l->host_name) > SMTPD_REPLY_BUF)
		return SMTPD_EINVAL;
	return 0;
}
