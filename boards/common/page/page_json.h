/*
 * page_json.h - what the page reads, written piece by piece
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_PAGE_JSON_H
#define BOARD_PAGE_JSON_H

#include <stdbool.h>

#include "page.h"
#include "text.h"

#define BOARD_PAGE_PIECE_MAX 1016 /* octets of a piece, with NUL */

/* Where the writing of a document stands. All zero: at its beginning. */
struct board_page_cursor {
	uint16_t stage, i, j;
	bool begun;  /* what stands before the list is written */
	bool more;   /* something stands in the list already */
	uint32_t id; /* what is being written: alert or picture */
	uint32_t at; /* octets of it that were written */
};

/* Append the next piece, at most BOARD_PAGE_PIECE_MAX octets; false: there is
 * none left. What changes between two pieces may be told of twice or not at
 * all; the document is well-formed in any case. */
typedef bool board_page_writer(struct board_page_cursor *, struct board_text *);

/* /status.json, and /metrics in Prometheus' text format 0.0.4. */
board_page_writer board_page_status, board_page_metrics;

/* The next quirk that a peer was told of, c->j, from c->i and c->j on; NULL:
 * there is none left. */
struct smtpd_peer_memory;
const struct smtpd_peer_memory *board_page_quirk(struct board_page_cursor *);

/* The version of wolfSSL; "" without TLS. */
const char *board_page_wolfssl(void);

#endif
