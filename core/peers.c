/*
 * peers.c - see smtpd_peers.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "session.h"

#if SMTPD_PEERS > 0

/* After so long a peer is offered STARTTLS once more. */
#define AGAIN_MS 3600000u

static bool same_address(const struct smtpd_peer *a, const struct smtpd_peer *b)
{
	return a->family == b->family && !memcmp(a->ip, b->ip, sizeof a->ip);
}

static struct smtpd_peer_memory *find(const struct smtpd_peer *peer)
{
	for (unsigned i = 0; i < SMTPD_PEERS; i++) {
		struct smtpd_peer_memory *m = &smtpd_pool.peers[i];

		if (m->peer.family && same_address(&m->peer, peer))
			return m;
	}
	return NULL;
}

/* Is this entry better given up than that? Who has been away longest goes, who
 * has delivered only if all have: a flood of strangers does not displace it. */
static bool is_older(const struct smtpd_peer_memory *a,
	const struct smtpd_peer_memory *b, uint32_t now)
{
	if (SMTPD_EVICT && a->delivered != b->delivered)
		return b->delivered;
	return now - a->seen_ms > now - b->seen_ms;
}

/* A free entry, or one that is given up. */
static struct smtpd_peer_memory *make_room(uint32_t now)
{
	struct smtpd_peer_memory *oldest = smtpd_pool.peers;

	for (unsigned i = 0; i < SMTPD_PEERS; i++) {
		struct smtpd_peer_memory *m = &smtpd_pool.peers[i];

		if (!m->peer.family)
			return m;
		if (is_older(m, oldest, now))
			oldest = m;
	}
	memset(oldest, 0, sizeof *oldest);
	return oldest;
}

/* see session.h */
void smtpd_peer_note(const struct smtpd_session *s)
{
	uint32_t now = smtpd_port_now_ms();
	struct smtpd_peer_memory *m;

	if (!s->peer.family)
		return;
	m = find(&s->peer);
	if (!m)
		m = make_room(now);
	m->peer = s->peer;
	m->seen_ms = now;
}

/* see session.h */
void smtpd_peer_count(const struct smtpd_session *s, enum smtpd_quirk q)
{
	struct smtpd_peer_memory *m = find(&s->peer);

	if (m && m->quirks[q] < UINT16_MAX)
		m->quirks[q]++;
}

#if SMTPD_EVICT
/* see session.h */
void smtpd_peer_delivered(const struct smtpd_session *s)
{
	struct smtpd_peer_memory *m = find(&s->peer);

	if (m)
		m->delivered = true;
}

/* see session.h */
bool smtpd_peer_delivers(const struct smtpd_peer *peer)
{
	const struct smtpd_peer_memory *m = find(peer);

	return m && m->delivered;
}
#endif

/* see session.h */
void smtpd_peer_tls_late(const struct smtpd_session *s, bool late)
{
	struct smtpd_peer_memory *m = find(&s->peer);

	if (m)
		m->tls_late = late;
}

/* see session.h */
void smtpd_peer_tls(const struct smtpd_session *s, bool failed)
{
	struct smtpd_peer_memory *m = find(&s->peer);

	if (!m)
		return;
	if (failed && m->tls_failures < UINT16_MAX)
		m->tls_failures++;
	if (!failed)
		m->tls_failures = 0;
	m->tls_failed_ms = smtpd_port_now_ms();
}

/* see session.h */
bool smtpd_peer_fails_tls(const struct smtpd_session *s)
{
	struct smtpd_peer_memory *m = find(&s->peer);

	if (!m || m->tls_failures < SMTPD_TLS_FAILURES)
		return false;
	if (smtpd_port_now_ms() - m->tls_failed_ms < AGAIN_MS)
		return true;
	m->tls_failures = SMTPD_TLS_FAILURES - 1; /* one more try */
	return false;
}

/* see smtpd_peers.h */
const struct smtpd_peer_memory *smtpd_peer_get(unsigned i)
{
	for (unsigned k = 0; k < SMTPD_PEERS; k++) {
		if (smtpd_pool.peers[k].peer.family && !i--)
			return &smtpd_pool.peers[k];
	}
	return NULL;
}

/* see smtpd_peers.h */
const struct smtpd_peer_memory *smtpd_peer_of(const struct smtpd_session *s)
{
	return find(&s->peer);
}

#else

/* see smtpd_peers.h */
const struct smtpd_peer_memory *smtpd_peer_get(unsigned i)
{
	(void)i;
	return NULL;
}

/* see smtpd_peers.h */
const struct smtpd_peer_memory *smtpd_peer_of(const struct smtpd_session *s)
{
	(void)s;
	return NULL;
}

#endif
