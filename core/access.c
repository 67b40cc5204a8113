/*
 * access.c - see smtpd_access.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_access.h"

#if SMTPD_ACCESS

/* Is a the better rule of two that both have the peer? */
static bool decides(
	const struct smtpd_access_rule *a, const struct smtpd_access_rule *b)
{
	if (a->block.len != b->block.len)
		return a->block.len > b->block.len;
	return a->deny;
}

/* see smtpd_access.h */
enum smtpd_access_verdict smtpd_access_ask(
	const struct smtpd_access *access, const struct smtpd_peer *peer)
{
	const struct smtpd_access_rule *best = NULL;
	bool allows = false;

	for (unsigned i = 0; access && i < access->count; i++) {
		const struct smtpd_access_rule *r = &access->rules[i];

		if (!(r->groups & access->groups))
			continue;
		allows |= !r->deny;
		if (smtpd_cidr_has(&r->block, peer) &&
			(!best || decides(r, best)))
			best = r;
	}
	if (!best)
		return allows ? SMTPD_ACCESS_DENIED : SMTPD_ACCESS_UNLISTED;
	return best->deny ? SMTPD_ACCESS_DENIED : SMTPD_ACCESS_LISTED;
}

#else
typedef int smtpd_no_access; /* ISO C wants a declaration */
#endif
