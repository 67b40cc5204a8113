/*
 * sinks_list.h - the list of --sink, and the sinks that it names
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_SINKS_LIST_H
#define BOARD_SINKS_LIST_H

#include "sinks.h"
#include "sinks/route.h"

/* The sinks, in the order in which they commit. */
extern const struct board_sink_kind *board_sinks[BOARD_MAX_SINKS];
extern unsigned board_sink_count;

/* What each is called in the list, in the list's own octets. */
extern struct smtpd_str board_sink_names[BOARD_MAX_SINKS];

/* Fill them. Returns NULL, or what is wrong; see board_sinks_check(). */
const char *board_sinks_take(const char *list, bool opening);

/* May a message not do without this sink? */
bool board_sink_required(unsigned slot);

/* The sinks that are to take a mail: a bit for each, all where no route fits.
 * BOARD_ROUTE_UNKNOWN: ask again when there is a subject. */
enum board_route_fit board_sinks_route(
	const struct board_route_mail *, uint8_t *mask);

#endif
