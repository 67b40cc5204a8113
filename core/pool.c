/*
 * pool.c - the static pool of sessions
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A ref is index + k * SMTPD_MAX_SESSIONS with k counting the questions a slot
 * has asked, so it names the slot and goes stale with the next question.
 */
#include "session.h"

struct pool smtpd_pool;

static unsigned index_of(const struct smtpd_session *s)
{
	return (unsigned)(s - smtpd_pool.session);
}

/* The next ref of the slot, never one below SMTPD_MAX_SESSIONS. */
static void renew_ref(struct smtpd_session *s)
{
	s->ref += SMTPD_MAX_SESSIONS;
	if (s->ref < SMTPD_MAX_SESSIONS)
		s->ref = SMTPD_MAX_SESSIONS + index_of(s);
}

/* see session.h */
void smtpd_ask(struct smtpd_session *s, enum question q)
{
	renew_ref(s);
	s->question = (uint8_t)q;
	s->staged = 0;
}

/* see session.h */
struct smtpd_session *smtpd_pool_take(
	const struct smtpd_listener *listener, struct smtpd_conn *conn)
{
	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		struct smtpd_session *s = &smtpd_pool.session[i];
		smtpd_ref ref = s->ref;

		if (s->state != ST_FREE)
			continue;
		memset(s, 0, offsetof(struct smtpd_session, line));
		s->listener = listener;
		s->conn = conn;
		s->ref = ref ? ref : SMTPD_MAX_SESSIONS + i;
		smtpd_port_peer(conn, &s->peer);
		smtpd_pool.count++;
		return s;
	}
	return NULL;
}

#if SMTPD_SCRAM
/* see scram.h */
struct smtpd_scram_exchange *smtpd_scram_of(const struct smtpd_session *s)
{
	for (unsigned i = 0; i < SMTPD_SCRAM_EXCHANGES; i++) {
		struct smtpd_scram_exchange *x = &smtpd_pool.scram.exchange[i];

		if (x->session == s)
			return x;
	}
	return NULL;
}

/* see scram.h */
void smtpd_scram_end(const struct smtpd_session *s)
{
	struct smtpd_scram_exchange *x = smtpd_scram_of(s);

	if (x)
		smtpd_wipe(x, sizeof *x);
}
#endif

/* see session.h */
void smtpd_pool_free(struct smtpd_session *s)
{
	smtpd_scram_end(s);
	if (SMTPD_AUTH)
		smtpd_wipe(s->line, sizeof s->line);
	s->state = ST_FREE;
	smtpd_pool.count--;
}

/* see session.h */
void smtpd_pool_release(
	struct smtpd_session *s, enum smtpd_end why, bool unacknowledged)
{
	const struct smtpd_sink *sink = s->listener->sink;

	renew_ref(s);
	if (sink->closed)
		sink->closed(s, why, unacknowledged);
	LOG(SMTPD_EV_CLOSED, s, why);
	smtpd_pool_free(s);
}

/* see session.h */
struct smtpd_session *smtpd_pool_find(smtpd_ref ref)
{
	struct smtpd_session *s = &smtpd_pool.session[ref % SMTPD_MAX_SESSIONS];

	if (s->state == ST_FREE || s->ref != ref || !(s->flags & F_PENDING))
		return NULL;
	return s;
}

/* see session.h */
bool smtpd_pool_stressed(void)
{
	return SMTPD_MAX_SESSIONS - smtpd_pool.count <= SMTPD_MAX_SESSIONS / 4;
}

/* see smtpd.h */
smtpd_ref smtpd_session_ref(const struct smtpd_session *s)
{
	return s->ref;
}

#if SMTPD_COUNTS
/* see smtpd_counts.h */
const struct smtpd_counts *smtpd_counts(void)
{
	return &smtpd_pool.counts;
}
#endif

/* see smtpd.h */
unsigned smtpd_session_count(void)
{
	return smtpd_pool.count;
}

/* see smtpd.h */
const struct smtpd_session *smtpd_session_at(unsigned i)
{
	return i < SMTPD_MAX_SESSIONS && smtpd_pool.session[i].state != ST_FREE
		       ? &smtpd_pool.session[i]
		       : NULL;
}

/* see smtpd.h */
enum smtpd_phase smtpd_session_phase(const struct smtpd_session *s)
{
	static const uint8_t phases[] = {
		[ST_FREE] = SMTPD_PHASE_CLOSING,
		[ST_CONNECT] = SMTPD_PHASE_CONNECT,
		[ST_TLS] = SMTPD_PHASE_TLS,
		[ST_START] = SMTPD_PHASE_COMMAND,
		[ST_READY] = SMTPD_PHASE_COMMAND,
		[ST_MAIL] = SMTPD_PHASE_ENVELOPE,
		[ST_RCPT] = SMTPD_PHASE_ENVELOPE,
		[ST_AUTH] = SMTPD_PHASE_AUTH,
		[ST_DATA] = SMTPD_PHASE_MESSAGE,
		[ST_CHUNK] = SMTPD_PHASE_MESSAGE,
		[ST_CHUNKS] = SMTPD_PHASE_MESSAGE,
		[ST_CLOSING] = SMTPD_PHASE_CLOSING,
		[ST_PENALTY] = SMTPD_PHASE_AUTH,
	};

	return s->flags & F_PENDING ? SMTPD_PHASE_SINK
				    : (enum smtpd_phase)phases[s->state];
}

/* see smtpd.h */
size_t smtpd_session_size(void)
{
	return sizeof(struct smtpd_session);
}

/* see smtpd.h */
void smtpd_session_info(const struct smtpd_session *s, struct smtpd_info *info)
{
	memset(info, 0, sizeof *info);
	info->listener = s->listener;
	info->peer = s->peer;
#if SMTPD_HELO_MAX > 0
	info->helo = (struct smtpd_str){s->helo, s->helo_len};
#endif
	info->protocol = smtpd_protocol(s);
#if SMTPD_TLS
	info->tls = s->tls;
#if SMTPD_TOLERANT
	info->tls_offer = smtpd_pool.offer;
#endif
#endif
	info->index = index_of(s);
	info->authenticated = s->flags & F_AUTHED;
	info->rcpt_count = s->rcpt_count;
	info->mail_count = s->mail_count;
	info->octets = s->octets;
}
