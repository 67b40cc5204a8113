/*
 * smtpd_relay_check.h - would a listener take mail for anybody anywhere?
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For listeners whose sink hands messages on to others. Only with
 * SMTPD_RELAY_CHECK.
 */
#ifndef SMTPD_RELAY_CHECK_H
#define SMTPD_RELAY_CHECK_H

#include "smtpd.h"

#if SMTPD_RELAY_CHECK

/* Room for an address with its NUL. */
#define SMTPD_RELAY_ADDRESS_MAX 320

/*
 * Try a listener as a stranger would who is looking for an open relay.
 *
 * Sessions without a connection, one after the other, in TLS where the listener
 * has it and without AUTH, name recipients that are not ours, also in the
 * ways of old routing: u%there@here, there!u@here, "u@there"@here,
 * @here:u@there. `here` is host_name and each domain of l->recipients. The sink
 * is asked as always and forgets what it took: `reset`, then `closed`; one
 * that answers LATER counts as not taking. Nothing is logged. A listener whose
 * access rules keep the rest of the world out is none.
 *
 * conn     the port's side of a connection that does not exist: its
 *          smtpd_port_peer() is asked, and smtpd_port_wake() may be. Family 0
 *          is best: rates of a peer count for the others.
 * address  receives what was taken, as it stood in RCPT, NUL-terminated.
 *
 * Returns 0: all were refused; 1: one was taken; SMTPD_EBUSY: no session to be
 * had.
 * Context: not from a callback. RFC 2505 2.1, RFC 5321 3.6.2, 7.1.
 */
int smtpd_relay_check(const struct smtpd_listener *l, struct smtpd_conn *conn,
	char address[SMTPD_RELAY_ADDRESS_MAX]);

#endif
#endif
