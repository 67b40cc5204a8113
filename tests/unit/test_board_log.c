/*
 * test_board_log.c - lines about clients are bounded, in number and in time
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/lwip port/wolfssl wolfssl lwip
 * tests: sources boards/common/firmware/log.c
 * tests: sources boards/common/firmware/console.c boards/common/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../boards/common/firmware/board.h"
#include "../../boards/common/firmware/firmware.h"
#include "../../boards/common/firmware/log.h"
#include "../../boards/common/firmware/sink.h"
#include "lwip/sys.h"
#include "smtpd_port.h"

static char said[65536];
static size_t len;
static uint32_t now_ms;

struct board_settings board_settings;

/* ---- what the rest of a board supplies ---- */

void board_console_write(const char *s, size_t n)
{
	assert_true(len + n < sizeof said);
	memcpy(said + len, s, n);
	len += n;
	said[len] = '\0';
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

/* No event here is of a session. */
uint32_t board_sink_serial(unsigned index)
{
	fail_msg("session in slot %u", index);
	return 0;
}

void board_sink_replied(const struct smtpd_session *s, unsigned code)
{
	fail_msg("session %p, %u", (const void *)s, code);
}

const char *board_end_text(enum smtpd_end why)
{
	fail_msg("end %d", (int)why);
	return "";
}

/* ---- cases ---- */

static unsigned lines(const char *text)
{
	unsigned count = 0;
	const char *p;

	for (p = said; (p = strstr(p, text)) != NULL; p++)
		count++;
	return count;
}

static void flood(unsigned events)
{
	len = 0;
	said[0] = '\0';
	while (events--)
		smtpd_port_log(SMTPD_EV_REFUSED, NULL, 421);
}

static void case_159_a_flood_is_bounded(void **state)
{
	(void)state;
	flood(1000);
	assert_int_equal(lines("connection refused 421\r\n"), 100);
	assert_int_equal(lines("left out"), 0);
	now_ms += 1000;
	flood(1000);
	assert_int_equal(lines("connection refused 421\r\n"), 20);
	assert_int_equal(lines("900 lines left out\r\n"), 1);
	now_ms += 49;
	flood(1);
	assert_int_equal(lines("connection refused"), 0);
	now_ms += 1;
	flood(1);
	assert_int_equal(lines("connection refused"), 1);
}

/* As 49.7 days later: nothing is lost or won when the clock wraps. */
static void case_156_the_clock_wraps(void **state)
{
	(void)state;
	now_ms = UINT32_MAX - 499;
	flood(1000);
	flood(1000);
	assert_int_equal(lines("connection refused"), 0);
	now_ms += 1000;
	flood(1000);
	assert_int_equal(lines("connection refused"), 20);
	now_ms += 3600000;
	flood(1000);
	assert_int_equal(lines("connection refused"), 100);
}

static void quiet_says_nothing(void **state)
{
	(void)state;
	now_ms += 3600000;
	board_settings.quiet = true;
	flood(10);
	assert_int_equal(len, 0);
	board_settings.quiet = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_159_a_flood_is_bounded),
		cmocka_unit_test(case_156_the_clock_wraps),
		cmocka_unit_test(quiet_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
