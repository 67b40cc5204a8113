/*
 * log.h - lines for people on stderr, and what smtpd_port_log() remembers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Writing never blocks: a line that stderr does not take at once is counted
 * and left out, as is one beyond the rate (a hostile client causes events).
 */
#ifndef BOARD_LOG_H
#define BOARD_LOG_H

#include "smtpd.h"

enum board_level {
	BOARD_ERROR, /* always shown */
	BOARD_INFO,  /* hidden by --quiet */
	BOARD_DEBUG, /* shown by --verbose */
};

/* Show lines up to this level. */
void board_log_level(enum board_level);

/* Write one line, "time text". printf's format. */
void board_log(enum board_level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Print "lwsmtpd: text" as one line on stderr; returns 2, the exit status for
 * a wrong configuration. printf's format. */
int board_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The wall clock as 2026-01-31T23:59:59.000Z. */
const char *board_log_time(void);

/* A peer's address as text, without the port. Returns `text`. */
#define BOARD_PEER_MAX 48
const char *board_peer_text(
	const struct smtpd_peer *, char text[BOARD_PEER_MAX]);

#endif
