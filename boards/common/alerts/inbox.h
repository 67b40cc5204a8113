/*
 * inbox.h - the last alerts, and the last picture of each channel, in RAM
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A static ring of SMTPD_INBOX_ALERTS alerts; a new one overwrites the oldest.
 * It survives nothing: a restart, a crash or a power cut empties it, and what
 * was overwritten is gone. Who needs the mail itself names another sink too.
 *
 * A picture is staged while its mail arrives, and is seen once the mail is
 * taken; the one before it of the same channel (peer, device and channel
 * alike) then gives way: it stays until its room is wanted. When more
 * than SMTPD_INBOX_STAGES pictures arrive at once, or one is longer than
 * SMTPD_INBOX_PICTURE_MAX, it is left out and its alert has picture_id 0.
 *
 * Context of every function: where the sink's callbacks run; the page as well.
 */
#ifndef BOARD_INBOX_H
#define BOARD_INBOX_H

#include "alert.h"
#include "smtpd_lwip_config.h"

struct board_picture {
	uint32_t id; /* counted since the start, 1 and up; 0 is none */
	uint32_t len;
	const uint8_t *octets;
	char type[SMTPD_ALERT_BRAND_MAX]; /* image/jpeg */
};

/* ---- for who shows it ---- */

/* Alerts in the ring, 0 to SMTPD_INBOX_ALERTS. */
unsigned board_inbox_count(void);

/* The n-th of them, 0 is the newest; NULL past the last. Valid until the next
 * alert is taken. Their ids may stand in another order: a mail that waited for
 * a broker was taken late. */
const struct board_alert *board_inbox_at(unsigned n);

/* The id of the newest; 0 when there is none. */
uint32_t board_inbox_last_id(void);

/* Alerts ever taken: something changed when this did. */
uint32_t board_inbox_taken(void);

/* A picture by its id; NULL when it was given up by now. Valid until the
 * next octets of mail come: who sends it piece by piece asks again. */
const struct board_picture *board_inbox_picture(uint32_t id);

/* ---- for who fills it, for the session in slot `index` ---- */

/* Octets of the mail's picture, as struct board_reader_events has them. */
void board_inbox_stage(unsigned index, const struct smtpd_alert *,
	const uint8_t *p, size_t len);

/* Take the alert, a copy, with the picture that was staged. Never fails. */
void board_inbox_take(unsigned index, const struct board_alert *);

/* Forget the picture that was staged. */
void board_inbox_drop(unsigned index);

/* The id that the staged picture will have; 0 when it is left out. */
uint32_t board_inbox_staged(unsigned index);

#endif
