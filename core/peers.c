/*
 * peers.c - see smtpd_peers.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "debts.h"
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

#if SMTPD_DEBTS

/* Whose debts count for this peer, but for those of `but`. */
static struct smtpd_peer_memory *account(
	const struct smtpd_peer *peer, const struct smtpd_peer_memory *but)
{
	for (unsigned i = 0; i < SMTPD_PEERS; i++) {
		struct smtpd_peer_memory *m = &smtpd_pool.peers[i];

		if (m != but && smtpd_same_host(&m->peer, peer))
			return m;
	}
	return NULL;
}

/* see session.h */
struct smtpd_debts *smtpd_peer_debts(const struct smtpd_session *s)
{
	struct smtpd_peer_memory *m = account(&s->peer, NULL);

	if (!m) { /* pushed out meanwhile */
		smtpd_peer_note(s);
		m = account(&s->peer, NULL);
	}
	return m ? &m->debts : NULL;
}

/* see session.h */
bool smtpd_peer_listed(const struct smtpd_session *s)
{
	struct smtpd_peer_memory *m = find(&s->peer);

	return m && m->listed;
}

static bool is_listed(const struct smtpd_session *s)
{
#if SMTPD_ACCESS
	return smtpd_access_ask(s->listener->access, &s->peer) ==
	       SMTPD_ACCESS_LISTED;
#else
	(void)s;
	return false;
#endif
}

/* What it owes is owed by the rest of its /64 from now on, or by whoever is
 * new. */
static void push_out(struct smtpd_peer_memory *m)
{
	struct smtpd_peer_memory *heir = account(&m->peer, m);
	struct smtpd_debts *to = heir ? &heir->debts : &smtpd_pool.floor;

	smtpd_debts_drain(&m->debts);
	smtpd_debts_drain(to);
	smtpd_debts_raise(to, &m->debts);
}

/* A new peer begins with this. */
static void begin_debts(
	struct smtpd_peer_memory *m, const struct smtpd_session *s)
{
	const struct smtpd_peer_memory *first = account(&s->peer, m);

	m->debts.at_ms = smtpd_port_now_ms();
	if (first)
		m->debts = first->debts;
	else if (!is_listed(s))
		m->debts = smtpd_pool.floor;
}

#endif

/* Is this entry better given up than that? Who has delivered goes only if all
 * have: a flood of strangers does not displace it; then whoever has least
 * against it, then who has been away longest. Who is listed goes last. */
static bool goes_before(const struct smtpd_peer_memory *a,
	const struct smtpd_peer_memory *b, uint32_t now)
{
#if SMTPD_DEBTS
	uint32_t wa = smtpd_debts_weight(&a->debts);
	uint32_t wb = smtpd_debts_weight(&b->debts);

	if (a->listed != b->listed)
		return b->listed;
#endif
	if (SMTPD_EVICT && a->delivered != b->delivered)
		return b->delivered;
#if SMTPD_DEBTS
	if (wa != wb)
		return wa < wb;
#endif
	return now - a->seen_ms > now - b->seen_ms;
}

/* A free entry, or that of who is least missed. */
static struct smtpd_peer_memory *make_room(uint32_t now)
{
	struct smtpd_peer_memory *first = smtpd_pool.peers;

	for (unsigned i = 0; i < SMTPD_PEERS; i++) {
		struct smtpd_peer_memory *m = &smtpd_pool.peers[i];

		if (!m->peer.family)
			return m;
#if SMTPD_DEBTS
		smtpd_debts_drain(&m->debts);
#endif
		if (goes_before(m, first, now))
			first = m;
	}
#if SMTPD_DEBTS
	push_out(first);
#endif
	memset(first, 0, sizeof *first);
	return first;
}

/* see session.h */
void smtpd_peer_note(const struct smtpd_session *s)
{
	uint32_t now = smtpd_port_now_ms();
	struct smtpd_peer_memory *m;

	if (!s->peer.family)
		return;
	m = find(&s->peer);
	if (!m) {
		m = make_room(now);
#if SMTPD_DEBTS
		begin_debts(m, s);
#endif
	}
	m->peer = s->peer;
	m->seen_ms = now;
#if SMTPD_DEBTS
	m->listed = is_listed(s);
#endif
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
