/*
 * greet.c - the greeting, and who speaks before it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The greeting waits for a client that may speak TLS first (tls_first.c), and
 * where the listener says so for any: mail clients wait for it (RFC 5321
 * 4.3.1), many a bot does not, and goes away when it takes long. Whoever speaks
 * meanwhile ends the wait.
 */
#include "greet.h"

/* see session.h */
void smtpd_greet(struct smtpd_session *s)
{
	smtpd_enter(s, ST_START);
	smtpd_put(s, "220 ");
	smtpd_put(s, s->listener->host_name);
	smtpd_reply(s, is_lmtp(s) ? " LMTP" : " ESMTP");
	LOG(SMTPD_EV_OPEN, s, 220);
}

#if SMTPD_GREET_WAITS

/* see session.h */
uint32_t smtpd_greet_ms(const struct smtpd_session *s)
{
	uint32_t ms = smtpd_tls_first_ms(s);

#if SMTPD_EARLY_TALKER
	if (ms < s->listener->greet_delay_ms)
		ms = s->listener->greet_delay_ms;
#endif
	return ms;
}

/* see session.h */
void smtpd_greet_in_time(struct smtpd_session *s)
{
	if (smtpd_greet_ms(s))
		smtpd_enter(s, ST_CONNECT);
	else
		smtpd_greet(s);
}

/* see session.h */
void smtpd_greet_now(struct smtpd_session *s)
{
	smtpd_peer_tls_late(s, false);
	smtpd_greet(s);
	smtpd_port_wake(s->conn);
}

#if SMTPD_EARLY_TALKER
/* A wait for TLS alone asks nobody to be silent, but who is not may be told of
 * it. */
static bool asks_to_wait(const struct smtpd_session *s)
{
	return s->listener->greet_delay_ms ||
	       s->listener->forgive & SMTPD_QUIRK_BIT(EARLY_TALKER);
}
#endif

/* see session.h */
void smtpd_greet_early(struct smtpd_session *s, uint8_t octet)
{
	if (smtpd_tls_first(s, octet))
		return;
#if SMTPD_EARLY_TALKER
	if (asks_to_wait(s) && !FORGIVE(s, EARLY_TALKER)) {
		smtpd_pool.counts.early++;
		smtpd_refuse(s, TEXT("554 5.5.0", "Wait for the greeting"));
		smtpd_finish(s, SMTPD_END_REFUSED, NULL);
		return;
	}
#endif
	smtpd_greet(s);
}

#endif
