/*
 * test_access.c - lists of who may connect
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include "engine/check.h"

#include "smtpd_access.h"
#include "smtpd_counts.h"

static void be(const char *address)
{
	assert_true(smtpd_address_parse(&world.peer, address, strlen(address)));
}

static struct smtpd_access_rule rules[8];
static struct smtpd_access list;

/* "+" or "-", a digit of groups, a block. */
static void say(const char *rule)
{
	struct smtpd_access_rule *r = &rules[list.count];

	assert_null(smtpd_cidr_parse(&r->block, rule + 2, strlen(rule + 2)));
	r->deny = *rule == '-';
	r->groups = (uint8_t)(rule[1] - '0');
	list.rules = rules;
	list.count++;
}

static int begin(void **state)
{
	check_begin(state);
	memset(&list, 0, sizeof list);
	list.groups = 1;
	world.listener.access = &list;
	return 0;
}

#define LISTED(name) cmocka_unit_test_setup_teardown(name, begin, check_end)

static void gets_in(const char *address)
{
	struct smtpd_conn *c;

	be(address);
	c = engine_open();
	if (!c)
		fail_msg("%s was kept out", address);
	expect_reply(c, 220, "");
	engine_lost(c, SMTPD_END_PEER, 0);
}

static void is_kept_out(const char *address)
{
	unsigned denied = smtpd_counts()->denied;

	be(address);
	if (engine_open())
		fail_msg("%s got in", address);
	assert_memory_equal(engine_refusal, "554 5.7.1 ", 10);
	assert_int_equal(smtpd_counts()->denied, denied + 1);
	assert_int_equal(smtpd_session_count(), 0);
}

static void without_a_list_everybody_gets_in(void **state)
{
	(void)state;
	gets_in("192.0.2.1");
	world.listener.access = NULL;
	gets_in("192.0.2.1");
}

static void who_is_denied_stays_out_the_others_get_in(void **state)
{
	(void)state;
	say("-1192.0.2.0/24");
	is_kept_out("192.0.2.1");
	is_kept_out("::ffff:192.0.2.1");
	gets_in("192.0.3.0");
	gets_in("2001:db8::1");
	/* the sink hears of none of them */
	assert_int_equal(world.open_count, 2);
}

static void who_is_allowed_gets_in_the_others_stay_out(void **state)
{
	(void)state;
	say("+1192.0.2.0/24");
	gets_in("192.0.2.1");
	is_kept_out("192.0.3.0");
	is_kept_out("2001:db8::1"); /* of another family, too */
	memset(&world.peer, 0, sizeof world.peer);
	assert_null(engine_open()); /* of an unknown address */
}

static void the_longest_prefix_decides_wherever_it_stands(void **state)
{
	(void)state;
	say("-1192.0.2.128/25");
	say("+1192.0.2.200/32");
	say("+1192.0.0.0/16");
	say("-12001:db8::/32");
	say("+12001:db8:1::/48");
	gets_in("192.0.2.127");
	is_kept_out("192.0.2.128");
	gets_in("192.0.2.200");
	is_kept_out("192.0.2.201");
	is_kept_out("2001:db8::1");
	gets_in("2001:db8:1::1");
}

static void of_two_alike_the_one_that_denies_does(void **state)
{
	(void)state;
	say("+1192.0.2.1/32");
	say("-1192.0.2.1/32");
	say("+1192.0.2.1/32");
	is_kept_out("192.0.2.1");
}

static void rules_of_other_lists_do_not_count(void **state)
{
	(void)state;
	say("-2192.0.2.1/32");
	say("+2198.51.100.0/24");
	gets_in("192.0.2.1");
	list.groups = 3;
	is_kept_out("192.0.2.1");
	is_kept_out("192.0.2.2");
	gets_in("198.51.100.7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LISTED(without_a_list_everybody_gets_in),
		LISTED(who_is_denied_stays_out_the_others_get_in),
		LISTED(who_is_allowed_gets_in_the_others_stay_out),
		LISTED(the_longest_prefix_decides_wherever_it_stands),
		LISTED(of_two_alike_the_one_that_denies_does),
		LISTED(rules_of_other_lists_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
