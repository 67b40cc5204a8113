/*
 * kept_console.h - a console that keeps what is said, for tests of firmware
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * And what lwIP and the engine ask a board for that has neither network nor
 * sessions; the clock is the test's.
 */
#ifndef KEPT_CONSOLE_H
#define KEPT_CONSOLE_H

#include <string.h>

#include "../../boards/common/firmware/board.h"
#include "lwip/sys.h"
#include "smtpd_port.h"

static char said[65536];
static size_t said_len;
static uint32_t now_ms;

static void console_clear(void)
{
	said_len = 0;
	said[0] = '\0';
}

void board_console_write(const char *s, size_t n)
{
	assert_true(said_len + n < sizeof said);
	memcpy(said + said_len, s, n);
	said_len += n;
	said[said_len] = '\0';
}

uint32_t sys_now(void)
{
	return now_ms;
}

void board_assert(const char *what, const char *file, int line)
{
	fail_msg("%s (%s:%d)", what, file, line);
}

int smtpd_port_entropy(uint8_t *buf, size_t n)
{
	(void)buf, (void)n;
	return SMTPD_ENONE;
}

int64_t smtpd_port_wall_s(void)
{
	return 0;
}

#endif
