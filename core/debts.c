/*
 * debts.c - what counts against a peer: rates, and AUTHs that failed
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A rate is a bucket that holds a minute's worth. What is kept is how much of
 * it is used up, as time: the microseconds until all is paid. So the octets of
 * a big message, of which none is refused once it has begun, make its sender
 * wait for as long as the rate says, and one clock drains all buckets whatever
 * the rates of the listeners are.
 */
#include "debts.h"

#if SMTPD_DEBTS

#define MINUTE_US 60000000u
#define FORGET_MS 300000u /* a failed AUTH is forgotten after each of these */

/* see session.h */
void smtpd_debts_drain(struct smtpd_debts *d)
{
	uint32_t now = smtpd_port_now_ms(), ms = now - d->at_ms;

	for (unsigned i = 0; i < SMTPD_DEBT_KINDS; i++)
		d->us[i] = d->us[i] / 1000 < ms ? 0 : d->us[i] - ms * 1000;
	d->at_ms = now;
	while (d->auth_failures && now - d->auth_ms >= FORGET_MS) {
		d->auth_failures--;
		d->auth_ms += FORGET_MS;
	}
}

/* see session.h */
void smtpd_debts_raise(struct smtpd_debts *to, const struct smtpd_debts *from)
{
	for (unsigned i = 0; i < SMTPD_DEBT_KINDS; i++) {
		if (to->us[i] < from->us[i])
			to->us[i] = from->us[i];
	}
	if (to->auth_failures < from->auth_failures) {
		to->auth_failures = from->auth_failures;
		to->auth_ms = from->auth_ms;
	}
}

/* see session.h */
uint32_t smtpd_debts_weight(const struct smtpd_debts *d)
{
	uint32_t most = 0;

	for (unsigned i = 0; i < SMTPD_DEBT_KINDS; i++) {
		if (most < d->us[i])
			most = d->us[i];
	}
	return most / 2 + d->auth_failures * MINUTE_US;
}

#if SMTPD_RATES

/* Use up n of what the rate grants; all: or else nothing. */
static bool take(struct smtpd_session *s, enum smtpd_debt kind, uint32_t rate,
	uint32_t n, bool all)
{
	struct smtpd_debts *d = rate ? smtpd_peer_debts(s) : NULL;
	uint64_t us;

	if (!d)
		return true;
	smtpd_debts_drain(d);
	us = d->us[kind] + (uint64_t)n * MINUTE_US / rate;
	if (all && us > MINUTE_US)
		return false;
	d->us[kind] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
	return true;
}

/* see session.h */
bool smtpd_rate_session(struct smtpd_session *s)
{
	bool ok = take(s, SMTPD_DEBT_SESSIONS,
		LIMIT(s, session_rate, SMTPD_SESSION_RATE), 1, true);

	smtpd_pool.counts.too_fast += !ok;
	return ok;
}

/* see session.h */
const char *smtpd_rate_mail(struct smtpd_session *s)
{
	const char *why = NULL;

	/* one octet is asked for, and paid with the others */
	if (!take(s, SMTPD_DEBT_OCTETS, LIMIT(s, octet_rate, SMTPD_OCTET_RATE),
		    1, true))
		why = TEXT("452 4.7.1", "Too many octets a minute");
	else if (!take(s, SMTPD_DEBT_MESSAGES,
			 LIMIT(s, message_rate, SMTPD_MESSAGE_RATE), 1, true))
		why = TEXT("450 4.7.1", "Too many messages a minute");
	smtpd_pool.counts.too_fast += why != NULL;
	if (why)
		BLAME_POLICY(s, RATE_EXCEEDED);
	return why;
}

/* see session.h */
void smtpd_rate_octets(struct smtpd_session *s)
{
	take(s, SMTPD_DEBT_OCTETS, LIMIT(s, octet_rate, SMTPD_OCTET_RATE),
		s->octets, false);
}

#endif

#if SMTPD_AUTH_DELAY

static uint32_t wait_ms(const struct smtpd_session *s, unsigned failures)
{
	uint32_t max = LIMIT(s, auth_delay_max_ms, SMTPD_AUTH_DELAY_MAX_MS);
	uint32_t ms = LIMIT(s, auth_delay_ms, SMTPD_AUTH_DELAY_MS);

	if (!failures || !ms)
		return 0;
	while (--failures && ms < max)
		ms *= 2;
	return ms < max ? ms : max;
}

/* see session.h */
uint32_t smtpd_auth_wait_ms(struct smtpd_session *s)
{
	struct smtpd_debts *d = smtpd_peer_debts(s);

	if (!d)
		return 0;
	smtpd_debts_drain(d);
	return wait_ms(s, d->auth_failures);
}

/* see session.h */
bool smtpd_auth_waits(struct smtpd_session *s)
{
	if (smtpd_pool.waited == s || !smtpd_auth_wait_ms(s))
		return false;
	smtpd_pool.counts.auth_delayed++;
	return true;
}

/* see session.h */
void smtpd_auth_ended(struct smtpd_session *s, bool failed)
{
	struct smtpd_debts *d = smtpd_peer_debts(s);
	uint32_t max = LIMIT(s, auth_delay_max_ms, SMTPD_AUTH_DELAY_MAX_MS);

	if (!d || !LIMIT(s, auth_delay_ms, SMTPD_AUTH_DELAY_MS))
		return;
	smtpd_debts_drain(d);
	if (!failed) {
		if (smtpd_peer_listed(s))
			d->auth_failures = 0;
		return;
	}
	if (wait_ms(s, d->auth_failures) < max)
		d->auth_failures++;
	d->auth_ms = smtpd_port_now_ms();
}

#endif

#else
typedef int smtpd_no_debts; /* ISO C wants a declaration */
#endif
