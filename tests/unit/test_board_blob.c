/*
 * test_board_blob.c - boards/common/blob.c: what is a blob, and what is none
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/blob.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blob.h"
#include "blob_make.h"

static struct made m;

/* Open the first `size` octets from a block of that size. */
static enum board_blob_result open_size(size_t size)
{
	struct board_blob blob = {(const uint8_t *)"x", 1};
	uint8_t *exact = made_exact(&m, size);
	enum board_blob_result r = board_blob_open(&blob, exact, size);

	assert_true((r == BOARD_BLOB_OK) == (blob.p != NULL));
	if (r != BOARD_BLOB_OK)
		assert_int_equal(blob.len, 0);
	assert_true(strlen(board_blob_result_text(r)) > 0);
	free(exact);
	return r;
}

static enum board_blob_result open_all(void)
{
	return open_size(m.len);
}

static void example(void)
{
	static const uint8_t octets[] = {0, 1, 0xff, 0};

	made_start(&m);
	made_text(&m, "smtp_port", "25");
	made_add(&m, "private_key", BOARD_BLOB_OCTETS, octets, sizeof octets);
	made_text(&m, "user", "one");
	made_text(&m, "user", "");
}

static void pairs_are_walked(void **state)
{
	struct board_blob blob, rest;
	struct board_pair pair;

	(void)state;
	example();
	assert_int_equal(
		board_blob_open(&blob, m.p, sizeof m.p), BOARD_BLOB_OK);
	rest = blob;
	assert_true(board_blob_next(&rest, &pair));
	assert_string_equal(pair.key, "smtp_port");
	assert_string_equal(pair.value, "25");
	assert_int_equal(pair.len, 2);
	assert_int_equal(pair.kind, BOARD_BLOB_TEXT);
	/* zero copy: it points into the region */
	assert_true((const uint8_t *)pair.value > m.p &&
		    (const uint8_t *)pair.value < m.p + m.len);
	assert_true(board_blob_next(&rest, &pair));
	assert_string_equal(pair.key, "private_key");
	assert_int_equal(pair.len, 4);
	assert_int_equal(pair.kind, BOARD_BLOB_OCTETS);
	assert_memory_equal(pair.value, "\0\1\377\0", 5);
	rest = blob;
	assert_true(board_blob_find(&rest, "user", &pair));
	assert_string_equal(pair.value, "one");
	assert_true(board_blob_find(&rest, "user", &pair));
	assert_string_equal(pair.value, "");
	assert_int_equal(pair.len, 0);
	assert_false(board_blob_find(&rest, "user", &pair));
	rest = blob;
	assert_false(board_blob_find(&rest, "use", &pair));
	assert_false(board_blob_next(&rest, &pair));
}

static void without_pairs(void **state)
{
	struct board_blob blob;
	struct board_pair pair;

	(void)state;
	made_start(&m);
	assert_int_equal(open_all(), BOARD_BLOB_OK);
	board_blob_open(&blob, m.p, m.len);
	assert_false(board_blob_next(&blob, &pair));
}

static void missing(void **state)
{
	struct board_blob blob;

	(void)state;
	assert_int_equal(board_blob_open(&blob, NULL, 0), BOARD_BLOB_MISSING);
	memset(m.p, 0xff, sizeof m.p);
	assert_int_equal(open_size(sizeof m.p), BOARD_BLOB_MISSING);
	assert_int_equal(open_size(16), BOARD_BLOB_MISSING);
	memset(m.p, 0, sizeof m.p);
	assert_int_equal(open_size(4096), BOARD_BLOB_MISSING);
	m.p[15] = 1;
	assert_int_equal(open_size(4096), BOARD_BLOB_MAGIC);
	memset(m.p, 0x55, sizeof m.p);
	assert_int_equal(open_size(4096), BOARD_BLOB_MAGIC);
}

