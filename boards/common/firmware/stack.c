/*
 * stack.c - how deep the stack ever was: painted at the start
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "stack.h"

#define PAINT  0x5a5aa5a5u
#define MARGIN 16 /* words below the caller's frame that are left alone */

static uint32_t *here(void)
{
	return (uint32_t *)__builtin_frame_address(0);
}

void board_stack_paint(void)
{
	volatile uint32_t *p = board_stack_bottom;
	uint32_t *end = here() - MARGIN;

	while (p < end)
		*p++ = PAINT;
}

static uint32_t octets_from(const volatile uint32_t *p)
{
	return (uint32_t)((uintptr_t)board_stack_top - (uintptr_t)p);
}

uint32_t board_stack_size(void)
{
	return octets_from(board_stack_bottom);
}

uint32_t board_stack_used(void)
{
	const volatile uint32_t *p = here();

	return p >= board_stack_bottom && p < board_stack_top ? octets_from(p)
							      : 0;
}

uint32_t board_stack_high(void)
{
	const volatile uint32_t *p = board_stack_bottom;
	uint32_t left = board_stack_size();

	while (left && *p++ == PAINT)
		left -= (uint32_t)sizeof *p;
	return left;
}
