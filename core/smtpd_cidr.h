/*
 * smtpd_cidr.h - addresses and blocks of them as text: 192.0.2.0/24
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * IPv4 is four decimals without leading zeros. IPv6 is what RFC 4291 2.2
 * allows, without a zone. An IPv4 address in IPv6's clothes (::ffff:192.0.2.1,
 * RFC 4291 2.5.5.2) is taken for what it is, IPv4: in text, and in a peer.
 * Context of every function: any.
 */
#ifndef SMTPD_CIDR_H
#define SMTPD_CIDR_H

#include "smtpd.h"

/* All addresses that share their first len bits with ip. */
struct smtpd_cidr {
	uint8_t ip[SMTPD_IPV6 ? 16 : 4]; /* IPv4 uses the first 4 octets */
	uint8_t family;                  /* 4 or 6 */
	uint8_t len;                     /* 0 to 32, or 0 to 128 */
};

/*
 * Take an address apart; n octets at s.
 *
 * Returns true with ip and family of *out set and its port 0; or false, with
 * *out as it was: no address, or IPv6 in a build without SMTPD_IPV6.
 */
bool smtpd_address_parse(struct smtpd_peer *out, const char *s, size_t n);

/*
 * Take ADDRESS/LENGTH apart, or ADDRESS for that one alone; n octets at s.
 *
 * Returns NULL, or what is wrong with it: half a sentence of static lifetime,
 * *out is as it was then. Bits set behind the length are wrong: who writes
 * 10.1.2.3/8 may mean either. RFC 4632 3.1.
 */
const char *smtpd_cidr_parse(struct smtpd_cidr *out, const char *s, size_t n);

/* Is the peer in there? One of family 0 is nowhere. */
bool smtpd_cidr_has(const struct smtpd_cidr *, const struct smtpd_peer *);

#endif
