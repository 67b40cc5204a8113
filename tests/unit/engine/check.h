/*
 * check.h - cmocka, and what every test of the engine begins and ends with
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef CHECK_H
#define CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static inline int check_begin(void **state)
{
	(void)state;
	engine_begin();
	return 0;
}

/* The sink's contract was kept, replies are well-formed, the pool is empty. */
static inline int check_end(void **state)
{
	const char *why = engine_end();

	(void)state;
	if (why)
		print_error("%s\n", why);
	return why ? -1 : 0;
}

/* A test in a world of its own. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, check_begin, check_end)

/* The next reply's code and, unless "", its enhanced code. */
#define expect_reply(c, code, enhanced)                                        \
	do {                                                                   \
		char want_[24];                                                \
		snprintf(want_, sizeof want_, "%d%s%s", code,                  \
			*(enhanced) ? " " : "", enhanced);                     \
		const char *got_ = engine_reply(c);                            \
		if (strncmp(got_, want_, strlen(want_)) != 0)                  \
			fail_msg("expected %s, got \"%s\"", want_, got_);      \
	} while (0)

#define expect_no_reply(c) assert_string_equal(engine_reply(c), "")

/* MAIL, RCPT and DATA up to 354. */
static inline void start_message(struct smtpd_conn *c)
{
	engine_send(c, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	assert_int_equal(engine_codes(c, 3), 354);
}

static inline void send_message(struct smtpd_conn *c, const char *text)
{
	start_message(c);
	engine_send(c, text);
	engine_send(c, ".\r\n");
}

#endif
