/*
 * test_tls_offer.c - what a ClientHello offered
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include "smtpd_tls_offer.h"

#include <stdlib.h>

#include "engine/check.h"
#include "engine/octets.h"

/* A handshake message of this body. */
static void hello(struct octets *o, const char *body, size_t len)
{
	const uint8_t head[] = {1, 0, (uint8_t)(len >> 8), (uint8_t)len};

	octets_add(o, head, sizeof head);
	octets_add(o, body, len);
}

#define HELLO(o, body) hello(o, body, sizeof body - 1)
#define RANDOM                                                                 \
	"0123456789abcdef"                                                     \
	"0123456789abcdef"

static void check_list(const struct smtpd_tls_list *l, const char *want)
{
	struct octets got = {0};

	for (unsigned i = 0; i < l->count; i++)
		octets_addf(&got, "%s%x", i ? " " : "", l->value[i]);
	assert_string_equal(octets_text(&got), want);
	octets_free(&got);
}

static void rfc8446_4_1_2_lists(void **state)
{
	struct octets o = {0};
	struct smtpd_tls_offer offer;

	(void)state;
	HELLO(&o, "\x03\x03" RANDOM "\x02xy"     /* session id */
		  "\0\x06\x13\x01\xc0\x2b\0\xff" /* suites */
		  "\x01\0"                       /* compression */
		  "\0\x22"                       /* extensions */
		  "\0\0\0\x03sni"
		  "\0\x2b\0\x05\x04\x03\x04\x03\x03"
		  "\0\x0a\0\x06\0\x04\0\x1d\0\x17"
		  "\0\x0d\0\x04\0\x02\x04\x03");
	assert_int_equal(smtpd_tls_offer_read(&offer, o.p, o.len), 0);
	check_list(&offer.versions, "304 303");
	check_list(&offer.suites, "1301 c02b ff");
	check_list(&offer.groups, "1d 17");
	check_list(&offer.signatures, "403");
	assert_false(offer.cut);
	assert_true(smtpd_tls_offer_has(
		&offer.groups, (const uint16_t[]){24, 23}, 2));
	assert_false(smtpd_tls_offer_has(
		&offer.groups, (const uint16_t[]){24, 25}, 2));
	/* cut anywhere: what is there is read, and nothing else */
	for (size_t len = 6; len < o.len; len++) {
		uint8_t *exact = exact_copy(o.p, len);

		assert_int_equal(smtpd_tls_offer_read(&offer, exact, len), 0);
		assert_true(offer.cut);
		assert_true(offer.suites.count <= 3);
		free(exact);
	}
	octets_free(&o);
}

static void rfc2246_7_4_1_2_without_extensions(void **state)
{
	struct octets o = {0};
	struct smtpd_tls_offer offer;

	(void)state;
	HELLO(&o, "\x03\x01" RANDOM "\0"
		  "\0\x04\0\x2f\0\x0a"
		  "\x01\0");
	assert_int_equal(smtpd_tls_offer_read(&offer, o.p, o.len), 0);
	check_list(&offer.versions, "301");
	check_list(&offer.suites, "2f a");
	check_list(&offer.groups, "");
	octets_free(&o);
}

static void lists_too_long(void **state)
{
	struct octets o = {0};
	struct smtpd_tls_offer offer;
	char body[2 + 32 + 1 + 2 + 80 + 2];

	(void)state;
	memset(body, 1, sizeof body);
	body[34] = 0;
	body[35] = 0;
	body[36] = 80;
	body[sizeof body - 1] = 0;
	hello(&o, body, sizeof body);
	assert_int_equal(smtpd_tls_offer_read(&offer, o.p, o.len), 0);
	assert_int_equal(offer.suites.count, SMTPD_TLS_OFFER_MAX);
	assert_true(offer.cut);
	octets_free(&o);
}

static void what_is_none(void **state)
{
	static const char *const wrong[] = {
		"", "\1", "EHLO x\r\n", "\2\0\0\2\3\3"};
	struct smtpd_tls_offer offer;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		size_t len = i == 3 ? 6 : strlen(wrong[i]);
		uint8_t *exact = exact_copy(wrong[i], len);

		assert_int_equal(
			smtpd_tls_offer_read(&offer, exact, len), SMTPD_EINVAL);
		assert_int_equal(offer.versions.count, 0);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc8446_4_1_2_lists),
		TEST(rfc2246_7_4_1_2_without_extensions),
		TEST(lists_too_long),
		TEST(what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
