/*
 * sinks.h - which sinks this program has
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_LINUX_SINKS_H
#define BOARD_LINUX_SINKS_H

#include "sinks/sinks.h"

extern const struct board_sink_kind board_sink_log;
extern const struct board_sink_kind board_sink_maildir;

/* Are the options about sinks right? Prints the line and returns 2 if not. */
int board_sinks_check_options(void);

#endif
