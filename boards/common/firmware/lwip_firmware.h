/*
 * lwip_firmware.h - lwIP's options for firmware: SMTPD_LWIP_BOARD_OPTS
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A board changes any of them with -D; the rest stands in lwipopts.h.
 */
#ifndef LWIP_FIRMWARE_H
#define LWIP_FIRMWARE_H

/* Our name in .local, RFC 6762. Some 14 KB of flash, 3 KB of RAM. */
#ifndef BOARD_MDNS
#define BOARD_MDNS 1
#endif

/* Pools, heap and frames are counted, for the console. */
#ifndef LWIP_STATS
#define LWIP_STATS 1
#endif
#define LWIP_STATS_DISPLAY 0

#if BOARD_MDNS
#define LWIP_MDNS_RESPONDER        1
#define LWIP_IGMP                  1
#define LWIP_NUM_NETIF_CLIENT_DATA 1
#define MDNS_MAX_SERVICES          1
#define MEMP_NUM_MLD6_GROUP        8
#ifndef SMTPD_LWIP_OTHER_TIMEOUTS
#define SMTPD_LWIP_OTHER_TIMEOUTS 14
#endif
#endif

#endif
