/*
 * session.c - a session from its opening to its end, and its input
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "debts.h"
#include "greet.h"
#include "session.h"

/* see session.h */
void smtpd_enter(struct smtpd_session *s, enum state st)
{
	s->state = (uint8_t)st;
	s->since_ms = smtpd_port_now_ms();
}

/* see session.h */
void smtpd_finish(struct smtpd_session *s, enum smtpd_end why, const char *text)
{
	if (s->state == ST_CLOSING)
		return;
	smtpd_forget(s, why);
	smtpd_enter(s, ST_CLOSING);
	if (text)
		smtpd_reply(s, text);
	s->why = (uint8_t)why;
	s->flags &= (uint16_t) ~(F_PENDING | F_HELD);
	smtpd_port_wake(s->conn);
}

static void drop_mail(struct smtpd_session *s, enum smtpd_end why)
{
	const struct smtpd_sink *sink = s->listener->sink;

	if (s->flags & F_MAIL && sink->reset)
		sink->reset(s, why);
	s->flags &= (uint16_t)~F_MAIL;
}

/* see session.h */
void smtpd_forget(struct smtpd_session *s, enum smtpd_end why)
{
	drop_mail(s, why);
	s->flags &= (uint16_t) ~(
		F_BINARY | F_UTF8 | F_BDAT | F_LAST | F_ENDED | F_REFUSED);
	s->rcpt_count = 0;
#if SMTPD_RATES
	if (s->octets)
		smtpd_rate_octets(s);
#endif
	s->octets = 0;
}

/* see session.h */
void smtpd_refuse_rest(
	struct smtpd_session *s, enum smtpd_end why, const char *text)
{
	drop_mail(s, why);
	s->flags |= F_REFUSED;
	s->refusal = text;
}

/* There is no way to say anything before the handshake. */
static bool speaks_tls_first(const struct smtpd_session *s)
{
	return s->listener->flags & SMTPD_LISTEN_TLS && !has_tls(s);
}

static void connect_accepted(struct smtpd_session *s)
{
	if (speaks_tls_first(s))
		smtpd_enter(s, ST_TLS);
	else
		smtpd_greet_in_time(s);
}

static void connect_refused(struct smtpd_session *s)
{
	if (!speaks_tls_first(s))
		smtpd_refuse_staged(s, TEXT("554 5.7.1", "Not welcome here"));
	smtpd_finish(s, SMTPD_END_REFUSED, NULL);
}

/* What follows a verdict; `refused` NULL means just the reply. */
static const struct {
	void (*proceed)(struct smtpd_session *);
	void (*refused)(struct smtpd_session *);
} questions[] = {
	[Q_CONNECT] = {connect_accepted, connect_refused},
#if SMTPD_AUTH
	[Q_AUTH] = {smtpd_auth_accepted, smtpd_auth_refused},
#endif
	[Q_MAIL] = {smtpd_mail_accepted, smtpd_mail_refused},
	[Q_RCPT] = {smtpd_rcpt_accepted, smtpd_rcpt_refused},
	[Q_BEGIN] = {smtpd_begin_accepted, smtpd_begin_refused},
	[Q_DATA] = {smtpd_data_accepted, smtpd_data_refused},
	[Q_END] = {smtpd_end_accepted, smtpd_end_refused},
#if SMTPD_SCRAM
	[Q_SCRAM] = {smtpd_scram_go_on, smtpd_scram_unknown},
#endif
};

/* Questions that the sink alone answers; AUTH has reasons of its own. */
#define OF_MAIL                                                                \
	(IN(Q_CONNECT) | IN(Q_MAIL) | IN(Q_RCPT) | IN(Q_BEGIN) | IN(Q_DATA) |  \
		IN(Q_END))

/* see session.h */
void smtpd_settle(
	struct smtpd_session *s, enum question q, enum smtpd_verdict verdict)
{
	if (verdict == SMTPD_LATER) {
		s->flags |= F_PENDING;
		s->since_ms = smtpd_port_now_ms();
		return;
	}
	if (s->flags & F_PENDING)
		s->since_ms = smtpd_port_now_ms();
	s->flags &= (uint16_t)~F_PENDING;
	if (verdict == SMTPD_ACCEPT) {
		questions[q].proceed(s);
		return;
	}
	if (IN(q) & OF_MAIL)
		BLAME_POLICY(s, SINK_REFUSED);
	questions[q].refused(s);
}

/* see smtpd.h */
int smtpd_session_verdict(smtpd_ref ref, enum smtpd_verdict verdict,
	unsigned code, const char *enhanced, const char *text)
{
	struct smtpd_session *s = smtpd_pool_find(ref);

	if (!s || s->question == Q_DATA)
		return SMTPD_EGONE;
	if (verdict != SMTPD_ACCEPT && verdict != SMTPD_REJECT)
		return SMTPD_EINVAL;
#if SMTPD_SCRAM
	if (s->question == Q_SCRAM && verdict == SMTPD_ACCEPT)
		return SMTPD_EINVAL; /* with which keys? */
#endif
	if (code && smtpd_session_reply(s, code, enhanced, text) != 0)
		return SMTPD_EINVAL;
	smtpd_settle(s, (enum question)s->question, verdict);
	smtpd_port_wake(s->conn);
	return 0;
}

