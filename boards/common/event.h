/*
 * event.h - what the engine tells the log, in words
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Context of every function: any. What is returned is static.
 */
#ifndef BOARD_EVENT_H
#define BOARD_EVENT_H

#include <stdbool.h>

#include "smtpd.h"
#include "smtpd_port.h"

/* An event of smtpd_port_log() in a word or two; its code goes behind. */
const char *board_event_text(enum smtpd_event);

/* Does each session have this one, whatever it does? Logs leave such events
 * out unless they were asked for more. */
bool board_event_routine(enum smtpd_event);

/* One word for the way a session or message ended. */
const char *board_end_text(enum smtpd_end);

#endif