static void cut_off_anywhere(void **state)
{
	enum board_blob_result r;

	(void)state;
	example();
	for (size_t size = 0; size < m.len; size++) {
		r = open_size(size);
		assert_int_equal(
			r, size < 16 ? BOARD_BLOB_MISSING : BOARD_BLOB_LENGTH);
	}
	assert_int_equal(open_all(), BOARD_BLOB_OK);
	assert_int_equal(open_size(m.len + 100), BOARD_BLOB_OK);
}

/* One bit the other way round, anywhere: it is never taken. */
static void one_bit_flipped(void **state)
{
	(void)state;
	example();
	for (size_t bit = 0; bit < m.len * 8; bit++) {
		m.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(open_all(), BOARD_BLOB_OK);
		m.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	m.p[20] ^= 1;
	assert_int_equal(open_all(), BOARD_BLOB_CRC);
	m.p[20] ^= 1;
	m.p[13] ^= 1;
	assert_int_equal(open_all(), BOARD_BLOB_CRC);
}

static void lengths_that_lie(void **state)
{
	static const uint32_t lengths[] = {
		0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff, 60000};

	(void)state;
	example();
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		made_put32(m.p + 8, lengths[i]);
		assert_int_equal(open_all(), BOARD_BLOB_LENGTH);
	}
}

static void other_version(void **state)
{
	(void)state;
	example();
	for (unsigned version = 0; version < 4; version++) {
		m.p[4] = (uint8_t)version;
		made_seal(&m);
		assert_int_equal(open_all(),
			version == 1 ? BOARD_BLOB_OK : BOARD_BLOB_OTHER);
	}
	m.p[4] = 1;
	m.p[7] = 1;
	made_seal(&m);
	assert_int_equal(open_all(), BOARD_BLOB_OTHER);
}

/* Each octet of the pairs with each value, the CRC made right again: what is
 * taken can be walked without leaving the block. */
static void malformed_pairs(void **state)
{
	struct board_blob blob;
	struct board_pair pair;
	uint8_t *exact, was;

	(void)state;
	example();
	for (size_t i = 16; i < m.len; i++) {
		was = m.p[i];
		for (unsigned v = 0; v < 256; v++) {
			m.p[i] = (uint8_t)v;
			made_seal(&m);
			exact = made_exact(&m, m.len);
			board_blob_open(&blob, exact, m.len);
			while (board_blob_next(&blob, &pair)) {
				assert_int_equal(pair.value[pair.len], 0);
				assert_true(strlen(pair.key) > 0);
			}
			free(exact);
		}
		m.p[i] = was;
	}
}

static void malformed(size_t at, uint8_t v)
{
	example();
	m.p[at] = v;
	made_seal(&m);
	assert_int_equal(open_all(), BOARD_BLOB_PAIRS);
}

static void each_malformed_part(void **state)
{
	(void)state;
	malformed(16, 0);    /* no key */
	malformed(16, 8);    /* a key without its NUL */
	malformed(16, 64);   /* a key too long */
	malformed(16, 255);  /* beyond the end */
	malformed(17, 2);    /* no such kind */
	malformed(18, 1);    /* a value without its NUL */
	malformed(19, 0xff); /* beyond the end */
	malformed(20, 'S');  /* a key of other letters */
	malformed(24, 0);
	malformed(29, 'x');
	malformed(30, 0); /* a NUL in a text */
	malformed(32, 'x');
	example();
	m.len--;
	made_seal(&m);
	assert_int_equal(open_all(), BOARD_BLOB_PAIRS);
	example();
	m.len++; /* an octet too many */
	made_seal(&m);
	assert_int_equal(open_all(), BOARD_BLOB_PAIRS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_are_walked),
		cmocka_unit_test(without_pairs),
		cmocka_unit_test(missing),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(one_bit_flipped),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(other_version),
		cmocka_unit_test(malformed_pairs),
		cmocka_unit_test(each_malformed_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