/* see smtpd.h */
int smtpd_session_resume(smtpd_ref ref)
{
	struct smtpd_session *s = smtpd_pool_find(ref);

	if (!s || s->question != Q_DATA)
		return SMTPD_EGONE;
	smtpd_settle(s, Q_DATA, SMTPD_ACCEPT);
	smtpd_port_wake(s->conn);
	return 0;
}

/* see session.h */
bool smtpd_same_host(const struct smtpd_peer *a, const struct smtpd_peer *b)
{
	bool link_local = a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
	size_t len = a->family == 4 ? 4
		     : link_local   ? sizeof a->ip
				    : sizeof a->ip / 2;

	return a->family && a->family == b->family &&
	       !memcmp(a->ip, b->ip, len);
}

/* Sessions from the same host, this one included. */
static unsigned count_peer(const struct smtpd_session *from)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		const struct smtpd_session *s = &smtpd_pool.session[i];

		n += s->state != ST_FREE &&
		     smtpd_same_host(&s->peer, &from->peer);
	}
	return n;
}

#if SMTPD_ACCESS
/* Nobody gives way to him. */
static bool is_denied(
	const struct smtpd_listener *l, const struct smtpd_conn *conn)
{
	struct smtpd_peer peer;

	smtpd_port_peer(conn, &peer);
	return smtpd_access_ask(l->access, &peer) == SMTPD_ACCESS_DENIED;
}

/* Why the session may not begin, as a whole reply; or NULL. RFC 5321 3.1 would
 * have it wait for QUIT behind 554: whoever is not wanted gets no slot. */
static const char *keeps_out(struct smtpd_session *s)
{
	if (smtpd_access_ask(s->listener->access, &s->peer) ==
		SMTPD_ACCESS_DENIED) {
		smtpd_pool.counts.denied++;
		LOG(SMTPD_EV_REFUSED, s, 554);
		BLAME_POLICY(s, ACCESS_DENIED);
		return TEXT("554 5.7.1", "Not welcome here") "\r\n";
	}
	return NULL;
}
#else
#define is_denied(l, conn) false
#endif

/* see smtpd.h */
struct smtpd_session *smtpd_session_open(const struct smtpd_listener *l,
	struct smtpd_conn *conn, const char **refusal)
{
	struct smtpd_session *s =
		smtpd_pool.stopping ? NULL : smtpd_pool_take(l, conn);
	uint16_t max;
#if SMTPD_ACCESS
	const char *why;
#endif

	if (!s && !smtpd_pool.stopping && !is_denied(l, conn) &&
		smtpd_evict(conn))
		s = smtpd_pool_take(l, conn);
#if SMTPD_ACCESS
	why = s ? keeps_out(s) : NULL;
	if (why) {
		*refusal = why;
		smtpd_pool_free(s);
		return NULL;
	}
#endif
	*refusal = TEXT("421 4.3.2", "Too busy, try again later") "\r\n";
	if (s) {
		smtpd_enter(s, ST_CONNECT);
		max = LIMIT(s, peer_sessions, SMTPD_PEER_SESSIONS);
		if (max && count_peer(s) > max) {
			BLAME_POLICY(s, TOO_MANY_SESSIONS);
			*refusal = TEXT("421 4.7.0",
				"Too many sessions from you") "\r\n";
			smtpd_pool_free(s);
			s = NULL;
		}
	}
	if (!s) {
		LOG(SMTPD_EV_REFUSED, NULL, 421);
		return NULL;
	}
	smtpd_peer_note(s);
#if SMTPD_RATES
	if (!smtpd_rate_session(s)) {
		LOG(SMTPD_EV_REFUSED, s, 421);
		BLAME_POLICY(s, RATE_EXCEEDED);
		smtpd_pool_free(s);
		*refusal = TEXT("421 4.7.0",
			"Too many sessions a minute from you") "\r\n";
		return NULL;
	}
#endif
	smtpd_ask(s, Q_CONNECT);
	smtpd_settle(s, Q_CONNECT,
		l->sink->connect ? l->sink->connect(s) : SMTPD_ACCEPT);
	return s;
}

/* see smtpd.h */
void smtpd_session_tls_started(
	struct smtpd_session *s, const struct smtpd_tls_info *info)
{
#if SMTPD_TLS
	bool greeted = !(s->listener->flags & SMTPD_LISTEN_TLS) &&
		       !(s->flags & F_TLS_FIRST);

	s->tls = info;
	s->line_len = 0;
	s->flags &= (uint16_t) ~(F_EXTENDED | F_AUTHED | F_LONG | F_TLS_FIRST);
#if SMTPD_HELO_MAX > 0
	s->helo_len = 0;
#endif
	smtpd_peer_tls(s, false);
	LOG(SMTPD_EV_TLS, s, 0);
#if SMTPD_TLS_LEGACY && SMTPD_TOLERANT
	smtpd_note_version(s, info);
#endif
	if (greeted)
		smtpd_enter(s, ST_START); /* RFC 3207 4.2: no new greeting */
	else if (s->state == ST_TLS)
		smtpd_greet_in_time(s);
#else
	(void)s;
	(void)info;
#endif
}
