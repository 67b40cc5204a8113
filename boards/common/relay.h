/*
 * relay.h - a port that would be an open relay: how it is tried, what is said
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Context of every function: any.
 */
#ifndef BOARD_RELAY_H
#define BOARD_RELAY_H

#include "smtpd.h"
#include "text.h"

/* The listener *l with a sink that takes everything and keeps nothing, for
 * smtpd_relay_check(): our sinks do not look at recipients. */
struct smtpd_listener board_relay_listener(const struct smtpd_listener *l);

/* "SMTP on port 25 would be an open relay: ...": port i of this number took
 * mail for this address; and what to set. */
void board_relay_why(
	struct board_text *, unsigned i, uint16_t port, const char *address);

#endif
