/*
 * random.c - lwIP's random numbers and initial sequence numbers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "random.h"

#include <stdbool.h>

#include "lwip/opt.h"
#include "lwip/sys.h"
#include "lwip_hooks.h"

#include "smtpd_port.h"

#define ROTL(x, n) ((x) << (n) | (x) >> (32 - (n)))

static void sip_rounds(uint32_t v[4], unsigned n)
{
	while (n-- > 0) {
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
}

static void sip_word(uint32_t v[4], uint32_t m)
{
	v[3] ^= m;
	sip_rounds(v, 2);
	v[0] ^= m;
}

/* see random.h */
uint32_t lwip_smtpd_hash(const uint32_t key[2], const uint32_t *p, size_t count)
{
	uint32_t v[4] = {
		key[0], key[1], 0x6c796765U ^ key[0], 0x74656462U ^ key[1]};
	size_t i;

	for (i = 0; i < count; i++)
		sip_word(v, p[i]);
	sip_word(v, (uint32_t)count << 26);
	v[2] ^= 0xff;
	sip_rounds(v, 4);
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

static size_t add_address(uint32_t *w, const ip_addr_t *ip)
{
#if LWIP_IPV6
	if (IP_IS_V6(ip)) {
		size_t i;

		for (i = 0; i < 4; i++)
			w[i] = ip_2_ip6(ip)->addr[i];
		return 4;
	}
#endif
#if LWIP_IPV4
	w[0] = ip_2_ip4(ip)->addr;
#endif
	return 1;
}

/* see lwip_hooks.h. RFC 6528 3: a clock of 4 us plus a keyed hash. */
u32_t lwip_smtpd_isn(const ip_addr_t *local_ip, u16_t local_port,
	const ip_addr_t *remote_ip, u16_t remote_port)
{
	static uint32_t key[2];
	static bool have_key;
	uint32_t w[9];
	size_t n = add_address(w, local_ip);

	n += add_address(w + n, remote_ip);
	w[n++] = (uint32_t)local_port << 16 | remote_port;
	if (!have_key)
		have_key = smtpd_port_entropy((uint8_t *)key, sizeof(key)) == 0;
	return sys_now() * 250U + lwip_smtpd_hash(key, w, n);
}
