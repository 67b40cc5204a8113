/*
 * page.h - the web page: a listener of its own beside SMTP's
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Plain HTTP/1.1 on lwIP's raw API, in a small static pool of connections of
 * lwIP's lowest priority: a browser never costs SMTP a slot or a pcb. One
 * request a connection, GET and HEAD. Every path wants the password (HTTP
 * Basic, RFC 7617, any user name). Context of every function: lwIP's thread.
 */
#ifndef BOARD_PAGE_H
#define BOARD_PAGE_H

#include <stdint.h>

#include "lwip/err.h"
#include "policy.h"

#define BOARD_PAGE_CONNS        8     /* answered at a time; then 503 */
#define BOARD_PAGE_SLOTS        10    /* with those that still ask */
#define BOARD_PAGE_STREAMS      4     /* of the answered: /events */
#define BOARD_PAGE_PASSWORD_MAX 64    /* with NUL */
#define BOARD_PAGE_HEAD_MS      10000 /* for a request; then 408 */
#define BOARD_PAGE_BODY_MS      30000 /* for the answer; then a reset */
#define BOARD_PAGE_ALIVE_MS     15000 /* /events says that much at least */

/* What the page shows and asks for. Stays the caller's, and MUST stay. */
struct board_page {
	const struct board_policy *policy;
	const char *host_name; /* ours: a browser may call us that */
	const char *password;  /* 1 to 63 octets */
	uint16_t port;
};

/*
 * Listen on all addresses. Returns ERR_OK; ERR_ARG: no password or one that is
 * too long; ERR_USE: the port is taken; ERR_MEM: no pcb free.
 */
err_t board_page_open(const struct board_page *);

/* Stop listening and reset who is connected. */
void board_page_close(void);

/* Connections that hold one of BOARD_PAGE_SLOTS. */
unsigned board_page_conn_count(void);

#endif
