/*
 * test_board_access.c - boards/common: the options `allow` and `deny`
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/access.c boards/common/blocks.c
 * tests: sources boards/common/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access.h"

static struct board_access access_;
static char why[200];

static int read_lists(const char *allow, const char *deny)
{
	struct board_text t;
	int status;

	memset(&access_, 0, sizeof access_);
	board_text_start(&t, why, sizeof why);
	status = board_access_read(&access_, allow, false, &t);
	return status ? status : board_access_read(&access_, deny, true, &t);
}

/* What becomes of an address on each port: a letter each, I or O. */
static const char *who(const char *address)
{
	static char text[BOARD_PORTS + 1];
	struct smtpd_peer p;
	unsigned i;

	assert_true(smtpd_address_parse(&p, address, strlen(address)));
	for (i = 0; i < BOARD_PORTS; i++)
		text[i] = smtpd_access_ask(&access_.lists[i], &p) ==
					  SMTPD_ACCESS_DENIED
				  ? 'O'
				  : 'I';
	return text;
}

static void without_lists_everybody_gets_in(void **state)
{
	(void)state;
	assert_int_equal(read_lists("", ""), 0);
	assert_string_equal(who("192.0.2.1"), "IIII");
}

static void lists_of_all_ports(void **state)
{
	(void)state;
	assert_int_equal(
		read_lists("192.0.2.0/24 , 2001:db8::/32", "192.0.2.9"), 0);
	assert_string_equal(who("192.0.2.1"), "IIII");
	assert_string_equal(who("192.0.2.9"), "OOOO");
	assert_string_equal(who("192.0.3.9"), "OOOO");
	assert_string_equal(who("2001:db8::9"), "IIII");
	assert_string_equal(who("2001:db9::9"), "OOOO");
}

static void entries_of_one_port(void **state)
{
	(void)state;
	assert_int_equal(read_lists("smtp=192.0.2.0/24,lmtp=::1",
				 "smtps=198.51.100.0/24, 203.0.113.7"),
		0);
	assert_string_equal(who("192.0.2.1"), "IIIO");
	assert_string_equal(who("198.51.100.1"), "OIOO");
	assert_string_equal(who("203.0.113.7"), "OOOO");
	assert_string_equal(who("::1"), "OIII");
}

static void what_is_wrong_is_said_and_nobody_gets_in(void **state)
{
	static const struct {
		const char *list, *says;
	} rows[] = {
		{"10.1.2.3/8", "\"10.1.2.3/8\" has bits set behind its length"},
		{"10.0.0.0/8,x", "\"x\" is no IPv4 or IPv6 address"},
		{"10.0.0.0/8,,::1", "\"\" is no IPv4 or IPv6 address"},
		{"10.0.0.0/8, ", "\"\" is no IPv4 or IPv6 address"},
		{"imap=10.0.0.0/8", "\"imap=10.0.0.0/8\" names no port; smtp, "
				    "submission, smtps and lmtp are"},
		{"10.0.0.0/33", "\"10.0.0.0/33\" needs a length of 0 to 32 "
				"behind /"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(read_lists("", rows[i].list), SMTPD_EINVAL);
		assert_string_equal(why, rows[i].says);
		assert_string_equal(who("10.0.0.1"), "OOOO");
		assert_string_equal(who("2001:db8::1"), "OOOO");
		assert_int_equal(read_lists(rows[i].list, ""), SMTPD_EINVAL);
		assert_string_equal(who("10.0.0.1"), "OOOO");
	}
}

static void entries_at_the_limit_and_past_it(void **state)
{
	char list[BOARD_ACCESS_MAX * 12 + 12] = "";
	size_t at = 0;
	int i;

	(void)state;
	for (i = 0; i < BOARD_ACCESS_MAX; i++)
		at += (size_t)snprintf(list + at, sizeof list - at,
			"%s10.0.0.%d", i ? "," : "", i);
	assert_int_equal(read_lists("", list), 0);
	assert_string_equal(who("10.0.0.63"), "OOOO");
	assert_string_equal(who("10.0.0.64"), "IIII");
	assert_int_equal(read_lists("10.1.0.0/16", list), SMTPD_EINVAL);
	assert_string_equal(why, "\"10.0.0.63\" is one entry too many");
	assert_string_equal(who("10.1.0.64"), "OOOO");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_lists_everybody_gets_in),
		cmocka_unit_test(lists_of_all_ports),
		cmocka_unit_test(entries_of_one_port),
		cmocka_unit_test(what_is_wrong_is_said_and_nobody_gets_in),
		cmocka_unit_test(entries_at_the_limit_and_past_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
