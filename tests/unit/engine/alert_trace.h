/*
 * alert_trace.h - what is made of a mail: both stages of its alert, as text
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ALERT_TRACE_H
#define ALERT_TRACE_H

#include "message_trace.h"
#include "smtpd_alert.h"

/* Append lines of what is set; see message_trace(). */
void alert_trace(struct octets *, const void *mail, size_t len,
	const char *rules, message_split *split, void *ctx);

#endif
