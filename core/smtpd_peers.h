/*
 * smtpd_peers.h - what is remembered of each peer
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A small static table of SMTPD_PEERS addresses; who has been away longest
 * makes room for a new one. With SMTPD_RATES or SMTPD_AUTH_DELAY that is who
 * has least against him, and a new one begins with as much against him as
 * anybody had who was pushed out: nobody gets rid of a penalty by filling the
 * table with other addresses. Peers that a rule lets in (smtpd_access.h) begin
 * with nothing, and are pushed out last. Kept until the program ends.
 * Context of every function: any callback.
 */
#ifndef SMTPD_PEERS_H
#define SMTPD_PEERS_H

#include "smtpd.h"

/* What counts against a peer; all of an IPv6 /64 have the same. */
#define SMTPD_DEBTS (SMTPD_RATES || SMTPD_AUTH_DELAY)

enum smtpd_debt {
	SMTPD_DEBT_SESSIONS,
	SMTPD_DEBT_MESSAGES,
	SMTPD_DEBT_OCTETS,
	SMTPD_DEBT_KINDS,
};

struct smtpd_debts {
	uint32_t us[SMTPD_DEBT_KINDS]; /* of the minute that each rate grants,
					  used up when it was at_ms */
	uint32_t at_ms;
	uint32_t auth_ms;      /* of the last failed AUTH */
	uint8_t auth_failures; /* not yet forgotten */
};

struct smtpd_peer_memory {
	struct smtpd_peer peer; /* its port is that of the last session */
	uint32_t seen_ms;       /* smtpd_port_now_ms() of the last session */
	uint16_t tls_failures;  /* handshakes failed since one succeeded */
	uint32_t tls_failed_ms; /* when the last of them did */
	bool tls_late;          /* spoke TLS first, behind our greeting */
	bool delivered;         /* a message of it was accepted */
#if SMTPD_DEBTS
	bool listed; /* let in by a rule of who may connect */
	/* That of the first entry of a /64 counts. */
	struct smtpd_debts debts;
#endif
	/* How often each quirk was told of, at most 65535. */
	uint16_t quirks[SMTPD_QUIRK_COUNT];
};

/*
 * Entry i of the table, in no order; 0 and up. Returns NULL past the last, and
 * without SMTPD_PEERS. Valid until a session is opened.
 */
const struct smtpd_peer_memory *smtpd_peer_get(unsigned i);

/* The entry of a session's peer; NULL when there is none. */
const struct smtpd_peer_memory *smtpd_peer_of(const struct smtpd_session *);

#endif
