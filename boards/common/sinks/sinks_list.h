/*
 * sinks_list.h - the list of sinks, and a message's part in each: private
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_SINKS_LIST_H
#define BOARD_SINKS_LIST_H

#include "sinks.h"
#include "sinks/route.h"

extern const struct board_sinks_config *board_sinks_config;

/* The sinks, in the order in which they commit. */
extern const struct board_sink_kind *board_sinks[BOARD_MAX_SINKS];
extern unsigned board_sink_count;

/* What each is called in the list, in the list's own octets. */
extern struct smtpd_str board_sink_names[BOARD_MAX_SINKS];

/* Fill them. Returns NULL, or what is wrong; see board_sinks_check(). */
const char *board_sinks_take(const char *list, bool opening);

/* PLACE"ITEM": WHY, as a text that the next call overwrites. */
const char *board_sinks_wrong(
	const char *place, struct smtpd_str item, const char *why);

/* May a message not do without this sink? */
bool board_sink_required(unsigned slot);

/* The sinks that are to take a mail: a bit for each, all where no route fits.
 * BOARD_ROUTE_UNKNOWN: ask again when there is a subject. */
enum board_route_fit board_sinks_route(
	const struct board_route_mail *, uint8_t *mask);

/* ---- a message ---- */

/* Of the session in this slot. */
struct board_message *board_sinks_message(unsigned index);

/* Does this sink take it, so far? */
bool board_sink_has_part(const struct board_message *, unsigned slot);

/* The sink has no part in the message any more, which goes on. */
void board_sink_leave(struct board_message *, unsigned slot);

/* Let the sinks leave that its route leaves out. subject: NULL: not known
 * yet. */
void board_sinks_decide(struct board_message *, const char *subject);

/* Make the reader of alerts ready; read the message that begins, where
 * anybody wants to know what it says. Nothing without SMTPD_ALERT. */
void board_sinks_read_open(void);
void board_sinks_read(const struct board_message *);

#endif
