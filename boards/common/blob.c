/*
 * blob.c - a board's settings in flash: one checked blob of keys and values
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "blob.h"

#define PAIR_HEADER 4u

static const uint8_t magic[4] = {'l', 'w', 's', 'm'};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

/* CRC-32 of IEEE 802.3, four bits at a time: a table of 64 octets. */
static uint32_t crc32(uint32_t crc, const uint8_t *p, size_t len)
{
	static const uint32_t nibble[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, /* 0 to 3 */
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, /* 4 to 7 */
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, /* 8 to 11 */
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c, /* 12 to 15 */
	};

	for (; len; p++, len--) {
		crc ^= *p;
		crc = crc >> 4 ^ nibble[crc & 15];
		crc = crc >> 4 ^ nibble[crc & 15];
	}
	return crc;
}

static bool erased(const uint8_t *p)
{
	unsigned i;

	if (*p != 0 && *p != 0xff)
		return false;
	for (i = 1; i < BOARD_BLOB_HEADER; i++)
		if (p[i] != *p)
			return false;
	return true;
}

static bool key_ok(const uint8_t *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!(s[i] >= 'a' && s[i] <= 'z') &&
			!(s[i] >= '0' && s[i] <= '9') && s[i] != '_')
			return false;
	return len > 0 && len <= BOARD_BLOB_KEY_MAX;
}

/* Octets of the pair at p, of which len are there; 0: it is not right. */
static size_t pair_len(const uint8_t *p, size_t len)
{
	size_t key_len, value_len, at;

	if (len < PAIR_HEADER)
		return 0;
	key_len = p[0];
	value_len = get16(p + 2);
	at = PAIR_HEADER + key_len + 1;
	if (len < at + value_len + 1 || !key_ok(p + PAIR_HEADER, key_len) ||
		p[at - 1] || p[at + value_len])
		return 0;
	if (p[1] > BOARD_BLOB_OCTETS ||
		(p[1] == BOARD_BLOB_TEXT && memchr(p + at, 0, value_len)))
		return 0;
	return at + value_len + 1;
}

static bool pairs_ok(const uint8_t *p, size_t len)
{
	size_t n;

	for (; len; p += n, len -= n) {
		n = pair_len(p, len);
		if (!n)
			return false;
	}
	return true;
}

static enum board_blob_result check(const uint8_t *p, size_t size)
{
	uint32_t len, crc;

	if (size < BOARD_BLOB_HEADER || erased(p))
		return BOARD_BLOB_MISSING;
	if (memcmp(p, magic, sizeof magic) != 0)
		return BOARD_BLOB_MAGIC;
	if (get32(p + 4) != BOARD_BLOB_VERSION)
		return BOARD_BLOB_OTHER;
	len = get32(p + 8);
	if (len > size - BOARD_BLOB_HEADER)
		return BOARD_BLOB_LENGTH;
	crc = crc32(UINT32_MAX, p, 12);
	crc = ~crc32(crc, p + BOARD_BLOB_HEADER, len);
	if (crc != get32(p + 12))
		return BOARD_BLOB_CRC;
	if (!pairs_ok(p + BOARD_BLOB_HEADER, len))
		return BOARD_BLOB_PAIRS;
	return BOARD_BLOB_OK;
}

enum board_blob_result board_blob_open(
	struct board_blob *blob, const void *p, size_t size)
{
	enum board_blob_result r = check(p, size);

	blob->p = NULL;
	blob->len = 0;
	if (r == BOARD_BLOB_OK) {
		blob->p = (const uint8_t *)p + BOARD_BLOB_HEADER;
		blob->len = get32((const uint8_t *)p + 8);
	}
	return r;
}

const char *board_blob_result_text(enum board_blob_result r)
{
	static const char *const texts[] = {
		[BOARD_BLOB_OK] = "right",
		[BOARD_BLOB_MISSING] = "none in flash",
		[BOARD_BLOB_MAGIC] = "not ours, something else is there",
		[BOARD_BLOB_OTHER] = "of another version",
		[BOARD_BLOB_LENGTH] = "longer than their region",
		[BOARD_BLOB_CRC] = "corrupt, the CRC-32 is wrong",
		[BOARD_BLOB_PAIRS] = "a key or value is malformed",
	};

	return texts[r];
}

bool board_blob_next(struct board_blob *rest, struct board_pair *pair)
{
	const uint8_t *p = rest->p;
	size_t n;

	if (!rest->len)
		return false;
	pair->key = (const char *)p + PAIR_HEADER;
	pair->value = pair->key + p[0] + 1;
	pair->len = get16(p + 2);
	pair->kind = p[1];
	n = PAIR_HEADER + p[0] + 1u + pair->len + 1u;
	rest->p += n;
	rest->len -= n;
	return true;
}

bool board_blob_find(
	struct board_blob *rest, const char *key, struct board_pair *pair)
{
	struct board_pair next;

	while (board_blob_next(rest, &next))
		if (strcmp(next.key, key) == 0) {
			*pair = next;
			return true;
		}
	return false;
}
