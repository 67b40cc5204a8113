/*
 * test_board_text.c - boards/common: text writer, JSON strings, base64
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/text.c boards/common/board_base64.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board_base64.h"
#include "text.h"

static void numbers(void **state)
{
	struct board_text t;
	char out[100];

	(void)state;
	board_text_start(&t, out, sizeof out);
	board_text_num(&t, 0);
	board_text_str(&t, " ");
	board_text_num(&t, UINT64_MAX);
	board_text_str(&t, " ");
	board_text_pad(&t, 7, 3);
	board_text_str(&t, " ");
	board_text_pad(&t, 1234, 3);
	board_text_str(&t, " ");
	board_text_hex(&t, (const uint8_t *)"\x00\x9f\xff", 3);
	assert_string_equal(out, "0 18446744073709551615 007 1234 009fff");
	assert_false(t.full);
}

/* Every capacity: cut where it ends, never past it. */
static void full(void **state)
{
	static const char whole[] = "ab12345\"q\\\"\"";
	struct board_text t;

	(void)state;
	for (size_t cap = 1; cap <= sizeof whole + 2; cap++) {
		char *out = malloc(cap);

		board_text_start(&t, out, cap);
		board_text_str(&t, "ab");
		board_text_num(&t, 12345);
		board_text_json(&t, "q\"", 2);
		assert_int_equal(t.len, strlen(out));
		assert_int_equal(t.full, cap < sizeof whole);
		assert_memory_equal(out, whole, t.len);
		free(out);
	}
}

static void json(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
		{"", 0, "\"\""},
		{"plain", 5, "\"plain\""},
		{"a\"b\\c/", 6, "\"a\\\"b\\\\c/\""},
		{"\0\t\r\n\x1b\x7f", 6,
			"\"\\u0000\\u0009\\u000d\\u000a\\u001b\\u007f\""},
		{"\xc3\xbc \xe2\x82\xac \xf0\x9f\x93\xa7", 11,
			"\"\xc3\xbc \xe2\x82\xac \xf0\x9f\x93\xa7\""},
		{"\xc2\x80\xc2\x9b\xc2\xa0", 6, "\"\\u0080\\u009b\xc2\xa0\""},
		/* not UTF-8: stray, overlong, surrogate, beyond, cut off */
		{"\x80", 1, "\"\\ufffd\""},
		{"\xc0\xaf", 2, "\"\\ufffd\\ufffd\""},
		{"\xe0\x9f\xbf", 3, "\"\\ufffd\\ufffd\\ufffd\""},
		{"\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\""},
		{"\xf0\x8f\xbf\xbf", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
		{"\xf4\x90\x80\x80", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
		{"\xf5", 1, "\"\\ufffd\""},
		{"\xe2\x82", 2, "\"\\ufffd\\ufffd\""},
		{"\xc3(", 2, "\"\\ufffd(\""},
	};
	struct board_text t;
	char out[100];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *exact = malloc(cases[i].len ? cases[i].len : 1);

		memcpy(exact, cases[i].in, cases[i].len);
		board_text_start(&t, out, sizeof out);
		board_text_json(&t, exact, cases[i].len);
		assert_string_equal(out, cases[i].out);
		free(exact);
	}
}

/* RFC 4648 10 */
static void base64_rfc4648_10(void **state)
{
	static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="},
		{"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
	struct board_text t;
	char out[20];
	uint8_t back[20];

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const char *in = pairs[i][0], *coded = pairs[i][1];
		size_t len = strlen(in);

		board_text_start(&t, out, sizeof out);
		board_base64_encode(&t, (const uint8_t *)in, len);
		assert_string_equal(out, coded);
		assert_int_equal(
			board_base64_decode(coded, strlen(coded), back, len),
			len);
		assert_memory_equal(back, in, len);
		if (len)
			assert_int_equal(board_base64_decode(coded,
						 strlen(coded), back, len - 1),
				-1);
	}
}

static void base64_round_trip(void **state)
{
	uint8_t in[256], back[256];
	struct board_text t;
	char out[400];

	(void)state;
	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)(i * 37 + 11);
	for (size_t len = 0; len <= sizeof in; len++) {
		board_text_start(&t, out, sizeof out);
		board_base64_encode(&t, in, len);
		assert_int_equal(
			board_base64_decode(out, t.len, back, sizeof back),
			len);
		assert_memory_equal(back, in, len);
	}
}

static void base64_refused(void **state)
{
	static const char *const cases[] = {"Z", "Zg", "Zg=", "Zg===", "=",
		"====", "Zh==", "Zm9=", "Z=g=", "Zg==Zg==", "Zm9v!", "Zm\x80v",
		"Zm9vA"};
	uint8_t out[20];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(board_base64_decode(cases[i], strlen(cases[i]),
					 out, sizeof out),
			-1);
	assert_int_equal(
		board_base64_decode(" Zm\r\n9v\t", 8, out, sizeof out), 3);
	assert_int_equal(board_base64_decode("Zm\0v", 4, out, 20), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(full),
		cmocka_unit_test(json),
		cmocka_unit_test(base64_rfc4648_10),
		cmocka_unit_test(base64_round_trip),
		cmocka_unit_test(base64_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
