/*
 * page_conn.h - a browser's connection, between the files of this folder
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * page.c has the pool and lwIP's callbacks, page_answer.c what is said.
 */
#ifndef BOARD_PAGE_CONN_H
#define BOARD_PAGE_CONN_H

#include "lwip/altcp.h"

#include "http.h"
#include "page_json.h"

enum board_page_stage {
	PAGE_FREE,
	PAGE_REQUEST, /* the handshake of TLS is part of it */
	PAGE_ANSWER,
	PAGE_STREAM, /* /events */
	PAGE_LINGER, /* it ends once what was said is acknowledged */
};

struct board_page_conn {
	struct altcp_pcb *pcb;
	const uint8_t *rest; /* of a fixed body */
	size_t rest_len;
	board_page_writer *writer; /* of a body made now, or NULL */
	size_t owed;               /* octets of it that were promised */
	enum board_page_stage stage;
	uint32_t since_ms; /* of the stage; PAGE_STREAM: when it was told */
	uint32_t taken;    /* PAGE_STREAM: what it was told */
	struct board_page_cursor cursor;
	struct board_http http;
	bool shaking; /* TLS is not up yet */
	bool chunked; /* nobody knows how long the body will be */
	bool keep;    /* another request may follow the answer */
	bool eof;     /* the other side is closed */
	bool shut;    /* ours is */
};

extern const struct board_page *board_page;
extern struct board_page_counts board_page_counted;
extern uint32_t board_page_since_ms; /* it was opened */

/* How many connections are in this stage. */
unsigned board_page_in_stage(enum board_page_stage);

void board_page_enter(struct board_page_conn *, enum board_page_stage);

/* The request is whole, or wrong, or late (408): begin to answer. 0: look at
 * what it asks for. */
void board_page_answer(struct board_page_conn *, unsigned status);

/* Send as much as fits. At the end it waits for the next request, or lingers.
 */
void board_page_send(struct board_page_conn *);

/* Linger: our side is closed once all that was said is acknowledged, the
 * connection once the other side is, or at its deadline. */
void board_page_leave(struct board_page_conn *);

#endif
