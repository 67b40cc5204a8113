/*
 * random.c - lwIP's random numbers and initial sequence numbers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "random.h"

#include <stdbool.h>
#include <string.h>

#include "lwip/opt.h"
#include "lwip/sys.h"
#include "lwip_hooks.h"

#include "smtpd_port.h"

#define ROTL(x, n) ((x) << (n) | (x) >> (32 - (n)))

static void mix(uint32_t v[4], uint32_t m, unsigned rounds)
{
	v[3] ^= m;
	while (rounds-- > 0) {
		v[0] += v[1];
		v[1] = ROTL(v[1], 5) ^ v[0];
		v[0] = ROTL(v[0], 16);
		v[2] += v[3];
		v[3] = ROTL(v[3], 8) ^ v[2];
		v[0] += v[3];
		v[3] = ROTL(v[3], 7) ^ v[0];
		v[2] += v[1];
		v[1] = ROTL(v[1], 13) ^ v[2];
		v[2] = ROTL(v[2], 16);
	}
	v[0] ^= m;
}

/* see random.h */
uint32_t lwip_smtpd_hash(const uint32_t key[2], const uint32_t *p, size_t count)
{
	uint32_t v[4] = {
		key[0], key[1], 0x6c796765U ^ key[0], 0x74656462U ^ key[1]};
	size_t i;

	for (i = 0; i < count; i++)
		mix(v, p[i], 2);
	mix(v, (uint32_t)count << 26, 2);
	v[2] ^= 0xff;
	mix(v, 0, 4);
	return v[1] ^ v[3];
}

/* see arch/cc.h. Without entropy lwIP still needs numbers that differ: for
 * DHCP transactions, the first local port, delays. */
uint32_t lwip_smtpd_rand(void)
{
	static uint32_t weak;
	uint32_t r;

	if (smtpd_port_entropy((uint8_t *)&r, sizeof(r)) == 0)
		return r;
	weak = (weak + sys_now()) * 1664525U + 1013904223U;
	return weak >> 8 | weak << 24;
}

/* see lwip_hooks.h. RFC 6528 3: a clock of 4 us plus a keyed hash. */
u32_t lwip_smtpd_isn(const ip_addr_t *local_ip, u16_t local_port,
	const ip_addr_t *remote_ip, u16_t remote_port)
{
	enum { IP_WORDS = sizeof(ip_addr_t) / sizeof(uint32_t) };
	static uint32_t key[2];
	static bool have_key;
	uint32_t w[2 * IP_WORDS + 1];

	if (!have_key)
		have_key = smtpd_port_entropy((uint8_t *)key, sizeof(key)) == 0;
	memcpy(w, local_ip, sizeof(*local_ip));
	memcpy(w + IP_WORDS, remote_ip, sizeof(*remote_ip));
	w[2 * IP_WORDS] = (uint32_t)local_port << 16 | remote_port;
	return sys_now() * 250U +
	       lwip_smtpd_hash(key, w, sizeof(w) / sizeof(w[0]));
}
