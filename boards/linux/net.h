/*
 * net.h - the interface that lwIP has to the world: libslirp or TAP
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_NET_H
#define BOARD_NET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lwip/netif.h"

#define BOARD_POLL_MAX 1024 /* file descriptors waited for */
#define BOARD_HOST_MAX 64   /* room for an address as text */
#define BOARD_HOSTS    12

/* A way to the world. Each is told apart by option `net`. */
struct board_net {
	/* Are the options right and the ports free? Returns 0, or 2 with the
	 * line printed. Opens nothing. */
	int (*check)(void);
	/* Open. Returns 0, or 2 with the line printed. */
	int (*open)(struct netif *);
	/* After netif_set_up(): addresses, beside DHCP's. */
	void (*configure)(struct netif *);
	/* Send a frame. */
	err_t (*output)(struct netif *, struct pbuf *);
	/* Add what to wait for; lower *timeout_ms. Returns how many. */
	unsigned (*fill)(struct pollfd *, unsigned cap, int *timeout_ms);
	/* After poll(); failed: it returned an error. */
	void (*done)(struct pollfd *, unsigned count, bool failed);
	/* Hand on frames that lwIP has left. May be NULL. */
	void (*flush)(void);
	/* Addresses that clients can use, as text. Returns how many. */
	unsigned (*hosts)(char hosts[BOARD_HOSTS][BOARD_HOST_MAX]);
	void (*close)(void);
	bool waits_for_ipv4; /* not ready without an IPv4 address */
	uint8_t mac[6];
};

extern struct board_net board_net_user, board_net_tap;

/* Check `net` and what belongs to it; as struct board_net.check. */
int board_net_check(void);

/* Open it, after lwip_init(), and start DHCP. As struct board_net.open. */
int board_net_open(void);

/* Can clients reach us? True for ever once it was true; with a TAP also after
 * dhcp_timeout without an answer, which is said in a line. */
bool board_net_ready(void);

/* Wait at most timeout_ms and do what is to be done. `also`, a descriptor, is
 * waited for as well; returns whether it can be read. */
bool board_net_poll(int also, int timeout_ms);

/* Addresses that clients can use, without ports: "127.0.0.1", "[::1]". */
unsigned board_net_hosts(char hosts[BOARD_HOSTS][BOARD_HOST_MAX]);

/* Is everybody a peer of the same address? */
bool board_net_is_user(void);

/* A frame has come in; len octets. Dropped when lwIP has no buffer. */
void board_net_input(const void *frame, size_t len);

/* The same for a frame in a buffer of lwIP's, which is taken. unsummed: it has
 * not left this machine, and has no TCP or UDP checksum. */
void board_net_take(struct pbuf *p, bool unsummed);

void board_net_close(void);

#endif
