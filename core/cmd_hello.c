/*
 * cmd_hello.c - HELO, EHLO, LHLO: who the client is, what we can do
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "path.h"
#include "session.h"

/*
 * Is it a name we can keep? RFC 5321 4.1.1.1 wants a Domain or a literal;
 * 4.1.4 forbids to refuse mail for a name that is merely wrong, so any name
 * that cannot break a Received: field will do.
 */
static bool is_hello(const char *arg)
{
	const char *end = *arg == '[' ? smtpd_domain(arg, NULL)
				      : smtpd_skip(arg, "-._", NULL);

	return end && !*end && end > arg && end - arg <= 255;
}

/* A name that was forgiven must not break a Received: field either. */
static void keep_name(struct smtpd_session *s, const char *arg)
{
#if SMTPD_HELO_MAX > 0
	size_t n = strlen(arg);

	s->helo_len = (uint8_t)(n < SMTPD_HELO_MAX ? n : SMTPD_HELO_MAX);
	memcpy(s->helo, arg, s->helo_len);
#if SMTPD_FORGIVE_HELO_BAD_NAME
	const char *odd = arg;

	while (odd = smtpd_skip(odd, "-._:[]", NULL),
		(size_t)(odd - arg) < s->helo_len)
		s->helo[odd++ - arg] = '?';
#endif
#else
	(void)s;
	(void)arg;
#endif
}

/* Capabilities that every listener of this build has. */
static const char always[] = "250-PIPELINING\r\n"
			     "250-8BITMIME\r\n"
#if SMTPD_SMTPUTF8
			     "250-SMTPUTF8\r\n"
#endif
#if SMTPD_CHUNKING
			     "250-CHUNKING\r\n"
			     "250-BINARYMIME\r\n"
#endif
	;

#if SMTPD_LIMITS
/* RFC 9422 */
static void offer_limits(struct smtpd_session *s)
{
	smtpd_put(s, "250-LIMITS RCPTMAX=");
	smtpd_put_number(s, LIMIT(s, rcpt_max, SMTPD_RCPT_MAX));
	if (LIMIT(s, mail_max, SMTPD_MAIL_MAX)) {
		smtpd_put(s, " MAILMAX=");
		smtpd_put_number(s, LIMIT(s, mail_max, SMTPD_MAIL_MAX));
	}
	smtpd_put(s, "\r\n");
}
#endif

#if SMTPD_TLS
/* From who only fails at it, and could do without. */
static bool hides_starttls(struct smtpd_session *s)
{
	return !(s->listener->flags & SMTPD_LISTEN_TLS_REQUIRED) &&
	       SMTPD_FORGIVE_STARTTLS_HIDDEN &&
	       s->listener->forgive & SMTPD_QUIRK_BIT(STARTTLS_HIDDEN) &&
	       smtpd_peer_fails_tls(s) && FORGIVE(s, STARTTLS_HIDDEN);
}
#endif

#if SMTPD_AUTH_MORE
/* In the order of their strength: clients take the first that they know. */
#define MECHANISMS                                                             \
	" EXTERNAL"                                                            \
	" SCRAM-SHA-256-PLUS"                                                  \
	" SCRAM-SHA-256"                                                       \
	" PLAIN"                                                               \
	" LOGIN"

static void offer_auth(struct smtpd_session *s)
{
	unsigned offered = smtpd_auth_mechanisms(s);

	smtpd_put(s, "250-AUTH");
	if (offered & SMTPD_MECH_EXTERNAL)
		smtpd_put(s, " EXTERNAL");
	if (offered & SMTPD_MECH_SCRAM_PLUS)
		smtpd_put(s, " SCRAM-SHA-256-PLUS");
	if (offered & SMTPD_MECH_SCRAM)
		smtpd_put(s, " SCRAM-SHA-256");
	if (offered & SMTPD_MECH_PLAIN)
		smtpd_put(s, " PLAIN");
	if (offered & SMTPD_MECH_LOGIN)
		smtpd_put(s, " LOGIN");
	smtpd_put(s, "\r\n");
}
#elif SMTPD_AUTH
#define MECHANISMS " PLAIN LOGIN"

static void offer_auth(struct smtpd_session *s)
{
	smtpd_put(s, "250-AUTH" MECHANISMS "\r\n");
}
#else
#define MECHANISMS ""
#endif

