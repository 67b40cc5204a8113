/*
 * rate.h - so many of something a second, and no more
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For what a client can cause at will, lines of a log above all.
 */
#ifndef BOARD_RATE_H
#define BOARD_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* What was used of a budget. All zero: nothing. */
struct board_rate {
	uint32_t spent;   /* in thousandths of an event */
	uint32_t last_ms; /* when `spent` was counted */
	uint32_t lost;    /* events refused; whoever tells of them sets it to
			     0 */
};

/*
 * May an event happen now? Counts it in `lost` if not.
 *
 * rate    events a second in the long run, 1 or more
 * burst   events at once, 1 to 4,000,000
 * now_ms  a clock that may wrap
 *
 * Context: one thread for each budget.
 */
bool board_rate_take(
	struct board_rate *, uint32_t rate, uint32_t burst, uint32_t now_ms);

#endif
