/*
 * unstuff.h - find the end of DATA and undo dot-stuffing, in place
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * RFC 5321 4.1.1.4, 4.5.2. Only CRLF ends a line, so only CRLF.CRLF ends a
 * message; a bare CR or LF never ends anything and is remembered.
 *
 * The loose mode, for what devices send: while there has been no CR at all in
 * a message it ends with LF.LF, and dots are unstuffed behind LF; with the
 * first CR, and for good, it ends with CRLF.CRLF. So a message has one kind of
 * end at any time, and one of mixed line ends never ends anything. Lines that
 * end in LF alone are given out as if they ended in CRLF. A dot alone between
 * line ends of any kind that is not the end is remembered: no device means it.
 */
#ifndef SMTPD_UNSTUFF_H
#define SMTPD_UNSTUFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd_config.h"

/* Can the length of lines be asked for at all? */
#define SMTPD_MEASURE (!SMTPD_FIXED_LIMITS || SMTPD_TEXT_LINE_MAX > 0)

#define SMTPD_BARE_CR 0x01u
#define SMTPD_BARE_LF 0x02u
#define SMTPD_LONE_DOT                                                         \
	0x04u               /* loose: a dot that looks like an end, no more    \
			     */
#define SMTPD_LF_END  0x08u /* loose: the message has ended with LF.LF */
#define SMTPD_LOOSE   0x10u /* set by the caller: the loose mode */
#define SMTPD_SAW_CR  0x20u /* loose; set by the caller: LF.LF is no end */
#define SMTPD_GIVE_CR 0x40u /* loose: give out CR now */
#define SMTPD_GIVE_LF 0x80u /* loose: give out CRLF now */

/* Zero-fill before the first octet of a message, then set `measure` and what
 * is to be set of `bare`. */
struct smtpd_unstuff {
	uint8_t state;
	uint8_t bare; /* SMTPD_BARE_ bits seen so far, and the others */
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
 * an earlier call held back comes before that text; the caller clears it. The
 * loose mode sets SMTPD_GIVE_CR or SMTPD_GIVE_LF instead: these octets are
 * given out, there is no text then, and the caller clears the bit. It may use
 * less than there is, even nothing; call it again.
 *
 * Returns true when the terminating CRLF.CRLF, or LF.LF, was used; octets
 * behind *used belong to the next command.
 */
bool smtpd_unstuff(
	struct smtpd_unstuff *, uint8_t *buf, size_t *len, size_t *used);

#endif
