/*
 * crypto.c - SHA-256 and PBKDF2 of smtpd_port.h with wolfCrypt
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

/* wolfSSL's settings come first */
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/wolfcrypt/sha256.h>

#include "smtpd_port.h"

#define BLOCK  64u
#define DIGEST 32u

/* What smtpd_hash must hold, checked when compiling. */
typedef char hash_fits[sizeof(wc_Sha256) <= sizeof(struct smtpd_hash) ? 1 : -1];
typedef char hash_aligned
	[__alignof__(wc_Sha256) <= __alignof__(struct smtpd_hash) ? 1 : -1];

static wc_Sha256 *sha_of(struct smtpd_hash *h)
{
	return (wc_Sha256 *)(void *)h;
}

/* see smtpd_port.h */
int smtpd_port_hash_start(struct smtpd_hash *h)
{
	return wc_InitSha256(sha_of(h)) ? SMTPD_ENONE : 0;
}

/* see smtpd_port.h */
int smtpd_port_hash_update(struct smtpd_hash *h, const void *p, size_t len)
{
	const uint8_t *q = p;

	while (len) {
		size_t n = len > 0x40000000 ? 0x40000000 : len;

		if (wc_Sha256Update(sha_of(h), q, (word32)n))
			return SMTPD_ENONE;
		q += n;
		len -= n;
	}
	return 0;
}

/* see smtpd_port.h */
int smtpd_port_hash_finish(struct smtpd_hash *h, uint8_t digest[32])
{
	int ret = wc_Sha256Final(sha_of(h), digest);

	wc_Sha256Free(sha_of(h));
	smtpd_wipe(h, sizeof *h);
	return ret ? SMTPD_ENONE : 0;
}

/* HMAC (RFC 2104) with the states after both padded keys kept: an iteration
 * of PBKDF2 is two compressions instead of four. */
static int hmac_half(struct smtpd_hash *h, const uint8_t *key, uint8_t pad)
{
	uint8_t block[BLOCK];
	unsigned i;
	int ret;

	for (i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	ret = smtpd_port_hash_start(h);
	if (!ret)
		ret = smtpd_port_hash_update(h, block, sizeof block);
	smtpd_wipe(block, sizeof block);
	return ret;
}

static int hmac_key(struct smtpd_pbkdf2 *m, const void *key, size_t len)
{
	uint8_t block[BLOCK] = {0};
	int ret = 0;

	if (len <= BLOCK) {
		memcpy(block, key, len);
	} else {
		ret = smtpd_port_hash_start(&m->inner);
		if (!ret)
			ret = smtpd_port_hash_update(&m->inner, key, len);
		if (!ret)
			ret = smtpd_port_hash_finish(&m->inner, block);
	}
	if (!ret)
		ret = hmac_half(&m->inner, block, 0x36);
	if (!ret)
		ret = hmac_half(&m->outer, block, 0x5c);
	smtpd_wipe(block, sizeof block);
	return ret;
}

static int copy_state(struct smtpd_hash *to, struct smtpd_hash *from)
{
	memset(to, 0, sizeof *to);
	return wc_Sha256Copy(sha_of(from), sha_of(to)) ? SMTPD_ENONE : 0;
}

/* mac = HMAC(key, p || q) */
static int hmac(struct smtpd_pbkdf2 *m, const void *p, size_t p_len,
	const void *q, size_t q_len, uint8_t mac[DIGEST])
{
	struct smtpd_hash h;
	int ret = copy_state(&h, &m->inner);

	if (!ret)
		ret = smtpd_port_hash_update(&h, p, p_len);
	if (!ret && q_len)
		ret = smtpd_port_hash_update(&h, q, q_len);
	if (!ret)
		ret = smtpd_port_hash_finish(&h, mac);
	if (!ret)
		ret = copy_state(&h, &m->outer);
	if (!ret)
		ret = smtpd_port_hash_update(&h, mac, DIGEST);
	if (!ret)
		ret = smtpd_port_hash_finish(&h, mac);
	return ret;
}

/* see smtpd_port.h; RFC 8018 5.2 with one block of output */
int smtpd_port_pbkdf2_start(struct smtpd_pbkdf2 *m, const void *password,
	size_t password_len, const void *salt, size_t salt_len,
	uint32_t iterations)
{
	static const uint8_t block_1[4] = {0, 0, 0, 1};
	int ret = hmac_key(m, password, password_len);

	if (!ret)
		ret = hmac(m, salt, salt_len, block_1, sizeof block_1, m->u);
	if (!ret)
		memcpy(m->key, m->u, DIGEST);
	m->left = ret ? 0 : iterations - 1;
	return ret;
}

/* see smtpd_port.h */
int smtpd_port_pbkdf2_step(struct smtpd_pbkdf2 *m, uint32_t count)
{
	unsigned j;
	int ret = 0;

	for (; !ret && count && m->left; count--, m->left--) {
		ret = hmac(m, m->u, DIGEST, NULL, 0, m->u);
		for (j = 0; j < DIGEST; j++)
			m->key[j] ^= m->u[j];
	}
	return ret;
}

/* see smtpd_port.h */
int smtpd_port_pbkdf2(const void *password, size_t password_len,
	const void *salt, size_t salt_len, uint32_t iterations, uint8_t key[32])
{
	struct smtpd_pbkdf2 m;
	int ret = smtpd_port_pbkdf2_start(
		&m, password, password_len, salt, salt_len, iterations);

	if (!ret)
		ret = smtpd_port_pbkdf2_step(&m, UINT32_MAX);
	if (!ret)
		memcpy(key, m.key, DIGEST);
	smtpd_wipe(&m, sizeof m);
	return ret;
}
