/*
 * http.h - the head of an HTTP request, octet by octet, and what is wrong in it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For a server that has only pages to show: GET and HEAD, no body, one request
 * at a time (RFC 9110, RFC 9112). Bounded: a line that is too long is 414
 * or 431, but fields that mean nothing here are passed over. Context of every
 * function: any.
 */
#ifndef BOARD_HTTP_H
#define BOARD_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_HTTP_LINE_MAX   320  /* of the request line, a field we read */
#define BOARD_HTTP_HEAD_MAX   8192 /* octets of the whole head */
#define BOARD_HTTP_FIELDS_MAX 100
#define BOARD_HTTP_PATH_MAX   64 /* with NUL */
#define BOARD_HTTP_HOST_MAX   80
#define BOARD_HTTP_AUTH_MAX   128

/* A request; the caller's memory, all of it private but what is said. */
struct board_http {
	/* 0: go on; 200: the head is whole; else the status that refuses it */
	uint16_t status;
	bool head;  /* HEAD, not GET */
	bool close; /* no other request follows: RFC 9112 9.3 */
	char path[BOARD_HTTP_PATH_MAX]; /* as it came, without the query */
	char host[BOARD_HTTP_HOST_MAX]; /* without the port; "": none came */
	char auth[BOARD_HTTP_AUTH_MAX]; /* behind "Basic "; "": none came */

	char line[BOARD_HTTP_LINE_MAX];
	uint16_t line_len, head_len;
	uint8_t fields;
	bool cut, cr, first_done, empty_line, old, absolute;
	bool host_seen, auth_seen, length_seen;
};

/* Forget everything: a new request. Wipes the credentials. */
void board_http_start(struct board_http *);

/*
 * Take octets until the head is whole or wrong.
 *
 * Returns how many of len were taken; fewer only once `status` is set. What
 * comes behind is the caller's to drop.
 */
size_t board_http_input(struct board_http *, const uint8_t *p, size_t len);

/* The reason phrase of a status that this module and the page use. */
const char *board_http_reason(unsigned status);

/*
 * May a page be shown under this name? Addresses and "localhost" may, and
 * `own`, our name: any other is one that somebody else's DNS has pointed
 * here, and whose scripts would read the page (DNS rebinding).
 */
bool board_http_host_ours(const char *host, const char *own);

#endif
