/*
 * page_open.h - the firmware's web page, by its settings
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_FIRMWARE_PAGE_OPEN_H
#define BOARD_FIRMWARE_PAGE_OPEN_H

/* Open the page where the settings have a password, after
 * board_server_open(). Why it stays closed is said on the console. */
void board_page_start(void);

/* "https://" or "http://"; NULL: it is closed. */
const char *board_page_scheme(void);

#endif
