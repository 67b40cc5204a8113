/*
 * port_crypto.c - see port_crypto.h; SHA-256 as FIPS 180-4 6.2 writes it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "port_crypto.h"

#define WEAK __attribute__((weak))

struct port_crypto port_crypto;

struct sha256 {
	uint32_t h[8];
	uint64_t len;
	uint8_t block[64];
};

typedef char fits[sizeof(struct sha256) <= sizeof(struct smtpd_hash) ? 1 : -1];

void port_crypto_reset(void)
{
	memset(&port_crypto, 0, sizeof port_crypto);
}

static uint32_t rotate(uint32_t v, unsigned n)
{
	return v >> n | v << (32 - n);
}

static const uint32_t k[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
	0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
	0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138,
	0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,
	0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f,
	0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static void compress(struct sha256 *s)
{
	uint32_t w[64], v[8], a, b;
	unsigned i;

	port_crypto.blocks++;
	for (i = 0; i < 16; i++)
		w[i] = (uint32_t)s->block[4 * i] << 24 |
		       (uint32_t)s->block[4 * i + 1] << 16 |
		       (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
	for (; i < 64; i++) {
		a = w[i - 15];
		b = w[i - 2];
		w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
		       w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
	memcpy(v, s->h, sizeof v);
	for (i = 0; i < 64; i++) {
		a = v[7] +
		    (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
		    ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
		b = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
		    ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof *v);
		v[4] += a;
		v[0] = a + b;
	}
	for (i = 0; i < 8; i++)
		s->h[i] += v[i];
}

WEAK int smtpd_port_hash_start(struct smtpd_hash *h)
{
	static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
		0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	struct sha256 *s = (struct sha256 *)(void *)h;

	if (port_crypto.hash_fails && !--port_crypto.hash_fails)
		return SMTPD_ENONE;
	port_crypto.hashes++;
	memcpy(s->h, first, sizeof first);
	s->len = 0;
	return 0;
}

WEAK int smtpd_port_hash_update(struct smtpd_hash *h, const void *p, size_t len)
{
	struct sha256 *s = (struct sha256 *)(void *)h;
	const uint8_t *q = p;

	while (len--) {
		s->block[s->len++ % 64] = *q++;
		if (s->len % 64 == 0)
			compress(s);
	}
	return 0;
}

WEAK int smtpd_port_hash_finish(struct smtpd_hash *h, uint8_t digest[32])
{
	struct sha256 *s = (struct sha256 *)(void *)h;
	uint64_t bits = s->len * 8;

	smtpd_port_hash_update(h, "\x80", 1);
	while (s->len % 64 != 56)
		smtpd_port_hash_update(h, "", 1);
	for (unsigned i = 0; i < 8; i++) {
		uint8_t octet = (uint8_t)(bits >> (56 - 8 * i));

		smtpd_port_hash_update(h, &octet, 1);
	}
	for (unsigned i = 0; i < 32; i++)
		digest[i] = (uint8_t)(s->h[i / 4] >> (24 - i % 4 * 8));
	return 0;
}

WEAK int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	if (port_crypto.no_entropy)
		return SMTPD_ENONE;
	while (len--)
		*buf++ = port_crypto.entropy++;
	return 0;
}

WEAK int smtpd_port_tls_binding(struct smtpd_conn *conn,
	enum smtpd_binding kind, uint8_t out[SMTPD_BINDING_MAX])
{
	(void)conn;
	memcpy(out, port_crypto.binding[kind], SMTPD_BINDING_MAX);
	return port_crypto.binding_len[kind] ? port_crypto.binding_len[kind]
					     : SMTPD_ENONE;
}

WEAK int smtpd_port_tls_peer(struct smtpd_conn *conn, struct smtpd_tls_peer *p)
{
	(void)conn;
	*p = port_crypto.peer;
	return port_crypto.has_peer ? 0 : SMTPD_ENONE;
}
