/*
 * unstuff.h - find the end of DATA and undo dot-stuffing, in place
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * RFC 5321 4.1.1.4, 4.5.2. Only CRLF ends a line, so only CRLF.CRLF ends a
 * message; a bare CR or LF never ends anything and is remembered.
 */
#ifndef SMTPD_UNSTUFF_H
#define SMTPD_UNSTUFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd_config.h"

/* Can the length of lines be asked for at all? */
#define SMTPD_MEASURE (!SMTPD_FIXED_LIMITS || SMTPD_TEXT_LINE_MAX > 0)

#define SMTPD_BARE_CR 1u
#define SMTPD_BARE_LF 2u

/* Zero-fill before the first octet of a message, then set `measure`. */
struct smtpd_unstuff {
	uint8_t state;
	uint8_t bare; /* SMTPD_BARE_ bits seen so far */
	bool held_cr; /* deliver a CR first: it was held back */
#if SMTPD_MEASURE
	bool measure;      /* line_len and line_max are wanted */
	uint32_t line_len; /* octets of this line so far */
	uint32_t line_max; /* the longest ended line so far, with CRLF */
#endif
};

/*
 * Decode in place. On entry *len octets are at buf; on return *used of them
 * were consumed, and the first *len octets at buf are message text. The text
 * is never longer than the input. When `held_cr` is set on return, a CR that
 * an earlier call held back comes before that text; the caller clears it.
 *
 * Returns true when the terminating CRLF.CRLF was used; octets behind *used
 * belong to the next command.
 */
bool smtpd_unstuff(
	struct smtpd_unstuff *, uint8_t *buf, size_t *len, size_t *used);

#endif
