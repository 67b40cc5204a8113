/*
 * test_board_policy.c - boards/common: ports that are opened, addresses
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/policy.c boards/common/address.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "address.h"
#include "policy.h"

static const struct board_policy usual = {
	.smtp_port = 25,
	.submission_port = 587,
	.smtps_port = 465,
	.use_tls = true,
	.auth_enable = true,
	.tls_auth_only = true,
	.mechanisms = {SMTPD_MECH_ALL, SMTPD_MECH_ALL, SMTPD_MECH_ALL,
		SMTPD_MECH_ALL},
};

/* Which ports are open, a bit for each. */
static unsigned open_ports(const struct board_policy *p)
{
	unsigned i, open = 0;

	for (i = 0; i < BOARD_PORTS; i++)
		if (board_policy_port(p, i))
			open |= 1u << i;
	return open;
}

#define SMTP       (1u << BOARD_SMTP)
#define SUBMISSION (1u << BOARD_SUBMISSION)
#define SMTPS      (1u << BOARD_SMTPS)
#define LMTP       (1u << BOARD_LMTP)

static void ports_that_can_be_used(void **state)
{
	struct board_policy p = usual;

	(void)state;
	assert_int_equal(open_ports(&p), SMTP | SUBMISSION | SMTPS);
	assert_int_equal(board_policy_port(&p, BOARD_SUBMISSION), 587);
	p.lmtp_port = 24;
	assert_int_equal(open_ports(&p), SMTP | SUBMISSION | SMTPS | LMTP);
	p.smtp_port = 0;
	assert_int_equal(open_ports(&p), SUBMISSION | SMTPS | LMTP);
	p = usual;
	p.use_tls = false;
	assert_int_equal(open_ports(&p), SMTP);
	p.tls_auth_only = false;
	assert_int_equal(open_ports(&p), SMTP | SUBMISSION);
	p = usual;
	p.auth_enable = false;
	assert_int_equal(open_ports(&p), SMTP | SMTPS);
	p = usual;
	p.no_users = true;
	assert_int_equal(open_ports(&p), SMTP | SMTPS);
	assert_int_equal(board_policy_flags(&p, BOARD_SMTPS),
		SMTPD_LISTEN_TLS | SMTPD_LISTEN_RELAY);
	/* devices that insist on credentials are let in all the same */
	p.smtp_profile = SMTPD_FORGIVE_ALL;
	assert_true(board_policy_flags(&p, BOARD_SMTP) & SMTPD_LISTEN_AUTH_ANY);
}

static void what_ports_ask_for(void **state)
{
	struct board_policy p = usual;
	const unsigned auth = SMTPD_LISTEN_AUTH;
	const unsigned relay = SMTPD_LISTEN_RELAY;

	(void)state;
	assert_int_equal(board_policy_flags(&p, BOARD_SMTP),
		SMTPD_LISTEN_STARTTLS | auth);
	assert_int_equal(board_policy_flags(&p, BOARD_SMTPS),
		SMTPD_LISTEN_TLS | auth | relay);
	assert_int_equal(board_policy_flags(&p, BOARD_SUBMISSION),
		SMTPD_LISTEN_STARTTLS | auth | SMTPD_LISTEN_AUTH_REQUIRED |
			SMTPD_LISTEN_TLS_REQUIRED | relay);
	assert_int_equal(board_policy_flags(&p, BOARD_LMTP),
		SMTPD_LISTEN_STARTTLS | auth | SMTPD_LISTEN_LMTP);
	p.enforce_tls = p.smtps_auth = true;
	assert_int_equal(board_policy_flags(&p, BOARD_SMTP),
		SMTPD_LISTEN_STARTTLS | auth | SMTPD_LISTEN_TLS_REQUIRED);
	assert_int_equal(board_policy_flags(&p, BOARD_SMTPS),
		SMTPD_LISTEN_TLS | auth | SMTPD_LISTEN_AUTH_REQUIRED | relay);
	p.tls_auth_only = false;
	assert_int_equal(board_policy_flags(&p, BOARD_SUBMISSION),
		SMTPD_LISTEN_STARTTLS | auth | SMTPD_LISTEN_AUTH_CLEAR |
			SMTPD_LISTEN_AUTH_REQUIRED | relay);
	/* asked for and not to be had: nobody gets in that way */
	p.use_tls = p.auth_enable = false;
	assert_int_equal(
		board_policy_flags(&p, BOARD_SMTP), SMTPD_LISTEN_TLS_REQUIRED);
	assert_int_equal(board_policy_flags(&p, BOARD_SMTPS),
		SMTPD_LISTEN_AUTH_REQUIRED | relay);
}

static void what_ports_forgive(void **state)
{
	struct board_policy p = usual;

	(void)state;
	p.smtp_profile = 1;
	p.submission_profile = 2;
	p.smtps_profile = 4;
	p.lmtp_profile = 8;
	for (unsigned i = 0; i < BOARD_PORTS; i++)
		assert_int_equal(board_policy_forgive(&p, i), 1 << i);
}

