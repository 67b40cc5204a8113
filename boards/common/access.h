/*
 * access.h - the options `allow` and `deny`: who may connect to which port
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Comma lists of ADDRESS/LENGTH or ADDRESS, IPv4 and IPv6, which count for all
 * ports; PORT=ADDRESS/LENGTH counts for one: smtp, submission, smtps or lmtp.
 * What decides stands in core/smtpd_access.h. Needs SMTPD_ACCESS.
 */
#ifndef BOARD_ACCESS_H
#define BOARD_ACCESS_H

#include "policy.h"
#include "smtpd_access.h"
#include "text.h"

/* Entries of both lists together. */
#ifndef BOARD_ACCESS_MAX
#define BOARD_ACCESS_MAX 64
#endif

struct board_access {
	struct smtpd_access_rule rules[BOARD_ACCESS_MAX];
	struct smtpd_access lists[BOARD_PORTS]; /* for struct smtpd_listener */
};

/*
 * Read a list; the other one may have been read before.
 *
 * out   zeroed before the first list.
 * list  NUL-terminated; "": nothing.
 * why   receives the entry that is wrong, and why.
 *
 * Returns 0; or SMTPD_EINVAL: an entry is wrong, or there are more than
 * BOARD_ACCESS_MAX. Nobody can connect to any port then, for it is not known
 * who was meant.
 * Context: any.
 */
int board_access_read(struct board_access *out, const char *list, bool deny,
	struct board_text *why);

#endif