static void offer(struct smtpd_session *s)
{
	smtpd_put(s, always);
#if SMTPD_DSN
	if (s->listener->sink->flags & SMTPD_SINK_DSN)
		smtpd_put(s, "250-DSN\r\n");
#endif
#if SMTPD_LIMITS
	offer_limits(s);
#endif
#if SMTPD_TLS
	if (offers_starttls(s) && !hides_starttls(s))
		smtpd_put(s, "250-STARTTLS\r\n");
#endif
#if SMTPD_AUTH
	if (smtpd_offers_auth(s))
		offer_auth(s);
#endif
	smtpd_put(s, "250-SIZE ");
	/* RFC 1870 4: 0 means no limit */
	smtpd_put_number(s, LIMIT(s, message_max, SMTPD_MESSAGE_MAX));
	smtpd_reply(s, "\r\n250 ENHANCEDSTATUSCODES");
}

/* Another name, or none, is still a greeting. */
static bool forgives_name(struct smtpd_session *s, const char *arg)
{
	return *arg ? FORGIVE(s, HELO_BAD_NAME) : FORGIVE(s, HELO_MISSING_NAME);
}

/* RFC 5321 4.1.4: a hello also resets. */
static bool hello(struct smtpd_session *s, const char *arg)
{
	if (!is_hello(arg) && !forgives_name(s, arg)) {
		smtpd_refuse(s,
			TEXT("501 5.5.4", "Syntax: a host name or [address]"));
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

/* see session.h */
void smtpd_cmd_ehlo(struct smtpd_session *s, char *arg)
{
	if (!hello(s, arg))
		return;
	s->flags |= F_EXTENDED;
	smtpd_put(s, "250-");
	smtpd_put(s, s->listener->host_name);
	smtpd_put(s, "\r\n");
	offer(s);
}

#define LEN(text) (sizeof(text) - 1)

/* The longest EHLO reply, without the host name. */
enum {
	EHLO_LEN = sizeof always +
		   LEN("250-\r\n250-SIZE 4294967295\r\n"
		       "250 ENHANCEDSTATUSCODES\r\n") +
		   (SMTPD_DSN ? LEN("250-DSN\r\n") : 0) +
		   (SMTPD_LIMITS ? LEN("250-LIMITS RCPTMAX=65535 "
				       "MAILMAX=65535\r\n")
				 : 0) +
		   (SMTPD_TLS ? LEN("250-STARTTLS\r\n") : 0) +
		   (SMTPD_AUTH ? LEN("250-AUTH" MECHANISMS "\r\n") : 0)
};

/* see smtpd.h */
int smtpd_listener_check(const struct smtpd_listener *l)
{
	static const uint16_t not_any =
		SMTPD_LISTEN_AUTH_ANY | SMTPD_LISTEN_AUTH_REQUIRED;
	static const unsigned absent =
		(SMTPD_TOLERANT ? 0 : SMTPD_LISTEN_AUTH_ANY) |
		(SMTPD_TLS ? 0
			   : SMTPD_LISTEN_STARTTLS | SMTPD_LISTEN_TLS |
					SMTPD_LISTEN_TLS_REQUIRED) |
		(SMTPD_AUTH ? 0
			    : SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_REQUIRED |
					SMTPD_LISTEN_AUTH_ANY) |
		(SMTPD_LMTP ? 0 : SMTPD_LISTEN_LMTP);
	size_t name_len = strlen(l->host_name);

	if (l->flags & absent || l->forgive & ~SMTPD_FORGIVE_ALL)
		return SMTPD_ENONE;
#if SMTPD_EARLY_TALKER
	if (l->greet_delay_ms > 60000)
		return SMTPD_EINVAL;
#endif
	if (!l->sink->data || !l->sink->end ||
		(!SMTPD_FIXED_LIMITS && !l->limits->rcpt_max) ||
		!is_hello(l->host_name) || (l->flags & not_any) == not_any ||
		EHLO_LEN + LAST_ROOM + name_len > SMTPD_REPLY_BUF ||
		(SMTPD_RECEIVED && RECEIVED_LEN + SMTPD_HELO_MAX + name_len >
					   SMTPD_LINE_MAX))
		return SMTPD_EINVAL;
	return 0;
}
