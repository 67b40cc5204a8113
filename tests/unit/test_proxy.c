/*
 * test_proxy.c - headers of the PROXY protocol
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Every header is read whole, octet by octet and at every split.
 *
 * tests: sources tests/unit/engine/octets.c
 */
#include "smtpd_proxy.h"

#include <stdlib.h>
#include <string.h>

#include "engine/check.h"
#include "engine/octets.h"
#include "smtpd_cidr.h"

static struct smtpd_peer peer; /* of the last header */
static size_t used;

static enum smtpd_proxy_result push_at(const void *p, size_t len, size_t at)
{
	struct smtpd_proxy h = {.at = 0};
	uint8_t *a = exact_copy(p, at);
	uint8_t *b = exact_copy((const uint8_t *)p + at, len - at);
	size_t more = 0;
	enum smtpd_proxy_result r = smtpd_proxy_push(&h, a, at, &used);

	if (r == SMTPD_PROXY_MORE) {
		r = smtpd_proxy_push(&h, b, len - at, &more);
		used += more;
	}
	peer = h.peer;
	free(a);
	free(b);
	return r;
}

static enum smtpd_proxy_result push_octets(const uint8_t *p, size_t len)
{
	struct smtpd_proxy h = {.at = 0};
	enum smtpd_proxy_result r = SMTPD_PROXY_MORE;
	size_t n = 0, one;

	while (n < len && r == SMTPD_PROXY_MORE)
		r = smtpd_proxy_push(&h, p + n++, 1, &one);
	if (r == SMTPD_PROXY_DONE)
		assert_int_equal(n, used);
	return r;
}

/* The result of these octets, and of what follows them nothing is taken. */
static enum smtpd_proxy_result push(const void *p, size_t len)
{
	enum smtpd_proxy_result r = push_at(p, len, len);
	struct smtpd_peer whole = peer;
	size_t whole_used = used;

	for (size_t at = 0; at < len; at++) {
		assert_int_equal(push_at(p, len, at), r);
		if (r == SMTPD_PROXY_BAD)
			continue;
		assert_int_equal(used, whole_used);
		assert_memory_equal(&peer, &whole, sizeof peer);
	}
	assert_int_equal(push_octets(p, len), r);
	return r;
}

static enum smtpd_proxy_result push_line(const char *line)
{
	return push(line, strlen(line));
}

static void is_peer(const char *address, uint16_t port)
{
	struct smtpd_peer want = {.family = 0};

	assert_true(smtpd_address_parse(&want, address, strlen(address)));
	assert_int_equal(peer.family, want.family);
	assert_memory_equal(peer.ip, want.ip, sizeof want.ip);
	assert_int_equal(peer.port, port);
}

/* ---- version 1 ---- */

static void proxy_2_1_line(void **state)
{
	(void)state;
	assert_int_equal(push_line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 "
				   "25\r\nPROXY TCP4 6.6.6.6 1.1.1.1 1 1\r\n"),
		SMTPD_PROXY_DONE);
	assert_int_equal(used, 44);
	is_peer("192.0.2.1", 56324);
	push_line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n");
	is_peer("255.255.255.255", 65535);
	push_line("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n");
	is_peer("2001:db8::1", 0);
	push_line("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.2 1 25\r\n");
	is_peer("192.0.2.1", 1);
	push_line("PROXY TCP6 FFFF:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n");
	is_peer("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535);
	assert_int_equal(used, 104);
}

static void proxy_2_1_unknown_keeps_the_address(void **state)
{
	(void)state;
	assert_int_equal(push_line("PROXY UNKNOWN\r\n"), SMTPD_PROXY_DONE);
	assert_int_equal(peer.family, 0);
	assert_int_equal(push_line("PROXY UNKNOWN any thing  at all\r\n"),
		SMTPD_PROXY_DONE);
	assert_int_equal(peer.family, 0);
}

