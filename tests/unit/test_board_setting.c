/*
 * test_board_setting.c - boards/common/setting.c: lines, values, near names
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources port/template/port.c
 * tests: sources boards/common/setting.c boards/common/text.c
 * tests: sources boards/common/flags.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "setting.h"

struct options {
	uint32_t wait_ms;
	uint32_t octets;
	uint16_t port;
	uint8_t tries;
	bool on;
	char name[8];
	char list[12];
	const char *kept;
};

#define AT(m)  (uint16_t) offsetof(struct options, m)
#define LEN(m) (uint16_t)sizeof(((struct options *)0)->m)

static const struct board_setting table[] = {
	{"wait", "Group", "", BOARD_TIME, AT(wait_ms), LEN(wait_ms), 1000,
		60000, 5000, NULL},
	{"octets", NULL, "", BOARD_OCTETS, AT(octets), LEN(octets), 0,
		UINT32_MAX, 10, NULL},
	{"smtp_port", NULL, "", BOARD_NUMBER, AT(port), LEN(port), 0, 65535, 25,
		NULL},
	{"tries", NULL, "", BOARD_NUMBER, AT(tries), LEN(tries), 1, 255, 3,
		NULL},
	{"use_it", NULL, "", BOARD_BOOL, AT(on), LEN(on), 0, 1, 1, NULL},
	{"name", NULL, "", BOARD_TEXT, AT(name), LEN(name), 0, 0, 0, "x"},
	{"list", NULL, "", BOARD_LIST, AT(list), LEN(list), 0, 0, 0, ""},
	{"kept", NULL, "", BOARD_KEPT, AT(kept), LEN(kept), 0, 0, 0, "k"},
};
#define ROWS (sizeof table / sizeof *table)

static struct smtpd_str str(const char *s)
{
	return (struct smtpd_str){s, (uint16_t)strlen(s)};
}

static const struct board_setting *row(const char *name)
{
	return board_setting_find(table, ROWS, str(name));
}

/* Store a value given in a block of its exact size; returns the result. */
static int store(struct options *o, const char *name, const char *value)
{
	size_t len = strlen(value);
	char *exact = malloc(len ? len : 1), text[200];
	struct board_text why;
	int result;

	memcpy(exact, value, len);
	board_text_start(&why, text, sizeof text);
	result = board_setting_store(
		row(name), o, (struct smtpd_str){exact, (uint16_t)len}, &why);
	assert_int_equal(result ? why.len > 0 : why.len, result ? 1 : 0);
	assert_false(why.full);
	free(exact);
	return result;
}

static void lines(void **state)
{
	static const struct {
		const char *line;
		int result;
		const char *key, *value;
	} cases[] = {
		{"", 0, NULL, NULL},
		{" \t\r", 0, NULL, NULL},
		{"# a = b", 0, NULL, NULL},
		{"  # a = b", 0, NULL, NULL},
		{"a=b", 1, "a", "b"},
		{" a \t=  b c \r", 1, "a", "b c"},
		{"a=", 1, "a", ""},
		{"a==b#c", 1, "a", "=b#c"},
		{"=b", SMTPD_EINVAL, NULL, NULL},
		{"a b", SMTPD_EINVAL, NULL, NULL},
	};
	struct smtpd_str key, value;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].line);
		char *exact = malloc(len ? len : 1);

		memcpy(exact, cases[i].line, len);
		assert_int_equal(board_setting_line(exact, len, &key, &value),
			cases[i].result);
		if (cases[i].result == 1) {
			assert_int_equal(key.len, strlen(cases[i].key));
			assert_memory_equal(key.s, cases[i].key, key.len);
			assert_int_equal(value.len, strlen(cases[i].value));
			assert_memory_equal(value.s, cases[i].value, value.len);
		}
		free(exact);
	}
}

static void defaults(void **state)
{
	struct options o;

	(void)state;
	memset(&o, 0xff, sizeof o);
	board_setting_defaults(table, ROWS, &o);
	assert_int_equal(o.wait_ms, 5000);
	assert_int_equal(o.octets, 10);
	assert_int_equal(o.port, 25);
	assert_int_equal(o.tries, 3);
	assert_true(o.on);
	assert_string_equal(o.name, "x");
	assert_string_equal(o.list, "");
}

