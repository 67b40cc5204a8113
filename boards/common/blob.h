/*
 * blob.h - a board's settings in flash: one checked blob of keys and values
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * boards/common/provision makes it on a host, the firmware reads it where it
 * lies. Nothing is copied: what these functions hand out points into the blob.
 * Context of every function: any.
 *
 * Integers are little-endian. The blob begins where its flash region begins:
 *
 *    0  4 octets  "lwsm"
 *    4  u32       version, BOARD_BLOB_VERSION
 *    8  u32       octets of the pairs
 *   12  u32       CRC-32 (IEEE 802.3, as zlib's) of octets 0 to 11 and of
 *                 the pairs
 *   16            the pairs, one behind the other
 *
 * and a pair is
 *
 *    0  u8        octets of the key, 1 to BOARD_BLOB_KEY_MAX
 *    1  u8        BOARD_BLOB_TEXT or BOARD_BLOB_OCTETS
 *    2  u16       octets of the value
 *    4            the key, of a-z, 0-9 and '_', and a NUL
 *                 the value, and a NUL
 *
 * A key may be there more than once.
 */
#ifndef BOARD_BLOB_H
#define BOARD_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_BLOB_VERSION 1u
#define BOARD_BLOB_HEADER  16u /* octets in front of the pairs */
#define BOARD_BLOB_KEY_MAX 63u

enum board_blob_kind {
	BOARD_BLOB_TEXT,   /* without a NUL in it */
	BOARD_BLOB_OCTETS, /* any */
};

enum board_blob_result {
	BOARD_BLOB_OK,
	BOARD_BLOB_MISSING, /* no region, or it is erased: all 0xff or all 0 */
	BOARD_BLOB_MAGIC,   /* something else is there */
	BOARD_BLOB_OTHER,   /* another version */
	BOARD_BLOB_LENGTH,  /* longer than its region */
	BOARD_BLOB_CRC,     /* changed since it was made, or cut off */
	BOARD_BLOB_PAIRS,   /* the CRC is right, a pair is not: a wrong tool */
};

/* Pairs that were checked; or the rest of them, or none. */
struct board_blob {
	const uint8_t *p;
	size_t len;
};

/* A pair; points into the blob. Key and value are NUL-terminated. */
struct board_pair {
	const char *key;
	const char *value;
	uint16_t len; /* octets of the value, without the NUL */
	uint8_t kind; /* enum board_blob_kind */
};

/*
 * Check the blob at the start of a region and every pair in it.
 *
 * p     the region, size octets; MUST stay as it is while anything that came
 *       from the blob is used. May be NULL when size is 0.
 *
 * Returns BOARD_BLOB_OK and the pairs in *blob; or the first thing that is
 * wrong, and *blob is without pairs.
 */
enum board_blob_result board_blob_open(
	struct board_blob *blob, const void *p, size_t size);

/* A result in a few words, such as "none in flash"; static. */
const char *board_blob_result_text(enum board_blob_result);

/*
 * Take the first pair off. For a walk over all of them, on a copy:
 *
 *   struct board_blob rest = blob;
 *   while (board_blob_next(&rest, &pair))
 *
 * Returns false when none is left; *pair is as it was then.
 */
bool board_blob_next(struct board_blob *rest, struct board_pair *pair);

/* The next pair with this key: as board_blob_next(), others left out. */
bool board_blob_find(
	struct board_blob *rest, const char *key, struct board_pair *pair);

#endif
