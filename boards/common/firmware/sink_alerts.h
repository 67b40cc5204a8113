/*
 * sink_alerts.h - the firmware's sinks that want alerts: mqtt, inbox
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For sink.c, which takes the message itself. Slots are those of the sessions.
 * Without such a sink in the build all of it is nothing.
 */
#ifndef BOARD_SINK_ALERTS_H
#define BOARD_SINK_ALERTS_H

#include "smtpd.h"
#include "smtpd_lwip_config.h"

#define BOARD_SINK_ALERTS (SMTPD_MQTT || SMTPD_INBOX)

#if BOARD_SINK_ALERTS

/* Take over the comma list of sinks. A name that is none of log, inbox, mqtt
 * and null is said on the console and taken for log. Returns whether log is
 * among them. */
bool board_sink_alerts_open(const char *list);

/* Is mqtt among them? */
bool board_sink_has_mqtt(void);

/* A mail begins. envelope: sender and, where there are any, recipients, a NUL
 * behind each. */
void board_sink_alerts_begin(
	struct smtpd_session *, const char *envelope, unsigned rcpt_count);

/* Its next octets. */
void board_sink_alerts_data(unsigned index, const uint8_t *p, size_t len);

/* It is complete; its alert is full now. */
void board_sink_alerts_end(unsigned index);

/* It is accepted. Never fails. */
void board_sink_alerts_take(unsigned index);

/* It is not, or there is none: forget it. */
void board_sink_alerts_drop(unsigned index);

#else
#define board_sink_has_mqtt()                   false
#define board_sink_alerts_begin(s, envelope, n) ((void)0)
#define board_sink_alerts_data(index, p, len)   ((void)0)
#define board_sink_alerts_end(index)            ((void)0)
#define board_sink_alerts_take(index)           ((void)0)
#define board_sink_alerts_drop(index)           ((void)(index))
#endif

#endif
