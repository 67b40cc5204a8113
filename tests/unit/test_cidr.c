/*
 * test_cidr.c - addresses and blocks of them
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "engine/octets.h"
#include "smtpd_cidr.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *parse(struct smtpd_cidr *c, const char *text)
{
	size_t n = strlen(text);
	char *exact = exact_copy(text, n); /* no octet behind it */
	const char *why = smtpd_cidr_parse(c, exact, n);

	free(exact);
	return why;
}

static struct smtpd_peer peer(const char *text)
{
	struct smtpd_peer p = {.port = 7};

	if (!smtpd_address_parse(&p, text, strlen(text)))
		fail_msg("%s is no address", text);
	assert_int_equal(p.port, 0);
	return p;
}

static const char *const good4[] = {
	"0.0.0.0", "127.0.0.1", "192.0.2.255", "255.255.255.255", "1.20.199.3"};
static const char *const good6[] = {"::", "::1", "1::", "2001:db8::1",
	"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
	"ABCD:ef01:2345:6789:abcd:EF01:2345:6789", "1:2:3:4:5:6:192.0.2.1",
	"::192.0.2.1", "fe80::1:192.0.2.1", "1::8", "0:0:0:0:0:0:0:0"};

static void addresses_are_read_as_inet_pton_reads_them(void **state)
{
	uint8_t want[16];

	(void)state;
	for (size_t i = 0; i < COUNT(good4); i++) {
		struct smtpd_peer p = peer(good4[i]);

		assert_int_equal(inet_pton(AF_INET, good4[i], want), 1);
		assert_int_equal(p.family, 4);
		assert_memory_equal(p.ip, want, 4);
	}
	for (size_t i = 0; i < COUNT(good6); i++) {
		struct smtpd_peer p = peer(good6[i]);

		assert_int_equal(inet_pton(AF_INET6, good6[i], want), 1);
		assert_int_equal(p.family, 6);
		assert_memory_equal(p.ip, want, 16);
	}
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {"", ".", "1", "1.2.3", "1.2.3.4.",
		"1.2.3.4.5", "1.2.3.256", "1.2.3.1000", "01.2.3.4", "1.2.3.04",
		"1.2.3.-4", " 1.2.3.4", "1.2.3.4 ", "a.b.c.d", ":", ":::", "1",
		"1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
		"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
		"12345::", "g::", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3",
		"::1.2.3.4:5", "1.2.3.4::", "::ffff:1.2.3.256", "fe80::1%eth0",
		"[::1]", "::1.02.3.4", "1:2:3:4:1:2:3:4:1.2.3.4",
		"1::2:", "::1:"};
	struct smtpd_peer p = {.family = 9};
	struct smtpd_cidr c = {.family = 9};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (smtpd_address_parse(&p, bad[i], strlen(bad[i])))
			fail_msg("\"%s\" was taken", bad[i]);
		assert_string_equal(
			parse(&c, bad[i]), "is no IPv4 or IPv6 address");
	}
	assert_false(smtpd_address_parse(&p, "1.2.3.4\0", 8));
	assert_int_equal(p.family, 9);
	assert_int_equal(c.family, 9);
}

static void rfc4632_3_1_a_length_at_its_limits_and_past_them(void **state)
{
	static const char *const good[] = {"0.0.0.0/0", "128.0.0.0/1",
		"10.0.0.0/8", "10.1.2.2/31", "10.1.2.3/32", "10.1.2.3", "::/0",
		"8000::/1", "2001:db8::/32", "2001:db8::2/127",
		"2001:db8::3/128", "2001:db8::3"};
	static const char *const bad4[] = {"10.0.0.0/33", "10.0.0.0/",
		"1.2.3.4/-1", "10.0.0.0/08", "10.0.0.0/8x", "10.0.0.0/1000",
		"10.0.0.0/8/8", "10.0.0.0/ 8", "0.0.0.0/00"};
	static const char *const bad6[] = {
		"::/129", "::/", "::/1280", "::/+1", "::/012"};
	struct smtpd_cidr c;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		if (parse(&c, good[i]))
			fail_msg("%s: %s", good[i], parse(&c, good[i]));
	}
	for (size_t i = 0; i < COUNT(bad4); i++)
		assert_string_equal(parse(&c, bad4[i]),
			"needs a length of 0 to 32 behind /");
	for (size_t i = 0; i < COUNT(bad6); i++)
		assert_string_equal(parse(&c, bad6[i]),
			"needs a length of 0 to 128 behind /");
}

