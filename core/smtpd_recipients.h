/*
 * smtpd_recipients.h - which recipients a listener takes mail for, as lists
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Asked before the sink's `rcpt`; anything else is refused with 550 5.7.1.
 * ASCII letters are compared without regard to case, in local parts as well;
 * all other octets, UTF-8 too, as they are. Quotes around a local part and
 * backslashes in it mean nothing ("a\b" is ab, RFC 5321 4.1.2). Only with
 * SMTPD_RECIPIENTS. Context of every function: any.
 */
#ifndef SMTPD_RECIPIENTS_H
#define SMTPD_RECIPIENTS_H

#include "smtpd.h"

#if SMTPD_RECIPIENTS

/*
 * Lists have commas between and perhaps spaces around their items.
 *
 * With `domains` alone any local part of them is taken, but none with '@', '%'
 * or '!' in it, by which somebody else could be meant ("a@b"@local, a%b@local).
 * With `addresses` only those are. Postmaster is taken always, at each of these
 * domains and without one (RFC 5321 4.5.1). An address without a domain, where
 * that is forgiven, belongs to all of them.
 */
struct smtpd_recipients {
	const char *domains;   /* example.org, [192.0.2.1]; literals as text */
	const char *addresses; /* alerts@example.org; alerts: at all domains */
	char delimiter; /* a sign: alerts+cam1 is alerts as well; 0: none is */
};

/*
 * Check the lists before they are used.
 *
 * at  receives the item that is wrong, of a list's text.
 *
 * Returns NULL, or what is wrong with it: half a sentence of static lifetime.
 */
const char *smtpd_recipients_check(
	const struct smtpd_recipients *, struct smtpd_str *at);

/* Is mail for this recipient taken? */
bool smtpd_recipients_has(
	const struct smtpd_recipients *, const struct smtpd_path *to);

#endif

#endif
