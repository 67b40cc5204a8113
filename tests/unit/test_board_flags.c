/*
 * test_board_flags.c - boards/common: sets of names and choices as text
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources port/template/port.c
 * tests: sources boards/common/flags.c boards/common/setting.c
 * tests: sources boards/common/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flags.h"
#include "setting.h"

#define ALL     ((uint32_t)SMTPD_FORGIVE_ALL)
#define BIT(id) ((uint32_t)SMTPD_QUIRK_BIT(id))

static struct smtpd_str str(const char *s)
{
	return (struct smtpd_str){s, (uint16_t)strlen(s)};
}

static void lists(void **state)
{
	static const struct {
		const char *list, *again;
		uint32_t forgive;
	} cases[] = {
		{"strict", "strict", 0},
		{"tolerant", "tolerant", ALL},
		{"tolerant,-bare-lf", "tolerant,-bare-lf", ALL & ~BIT(BARE_LF)},
		{"strict, +bare-lf , no-helo", "strict,+no-helo,+bare-lf",
			BIT(BARE_LF) | BIT(NO_HELO)},
		{"bare-cr", "strict,+no-helo,+bare-cr",
			BIT(BARE_CR) | BIT(NO_HELO)},
		{"-no-helo", "strict", 0},
		{"bare-lf,strict", "strict", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t forgive = BIT(NO_HELO); /* as before */
		char text[600];
		struct board_text t;

		board_text_start(&t, text, sizeof text);
		assert_int_equal(board_flags_parse(&board_forgivable,
					 str(cases[i].list), &forgive, &t),
			0);
		assert_int_equal(t.len, 0);
		assert_int_equal(forgive, cases[i].forgive);
		board_flags_text(&board_forgivable, forgive, &t);
		assert_string_equal(text, cases[i].again);
	}
}

static void wrong_lists(void **state)
{
	static const char *const wrong[] = {"", ",", "strict,", "lone-dot",
		"tolerant,-bare", "+", "- bare-lf", "Strict", "+strict"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		uint32_t forgive = 5;
		char text[900];
		struct board_text t;

		board_text_start(&t, text, sizeof text);
		assert_int_equal(board_flags_parse(&board_forgivable,
					 str(wrong[i]), &forgive, &t),
			SMTPD_EINVAL);
		assert_int_equal(forgive, 5);
		assert_false(t.full);
		assert_non_null(strstr(text, "helo-missing-name, "));
	}
}

static void mechanisms(void **state)
{
	const unsigned all = SMTPD_MECH_ALL, plain = SMTPD_MECH_PLAIN;
	const unsigned login = SMTPD_MECH_LOGIN;
	const struct {
		const char *list, *again;
		uint32_t bits;
	} cases[] = {
		{"all", "all", all},
		{"none", "none", 0},
		{"PLAIN, LOGIN", "none,+PLAIN,+LOGIN", plain | login},
		{" PLAIN", "none,+PLAIN", plain},
		{"-LOGIN", "all,-LOGIN", all & ~login},
		{"all,-PLAIN,-LOGIN", "all,-PLAIN,-LOGIN",
			all & ~(plain | login)},
		{"none,+PLAIN", "none,+PLAIN", plain},
		{"SCRAM-SHA-256", "none,+SCRAM-SHA-256", SMTPD_MECH_SCRAM},
		{"LOGIN,-LOGIN", "none", 0},
	};
	static const char *const wrong[] = {"", "PLAIN,", "plain", "CRAM-MD5",
		"all,-XOAUTH2", "PLAIN LOGIN"};
	char text[300];
	struct board_text t;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t bits = all;

		board_text_start(&t, text, sizeof text);
		assert_int_equal(board_flags_parse(&board_mechanisms,
					 str(cases[i].list), &bits, &t),
			0);
		assert_int_equal(bits, cases[i].bits);
		board_flags_text(&board_mechanisms, bits, &t);
		assert_string_equal(text, cases[i].again);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		uint32_t bits = all;

		board_text_start(&t, text, sizeof text);
		assert_int_equal(board_flags_parse(&board_mechanisms,
					 str(wrong[i]), &bits, &t),
			SMTPD_EINVAL);
		assert_int_equal(bits, all);
		assert_non_null(strstr(text,
			"is not right; give none or all, then +NAME or -NAME "
			"of EXTERNAL, SCRAM-SHA-256-PLUS, SCRAM-SHA-256, "
			"PLAIN, LOGIN"));
	}
}

struct options {
	uint32_t forgive;
	uint8_t choice;
};

static const struct board_setting table[] = {
	{"profile", NULL, "", BOARD_PROFILE, offsetof(struct options, forgive),
		4, 0, 0, BIT(BARE_LF), NULL},
	{"choice", NULL, "", BOARD_CHOICE, offsetof(struct options, choice), 1,
		0, 0, 1, "auto,off,any"},
};

static void settings(void **state)
{
	struct options o;
	char text[900];
	struct board_text t;

	(void)state;
	board_setting_defaults(table, 2, &o);
	assert_int_equal(o.forgive, BIT(BARE_LF));
	assert_int_equal(o.choice, 1);
	board_text_start(&t, text, sizeof text);
	board_setting_text(&table[1], &o, &t);
	assert_string_equal(text, "off");
	assert_int_equal(board_setting_store(&table[1], &o, str("any"), &t), 0);
	assert_int_equal(o.choice, 2);
	assert_int_equal(
		board_setting_store(&table[0], &o, str("+no-helo"), &t), 0);
	assert_int_equal(o.forgive, BIT(BARE_LF) | BIT(NO_HELO));
	board_text_start(&t, text, sizeof text);
	assert_int_equal(board_setting_store(&table[1], &o, str("of"), &t),
		SMTPD_EINVAL);
	assert_string_equal(
		text, "\"of\" is not right; give one of auto,off,any");
	assert_int_equal(board_setting_store(&table[1], &o, str("auto,"), &t),
		SMTPD_EINVAL);
	assert_int_equal(
		board_setting_store(&table[0], &o, str("x"), &t), SMTPD_EINVAL);
	assert_int_equal(o.choice, 2);
	board_text_start(&t, text, sizeof text);
	board_setting_text(&table[0], &o, &t);
	assert_string_equal(text, "strict,+no-helo,+bare-lf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(wrong_lists),
		cmocka_unit_test(mechanisms),
		cmocka_unit_test(settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
