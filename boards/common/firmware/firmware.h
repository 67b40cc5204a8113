/*
 * firmware.h - the common firmware: what a main loop or an RTOS calls
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * main.c is the bare-metal caller: a board of its own RTOS calls the same
 * functions, on the thread that lwIP runs on, and supplies sys_now().
 */
#ifndef BOARD_FIRMWARE_H
#define BOARD_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/netif.h"
#include "settings.h"

/* The settings in force; read-only after board_firmware_boot(). */
extern struct board_settings board_settings;

/* The one network interface. */
extern struct netif board_netif;

/* Say who we are and read the settings. Once, after board_init() and before
 * lwIP runs. */
void board_firmware_boot(void);

/*
 * Bring up network, TLS, and listeners; `sink` gets the mail, NULL for the one
 * of sink.h. Once, after lwip_init(), or inside tcpip_init()'s callback.
 * What fails is said on the console, and the rest goes on without it.
 */
void board_firmware_start(const struct smtpd_sink *sink);

/* A character was typed: see commands.c for what they do. */
void board_command(int c);

/* Tell all clients 421, finish what is with the sink, print the statistics and
 * restart. */
void board_shutdown(void);

/* Print the statistics: `stat NAME USED HIGH TOTAL` and `count NAME N`. */
void board_stats(void);

/* A session has begun: are there more, or more connections with those that are
 * closing, than ever were at once? For the statistics. */
void board_stats_session(void);

#endif
