/*
 * debts.h - what counts against a peer: rates, and AUTHs that failed
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_DEBTS_H
#define SMTPD_DEBTS_H

#include "session.h"

#if SMTPD_DEBTS

/* What counts against the session's peer; NULL when it is unknown. Valid until
 * a session is opened. */
struct smtpd_debts *smtpd_peer_debts(const struct smtpd_session *);

/* Did a rule let it in? */
bool smtpd_peer_listed(const struct smtpd_session *);

/* Time has passed: forget what is paid. */
void smtpd_debts_drain(struct smtpd_debts *);

/* Let *to be no less than *from. Both were drained now. */
void smtpd_debts_raise(struct smtpd_debts *to, const struct smtpd_debts *from);

/* To compare them; 0: none. */
uint32_t smtpd_debts_weight(const struct smtpd_debts *);

#endif

#if SMTPD_RATES

/* May its peer have one more session? Then it has. */
bool smtpd_rate_session(struct smtpd_session *);

/* The same of a message: NULL, or why not. */
const char *smtpd_rate_mail(struct smtpd_session *);

/* So many octets came, whatever became of them. */
void smtpd_rate_octets(struct smtpd_session *);

#endif

#if SMTPD_AUTH_DELAY

/* How long AUTH has to wait now; for those that wait already it is as long,
 * from when they came. */
uint32_t smtpd_auth_wait_ms(struct smtpd_session *);

/* The AUTH in s->line is about to begin. True when it has to wait: it comes
 * again when it has. */
bool smtpd_auth_waits(struct smtpd_session *);

/* Somebody has looked at its credentials. */
void smtpd_auth_ended(struct smtpd_session *, bool failed);

#else
#define smtpd_auth_waits(s)         ((void)(s), false)
#define smtpd_auth_ended(s, failed) ((void)(s), (void)(failed))
#endif

/* Does its AUTH wait? */
static inline bool is_penalty(const struct smtpd_session *s)
{
#if SMTPD_AUTH_DELAY
	return s->state == ST_PENALTY;
#else
	(void)s;
	return false;
#endif
}

#endif
