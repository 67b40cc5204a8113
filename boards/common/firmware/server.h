/*
 * server.h - the firmware's listeners and its certificate
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_SERVER_H
#define BOARD_SERVER_H

#include "smtpd.h"

/* Load certificate and key, and listen on the ports of the settings. What
 * cannot be had is said on the console and left out. */
void board_server_open(const struct smtpd_sink *sink);

/* Stop listening. */
void board_server_close(void);

/* Which port it is that a session came in at, BOARD_SMTP to BOARD_LMTP;
 * BOARD_PORTS: none of ours. */
unsigned board_server_port(const struct smtpd_listener *);

/* The sessions of port i call this their listener. */
const struct smtpd_listener *board_server_listener(unsigned i);

/* Where the configuration for TLS without clients' certificates is; NULL: TLS
 * is off. */
struct altcp_tls_config;
struct altcp_tls_config *const *board_server_tls(void);

/* There is an address: print the line `ready`, the first time. */
void board_server_ready(void);

#endif