static void proxy_2_1_wrong_lines(void **state)
{
	static const char *const lines[] = {"EHLO x\r\n", "proxy TCP4",
		"PROXY\r\n", "PROXY \r\n", "PROXY TCP4\r\n",
		"PROXY TCP5 1.2.3.4 1.2.3.4 1 1\r\n", "PROXY UNKNOWNS\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 1 1 \r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
		"PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n",
		"PROXY TCP4 1.2.3.4  1.2.3.4 1 1\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 1 000001\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 -1 1\r\n",
		"PROXY TCP4 1.2.3.04 1.2.3.4 1 1\r\n",
		"PROXY TCP4 1.2.3.256 1.2.3.4 1 1\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3 1 1\r\n",
		"PROXY TCP4 ::1 ::1 1 1\r\n", "PROXY TCP6 1.2.3.4 ::1 1 1\r\n",
		"PROXY TCP6 ::1::2 ::1 1 1\r\n",
		"PROXY TCP4 1.2.3.4\t1.2.3.4 1 1\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_int_equal(push_line(lines[i]), SMTPD_PROXY_BAD);
	assert_int_equal(push("PROXY TCP4 1.2.3.4\0 1.2.3.4 1 1\r\n", 33),
		SMTPD_PROXY_BAD);
	assert_int_equal(push_line("PROXY TCP4 1.2.3.4"), SMTPD_PROXY_MORE);
}

static void proxy_2_1_line_limit(void **state)
{
	char line[110] = "PROXY UNKNOWN ";

	(void)state;
	memset(line + 14, 'x', sizeof line - 14);
	memcpy(line + 105, "\r\n", 2);
	assert_int_equal(push(line, 107), SMTPD_PROXY_DONE);
	assert_int_equal(used, 107);
	memcpy(line + 105, "x\r\n", 3);
	assert_int_equal(push(line, 108), SMTPD_PROXY_BAD);
	assert_int_equal(push(line, 106), SMTPD_PROXY_MORE);
	assert_int_equal(push(line, 107), SMTPD_PROXY_BAD);
}

/* ---- version 2 ---- */

static const uint8_t ip4[] = {192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 0x04, 0, 25};
static const uint8_t ip6[36] = {0x20, 1, 0xd, 0xb8, [15] = 1, [16] = 0x20, 1,
	0xd, 0xb8, [31] = 2, 1, 2, 1, 0xd1};

/* The fixed part, and the first n octets of a body of len. */
static void block(struct octets *o, uint8_t command, uint8_t family,
	const void *body, size_t n, size_t len)
{
	const uint8_t head[] = {
		command, family, (uint8_t)(len >> 8), (uint8_t)len};

	octets_add(o, "\r\n\r\n\0\r\nQUIT\n", 12);
	octets_add(o, head, sizeof head);
	octets_add(o, body, n);
}

static enum smtpd_proxy_result push_block(
	uint8_t command, uint8_t family, const void *body, size_t n)
{
	struct octets o = {0};
	enum smtpd_proxy_result r;

	block(&o, command, family, body, n, n);
	octets_add(&o, "EHLO x\r\n", 8);
	r = push(o.p, o.len);
	if (r == SMTPD_PROXY_DONE)
		assert_int_equal(used, 16 + n);
	octets_free(&o);
	return r;
}

static void proxy_2_2_addresses(void **state)
{
	static const uint8_t mapped[36] = {
		[10] = 0xff, 0xff, 192, 0, 2, 7, [32] = 0, 9};

	(void)state;
	assert_int_equal(push_block(0x21, 0x11, ip4, 12), SMTPD_PROXY_DONE);
	is_peer("192.0.2.1", 56324);
	assert_int_equal(push_block(0x21, 0x21, ip6, 36), SMTPD_PROXY_DONE);
	is_peer("2001:db8::1", 0x102);
	assert_int_equal(push_block(0x21, 0x21, mapped, 36), SMTPD_PROXY_DONE);
	is_peer("192.0.2.7", 9);
}

/* What says nothing of an address of the client's. */
static void proxy_2_2_address_stays(void **state)
{
	static const uint8_t zeros[216];
	static const struct {
		uint8_t command, family;
		uint16_t len;
	} rows[] = {{0x20, 0, 0}, {0x20, 0x11, 12}, {0x20, 0xff, 3},
		{0x20, 0x21, 36}, {0x21, 0, 0}, {0x21, 0, 7}, {0x21, 0x12, 12},
		{0x21, 0x10, 12}, {0x21, 0x22, 36}, {0x21, 0x31, 216},
		{0x21, 0x32, 216}, {0x21, 0x01, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(push_block(rows[i].command, rows[i].family,
					 zeros, rows[i].len),
			SMTPD_PROXY_DONE);
		assert_int_equal(peer.family, 0);
	}
}

static void proxy_2_2_wrong_blocks(void **state)
{
	struct octets o = {0};

	(void)state;
	assert_int_equal(push_block(0x22, 0x11, ip4, 12), SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x11, 0x11, ip4, 12), SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x31, 0x11, ip4, 12), SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x21, 0x13, ip4, 12), SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x21, 0x41, ip4, 12), SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x21, 0x11, ip4, 11), SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x21, 0x21, ip6, 35), SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x21, 0x31, ip6, 36), SMTPD_PROXY_BAD);
	block(&o, 0x21, 0x11, ip4, 12, 12);
	for (size_t i = 0; i < 12; i++) {
		o.p[i] ^= 1; /* of the signature */
		assert_int_equal(push(o.p, o.len), SMTPD_PROXY_BAD);
		o.p[i] ^= 1;
	}
	assert_int_equal(push(o.p, o.len - 1), SMTPD_PROXY_MORE);
	octets_free(&o);
}

