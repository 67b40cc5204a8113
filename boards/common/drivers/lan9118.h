/*
 * lan9118.h - SMSC LAN9118 and LAN9220 Ethernet controllers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * One controller, used by programmed I/O over its 32-bit host bus. Register
 * names are the data sheet's (SMSC LAN9118, revision 1.5). On a real board
 * the bus timing must be set up before.
 */
#ifndef BOARD_LAN9118_H
#define BOARD_LAN9118_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/netif.h"

/*
 * Start the controller and fill in the netif, as board_netif_init() must.
 *
 * netif  netif->state is the address of the controller's registers.
 *
 * The MAC address is what the controller read from its EEPROM; without one it
 * is a locally administered one.
 *
 * Returns ERR_OK; ERR_IF: no such controller there, or it does not come up.
 */
err_t lan9118_init(struct netif *netif);

/* The controller's interrupt: notes that there is work, and masks the
 * controller's interrupts until lan9118_poll(). Context: interrupt. */
void lan9118_irq(void);

/* Is there work for lan9118_poll()? Context: any. */
bool lan9118_busy(void);

/* As board_netif_poll(). */
void lan9118_poll(struct netif *netif);

#endif
