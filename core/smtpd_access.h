/*
 * smtpd_access.h - who may connect: lists of address blocks
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Of the rules that have the peer's address the one with the longest prefix
 * decides, wherever it stands; of two alike the one that denies. A peer whom
 * no rule has is let in, unless the list says that some are: a list that
 * allows anybody keeps all others out, whatever their family. A peer of
 * unknown address is nowhere.
 *
 * Needs SMTPD_ACCESS.
 */
#ifndef SMTPD_ACCESS_H
#define SMTPD_ACCESS_H

#include "smtpd_cidr.h"

struct smtpd_access_rule {
	struct smtpd_cidr block;
	bool deny;
	uint8_t groups; /* bits of the lists that it is in */
};

/* What `access` of struct smtpd_listener points to. Constant while a session
 * of it may be opened; may be in flash. */
struct smtpd_access {
	const struct smtpd_access_rule *rules;
	uint16_t count;
	uint8_t groups; /* rules count that have one of these bits */
};

enum smtpd_access_verdict {
	SMTPD_ACCESS_DENIED,
	SMTPD_ACCESS_UNLISTED, /* let in, for nothing is said of it */
	SMTPD_ACCESS_LISTED,   /* let in by a rule */
};

/* What the list says of a peer; access NULL: no list. Looks at each rule once.
 * Context: any. */
enum smtpd_access_verdict smtpd_access_ask(
	const struct smtpd_access *access, const struct smtpd_peer *peer);

#endif
