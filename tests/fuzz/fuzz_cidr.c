/*
 * fuzz_cidr.c - addresses and blocks of any octets against inet_pton()
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "engine/octets.h"
#include "smtpd_cidr.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void need(bool ok)
{
	if (!ok)
		abort();
}

static bool bit(const uint8_t *ip, unsigned i)
{
	return ip[i / 8] >> (7 - i % 8) & 1;
}

/* What is taken is what the C library reads there, and the other way round. */
static void check_address(const char *s, size_t len)
{
	struct smtpd_peer peer;
	uint8_t ip[16];
	char text[64] = "";
	bool ok = smtpd_address_parse(&peer, s, len);

	if (len >= sizeof text || memchr(s, 0, len)) {
		need(!ok);
		return;
	}
	memcpy(text, s, len);
	if (inet_pton(AF_INET, text, ip) == 1) {
		need(ok && peer.family == 4 && !memcmp(peer.ip, ip, 4));
	} else if (inet_pton(AF_INET6, text, ip) == 1) {
		need(ok);
		if (peer.family == 6)
			need(!memcmp(peer.ip, ip, 16));
		else
			need(IN6_IS_ADDR_V4MAPPED((struct in6_addr *)ip) &&
				!memcmp(peer.ip, ip + 12, 4));
	} else {
		need(!ok);
	}
}

/* Its own address is in it; with a bit changed only behind its length. */
static void check_block(const char *s, size_t len)
{
	struct smtpd_cidr c;
	struct smtpd_peer peer = {0};
	unsigned bits;

	if (smtpd_cidr_parse(&c, s, len))
		return;
	need(c.family == 4 || c.family == 6);
	bits = c.family == 4 ? 32 : 128;
	need(c.len <= bits);
	for (unsigned i = c.len; i < bits; i++)
		need(!bit(c.ip, i));
	peer.family = c.family;
	memcpy(peer.ip, c.ip, sizeof peer.ip);
	need(smtpd_cidr_has(&c, &peer) ||
		(c.family == 6 &&
			!memcmp(c.ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12)));
	for (unsigned i = 0; i < c.len; i++) {
		peer.ip[i / 8] ^= (uint8_t)(0x80 >> i % 8);
		need(!smtpd_cidr_has(&c, &peer));
		peer.ip[i / 8] ^= (uint8_t)(0x80 >> i % 8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char *exact = exact_copy(p, len);

	check_address(exact, len);
	check_block(exact, len);
	free(exact);
	return 0;
}
