/*
 * page_open.h - the web page of this process, by its options
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_PAGE_OPEN_H
#define BOARD_PAGE_OPEN_H

#include <stdbool.h>

/* Is the web page to be opened? */
bool board_page_used(void);

/* And over TLS? It is unless nobody but this machine can read it, or as
 * page_tls says. */
bool board_page_tls(void);

/* Are its options right? Prints the line and returns 2 if not. */
int board_page_check(void);

/* Open it, after lwip_init(). Returns 0, or 2 with the line printed. */
int board_page_start(void);

#endif
