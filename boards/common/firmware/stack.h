/*
 * stack.h - how deep the stack ever was: painted at the start
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_STACK_H
#define BOARD_STACK_H

#include <stdint.h>

/* The ends of the stack, from the linker script; it grows to the bottom. */
extern uint32_t board_stack_bottom[], board_stack_top[];

/* Paint what is not in use. Called by the start-up code before .bss is
 * cleared: uses no variable. */
void board_stack_paint(void);

/* Octets of stack: all of it, in use now, the most that ever were. A task of
 * an RTOS has a stack of its own; of this one, 0 is in use then. */
uint32_t board_stack_size(void);
uint32_t board_stack_used(void);
uint32_t board_stack_high(void);

#endif
