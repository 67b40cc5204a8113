/*
 * page_gauges.h - pools and counters, one by one
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Context of every function: lwIP's thread.
 */
#ifndef BOARD_PAGE_GAUGES_H
#define BOARD_PAGE_GAUGES_H

#include <stdbool.h>
#include <stdint.h>

struct board_gauge {
	const char *name;
	uint32_t used, high, total;
};

/* Pool n; false: there are no more. */
bool board_page_gauge(unsigned n, struct board_gauge *);

/* Counter n; NULL: there are no more. Else its name, with its value. */
const char *board_page_counter(unsigned n, uint64_t *value);

#endif
