/*
 * no_sessions.h - the port's part of connections, for tests that open none
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A linker that wants one function of the engine may want the pool as well.
 */
#ifndef NO_SESSIONS_H
#define NO_SESSIONS_H

#include <stdlib.h>

#include "smtpd_port.h"

void smtpd_port_peer(const struct smtpd_conn *c, struct smtpd_peer *peer)
{
	(void)c, (void)peer;
	abort();
}

void smtpd_port_log(
	enum smtpd_event e, const struct smtpd_session *s, unsigned code)
{
	(void)e, (void)s, (void)code;
	abort();
}

void smtpd_port_wake(struct smtpd_conn *c)
{
	(void)c;
	abort();
}

int smtpd_port_tls_reserve(struct smtpd_conn *c)
{
	(void)c;
	abort();
}

void smtpd_port_tls_start(struct smtpd_conn *c)
{
	(void)c;
	abort();
}

void smtpd_port_tls_adopt(struct smtpd_conn *c)
{
	(void)c;
	abort();
}

void smtpd_port_close(struct smtpd_conn *c, enum smtpd_close how)
{
	(void)c, (void)how;
	abort();
}

#endif
