/*
 * version.h - --version
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_VERSION_H
#define BOARD_VERSION_H

/* Print versions, options compiled in, and memory by pool. Returns the exit
 * status. */
int board_version(void);

#endif
