/*
 * wire.h - a client on a wire in memory, for a TCP server on lwIP
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * One client after the other, from 10.0.0.2 to 10.0.0.1, sends mail in one
 * segment a command, and acknowledges with the next one what came. The server
 * sees the very same segments whoever it is, so that two servers' costs can be
 * compared.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_PORT      25
#define WIRE_REPLY_MAX 512
#define WIRE_STEPS     8 /* connecting, six commands and the message */

struct wire_reply {
	size_t len;
	char text[WIRE_REPLY_MAX];
};

struct wire_count {
	unsigned sent; /* segments from the client */
	unsigned got;  /* and from the server */
};

/* What the server said to connecting and to each step of the last session. */
extern struct wire_reply wire_replies[WIRE_STEPS];

extern struct wire_count wire_count;

/* lwip_init(), and a netif with the address 10.0.0.1 on the wire. */
void wire_start(void);

/* The server's verdict on a session with one message of 1 KB: each step got a
 * reply, and the connection was closed in good order. */
bool wire_session(void);

/* Print what one session more costs, in instructions, and its segments. The
 * client's share is the same for all servers. Returns an exit status. */
int wire_report(void);

#endif
