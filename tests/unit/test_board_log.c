/*
 * test_board_log.c - lines about clients are bounded, in number and in time
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/lwip port/wolfssl wolfssl lwip
 * tests: sources boards/common/firmware/log.c boards/common/event.c
 * tests: sources boards/common/rate.c boards/common/page/page_events.c
 * tests: sources boards/common/firmware/console.c boards/common/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../boards/common/firmware/firmware.h"
#include "../../boards/common/firmware/log.h"
#include "../../boards/common/page/page_events.h"
#include "../../boards/common/firmware/sink.h"
#include "kept_console.h"

struct board_settings board_settings;

/* No event here is of a session. */
uint64_t board_session_serial(unsigned index)
{
	fail_msg("session in slot %u", index);
	return 0;
}

void board_sinks_replied(const struct smtpd_session *s, unsigned code)
{
	fail_msg("session %p, %u", (const void *)s, code);
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
	console_clear();
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
	/* the page counts those that were left out as well */
	assert_int_equal(board_events()->refused, 2002);
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
	assert_int_equal(said_len, 0);
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
