/*
 * test_page_auth.c - passwords of the web page: right, wrong, too often
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/page/page_auth.c boards/common/board_base64.c
 * tests: sources boards/common/rate.c boards/common/text.c
 * tests: link port/lwip lwip
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../boards/common/page/page_auth.h"
#include "lwip/sys.h"

#define RIGHT "bWU6cGFzcw==" /* me:pass */
#define WRONG "bWU6UGFzcw=="

/* what lwIP, whose addresses these are, asks of a board */
void board_assert(const char *what, const char *file, int line);
void board_assert(const char *what, const char *file, int line)
{
	fail_msg("%s (%s:%d)", what, file, line);
}

static uint32_t now_ms = UINT32_MAX - 5000;

/* see lwip/sys.h */
u32_t sys_now(void)
{
	return now_ms;
}

static unsigned try(const char *auth, const char *ip)
{
	ip_addr_t peer;

	assert_true(ipaddr_aton(ip, &peer));
	return board_page_auth("pass", auth, &peer, now_ms);
}

static void guess(const char *ip)
{
	unsigned i;

	for (i = 0; i < BOARD_PAGE_GUESSES; i++)
		assert_int_equal(try(WRONG, ip), 401);
}

static void forget(void)
{
	now_ms += 1000 * BOARD_PAGE_GUESSES / BOARD_PAGE_GUESS_RATE;
}

static void rfc7617_2_password_behind_the_first_colon(void **state)
{
	(void)state;
	assert_int_equal(try(RIGHT, "192.0.2.1"), 200);
	assert_int_equal(try("OnBhc3M=", "192.0.2.1"), 200);
	assert_int_equal(try("", "192.0.2.1"), 401);
	assert_int_equal(try("bWVwYXNz", "192.0.2.1"), 401);
	assert_int_equal(try("bWU6cGFz", "192.0.2.1"), 401);
	assert_int_equal(try("bWU6cGFzc3M=", "192.0.2.1"), 401);
	assert_int_equal(try("bWU6cGFzcwA=", "192.0.2.1"), 401);
	assert_int_equal(try("bWU6", "192.0.2.1"), 401);
	assert_int_equal(try("!", "192.0.2.1"), 401);
	forget();
}

static void the_right_one_may_come_as_often_as_it_likes(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 10 * BOARD_PAGE_GUESSES; i++)
		assert_int_equal(try(RIGHT, "192.0.2.1"), 200);
}

static void who_guesses_waits_alone(void **state)
{
	(void)state;
	guess("192.0.2.1");
	assert_int_equal(try(WRONG, "192.0.2.1"), 429);
	assert_int_equal(try(RIGHT, "192.0.2.1"), 429);
	assert_int_equal(try(RIGHT, "192.0.2.2"), 200);
	now_ms += 1000 / BOARD_PAGE_GUESS_RATE;
	assert_int_equal(try(RIGHT, "192.0.2.1"), 200);
	assert_int_equal(try(WRONG, "192.0.2.1"), 401);
	assert_int_equal(try(WRONG, "192.0.2.1"), 429);
	forget();
	guess("192.0.2.1");
	forget();
}

static void a_64_is_one_address(void **state)
{
	(void)state;
	guess("2001:db8::1");
	assert_int_equal(try(RIGHT, "2001:db8::ffff"), 429);
	assert_int_equal(try(RIGHT, "2001:db8:0:1::1"), 200);
	forget();
}

static void many_addresses_guess_no_more_than_the_table(void **state)
{
	static const char *const others[BOARD_PAGE_GUESSERS] = {"192.0.2.1",
		"192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6",
		"192.0.2.7", "192.0.2.8",
		"2001:db8:1::", "2001:db8:2::", "2001:db8:3::", "2001:db8:4::",
		"2001:db8:5::", "2001:db8:6::", "2001:db8:7::", "2001:db8:8::"};
	unsigned i;

	(void)state;
	for (i = 0; i < BOARD_PAGE_GUESSERS; i++) {
		assert_int_equal(try(RIGHT, "192.0.2.99"), 200);
		guess(others[i]);
	}
	assert_int_equal(try(RIGHT, "192.0.2.99"), 429);
	forget();
	assert_int_equal(try(RIGHT, "192.0.2.99"), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7617_2_password_behind_the_first_colon),
		cmocka_unit_test(the_right_one_may_come_as_often_as_it_likes),
		cmocka_unit_test(who_guesses_waits_alone),
		cmocka_unit_test(a_64_is_one_address),
		cmocka_unit_test(many_addresses_guess_no_more_than_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
