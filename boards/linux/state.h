/*
 * state.h - the directory for what is made on the first run
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_STATE_H
#define BOARD_STATE_H

#include <stddef.h>

/* Make the directory, mode 0700. Returns 0, or 2 with the line printed. */
int board_state_open(void);

/* The path of a file in it; cut where it does not fit. */
void board_state_path(const char *name, char *path, size_t cap);

#endif
