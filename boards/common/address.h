/*
 * address.h - IPv4 addresses of settings: 192.0.2.25 and 192.0.2.25/24
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_ADDRESS_H
#define BOARD_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Take an IPv4 address apart: four decimals, 0 to 255, with dots between.
 *
 * s     NUL-terminated.
 * ip    receives the address, first octet first.
 * mask  NULL: s has no length; else s ends in "/1" to "/30", and *mask
 *       receives the netmask.
 *
 * Returns whether s is right; ip and mask may be changed when it is not.
 * Context: any.
 */
bool board_address(const char *s, uint8_t ip[4], uint8_t mask[4]);

#endif
