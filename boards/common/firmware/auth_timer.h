/*
 * auth_timer.h - users of the settings, checked from a timer of lwIP
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_AUTH_TIMER_H
#define BOARD_AUTH_TIMER_H

#include "settings.h"

/*
 * Let the users of these settings AUTH: board_auth() of ../auth.h computes
 * from a timer of lwIP then, of which one more is needed
 * (MEMP_NUM_SYS_TIMEOUT).
 *
 * The settings are kept by pointer.
 * Context: lwIP's, once, after lwip_init().
 */
void board_auth_timer_open(const struct board_settings *);

#endif
