/*
 * page_password.h - the web page's password: given, or made on the first run
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_PAGE_PASSWORD_H
#define BOARD_PAGE_PASSWORD_H

#include <stdbool.h>

/* Is one to be read from state_dir, or made there? */
bool board_page_password_kept(void);

/* Do so; it becomes page_password. Returns 0, or 2 with the line printed. */
int board_page_password_open(void);

/* Was it made by this run? */
bool board_page_password_new(void);

#endif
