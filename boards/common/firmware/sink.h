/*
 * sink.h - the firmware's sink: counts and hashes, a line for each message
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * It stands for what a product does with its mail. A message is accepted once
 * its line is out on the console.
 */
#ifndef BOARD_SINK_H
#define BOARD_SINK_H

#include "smtpd.h"

/* Octets of the addresses of a message that are kept for its line; those
 * beyond are counted only. In each session. */
#ifndef BOARD_ENVELOPE_MAX
#define BOARD_ENVELOPE_MAX 4096
#endif

/* For the listeners. */
extern const struct smtpd_sink board_sink;

/* Take over what the settings say of sinks, a comma list: "log" prints lines,
 * "mqtt" publishes alerts, "inbox" keeps the last ones, "null" does nothing.
 * Another name is said on the console, and is taken for "log". */
void board_sink_open(void);

/* The session was refused something with this reply. */
void board_sink_replied(const struct smtpd_session *, unsigned code);

/* The number of the session in this slot, counted since the start. */
uint32_t board_sink_serial(unsigned index);

/* The most sessions, and connections with those that are closing, that ever
 * were open at once. */
void board_sink_high(unsigned *sessions, unsigned *connections);

#endif
