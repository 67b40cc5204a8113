/*
 * engine_cost.h - mail for the engine alone, so that its cost can be counted
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ENGINE_COST_H
#define ENGINE_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COST_LENGTH_MAX (1024u * 1024u) /* octets of a message */
#define COST_CHUNK_MAX  16384u          /* octets given to the engine at once */

enum cost_session {
	COST_OWN,       /* each message in a session of its own */
	COST_OPEN,      /* all messages in one session, a command at a time */
	COST_PIPELINED, /* as COST_OPEN; MAIL, RCPT and DATA at once */
	COST_DRY,       /* as COST_OPEN, but the engine is never called */
};

struct cost_case {
	enum cost_session session;
	unsigned count;  /* messages */
	size_t length;   /* octets of each, up to COST_LENGTH_MAX */
	unsigned dotted; /* one line in so many begins with a dot; 0: none */
	size_t chunk;    /* octets given at once, up to COST_CHUNK_MAX */
};

/*
 * Send messages to a sink that keeps nothing.
 *
 * Returns whether each was accepted with all its octets. What is to be counted
 * is inside cost_open() and cost_feed(); the rest stands for the wire.
 */
bool cost_run(const struct cost_case *);

/* Open the session, take its greeting. */
void cost_open(void);

/* Give n octets to the session and take its replies, as a port does. */
void cost_feed(uint8_t *p, size_t n);

#endif
