/*
 * rate.c - so many of something a second, and no more
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "rate.h"

bool board_rate_take(
	struct board_rate *r, uint32_t rate, uint32_t burst, uint32_t now_ms)
{
	uint64_t earned = (uint64_t)(now_ms - r->last_ms) * rate;

	r->spent = earned > r->spent ? 0 : r->spent - (uint32_t)earned;
	r->last_ms = now_ms;
	if (r->spent + 1000 > burst * 1000) {
		r->lost++;
		return false;
	}
	r->spent += 1000;
	return true;
}
