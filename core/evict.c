/*
 * evict.c - who goes when all slots are taken and somebody better comes
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Slow clients can hold all slots, and come back faster than a device that has
 * one alarm to send. So an address that has no session may take a slot from
 * whoever has kept us waiting longest and has never delivered anything: one
 * that has delivered before at once, another after EVICT_MS.
 */
#include "session.h"

#if SMTPD_EVICT

#define EVICT_MS 1000 /* long enough to say HELO, and MAIL, and RCPT */

/* A device that has delivered does not answer for the rest of its /64. */
static bool has_session(const struct smtpd_peer *peer)
{
	bool delivers = smtpd_peer_delivers(peer);

	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		const struct smtpd_session *s = &smtpd_pool.session[i];

		if (s->state != ST_FREE && smtpd_same_host(&s->peer, peer) &&
			(!delivers ||
				!memcmp(s->peer.ip, peer->ip, sizeof peer->ip)))
			return true;
	}
	return false;
}

/* Waits for its client, who has not shown to be good for anything. */
static bool may_go(const struct smtpd_session *s)
{
	const unsigned early = IN(ST_CONNECT) | IN(ST_TLS) | IN(ST_START) |
			       IN(ST_READY) | IN(ST_MAIL) | IN(ST_RCPT) |
			       IN(ST_AUTH);

	return IN(s->state) & early &&
	       !(s->flags & (F_PENDING | F_COMMITTED)) &&
	       !smtpd_peer_delivers(&s->peer);
}

static struct smtpd_session *slowest(uint32_t now)
{
	struct smtpd_session *found = NULL;

	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		struct smtpd_session *s = &smtpd_pool.session[i];

		if (may_go(s) &&
			(!found || now - s->since_ms > now - found->since_ms))
			found = s;
	}
	return found;
}

/* see session.h */
bool smtpd_evict(struct smtpd_conn *newcomer)
{
	uint32_t now = smtpd_port_now_ms();
	struct smtpd_session *s = slowest(now);
	struct smtpd_conn *conn;
	struct smtpd_peer peer;

	memset(&peer, 0, sizeof peer);
	smtpd_port_peer(newcomer, &peer);
	if (!s || !peer.family || has_session(&peer) ||
		(now - s->since_ms < EVICT_MS && !smtpd_peer_delivers(&peer)))
		return false;
	LOG(SMTPD_EV_TIMEOUT, s, 0);
	conn = s->conn;
	smtpd_forget(s, SMTPD_END_TIMEOUT);
	smtpd_pool_release(s, SMTPD_END_TIMEOUT, false);
	smtpd_port_close(conn, SMTPD_CLOSE_ABORT);
	return true;
}

#else
typedef int smtpd_no_evict; /* ISO C wants a declaration */
#endif
