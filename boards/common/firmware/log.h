/*
 * log.h - what happens, as lines for people on the console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * log.c supplies smtpd_port_log(). The console is slow and whoever writes
 * waits for it: what a client can cause at will is bounded.
 */
#ifndef BOARD_LOG_H
#define BOARD_LOG_H

#include <stdbool.h>

/* May one more line about a client be printed now? Those that may not are
 * counted, and a line says how many were left out. */
bool board_log_may(void);

#endif
