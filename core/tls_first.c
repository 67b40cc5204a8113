/*
 * tls_first.c - TLS from the first octet on a port of clear text
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The first octet of a TLS connection is 22, which begins no command. A client
 * that sends it at once must not read a greeting first, so the greeting waits
 * a little where this is forgiven; one that reads the greeting and then speaks
 * TLS without asking is understood, too. For a peer that came too late the
 * greeting waits much longer the next time, once. Behind any command the octet
 * is nothing but a wrong command.
 */
#include "greet.h"

#if SMTPD_FORGIVE_TLS_FIRST

#define HANDSHAKE_RECORD 22 /* RFC 8446 5.1 */
#define LONG_WAIT        16 /* times greet_ms */

/* see session.h */
uint32_t smtpd_tls_first_ms(const struct smtpd_session *s)
{
	const struct smtpd_peer_memory *m = smtpd_peer_of(s);
	uint32_t ms = LIMIT(s, greet_ms, SMTPD_GREET_MS);

	if (!(s->listener->forgive & SMTPD_QUIRK_BIT(TLS_FIRST)) ||
		!offers_starttls(s))
		return 0;
	return m && m->tls_late ? ms * LONG_WAIT : ms;
}

/* What was not yet taken of the greeting is not said. */
static void swallow_greeting(struct smtpd_session *s)
{
	if (!s->tx_pos)
		s->tx_len = 0;
}

/* see session.h */
bool smtpd_tls_first(struct smtpd_session *s, uint8_t octet)
{
	if (octet != HANDSHAKE_RECORD || s->line_len || s->error_count ||
		s->idle_count || !offers_starttls(s) || !FORGIVE(s, TLS_FIRST))
		return false;
	smtpd_peer_tls_late(s, s->state == ST_START);
	swallow_greeting(s);
	if (smtpd_port_tls_reserve(s->conn) != 0) {
		BLAME_POLICY(s, TLS_BUSY);
		smtpd_finish(s, SMTPD_END_REFUSED, NULL);
		return true;
	}
	s->flags |= F_TLS_FIRST;
	smtpd_enter(s, ST_TLS);
	if (!s->tx_len)
		smtpd_port_tls_adopt(s->conn);
	return true;
}

#else
typedef int smtpd_no_tls_first; /* ISO C wants a declaration */
#endif