static void numbers(void **state)
{
	static const struct {
		const char *name, *value;
		int result;
	} cases[] = {
		{"smtp_port", "0", 0},
		{"smtp_port", "65535", 0},
		{"smtp_port", "65536", SMTPD_EINVAL},
		{"smtp_port", "4294967321", SMTPD_EINVAL},
		{"smtp_port", "18446744073709551641", SMTPD_EINVAL},
		{"smtp_port", "+1", SMTPD_EINVAL},
		{"smtp_port", "-1", SMTPD_EINVAL},
		{"smtp_port", "", SMTPD_EINVAL},
		{"smtp_port", "1 ", SMTPD_EINVAL},
		{"smtp_port", "1K", SMTPD_EINVAL},
		{"tries", "255", 0},
		{"tries", "256", SMTPD_EINVAL},
		{"tries", "0", SMTPD_EINVAL},
		{"octets", "4294967295", 0},
		{"octets", "3G", 0},
		{"octets", "4G", SMTPD_EINVAL},
		{"octets", "1k", SMTPD_EINVAL},
		{"wait", "60", 0},
		{"wait", "1000ms", 0},
		{"wait", "999ms", SMTPD_EINVAL},
		{"wait", "1m", 0},
		{"wait", "61s", SMTPD_EINVAL},
		{"wait", "4294968h", SMTPD_EINVAL},
		{"use_it", "yes", 0},
		{"use_it", "off", 0},
		{"use_it", "1", 0},
		{"use_it", "ye", SMTPD_EINVAL},
		{"use_it", "yess", SMTPD_EINVAL},
	};
	struct options o;

	(void)state;
	board_setting_defaults(table, ROWS, &o);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(store(&o, cases[i].name, cases[i].value),
			cases[i].result);
	assert_int_equal(o.port, 65535);
	assert_int_equal(o.tries, 255);
	assert_int_equal(o.octets, 3u << 30);
	assert_int_equal(o.wait_ms, 60000);
	assert_true(o.on);
	assert_int_equal(store(&o, "use-it", "no"), 0);
	assert_false(o.on);
}

static void texts(void **state)
{
	struct options o;

	(void)state;
	board_setting_defaults(table, ROWS, &o);
	assert_int_equal(store(&o, "name", "1234567"), 0);
	assert_string_equal(o.name, "1234567");
	assert_int_equal(store(&o, "name", "12345678"), SMTPD_EINVAL);
	assert_string_equal(o.name, "1234567");
	assert_int_equal(store(&o, "name", ""), 0);
	assert_string_equal(o.name, "");
	assert_int_equal(store(&o, "list", "one"), 0);
	assert_int_equal(store(&o, "list", "seven77"), 0);
	assert_string_equal(o.list, "one,seven77");
	assert_int_equal(store(&o, "list", ""), SMTPD_EINVAL);
	assert_string_equal(o.list, "one,seven77");
}

/* A value of that type stays where it is. */
static void kept_where_it_is(void **state)
{
	static const char flash[] = "there\0more";
	struct options o;
	struct board_text why;
	char text[200];

	(void)state;
	board_setting_defaults(table, ROWS, &o);
	assert_string_equal(o.kept, "k");
	board_text_start(&why, text, sizeof text);
	assert_int_equal(
		board_setting_store(row("kept"), &o, str(flash), &why), 0);
	assert_ptr_equal(o.kept, flash);
	assert_int_equal(board_setting_store(row("kept"), &o,
				 (struct smtpd_str){flash, 10}, &why),
		SMTPD_EINVAL);
	assert_true(why.len > 0);
	assert_ptr_equal(o.kept, flash);
}

static void shown_as_given(void **state)
{
	struct options o;
	struct board_text t;
	char text[200];

	(void)state;
	board_setting_defaults(table, ROWS, &o);
	store(&o, "wait", "1500ms");
	board_text_start(&t, text, sizeof text);
	for (size_t i = 0; i < ROWS; i++) {
		board_text_str(&t, " ");
		board_setting_text(&table[i], &o, &t);
	}
	assert_string_equal(text, " 1500ms 10 25 3 yes x  k");
}

static void nearest(void **state)
{
	static const struct {
		const char *key, *name;
	} cases[] = {
		{"smtp_prot", "smtp_port"},
		{"smpt-port", "smtp_port"},
		{"smtp_ports", "smtp_port"},
		{"wiat", "wait"},
		{"zzzzzz", NULL},
		{"w", NULL},
		{"smtp_port_smtp_port_smtp_port_smtp_port_smtp_port", NULL},
	};
	const struct board_setting *found;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		found = board_setting_nearest(table, ROWS, str(cases[i].key));
		if (cases[i].name)
			assert_string_equal(
				found ? found->name : "", cases[i].name);
		else
			assert_null(found);
	}
	assert_null(row("smtp_por"));
	assert_null(row("smtp_port2"));
	assert_non_null(row("smtp-port"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(defaults),
		cmocka_unit_test(numbers),
		cmocka_unit_test(texts),
		cmocka_unit_test(kept_where_it_is),
		cmocka_unit_test(shown_as_given),
		cmocka_unit_test(nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
