/*
 * smtpd_peers.h - what is remembered of each peer
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A small static table of SMTPD_PEERS addresses; who has been away longest
 * makes room for a new one. Kept until the program ends. Context of every
 * function: any callback.
 */
#ifndef SMTPD_PEERS_H
#define SMTPD_PEERS_H

#include "smtpd.h"

struct smtpd_peer_memory {
	struct smtpd_peer peer; /* its port is that of the last session */
	uint32_t seen_ms;       /* smtpd_port_now_ms() of the last session */
	uint16_t tls_failures;  /* handshakes failed since one succeeded */
	uint32_t tls_failed_ms; /* when the last of them did */
	bool tls_late;          /* spoke TLS first, behind our greeting */
	bool delivered;         /* a message of it was accepted */
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
