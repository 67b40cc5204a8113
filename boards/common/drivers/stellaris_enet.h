/*
 * stellaris_enet.h - lwIP netif driver for the Ethernet of Stellaris LM3S
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * MAC and PHY of LM3S6965 and its kin. Frames are moved by the processor; the
 * receive FIFO of 2 KB is all the memory that the MAC has. One such MAC, at
 * the address that all of these chips have.
 *
 * Counts in lwIP's statistics of the link: recv, xmit; memerr, received while
 * the pool was empty; lenerr, of an impossible length; err, the FIFO was full;
 * drop, not sent since the MAC did not get rid of the frame before.
 *
 * Context: the main loop or lwIP's thread, but for stellaris_enet_isr().
 */
#ifndef BOARD_STELLARIS_ENET_H
#define BOARD_STELLARIS_ENET_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/err.h"
#include "lwip/netif.h"

/*
 * Set up netif: its functions, MTU 1500, flags; and start the MAC. Clocks of
 * MAC and PHY MUST be on, the pins MUST be theirs.
 *
 * mac          the station's address.
 * mii_divider  for MACMDV: system clock / 5 MHz - 1, rounded up.
 *
 * Returns ERR_OK. The link is down until stellaris_enet_poll() has seen it.
 */
err_t stellaris_enet_init(
	struct netif *netif, const uint8_t mac[6], uint32_t mii_divider);

/*
 * Hand received frames to netif->input, and look at the PHY's link twice a
 * second. At most STELLARIS_ENET_BURST frames a call; when there are more,
 * stellaris_enet_waiting() stays true.
 */
void stellaris_enet_poll(struct netif *netif);
#define STELLARIS_ENET_BURST 16

/* Frames wait for stellaris_enet_poll(). Context: any; before the processor is
 * put to sleep, with interrupts masked. */
bool stellaris_enet_waiting(void);

/* The MAC's interrupt: masks it at the MAC until stellaris_enet_poll(). */
void stellaris_enet_isr(void);

#endif
