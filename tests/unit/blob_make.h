/*
 * blob_make.h - settings blobs for tests, made apart from the code under test
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BLOB_MAKE_H
#define BLOB_MAKE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "blob.h"

struct made {
	uint8_t p[65536];
	size_t len;
};

/* CRC-32 bit by bit (IEEE 802.3, reflected). */
static inline uint32_t made_crc(const uint8_t *p, size_t len, uint32_t crc)
{
	while (len--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return crc;
}

static inline void made_put32(uint8_t *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(n >> 8 * i);
}

/* Length and CRC for what is in it now. */
static inline void made_seal(struct made *m)
{
	uint32_t crc;

	made_put32(m->p + 8, (uint32_t)(m->len - 16));
	crc = made_crc(m->p, 12, UINT32_MAX);
	made_put32(m->p + 12, ~made_crc(m->p + 16, m->len - 16, crc));
}

static inline void made_start(struct made *m)
{
	memset(m->p, 0xff, sizeof m->p);
	memcpy(m->p, "lwsm", 4);
	made_put32(m->p + 4, 1);
	m->len = 16;
	made_seal(m);
}

static inline void made_add(struct made *m, const char *key, uint8_t kind,
	const void *value, size_t len)
{
	size_t key_len = strlen(key);
	uint8_t *p = m->p + m->len;

	p[0] = (uint8_t)key_len;
	p[1] = kind;
	p[2] = (uint8_t)len;
	p[3] = (uint8_t)(len >> 8);
	memcpy(p + 4, key, key_len + 1);
	if (len)
		memcpy(p + 4 + key_len + 1, value, len);
	p[4 + key_len + 1 + len] = 0;
	m->len += 4 + key_len + 1 + len + 1;
	made_seal(m);
}

static inline void made_text(struct made *m, const char *key, const char *value)
{
	made_add(m, key, BOARD_BLOB_TEXT, value, strlen(value));
}

/* The first `size` octets in a block of their own, so that ASan sees a step
 * beyond them. free() it. */
static inline uint8_t *made_exact(const struct made *m, size_t size)
{
	uint8_t *p = malloc(size ? size : 1);

	memcpy(p, m->p, size);
	return p;
}

#endif
