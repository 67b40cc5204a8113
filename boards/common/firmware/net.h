/*
 * net.h - the firmware's network interface: addresses, DHCP, mDNS, link
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_NET_H
#define BOARD_NET_H

/* Bring the interface up and ask for an address, as the settings say. Once an
 * address is there board_server_ready() is called. */
void board_net_open(void);

#endif
