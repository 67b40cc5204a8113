/*
 * console.h - text on the board's console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Nothing is kept: each piece goes to board_console_write() at once, so that
 * a line needs no buffer and a fault loses nothing. Lines end in CR LF.
 * Context of every function: any, faults included.
 */
#ifndef BOARD_CONSOLE_H
#define BOARD_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

#include "lwip/ip_addr.h"
#include "smtpd.h"

/* A string, a number in decimal, eight hexadecimal digits, n octets as
 * hexadecimal digits, the end of the line. */
void board_put(const char *s);
void board_put_num(uint32_t n);
void board_put_hex32(uint32_t n);
void board_put_hex(const uint8_t *p, size_t n);
void board_put_end(void);

/* A string and the end of the line. */
void board_put_line(const char *s);

/* A line of the statistics: how many of a pool are used, the most that ever
 * were, and how many there are. */
void board_put_stat(
	const char *name, uint32_t used, uint32_t high, uint32_t total);

/* len octets as a JSON string, see board_text_json(). */
void board_put_json(const char *s, size_t len);

/* An address, IPv6 without brackets. */
void board_put_ip(const ip_addr_t *ip);
void board_put_peer(const struct smtpd_peer *peer);

#endif
