/*
 * sinks_list.h - the list of --sink, and the sinks that it names
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_SINKS_LIST_H
#define BOARD_SINKS_LIST_H

#include "sinks.h"

/* The sinks, in the order in which they commit. */
extern const struct board_sink_kind *board_sinks[BOARD_MAX_SINKS];
extern unsigned board_sink_count;

/* Fill them. Returns NULL, or what is wrong; see board_sinks_check(). */
const char *board_sinks_take(const char *list, bool opening);

#endif
