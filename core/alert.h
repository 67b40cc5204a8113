/*
 * alert.h - what the files of alerts share
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_CORE_ALERT_H
#define SMTPD_CORE_ALERT_H

#include "message.h"
#include "smtpd_alert.h"

#if SMTPD_ALERT

/*
 * Append octets of UTF-8 to a string, as far as there is room. Controls become
 * blanks; LF stays with `lines`. Returns whether something was cut.
 */
bool smtpd_alert_append(
	char *to, size_t cap, const char *s, size_t len, bool lines);

/* ---- alert_date.c ---- */

/* Date:, RFC 5322 3.3 and 4.3. False when it is none. */
bool smtpd_alert_date(
	const char *s, size_t len, int64_t *date_s, int16_t *zone_min);

/* ---- alert_html.c ---- */

/* Octets of HTML: their text goes to alert.text. */
void smtpd_alert_html(struct smtpd_alert_reader *, const char *s, size_t len);

/* Octets of text; white space in front is left out. */
void smtpd_alert_text(struct smtpd_alert_reader *, const char *s, size_t len);

/* ---- alert_rules.c ---- */

/* Set what the user's rules and those of the brands say. */
void smtpd_alert_rules(struct smtpd_alert_reader *);

#endif

#endif
