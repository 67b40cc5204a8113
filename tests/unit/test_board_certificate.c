/*
 * test_board_certificate.c - boards/common/certificate.c: whose it is
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/wolfssl wolfssl lwip
 * tests: sources boards/common/certificate.c boards/common/verifier.c
 * tests: sources boards/common/text.c boards/common/board_base64.c
 * tests: sources tests/unit/engine/octets.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certificate.h"
#include "engine/octets.h"
#include "smtpd_port.h"

#define HEX   "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define COLON "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

uint32_t smtpd_port_now_ms(void)
{
	return 0;
}

int64_t smtpd_port_wall_s(void)
{
	return 0;
}

/* From a block of its exact size. */
static const char *parse(struct board_certificate *c, const char *line)
{
	size_t len = strlen(line);
	char *exact = exact_copy((const uint8_t *)line, len);
	const char *why = board_certificate_parse(c, exact, len);

	if (!why)
		assert_true(board_certificate_is(exact, len));
	free(exact);
	return why;
}

static struct smtpd_tls_peer peer_of(const char *subject)
{
	struct smtpd_tls_peer peer;

	for (unsigned i = 0; i < 32; i++)
		peer.fingerprint[i] = (uint8_t)(i % 16 * 0x11);
	snprintf(peer.subject, sizeof peer.subject, "%s", subject);
	return peer;
}

static bool is_it(const struct board_certificate *c,
	const struct smtpd_tls_peer *peer, const char *wanted)
{
	struct smtpd_str user = {wanted, (uint16_t)strlen(wanted)};

	return board_certificate_match(c, peer, user);
}

static void by_fingerprint(void **state)
{
	struct smtpd_tls_peer peer = peer_of("");
	struct board_certificate c;

	(void)state;
	assert_null(parse(&c, "alice:$cert-sha256$" HEX));
	assert_int_equal(c.user_len, 5);
	assert_memory_equal(c.user, "alice", 5);
	assert_true(is_it(&c, &peer, ""));
	assert_null(parse(&c, "alice:$cert-sha256$" COLON ":" COLON));
	assert_true(is_it(&c, &peer, ""));
	peer.fingerprint[31] ^= 1;
	assert_false(is_it(&c, &peer, ""));
}

static void by_subject(void **state)
{
	struct smtpd_tls_peer peer = peer_of("CN=a:b,O=c");
	struct board_certificate c;

	(void)state;
	assert_null(parse(&c, "alice:$cert-subject$CN=a:b,O=c"));
	assert_true(is_it(&c, &peer, ""));
	peer = peer_of("CN=a:b,O=cd");
	assert_false(is_it(&c, &peer, ""));
	peer = peer_of("CN=a:b,O=");
	assert_false(is_it(&c, &peer, ""));
	peer = peer_of(""); /* has none, or one that is too long */
	assert_false(is_it(&c, &peer, ""));
}

static void wanted(void **state)
{
	struct smtpd_tls_peer peer = peer_of("CN=a");
	struct board_certificate c;

	(void)state;
	assert_null(parse(&c, "alice:$cert-subject$CN=a"));
	assert_true(is_it(&c, &peer, "alice"));
	assert_false(is_it(&c, &peer, "alic"));
	assert_false(is_it(&c, &peer, "alicf"));
	assert_false(is_it(&c, &peer, "alice2"));
	peer = peer_of("CN=b");
	assert_false(is_it(&c, &peer, "alice"));
}

/* The longest of each, and one past it. */
static void lengths(void **state)
{
	char line[600];
	struct board_certificate c;

	(void)state;
	snprintf(line, sizeof line, "%064d:$cert-subject$%0255d", 0, 0);
	assert_null(parse(&c, line));
	snprintf(line, sizeof line, "%065d:$cert-subject$%0255d", 0, 0);
	assert_non_null(parse(&c, line));
	snprintf(line, sizeof line, "%064d:$cert-subject$%0256d", 0, 0);
	assert_non_null(parse(&c, line));
}

static void wrong_lines(void **state)
{
	static const char *const lines[] = {"", "a", ":",
		"a:", ":$cert-sha256$" HEX, "a:$cert-sha256$",
		"a:$cert-sha256$" HEX "0", "a:$cert-sha256$" HEX ":",
		"a:$cert-sha256$:" HEX, "a:$cert-sha256$" COLON,
		"a:$cert-sha256$" COLON "::" COLON,
		"a:$cert-sha256$" COLON ":" COLON " ", "a:$cert-sha1$" HEX,
		"a:$cert-subject$", "a:$cert-subject",
		"a:$cert-subject$CN=\x01", "a\t:$cert-subject$CN=b",
		"a:cert-subject$CN=b"};
	struct board_certificate c;
	char flipped[] = "a:$cert-sha256$" HEX;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (!parse(&c, lines[i]))
			fail_msg("taken: %s", lines[i]);
	for (size_t i = strlen("a:$cert-sha256$"); flipped[i]; i++) {
		char was = flipped[i];

		flipped[i] = 'g';
		assert_non_null(parse(&c, flipped));
		flipped[i] = was;
	}
	assert_null(parse(&c, flipped));
	assert_false(board_certificate_is("a:$scram-sha-256$", 17));
	assert_false(board_certificate_is("$cert-sha256$", 13));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_fingerprint),
		cmocka_unit_test(by_subject),
		cmocka_unit_test(wanted),
		cmocka_unit_test(lengths),
		cmocka_unit_test(wrong_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
