/*
 * content.c - octets and SHA-256 of a message, counted while it arrives
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "content.h"

/* see content.h */
void board_content_none(struct board_content *c)
{
	c->octets = 0;
	c->hashing = false;
}

/* see content.h */
bool board_content_begin(struct board_content *c)
{
	c->hashing = smtpd_port_hash_start(&c->hash) == 0;
	return c->hashing;
}

/* see content.h */
bool board_content_add(struct board_content *c, const uint8_t *p, size_t len)
{
	c->octets += (uint32_t)len;
	return smtpd_port_hash_update(&c->hash, p, len) == 0;
}

/* see content.h */
bool board_content_end(struct board_content *c, uint8_t digest[32])
{
	bool known =
		c->hashing && smtpd_port_hash_finish(&c->hash, digest) == 0;

	c->hashing = false;
	return known;
}
