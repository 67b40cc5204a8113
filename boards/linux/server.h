/*
 * server.h - the program's listeners, and what it says when it takes mail
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_SERVER_H
#define BOARD_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"

/* The option with the number of each port. */
extern const uint16_t *const board_port_numbers[BOARD_PORTS];

/* Is this port to be opened? */
bool board_port_used(unsigned i);

/* Are the options about ports, TLS and AUTH right? Prints the line and
 * returns 2 if not. Fills in the host name. */
int board_server_check(void);

/* Open the listeners, after lwip_init(). Returns 0, or 2 with the line
 * printed. */
int board_server_open(void);

/* What the sessions of port i call their listener. */
const struct smtpd_listener *board_server_listener(unsigned i);

/* Close them; sessions go on. */
void board_server_close(void);

/* Print the line that begins with "ready", and a command for a first mail.
 * password: of the user made just now, or NULL. */
void board_server_ready(const char *password);

#endif
