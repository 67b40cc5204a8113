/*
 * page_events.h - what the engine's log has told since the start, counted
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Needs SMTPD_LOG. Context of every function: lwIP's thread.
 */
#ifndef BOARD_PAGE_EVENTS_H
#define BOARD_PAGE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "smtpd_port.h"

/* Each wraps at 2^32, but for octets. */
struct board_events {
	uint32_t sessions; /* greeted */
	uint32_t refused;  /* connections */
	uint32_t tls_handshakes, tls_failures;
	uint32_t auth_accepted, auth_failed;
	uint32_t commands_refused, messages_refused, messages_accepted;
	uint32_t timeouts;
	uint64_t octets; /* of messages accepted */
	unsigned sessions_high, connections_high;
};

/* To be called by smtpd_port_log(), with its arguments. */
void board_events_note(
	enum smtpd_event, const struct smtpd_session *, unsigned code);

/* Valid for ever, and always what is so now. */
const struct board_events *board_events(void);

/* When the session in slot i was greeted, sys_now(); false: it was not. */
bool board_events_since(unsigned i, uint32_t *since_ms);

#endif
