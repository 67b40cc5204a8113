/*
 * test_board_blocks.c - boards/common: lists of addresses and blocks
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/blocks.c boards/common/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "blocks.h"

static struct smtpd_cidr out[3];
static char text[128];

static int parse(const char *list)
{
	struct board_text why;

	board_text_start(&why, text, sizeof text);
	return board_blocks_parse(list, out, 3, &why);
}

static void lists(void **state)
{
	(void)state;
	assert_int_equal(parse(""), 0);
	assert_int_equal(parse("10.0.0.0/8"), 1);
	assert_int_equal(parse(" 10.0.0.0/8 ,2001:db8::1,  192.0.2.1 "), 3);
	assert_int_equal(out[0].len, 8);
	assert_int_equal(out[1].family, 6);
	assert_int_equal(out[2].ip[0], 192);
	assert_string_equal(text, "");
}

static void what_is_wrong(void **state)
{
	(void)state;
	assert_int_equal(parse("10.0.0.0/8,"), SMTPD_EINVAL);
	assert_string_equal(text, "\"\": is no IPv4 or IPv6 address");
	assert_int_equal(parse("10.0.0.0/8,10.0.0.1/8"), SMTPD_EINVAL);
	assert_string_equal(
		text, "\"10.0.0.1/8\": has bits set behind its length");
	assert_int_equal(parse("::1,::2,::3,::4"), SMTPD_EINVAL);
	assert_string_equal(text, "at most 3 addresses or blocks fit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