/* Each length, and one bit behind it. */
static void bits_behind_the_length_are_refused(void **state)
{
	char text[INET6_ADDRSTRLEN], whole[80];
	struct smtpd_cidr c;

	(void)state;
	for (unsigned n = 0; n <= 128; n++) {
		uint8_t ip[16] = {0};

		if (n)
			ip[(n - 1) / 8] = (uint8_t)(0x80 >> (n - 1) % 8);
		ip[0] |= 0x20 * (n > 2); /* not mapped */
		inet_ntop(AF_INET6, ip, text, sizeof text);
		snprintf(whole, sizeof whole, "%s/%u", text, n);
		assert_null(parse(&c, whole));
		assert_int_equal(c.len, n);
		if (!n)
			continue;
		snprintf(whole, sizeof whole, "%s/%u", text, n - 1);
		assert_string_equal(
			parse(&c, whole), "has bits set behind its length");
	}
	assert_string_equal(
		parse(&c, "10.1.2.3/8"), "has bits set behind its length");
	assert_string_equal(
		parse(&c, "10.0.0.1/31"), "has bits set behind its length");
}

static bool has(const char *block, const char *address)
{
	struct smtpd_peer p = peer(address);
	struct smtpd_cidr c;

	assert_null(parse(&c, block));
	return smtpd_cidr_has(&c, &p);
}

static void a_block_has_its_first_and_last_address_and_no_other(void **state)
{
	(void)state;
	assert_true(has("192.0.2.64/26", "192.0.2.64"));
	assert_true(has("192.0.2.64/26", "192.0.2.127"));
	assert_false(has("192.0.2.64/26", "192.0.2.63"));
	assert_false(has("192.0.2.64/26", "192.0.2.128"));
	assert_true(has("192.0.2.1", "192.0.2.1"));
	assert_false(has("192.0.2.1", "192.0.2.0"));
	assert_true(has("2001:db8:0:10::/60", "2001:db8:0:1f:ffff::1"));
	assert_false(has("2001:db8:0:10::/60", "2001:db8:0:20::"));
	assert_false(has("2001:db8:0:10::/60", "2001:db8:0:f::"));
}

static void families_are_apart(void **state)
{
	struct smtpd_peer nobody = {0};
	struct smtpd_cidr all;

	(void)state;
	assert_true(has("0.0.0.0/0", "203.0.113.9"));
	assert_false(has("0.0.0.0/0", "2001:db8::1"));
	assert_true(has("::/0", "2001:db8::1"));
	assert_false(has("::/0", "203.0.113.9"));
	assert_null(parse(&all, "0.0.0.0/0"));
	assert_false(smtpd_cidr_has(&all, &nobody));
}

/* RFC 4291 2.5.5.2 */
static void a_mapped_address_is_ipv4(void **state)
{
	struct smtpd_peer raw = {.family = 6,
		.ip = {[10] = 0xff,
			[11] = 0xff,
			[12] = 192,
			[14] = 2,
			[15] = 9}};
	struct smtpd_cidr c;

	(void)state;
	assert_true(has("192.0.2.0/24", "::ffff:192.0.2.9"));
	assert_true(has("::ffff:192.0.2.0/120", "192.0.2.9"));
	assert_false(has("::ffff:192.0.2.0/120", "192.0.3.9"));
	assert_null(parse(&c, "::ffff:192.0.2.0/120"));
	assert_int_equal(c.family, 4);
	assert_int_equal(c.len, 24);
	assert_null(parse(&c, "::ffff:0:0/96"));
	assert_int_equal(c.family, 4);
	assert_int_equal(c.len, 0);
	/* a port that hands it on as it came */
	assert_null(parse(&c, "192.0.2.0/24"));
	assert_true(smtpd_cidr_has(&c, &raw));
	assert_null(parse(&c, "::/0"));
	assert_false(smtpd_cidr_has(&c, &raw));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_as_inet_pton_reads_them),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(
			rfc4632_3_1_a_length_at_its_limits_and_past_them),
		cmocka_unit_test(bits_behind_the_length_are_refused),
		cmocka_unit_test(
			a_block_has_its_first_and_last_address_and_no_other),
		cmocka_unit_test(families_are_apart),
		cmocka_unit_test(a_mapped_address_is_ipv4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