static void proxy_2_2_length_limit(void **state)
{
	static uint8_t body[SMTPD_PROXY_HEADER_MAX];
	const uint16_t value = SMTPD_PROXY_HEADER_MAX - 16 - 12 - 3;
	struct smtpd_proxy h = {.at = 0};
	struct octets o = {0};

	(void)state;
	memcpy(body, ip4, sizeof ip4);
	body[12] = 4; /* PP2_TYPE_NOOP */
	body[13] = (uint8_t)(value >> 8);
	body[14] = (uint8_t)value;
	block(&o, 0x21, 0x11, body, 15u + value, 15u + value);
	assert_int_equal(o.len, SMTPD_PROXY_HEADER_MAX);
	assert_int_equal(
		smtpd_proxy_push(&h, o.p, o.len, &used), SMTPD_PROXY_DONE);
	assert_int_equal(used, SMTPD_PROXY_HEADER_MAX);
	octets_free(&o);
	/* refused before the rest of it has come */
	block(&o, 0x21, 0x11, body, 0, 16u + value);
	assert_int_equal(push(o.p, o.len), SMTPD_PROXY_BAD);
	octets_free(&o);
}

static void proxy_2_2_vectors(void **state)
{
	uint8_t body[12 + 8];

	(void)state;
	memcpy(body, ip4, sizeof ip4);
	memcpy(body + 12, "\4\0\0\2\0\2ab", 8);
	assert_int_equal(push_block(0x21, 0x11, body, 20), SMTPD_PROXY_DONE);
	is_peer("192.0.2.1", 56324);
	/* one that leaves the header; one that is cut */
	assert_int_equal(push_block(0x21, 0x11, body, 19), SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x21, 0x11, body, 17), SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x21, 0x11, body, 15), SMTPD_PROXY_DONE);
	assert_int_equal(push_block(0x21, 0x11, body, 14), SMTPD_PROXY_BAD);
}

/* 2.2.3: over the whole header, its own value taken as zero. */
static void proxy_2_2_3_checksum(void **state)
{
	uint8_t right[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x13"
			  "\xc0\0\2\1\xc6\x33\x64\2\xdc\4\0\x19"
			  "\3\0\4\x7f\xab\x4a\xb2";
	const size_t len = sizeof right - 1;

	(void)state;
	assert_int_equal(push(right, len), SMTPD_PROXY_DONE);
	is_peer("192.0.2.1", 56324);
	for (size_t i = 16; i < len; i++) {
		if (i == 28) /* its type: there is none then */
			continue;
		right[i] ^= 0x10;
		assert_int_equal(push(right, len), SMTPD_PROXY_BAD);
		right[i] ^= 0x10;
	}
	/* too short, too long, twice */
	assert_int_equal(push_block(0x21, 0x11,
				 "\xc0\0\2\1\xc6\x33\x64\2\xdc\4\0\x19"
				 "\3\0\3abc",
				 18),
		SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x21, 0x11,
				 "\xc0\0\2\1\xc6\x33\x64\2\xdc\4\0\x19"
				 "\3\0\5abcde",
				 20),
		SMTPD_PROXY_BAD);
	assert_int_equal(push_block(0x21, 0x11,
				 "\xc0\0\2\1\xc6\x33\x64\2\xdc\4\0\x19"
				 "\3\0\4abcd\3\0\4abcd",
				 26),
		SMTPD_PROXY_BAD);
}

/* ---- who is asked ---- */

static void only_listed_peers_are_asked(void **state)
{
	static const char *const texts[] = {"192.0.2.0/24", "2001:db8::7"};
	struct smtpd_cidr list[2];
	struct smtpd_listener l = {.proxies = list};
	struct smtpd_peer p = {.family = 0};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_null(
			smtpd_cidr_parse(&list[i], texts[i], strlen(texts[i])));
	smtpd_address_parse(&p, "192.0.2.9", 9);
	assert_false(smtpd_proxy_expected(&l, &p));
	l.proxy_count = 2;
	assert_true(smtpd_proxy_expected(&l, &p));
	smtpd_address_parse(&p, "192.0.3.9", 9);
	assert_false(smtpd_proxy_expected(&l, &p));
	smtpd_address_parse(&p, "2001:db8::7", 11);
	assert_true(smtpd_proxy_expected(&l, &p));
	p.family = 0;
	assert_false(smtpd_proxy_expected(&l, &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proxy_2_1_line),
		cmocka_unit_test(proxy_2_1_unknown_keeps_the_address),
		cmocka_unit_test(proxy_2_1_wrong_lines),
		cmocka_unit_test(proxy_2_1_line_limit),
		cmocka_unit_test(proxy_2_2_addresses),
		cmocka_unit_test(proxy_2_2_address_stays),
		cmocka_unit_test(proxy_2_2_wrong_blocks),
		cmocka_unit_test(proxy_2_2_length_limit),
		cmocka_unit_test(proxy_2_2_vectors),
		cmocka_unit_test(proxy_2_2_3_checksum),
		cmocka_unit_test(only_listed_peers_are_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
