/*
 * test_board_route.c - boards/common/sinks/route.c: which routes fit
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/sinks/route.c boards/common/policy.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy.h"
#include "sinks/route.h"

static const struct smtpd_peer peer = {.ip = {192, 0, 2, 7}, .family = 4};

/* An exact-size copy, so that ASan sees what is read past the end. */
static struct smtpd_str exact(const char *s)
{
	struct smtpd_str copy = {NULL, (uint16_t)strlen(s)};
	char *p = malloc(copy.len + !copy.len);

	assert_non_null(p);
	memcpy(p, s, copy.len);
	copy.s = p;
	return copy;
}

static enum board_route_fit fits(const char *text, const char *subject)
{
	static const char envelope[] = "Cam@Sender.example\0a@b.example\0"
				       "door@c.example";
	const struct board_route_mail mail = {
		.peer = &peer,
		.user = "joe",
		.envelope = envelope,
		.subject = subject,
		.rcpt_count = 2,
		.listener = BOARD_SUBMISSION,
	};
	struct smtpd_str route = exact(text);
	enum board_route_fit fit = board_route_fits(route, &mail);

	free((void *)route.s);
	return fit;
}

static void routes_that_fit(void **state)
{
	static const char *const routes[] = {
		"> log",
		"listener:submission > log",
		"listener:smtp|submission>log",
		"peer:192.0.2.0/24 > log",
		"peer:10.0.0.0/8|192.0.2.7 > log",
		"user:joe > log",
		"user:\"\"|joe > log",
		"from:cam@sender.EXAMPLE > log",
		"from:@sender.example > log",
		"to:door@c.example > log",
		"to:@B.example > log",
		"subject:\"front door\" > log",
		"subject:x|MOTION > log",
		"subject:\"\" > log",
		" \tlistener:submission  peer:192.0.2.7 user:joe from:@sender."
		"example to:a@b.example subject:motion  > log",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof routes / sizeof *routes; i++)
		if (fits(routes[i], "Motion at Front Door") != BOARD_ROUTE_YES)
			fail_msg("%s", routes[i]);
}

static void routes_that_do_not(void **state)
{
	static const char *const routes[] = {
		"listener:smtp > log",
		"listener:submission peer:192.0.3.0/24 > log",
		"peer:2001:db8::/32 > log",
		"user:joey > log",
		"user:jo > log",
		"user:\"\" > log",
		"from:a@b.example > log", /* that is a recipient */
		"from:@ender.example > log",
		"from:\"\" > log",
		"to:cam@sender.example > log",
		"to:b.example > log",
		"to:other@c.example > log",
		"subject:\"front  door\" > log",
		"user:joey subject:motion > log",
		/* wrong, and so fit nothing */
		"",
		"log",
		"user:joe",
		"user: > log",
		"user:joe|> log",
		"user:\"joe > log",
		"frog:1 > log",
		"peer:192.0.2 > log",
		"user:joe\"x > log",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof routes / sizeof *routes; i++)
		if (fits(routes[i], "Motion at Front Door") != BOARD_ROUTE_NO)
			fail_msg("%s", routes[i]);
}

static void subject_is_waited_for_only_when_it_matters(void **state)
{
	(void)state;
	assert_int_equal(fits("subject:x > log", NULL), BOARD_ROUTE_UNKNOWN);
	assert_int_equal(fits("user:joe subject:x|y user:joe > log", NULL),
		BOARD_ROUTE_UNKNOWN);
	assert_int_equal(
		fits("subject:x user:jim > log", NULL), BOARD_ROUTE_NO);
	assert_int_equal(
		fits("user:jim subject:x > log", NULL), BOARD_ROUTE_NO);
	assert_int_equal(fits("user:joe > log", NULL), BOARD_ROUTE_YES);
}

static void what_is_wrong_is_said(void **state)
{
	static const char *const wrong[] = {"", "log", ">", " >  ", "> \t",
		"user > log", "user: > log", "user:\"x > log", "user:a| > log",
		"peer:frog > log", "peer:10.1.2.3/8 > log",
		"listener:imap > log", "frog:1 > log", ":x > log",
		"user:a\"b > log", "user:joe log"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct smtpd_str route = exact(wrong[i]);

		if (!board_route_check(route))
			fail_msg("%s", wrong[i]);
		free((void *)route.s);
	}
}

static void sinks_come_one_by_one(void **state)
{
	struct smtpd_str route = exact("user:\"> x\" >  log maildir:/a\tnull ");
	static const char *const sinks[] = {"log", "maildir:/a", "null", ""};
	struct smtpd_str sink;
	size_t at = 0, i;

	(void)state;
	assert_null(board_route_check(route));
	for (i = 0; i < 4; i++) {
		sink = board_route_sink(route, &at);
		assert_int_equal(sink.len, strlen(sinks[i]));
		assert_memory_equal(sink.s, sinks[i], sink.len);
	}
	assert_int_equal(board_route_sink(route, &at).len, 0);
	free((void *)route.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_that_fit),
		cmocka_unit_test(routes_that_do_not),
		cmocka_unit_test(subject_is_waited_for_only_when_it_matters),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(sinks_come_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
