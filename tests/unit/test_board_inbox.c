/*
 * test_board_inbox.c - boards/common/alerts/inbox.c: what is kept, and what not
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_INBOX=1 SMTPD_INBOX_ALERTS=3 SMTPD_INBOX_PICTURES=2
 * tests: options SMTPD_INBOX_STAGES=2 SMTPD_INBOX_PICTURE_MAX=1024
 * tests: sources boards/common/alerts/inbox.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alerts/inbox.h"

static uint32_t ids;

/* An alert of this channel whose mail is in this slot; returns its copy. */
static const struct board_alert *take(unsigned index, const char *channel)
{
	static struct board_alert a;

	memset(&a, 0, sizeof a);
	a.id = ++ids;
	a.stage = BOARD_ALERT_FULL;
	a.peer.family = 4;
	memcpy(a.alert.channel, channel, strlen(channel) + 1);
	board_inbox_take(index, &a);
	return board_inbox_at(0);
}

/* A picture of len octets `c` arrives, in two pieces. */
static void arrive(unsigned index, size_t len, char c, bool end)
{
	static uint8_t octets[2048];
	struct smtpd_alert a = {.picture_type = "image/jpeg"};
	size_t half = len / 2;

	memset(octets, c, len);
	a.picture_octets = (uint32_t)half;
	board_inbox_stage(index, &a, octets, half);
	a.picture_octets = (uint32_t)len;
	board_inbox_stage(index, &a, octets, len - half);
	if (end)
		board_inbox_stage(index, &a, NULL, 0);
}

static void check_picture(uint32_t id, size_t len, char c)
{
	const struct board_picture *p = board_inbox_picture(id);
	size_t i;

	assert_non_null(p);
	assert_int_equal(p->id, id);
	assert_int_equal(p->len, len);
	assert_string_equal(p->type, "image/jpeg");
	for (i = 0; i < len; i++)
		assert_int_equal(p->octets[i], c);
}

static void ring_overwrites_the_oldest(void **state)
{
	uint32_t taken = board_inbox_taken(), first = ids + 1;
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++)
		take(0, "a");
	assert_int_equal(board_inbox_count(), 3);
	assert_int_equal(board_inbox_at(2)->id, first);
	take(0, "a");
	assert_int_equal(board_inbox_count(), 3);
	assert_int_equal(board_inbox_at(0)->id, first + 3);
	assert_int_equal(board_inbox_last_id(), first + 3);
	assert_int_equal(board_inbox_at(2)->id, first + 1);
	assert_null(board_inbox_at(3));
	assert_int_equal(board_inbox_taken(), taken + 4);
}

static void picture_is_seen_once_its_mail_is_taken(void **state)
{
	uint32_t id;

	(void)state;
	arrive(1, 100, 'x', false);
	assert_int_equal(board_inbox_staged(1), 0); /* no end yet */
	board_inbox_drop(1);
	arrive(1, 1024, 'x', true); /* as long as may be */
	id = board_inbox_staged(1);
	assert_int_not_equal(id, 0);
	assert_null(board_inbox_picture(id));
	assert_int_equal(take(1, "seen")->picture_id, id);
	check_picture(id, 1024, 'x');
	assert_int_equal(board_inbox_staged(1), 0);
}

static void mail_that_is_not_taken_leaves_no_picture(void **state)
{
	uint32_t id;

	(void)state;
	arrive(1, 10, 'x', true);
	id = board_inbox_staged(1);
	board_inbox_drop(1);
	assert_null(board_inbox_picture(id));
	assert_int_equal(take(1, "x")->picture_id, 0);
	arrive(1, 10, 'x', false); /* its part has no end */
	assert_int_equal(take(1, "x")->picture_id, 0);
	assert_int_equal(take(1, "x")->picture_id, 0);
}

static void picture_too_long_is_left_out(void **state)
{
	(void)state;
	arrive(1, 1025, 'x', true);
	assert_int_equal(board_inbox_staged(1), 0);
	assert_int_equal(take(1, "x")->picture_id, 0);
}

static void one_stage_too_many_is_left_out(void **state)
{
	uint32_t one, two;

	(void)state;
	arrive(1, 10, '1', true);
	arrive(2, 10, '2', true);
	arrive(3, 10, '3', true);
	one = board_inbox_staged(1);
	two = board_inbox_staged(2);
	assert_int_equal(board_inbox_staged(3), 0);
	board_inbox_drop(1);
	arrive(3, 10, '3', true); /* there is room again */
	assert_int_not_equal(board_inbox_staged(3), 0);
	board_inbox_drop(3);
	take(2, "two");
	assert_null(board_inbox_picture(one));
	check_picture(two, 10, '2');
}

/* Takes a picture of the channel; returns its id. */
static uint32_t kept(const char *channel, char c)
{
	arrive(0, 20, c, true);
	return take(0, channel)->picture_id;
}

static void last_picture_of_each_channel_stays(void **state)
{
	uint32_t a, b, i;

	(void)state;
	a = kept("a", 'a');
	b = kept("b", 'b');
	for (i = 0; i < 8; i++)
		b = kept("b", 'c');
	check_picture(a, 20, 'a');
	check_picture(b, 20, 'c');
	/* while others arrive and are dropped */
	for (i = 0; i < 8; i++) {
		arrive(1, 20, 'd', true);
		arrive(2, 20, 'd', true);
		board_inbox_drop(1);
		board_inbox_drop(2);
	}
	check_picture(a, 20, 'a');
	check_picture(b, 20, 'c');
}

static void one_channel_too_many_costs_the_oldest(void **state)
{
	uint32_t a, b, c;

	(void)state;
	a = kept("a", 'a');
	b = kept("b", 'b');
	c = kept("c", 'c');
	arrive(1, 20, 'd', true);
	arrive(2, 20, 'd', true);
	assert_null(board_inbox_picture(a));
	check_picture(b, 20, 'b');
	check_picture(c, 20, 'c');
	board_inbox_drop(1);
	board_inbox_drop(2);
}

static void picture_given_up_stays_until_its_room_is_wanted(void **state)
{
	uint32_t a;

	(void)state;
	a = kept("a", 'a');
	kept("a", 'b');
	check_picture(a, 20, 'a');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring_overwrites_the_oldest),
		cmocka_unit_test(picture_is_seen_once_its_mail_is_taken),
		cmocka_unit_test(mail_that_is_not_taken_leaves_no_picture),
		cmocka_unit_test(picture_too_long_is_left_out),
		cmocka_unit_test(one_stage_too_many_is_left_out),
		cmocka_unit_test(last_picture_of_each_channel_stays),
		cmocka_unit_test(one_channel_too_many_costs_the_oldest),
		cmocka_unit_test(
			picture_given_up_stays_until_its_room_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
