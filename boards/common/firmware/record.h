/*
 * record.h - what became of a message, and quirks, as JSON on the console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_RECORD_H
#define BOARD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "smtpd.h"

/* Pointers stay the caller's, and are used during the call only. */
struct board_record {
	const struct smtpd_info *info; /* of the session */
	uint32_t session;              /* its number since the start */
	const char *user;              /* AUTH; "" for none */
	const char *envelope;  /* from, then recipients, a NUL behind each */
	uint16_t rcpt_listed;  /* recipients in envelope */
	uint16_t rcpt_count;   /* recipients in all */
	uint32_t size;         /* declared, 0 when not */
	uint32_t octets;       /* of the content, without our Received: */
	const uint8_t *digest; /* SHA-256 of it, 32 octets; NULL: unknown */
	const char *verdict;   /* "accepted", "refused", "dropped" */
	uint16_t code;         /* of the reply, 0 for none */
	const char *why;       /* one word, or NULL */
};

/*
 * Print it as one line. The keys are those of boards/linux's log sink, and
 * `rcpt_count`, for a board may have no room to list them all.
 *
 * Context: any thread, but lines of two must not meet: the console has no
 * lock.
 */
void board_record_print(const struct board_record *);

/* 0: no lines of what clients do against the RFCs. */
#ifndef BOARD_QUIRK_LOG
#define BOARD_QUIRK_LOG SMTPD_TOLERANT
#endif

/*
 * The same of what a client did against the RFCs: who it is, `quirk`,
 * `forgiven`, and with SMTPD_QUIRK_TEXT `advice`, what to change on it, and
 * what its handshake offered.
 *
 * count  how often its peer did so; 0: not known, left out.
 */
void board_record_quirk(const struct smtpd_info *info, uint32_t session,
	enum smtpd_quirk quirk, bool forgiven, unsigned count);

#endif
