/*
 * test_board_mqtt.c - what a broker may answer, and topics made of mail
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/mqtt/mqtt_guard.c boards/common/text.c
 * tests: sources boards/common/mqtt/mqtt_topic.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mqtt/mqtt_guard.h"
#include "mqtt/mqtt_topic.h"

#define CONNACK  "\x20\x02\x00\x00"
#define PUBACK   "\x40\x02\x12\x34"
#define PINGRESP "\xd0\x00"

struct answer {
	const char *octets;
	size_t len;
	const char *why;
};

#define ANSWER(s, why)                                                         \
	{                                                                      \
		s, sizeof(s) - 1, why                                          \
	}
#define UNASKED "a packet that nobody asked for"
#define LENGTH  "a packet of the wrong length"

static const struct answer answers[] = {
	ANSWER(CONNACK, NULL),
	ANSWER("\x20\x02\x00\x05", NULL),
	ANSWER(CONNACK PUBACK PINGRESP PINGRESP PUBACK, NULL),
	ANSWER(PUBACK, "no CONNACK first"),
	ANSWER(PINGRESP, "no CONNACK first"),
	ANSWER(CONNACK CONNACK, "a second CONNACK"),
	ANSWER("\x20\x02\x01\x00", "flags in CONNACK"),
	ANSWER("\x21\x02\x00\x00", UNASKED),
	ANSWER(CONNACK "\x42\x02\x00\x01", UNASKED),
	ANSWER(CONNACK "\x30\x05\x00\x01\x61hi", UNASKED),
	ANSWER(CONNACK "\x90\x03\x00\x01\x00", UNASKED),
	ANSWER(CONNACK "\x50\x02\x00\x01", UNASKED),
	ANSWER(CONNACK "\x70\x02\x00\x01", UNASKED),
	ANSWER(CONNACK "\x00\x00", UNASKED),
	ANSWER(CONNACK "\xf0\x00", UNASKED),
	ANSWER("HTTP/1.1 400 Bad Request\r\n", UNASKED),
	ANSWER("\x20\x82\x80\x80\x80\x80\x80", LENGTH),
	ANSWER("\x20\xff\xff\xff\x7f", LENGTH),
	ANSWER("\x20\x01\x00", LENGTH),
	ANSWER(CONNACK "\x40\x03\x00\x01\x00", LENGTH),
	ANSWER(CONNACK "\x40\x00", LENGTH),
	ANSWER(CONNACK "\xd0\x02\x00\x00", LENGTH),
	ANSWER(CONNACK "\x40\x02\x00\x00", "packet identifier 0"),
	ANSWER(CONNACK "\x40\x02\x01\x00" PINGRESP, NULL),
};

/* The answers that are right come out as they went in, one after the other. */
static const char *look(const struct answer *a)
{
	struct board_mqtt_guard g = {.at = 0};
	const char *why = NULL;
	size_t at, out = 0;
	uint8_t len;

	for (at = 0; at < a->len && !why; at++) {
		why = board_mqtt_guard(&g, (uint8_t)a->octets[at], &len);
		if (why || !len)
			continue;
		assert_memory_equal(g.octets, a->octets + out, len);
		out += len;
	}
	if (!why)
		assert_int_equal(out, a->len);
	return why;
}

static void case_134_answers_of_a_broker(void **state)
{
	const struct answer *a = answers, *end;

	(void)state;
	end = answers + sizeof answers / sizeof *answers;
	for (; a < end; a++) {
		const char *why = look(a);

		if (!why != !a->why || (why && strcmp(why, a->why)))
			fail_msg("answer %d: %s", (int)(a - answers),
				why ? why : "taken");
	}
}

static const struct board_mqtt_word words[] = {
	{"device", "Front+#/\x01$ door"},
	{"channel", "$SYS"},
	{"user", ""},
	{"peer", NULL},
	{"brand", "\xc3\xa4\xff\xc2\x85\xe2\x82"},
};

#define WORDS (sizeof words / sizeof *words)

static void expect_topic(const char *template, const char *wanted)
{
	char s[128];
	struct board_text t;

	assert_null(board_mqtt_template(template, words, WORDS));
	board_text_start(&t, s, sizeof s);
	board_mqtt_topic(&t, template, words, WORDS);
	assert_string_equal(s, wanted);
	assert_false(t.full);
}

static void case_115_no_wildcard_of_a_mail_reaches_a_topic(void **state)
{
	(void)state;
	expect_topic("a/{device}/b", "a/Front____$ door/b");
	expect_topic("{channel}/x", "_SYS/x");
	expect_topic("x/{channel}", "x/$SYS");
	expect_topic("{user}/{peer}", "unknown/unknown");
	expect_topic("{brand}", "\xc3\xa4____\x5f");
	expect_topic("x", "x");
}

static void templates_are_checked(void **state)
{
	static const char *const bad[] = {"", "$SYS/{device}", "a/+/b", "a/#",
		"{nobody}", "{device", "a{}", "a\nb", "a\xff", "a\xc2\x80",
		"{device}#"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!board_mqtt_template(bad[i], words, WORDS))
			fail_msg("taken: %s", bad[i]);
	assert_null(board_mqtt_template("\xc3\xa4/{user}}", words, WORDS));
}

static void a_topic_that_does_not_fit_says_so(void **state)
{
	char s[12];
	struct board_text t;

	(void)state;
	board_text_start(&t, s, 8);
	board_mqtt_topic(&t, "x/{peer}", words, WORDS);
	assert_true(t.full);
	board_text_start(&t, s, 10);
	board_mqtt_topic(&t, "x/{peer}", words, WORDS);
	assert_false(t.full);
}

static void expect_slug(const char *value, const char *wanted)
{
	char s[64];
	struct board_text t;

	board_text_start(&t, s, sizeof s);
	board_mqtt_slug(&t, value);
	assert_string_equal(s, wanted);
}

static void slugs_differ_where_values_do(void **state)
{
	(void)state;
	expect_slug("Cam-1_a", "Cam-1_a");
	expect_slug("a b", "a_b_10a3f9f2");
	expect_slug("a/b", "a_b_3a8e75c1");
	expect_slug("", "_811c9dc5");
	expect_slug(NULL, "_811c9dc5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_134_answers_of_a_broker),
		cmocka_unit_test(
			case_115_no_wildcard_of_a_mail_reaches_a_topic),
		cmocka_unit_test(templates_are_checked),
		cmocka_unit_test(a_topic_that_does_not_fit_says_so),
		cmocka_unit_test(slugs_differ_where_values_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
