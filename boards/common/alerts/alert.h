/*
 * alert.h - an alert with whom and when it came from, and as JSON
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_ALERT_H
#define BOARD_ALERT_H

#include "smtpd.h"
#include "smtpd_alert.h"
#include "text.h"

#define BOARD_ALERT_USER_MAX 64 /* octets of a user's name, with NUL */

enum board_alert_stage {
	BOARD_ALERT_NONE,  /* no alert */
	BOARD_ALERT_EARLY, /* the mail's header block is over */
	BOARD_ALERT_FULL,  /* the mail is complete */
};

struct board_alert {
	uint32_t id;    /* counted since the start, 1 and up, with gaps */
	uint8_t stage;  /* enum board_alert_stage */
	int64_t time_s; /* when it came, since 1970 in UTC; 0: clock unset */
	uint32_t uptime_ms; /* the same on the board's own clock */
	struct smtpd_peer peer;
	uint8_t listener; /* BOARD_SMTP to BOARD_LMTP; else unknown */
	char user[BOARD_ALERT_USER_MAX]; /* authenticated; "" for nobody */
	struct smtpd_alert alert;
	uint32_t picture_id; /* see inbox.h; 0: not kept */
};

/*
 * Append the alert as one JSON object: always the same members; strings that
 * the mail did not have are "". Everything from mail is escaped (RFC 8259 7).
 * Context: any.
 */
void board_alert_json(struct board_text *, const struct board_alert *);

/* Append an address without its port: 192.0.2.1, 2001:db8::1 (RFC 5952), or
 * "unknown". */
void board_alert_peer(struct board_text *, const struct smtpd_peer *);

#endif
