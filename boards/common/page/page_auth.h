/*
 * page_auth.h - who may see the page: the password, and how often it is tried
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Context of every function: lwIP's thread.
 */
#ifndef BOARD_PAGE_AUTH_H
#define BOARD_PAGE_AUTH_H

#include <stdint.h>

#include "lwip/ip_addr.h"

#define BOARD_PAGE_GUESSES    10 /* wrong passwords of an address at once */
#define BOARD_PAGE_GUESS_RATE 1  /* and so many a second; then 429 */
#define BOARD_PAGE_GUESSERS   16 /* addresses that are counted at a time */

/*
 * Check what stands behind "Basic " in Authorization (RFC 7617); any user
 * name will do. The password takes as long to compare whatever it is. Only
 * wrong ones are counted, by address, of IPv6 by its /64.
 *
 * password  1 to 63 octets
 * auth      "": none came
 * now_ms    a clock that may wrap
 *
 * Returns 200: right; 401: wrong or none; 429: not looked at, for this
 * address, or BOARD_PAGE_GUESSERS others, were wrong too often.
 */
unsigned board_page_auth(const char *password, const char *auth,
	const ip_addr_t *peer, uint32_t now_ms);

#endif
