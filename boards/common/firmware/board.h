/*
 * board.h - what a board supplies to the common firmware: the whole contract
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Link-time functions and one object. The firmware calls them on one thread:
 * the main loop, or with an RTOS the thread that lwIP runs on; what may be
 * called from elsewhere says so. None allocates. Times are in milliseconds,
 * lengths in octets; pointers are not NULL.
 *
 * Interrupts: handlers only note that there is work and quiet their device.
 * The work is done by board_netif_poll() and board_console_read().
 *
 * boards/README.md says in which order to write them, and how to test each.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lwip/err.h"

struct netif;

/* ---- the machine ---- */

/* Clocks, console, millisecond clock, watchdog; enables interrupts. Called
 * once, before anything else here. */
void board_init(void);

/* The board's name, "mps2_an385". Static. */
const char *board_name(void);

/* Milliseconds since board_init(); starts near 0, wraps at 2^32, never jumps.
 * The firmware's sys_now() is this plus an offset from the settings. */
uint32_t board_clock_ms(void);

/* Seconds since 1970-01-01 UTC, or 0: the board does not know. */
uint32_t board_time_s(void);

/*
 * Sleep until an interrupt or for ms, whichever is first; may return early at
 * any time. MUST NOT sleep while a frame or a character waits that came after
 * it was last asked for: look with interrupts masked, and sleep in a way that
 * a masked interrupt ends (WFI).
 */
void board_idle(uint32_t ms);

/* Does a frame or a character wait? Asked with an RTOS only, behind
 * board_netif_poll(): it leaves frames there when there are many. Context:
 * any. */
bool board_busy(void);

/* The firmware is alive: called in each turn of the main loop, at least once
 * in 100 ms unless a TLS handshake computes (see port/wolfssl/README.md). */
void board_watchdog_kick(void);

/* Restart the machine. Does not return. Context: any, faults included. */
void board_reset(void) __attribute__((noreturn));

/*
 * Fill p with n octets of cryptographically strong randomness.
 *
 * Returns 0; or -1: no source, or it failed. The firmware then offers no TLS
 * and no AUTH under it, and says so. Never weak octets.
 */
int board_entropy(void *p, size_t n);

/* Where the settings are: a region of flash, written by whoever provisions the
 * board. size 0: the board has none. */
struct board_flash {
	const uint8_t *p;
	size_t size;
};
extern const struct board_flash board_settings_flash;

/* ---- the console ---- */

/* Write n octets; waits for the device. Context: any, faults included. */
void board_console_write(const char *s, size_t n);

/* The next character that was typed, 0 to 255, or -1: none. */
int board_console_read(void);

/* ---- the network ---- */

/*
 * For netif_add(): set hwaddr, mtu, flags, linkoutput, output (etharp_output),
 * and output_ip6 where LWIP_IPV6; start the MAC.
 *
 * The link is down when it returns unless NETIF_FLAG_LINK_UP is set.
 * Returns ERR_OK, or ERR_IF: there is no such device, and the console gets a
 * line from the firmware.
 */
err_t board_netif_init(struct netif *netif);

/*
 * Hand every received frame to netif->input (a pbuf of PBUF_POOL; it is the
 * driver's again when input() does not return ERR_OK), and tell lwIP of
 * changes of the link with netif_set_link_up() and _down(). What finds no
 * pbuf is dropped and counted (LINK_STATS). Bounded: returns when the device
 * has no more, or after a few dozen frames.
 */
void board_netif_poll(struct netif *netif);

#endif
