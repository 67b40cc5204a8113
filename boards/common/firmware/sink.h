/*
 * sink.h - which sinks firmware has
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * With BOARD_SINKS those of boards/common/sinks: log, inbox, mqtt, null. A
 * board without the RAM for them has log or null, which sink_plain.c supplies
 * under the same names: board_sink, board_sinks_replied(),
 * board_session_serial().
 */
#ifndef BOARD_SINK_H
#define BOARD_SINK_H

#include "settings.h"
#include "sinks/sinks.h"

/* The console: counts and hashes, a line for each message, which is out before
 * the message is accepted. It stands for what a product does with its mail. */
extern const struct board_sink_kind board_sink_log;

/* Take over what the settings say of sinks; what is wrong is said on the
 * console. A list of sinks that is wrong takes no mail; without routes that
 * are right all sinks take all mail; without a right list of those of best
 * effort all are required. Once, before the first listener. */
void board_sink_open(void);

#endif