static void modes_of_auth(void **state)
{
	struct board_policy p = usual;
	const unsigned any = SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_ANY |
			     SMTPD_LISTEN_AUTH_CLEAR;
	const unsigned tls = SMTPD_LISTEN_STARTTLS;

	(void)state;
	p.smtp_auth = BOARD_AUTH_OFF;
	assert_int_equal(board_policy_flags(&p, BOARD_SMTP), tls);
	p.smtp_auth = BOARD_AUTH_CHECK;
	assert_int_equal(
		board_policy_flags(&p, BOARD_SMTP), tls | SMTPD_LISTEN_AUTH);
	p.smtp_auth = BOARD_AUTH_ANY;
	assert_int_equal(board_policy_flags(&p, BOARD_SMTP), tls | any);
	assert_int_equal(board_policy_flags(&p, BOARD_LMTP),
		tls | SMTPD_LISTEN_AUTH | SMTPD_LISTEN_LMTP);
	p.smtp_auth = BOARD_AUTH_AUTO;
	p.smtp_profile = SMTPD_FORGIVE_ALL;
	assert_int_equal(board_policy_flags(&p, BOARD_SMTP), tls | any);
	p.use_tls = p.auth_enable = false;
	assert_int_equal(board_policy_flags(&p, BOARD_SMTP), 0);
}

static void mechanisms_of_auth(void **state)
{
	struct board_policy p = usual;
	const unsigned tls = SMTPD_LISTEN_STARTTLS;

	(void)state;
	p.mechanisms[BOARD_SMTP] = SMTPD_MECH_SCRAM;
	assert_int_equal(
		board_policy_mechanisms(&p, BOARD_SMTP), SMTPD_MECH_SCRAM);
	assert_int_equal(
		board_policy_flags(&p, BOARD_SMTP), tls | SMTPD_LISTEN_AUTH);
	p.smtp_auth = BOARD_AUTH_ANY; /* knows PLAIN and LOGIN only */
	assert_int_equal(board_policy_flags(&p, BOARD_SMTP), tls);
	p.mechanisms[BOARD_SMTP] = SMTPD_MECH_LOGIN;
	assert_true(board_policy_flags(&p, BOARD_SMTP) & SMTPD_LISTEN_AUTH_ANY);
	p.smtp_auth = BOARD_AUTH_CHECK;
	p.mechanisms[BOARD_SMTP] = 0;
	assert_int_equal(board_policy_flags(&p, BOARD_SMTP), tls);
	assert_int_equal(open_ports(&p), SMTP | SUBMISSION | SMTPS);
	p.mechanisms[BOARD_SUBMISSION] = 0; /* requires it */
	assert_int_equal(open_ports(&p), SMTP | SMTPS);
}

static void said_in_words(void **state)
{
	struct board_policy p = usual;

	(void)state;
	assert_string_equal(board_policy_name(BOARD_SMTPS), "SMTPS");
	assert_string_equal(
		board_policy_text(board_policy_flags(&p, BOARD_SMTP)),
		"STARTTLS");
	assert_string_equal(
		board_policy_text(board_policy_flags(&p, BOARD_SUBMISSION)),
		"STARTTLS and AUTH required");
	p.use_tls = false;
	assert_string_equal(
		board_policy_text(board_policy_flags(&p, BOARD_SMTP)), "plain");
}

static void addresses(void **state)
{
	static const struct {
		const char *text;
		bool with_length, right;
		uint8_t ip[4], mask[4];
	} cases[] = {
		{"192.0.2.25", false, true, {192, 0, 2, 25}, {0}},
		{"0.0.0.0", false, true, {0}, {0}},
		{"255.255.255.255", false, true, {255, 255, 255, 255}, {0}},
		{"10.0.0.1/24", true, true, {10, 0, 0, 1}, {255, 255, 255, 0}},
		{"10.0.0.1/1", true, true, {10, 0, 0, 1}, {128, 0, 0, 0}},
		{"10.0.0.1/9", true, true, {10, 0, 0, 1}, {255, 128, 0, 0}},
		{"10.0.0.1/30", true, true, {10, 0, 0, 1},
			{255, 255, 255, 252}},
		{"10.0.0.1/24", false, false, {0}, {0}},
		{"10.0.0.1", true, false, {0}, {0}},
		{"10.0.0.1/", true, false, {0}, {0}},
		{"10.0.0.1/0", true, false, {0}, {0}},
		{"10.0.0.1/31", true, false, {0}, {0}},
		{"10.0.0.1/24 ", true, false, {0}, {0}},
		{"10.0.0.1/024x", true, false, {0}, {0}},
		{"", false, false, {0}, {0}},
		{"10.0.0", false, false, {0}, {0}},
		{"10.0.0.", false, false, {0}, {0}},
		{"10.0.0.1.", false, false, {0}, {0}},
		{"10.0.0.256", false, false, {0}, {0}},
		{"10.0.0.0001", false, false, {0}, {0}},
		{"10.0.0.-1", false, false, {0}, {0}},
		{" 10.0.0.1", false, false, {0}, {0}},
		{"10.0.0.1 ", false, false, {0}, {0}},
		{"fe80::1", false, false, {0}, {0}},
	};
	uint8_t ip[4], mask[4];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *exact = strdup(cases[i].text);
		bool right = board_address(
			exact, ip, cases[i].with_length ? mask : NULL);

		assert_true(right == cases[i].right);
		if (right)
			assert_memory_equal(ip, cases[i].ip, 4);
		if (right && cases[i].with_length)
			assert_memory_equal(mask, cases[i].mask, 4);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_that_can_be_used),
		cmocka_unit_test(what_ports_ask_for),
		cmocka_unit_test(what_ports_forgive),
		cmocka_unit_test(modes_of_auth),
		cmocka_unit_test(mechanisms_of_auth),
		cmocka_unit_test(said_in_words),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
