/*
 * hmac.c - see smtpd_hmac.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_hmac.h"
#include "mem.h"

#if SMTPD_SCRAM

#define BLOCK 64u
#define KEY   32u

static int half(struct smtpd_hash *h, const uint8_t *key, uint8_t pad)
{
	uint8_t block[BLOCK];
	int ret;

	memset(block, pad, sizeof block);
	for (unsigned i = 0; i < KEY; i++)
		block[i] ^= key[i];
	ret = smtpd_port_hash_start(h);
	if (!ret)
		ret = smtpd_port_hash_update(h, block, sizeof block);
	smtpd_wipe(block, sizeof block);
	return ret;
}

/* see smtpd_hmac.h */
int smtpd_hmac_start(struct smtpd_hash *h, const uint8_t key[32])
{
	return half(h, key, 0x36);
}

/* see smtpd_hmac.h */
int smtpd_hmac_finish(
	struct smtpd_hash *h, const uint8_t key[32], uint8_t mac[32])
{
	uint8_t inner[KEY];
	int ret = smtpd_port_hash_finish(h, inner);

	if (!ret)
		ret = half(h, key, 0x5c);
	if (!ret)
		ret = smtpd_port_hash_update(h, inner, sizeof inner);
	if (!ret)
		ret = smtpd_port_hash_finish(h, mac);
	smtpd_wipe(inner, sizeof inner);
	return ret;
}

/* see smtpd_hmac.h */
int smtpd_hmac(
	const uint8_t key[32], const void *p, size_t len, uint8_t mac[32])
{
	struct smtpd_hash h;
	int ret = smtpd_hmac_start(&h, key);

	if (!ret)
		ret = smtpd_port_hash_update(&h, p, len);
	if (!ret)
		ret = smtpd_hmac_finish(&h, key, mac);
	smtpd_wipe(&h, sizeof h);
	return ret;
}

/* see smtpd_hmac.h */
int smtpd_sha256(const void *p, size_t len, uint8_t digest[32])
{
	struct smtpd_hash h;
	int ret = smtpd_port_hash_start(&h);

	if (!ret)
		ret = smtpd_port_hash_update(&h, p, len);
	if (!ret)
		ret = smtpd_port_hash_finish(&h, digest);
	smtpd_wipe(&h, sizeof h);
	return ret;
}

#else
typedef int smtpd_no_hmac; /* ISO C wants a declaration */
#endif
