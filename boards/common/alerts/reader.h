/*
 * reader.h - the mail of each session, read for its alert while it arrives
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * One static reader a session slot, so that several sinks share it: a mail is
 * read once, whoever wants its alert. Two stages: `early` when the header
 * block is over, `full` when board_reader_finish() was called. An early alert
 * is of a mail that may still be refused or lost.
 *
 * Context of every function: where the sink's callbacks run.
 */
#ifndef BOARD_READER_H
#define BOARD_READER_H

#include "alert.h"

/* What is told while a mail is read. Each may be NULL. */
struct board_reader_events {
	/* The header block of the mail in this slot is over; see
	 * board_reader_alert(). */
	void (*early)(unsigned index);
	/* Octets of its first picture, decoded; len is 0 at the picture's
	 * end. The alert has its name and type. */
	void (*picture)(unsigned index, const struct smtpd_alert *,
		const uint8_t *p, size_t len);
};

/*
 * Before the first mail.
 *
 * events   NULL: none. Kept by pointer.
 * rules    the user's, of rules_len octets, which smtpd_alert_rules_check()
 *          has looked at; NULL: none. Kept by pointer.
 * charset  of mails that name none, which board_reader_charset_wrong() has
 *          looked at; "": none.
 */
void board_reader_open(const struct board_reader_events *events,
	const char *rules, uint16_t rules_len, const char *charset);

/* Is this the name of a charset that is known here, or empty? Returns NULL, or
 * what is wrong with it. */
const char *board_reader_charset_wrong(const char *name);

/*
 * Are the user's rules right?
 *
 * rules  NUL-terminated, UINT16_MAX octets at most.
 *
 * Returns whether they are; if not, where it is and why is appended to *why.
 */
bool board_reader_rules_ok(const char *rules, struct board_text *why);

/* A mail begins in this session, which came in at port `listener`, and whose
 * envelope has these addresses; `to` is the first recipient. The session must
 * stay until board_reader_stop(). */
void board_reader_start(struct smtpd_session *, unsigned listener,
	struct smtpd_str from, struct smtpd_str to);

/* The mail's next octets, without dot-stuffing. They are left as they are. */
void board_reader_push(unsigned index, const uint8_t *p, size_t len);

/* The mail is complete. Without board_reader_start(), nothing happens. */
void board_reader_finish(unsigned index);

/*
 * The alert of the mail in this slot, as far as it is known; NULL while its
 * header block is not over, and when there is no mail.
 *
 * It is put together anew by each call, in one struct that the next call for
 * any slot overwrites: copy what is to stay.
 */
const struct board_alert *board_reader_alert(unsigned index);

/* The picture of the mail in this slot is kept under this number. */
void board_reader_picture(unsigned index, uint32_t picture_id);

/* The mail was taken or is given up: board_reader_alert() is NULL again. */
void board_reader_stop(unsigned index);

#endif
