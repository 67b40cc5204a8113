/*
 * test_board_console.c - text on a board's console, piece by piece
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/lwip port/wolfssl wolfssl lwip
 * tests: sources boards/common/firmware/console.c boards/common/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../boards/common/firmware/console.h"
#include "kept_console.h"
#include "text.h"

/* The engine asks for it, nobody calls it here. */
void smtpd_port_log(
	enum smtpd_event event, const struct smtpd_session *s, unsigned code)
{
	(void)event, (void)s, (void)code;
}

/* ---- cases ---- */

/* What the console gets must be what the bounded writer makes of it whole. */
static void same_as_whole(const char *s, size_t n)
{
	static char buf[8192];
	struct board_text t;

	board_text_start(&t, buf, sizeof buf);
	board_text_json(&t, s, n);
	assert_false(t.full);
	console_clear();
	board_put_json(s, n);
	assert_string_equal(said, t.s);
}

static void json_is_cut_between_characters(void **state)
{
	static const char *const characters[] = {"a", "\xc3\xa9",
		"\xe2\x82\xac", "\xf0\x9f\x93\xa7", "\"", "\x01", "\xff",
		"\xc3", "\x80", "\xe2\x82", "\xf0\x9f\x93"};
	char s[300];
	size_t i, n, lead;

	(void)state;
	for (i = 0; i < sizeof characters / sizeof *characters; i++)
		for (lead = 0; lead < 70; lead++) {
			memset(s, 'x', lead);
			n = lead;
			while (n < 200) {
				memcpy(s + n, characters[i],
					strlen(characters[i]));
				n += strlen(characters[i]);
			}
			same_as_whole(s, n);
		}
}

static void json_of_any_length(void **state)
{
	char s[200];
	size_t n;

	(void)state;
	memset(s, '\\', sizeof s);
	for (n = 0; n <= sizeof s; n++)
		same_as_whole(s, n);
}

static void numbers(void **state)
{
	static const uint8_t octets[] = {0x00, 0x9a, 0xff};

	(void)state;
	console_clear();
	board_put_num(0);
	board_put(" ");
	board_put_num(UINT32_MAX);
	board_put(" ");
	board_put_hex32(0x01234abc);
	board_put(" ");
	board_put_hex(octets, sizeof octets);
	board_put_line(".");
	assert_string_equal(said, "0 4294967295 01234abc 009aff.\r\n");
}

static void peers(void **state)
{
	struct smtpd_peer peer = {.family = 4, .ip = {192, 0, 2, 1}};

	(void)state;
	console_clear();
	board_put_peer(&peer);
	board_put(" ");
	peer.family = 6;
	memset(peer.ip, 0, sizeof peer.ip);
	peer.ip[0] = 0x20;
	peer.ip[1] = 0x01;
	peer.ip[15] = 1;
	board_put_peer(&peer);
	board_put(" ");
	peer.family = 0;
	board_put_peer(&peer);
	assert_string_equal(said, "192.0.2.1 2001::1 unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_cut_between_characters),
		cmocka_unit_test(json_of_any_length),
		cmocka_unit_test(numbers),
		cmocka_unit_test(peers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
