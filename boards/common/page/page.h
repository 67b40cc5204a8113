/*
 * page.h - the web page: a listener of its own beside SMTP's
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * HTTP/1.1 on lwIP's raw API, plain or over TLS, in a small static pool of
 * connections of lwIP's lowest priority, with slots of TLS of their own: a
 * browser never costs SMTP a slot or a pcb. One request at a time, GET and
 * HEAD. Every path wants the password (HTTP Basic, RFC 7617, any user name).
 * Context of every function: lwIP's thread.
 */
#ifndef BOARD_PAGE_H
#define BOARD_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/err.h"
#include "policy.h"
#include "smtpd_tls_config.h"

#define BOARD_PAGE_CONNS        8     /* answered at a time; then 503 */
#define BOARD_PAGE_SLOTS        10    /* with those that still ask */
#define BOARD_PAGE_STREAMS      4     /* of the answered: /events */
#define BOARD_PAGE_PASSWORD_MAX 64    /* with NUL */
#define BOARD_PAGE_HEAD_MS      10000 /* for a request; then 408 */
#define BOARD_PAGE_BODY_MS      30000 /* for the answer; then a reset */
#define BOARD_PAGE_ALIVE_MS     15000 /* /events says that much at least */

/* Each may have TLS. */
#define BOARD_PAGE_TLS (SMTPD_TLS && SMTPD_TLS_OTHER_SLOTS >= BOARD_PAGE_SLOTS)

struct altcp_tls_config;

/* Octets; 0: nobody knows. */
struct board_page_memory {
	uint32_t flash_used, flash_size, ram_used, ram_size;
	uint32_t stack_used, stack_high, stack_size;
};

/* What the page shows and asks for. Stays the caller's, and MUST stay. */
struct board_page {
	const struct board_policy *policy;
	const char *host_name;  /* ours: a browser may call us that */
	const char *local_name; /* NAME of NAME.local; "": none */
	const char *password;   /* 1 to 63 octets */
	/* Where the configuration for TLS is to be found, read again for each
	 * connection; NULL: plain HTTP. */
	struct altcp_tls_config *const *tls;
	/* Who is taken mail for, comma lists; "" both: everybody. */
	const char *domains, *addresses;
	void (*memory)(struct board_page_memory *);
	/* Of port i, BOARD_SMTP to BOARD_LMTP. */
	const struct smtpd_listener *(*listener)(unsigned i);
	uint16_t port;
	bool hidden; /* nobody reaches the addresses that lwIP has */
};

/* Since the start; each wraps at 2^32. */
struct board_page_counts {
	uint32_t connections, requests, wrong_passwords;
	uint32_t tls_handshakes; /* that succeeded */
	uint32_t tls_failures;   /* and did not, or took too long */
};

/*
 * Listen on all addresses. Returns ERR_OK; ERR_ARG: no password or one that is
 * too long, or TLS without BOARD_PAGE_TLS; ERR_USE: the port is taken; ERR_MEM:
 * no pcb free.
 */
err_t board_page_open(const struct board_page *);

bool board_page_is_open(void);

/* Stop listening and reset who is connected. */
void board_page_close(void);

/* Connections that hold one of BOARD_PAGE_SLOTS. */
unsigned board_page_conn_count(void);

/* The most that ever did. */
unsigned board_page_conn_high(void);

/* Valid for ever, and always what is so now. */
const struct board_page_counts *board_page_counts(void);

#endif
