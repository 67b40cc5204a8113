/*
 * cidr.c - see smtpd_cidr.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "mem.h"

#include "smtpd_cidr.h"

#define MAPPED_LEN 12 /* octets before the IPv4 address, RFC 4291 2.5.5.2 */

/* An address of either family, whatever the build can keep. */
struct address {
	uint8_t ip[16];
	uint8_t family;
};

static bool is_mapped(const uint8_t ip[16])
{
	static const uint8_t prefix[MAPPED_LEN] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	return !memcmp(ip, prefix, MAPPED_LEN);
}

/* The value of a digit, 16 and more when it is none. */
static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* At most `digits` digits of the base; returns how many there are. */
static size_t number(const char *s, const char *end, unsigned base,
	size_t digits, unsigned *v)
{
	size_t n = 0;

	*v = 0;
	while (n < digits && s + n < end && digit(s[n]) < base)
		*v = *v * base + digit(s[n++]);
	return n;
}

/* RFC 3986 3.2.2: an octet has no leading zero, which some take for octal. */
static bool parse_ip4(uint8_t ip[4], const char *s, const char *end)
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned v;
		size_t n;

		if (i && (s == end || *s++ != '.'))
			return false;
		n = number(s, end, 10, 3, &v);
		if (!n || v > 255 || (n > 1 && *s == '0'))
			return false;
		ip[i] = (uint8_t)v;
		s += n;
	}
	return s == end;
}

/* Groups up to the end or to "::", where *gap then stands. Returns octets
 * written, at most 16; or -1. */
static int groups(
	uint8_t out[16], const char *s, const char *end, const char **gap)
{
	int len = 0;

	*gap = NULL;
	while (s < end) {
		unsigned v;
		size_t n = number(s, end, 16, 4, &v);

		if (s + n < end && s[n] == '.' && len <= 12)
			return parse_ip4(out + len, s, end) ? len + 4 : -1;
		if (!n || len == 16)
			return -1;
		out[len++] = (uint8_t)(v >> 8);
		out[len++] = (uint8_t)v;
		s += n;
		if (s == end)
			break;
		if (*s++ != ':' || s == end)
			return -1;
		if (*s == ':') {
			*gap = s + 1;
			break;
		}
	}
	return len;
}

static bool parse_ip6(uint8_t ip[16], const char *s, const char *end)
{
	uint8_t head[16], tail[16];
	const char *gap, *more;
	int h, t;

	if (end - s >= 2 && s[0] == ':' && s[1] == ':') {
		h = 0;
		gap = s + 2;
	} else {
		h = groups(head, s, end, &gap);
	}
	if (h < 0 || (!gap && h != 16))
		return false;
	t = gap ? groups(tail, gap, end, &more) : 0;
	if (t < 0 || (gap && (more || h + t > 14)))
		return false;
	memset(ip, 0, 16);
	memcpy(ip, head, (size_t)h);
	memcpy(ip + 16 - t, tail, (size_t)t);
	return true;
}

static bool parse(struct address *a, const char *s, size_t n)
{
	const char *end = s + n;

	memset(a, 0, sizeof *a);
	if (parse_ip4(a->ip, s, end))
		a->family = 4;
	else if (n && parse_ip6(a->ip, s, end))
		a->family = 6;
	return a->family != 0;
}

static void unmap(struct address *a)
{
	memmove(a->ip, a->ip + MAPPED_LEN, 4);
	memset(a->ip + 4, 0, sizeof a->ip - 4);
	a->family = 4;
}

/* see smtpd_cidr.h */
bool smtpd_address_parse(struct smtpd_peer *out, const char *s, size_t n)
{
	struct address a;

	if (!parse(&a, s, n))
		return false;
	if (a.family == 6 && is_mapped(a.ip))
		unmap(&a);
	if (a.family == 6 && !SMTPD_IPV6)
		return false;
	memset(out, 0, sizeof *out);
	memcpy(out->ip, a.ip, sizeof out->ip);
	out->family = a.family;
	return true;
}

/* Are all bits behind the first len 0? */
static bool is_clean(const struct address *a, unsigned len)
{
	unsigned octets = a->family == 4 ? 4 : 16;

	for (unsigned i = 0; i < octets; i++) {
		unsigned own = len > i * 8 ? len - i * 8 : 0;

		if (own < 8 && a->ip[i] & 0xffu >> own)
			return false;
	}
	return true;
}

/* see smtpd_cidr.h */
const char *smtpd_cidr_parse(struct smtpd_cidr *out, const char *s, size_t n)
{
	const char *slash = memchr(s, '/', n);
	size_t used = slash ? (size_t)(slash - s) : n;
	struct address a;
	unsigned len, most;

	if (!parse(&a, s, used))
		return "is no IPv4 or IPv6 address";
	len = most = a.family == 4 ? 32 : 128;
	if (slash) {
		size_t digits = number(slash + 1, s + n, 10, 3, &len);

		if (!digits || used + 1 + digits < n || len > most ||
			(digits > 1 && slash[1] == '0'))
			return a.family == 4
				       ? "needs a length of 0 to 32 behind /"
				       : "needs a length of 0 to 128 behind /";
	}
	if (!is_clean(&a, len))
		return "has bits set behind its length";
	if (a.family == 6 && len >= MAPPED_LEN * 8 && is_mapped(a.ip)) {
		unmap(&a);
		len -= MAPPED_LEN * 8;
	}
	if (a.family == 6 && !SMTPD_IPV6)
		return "is IPv6, which is not built in";
	memcpy(out->ip, a.ip, sizeof out->ip);
	out->family = a.family;
	out->len = (uint8_t)len;
	return NULL;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned len)
{
	unsigned rest = len % 8;

	if (memcmp(a, b, len / 8) != 0)
		return false;
	return !rest || !((a[len / 8] ^ b[len / 8]) >> (8 - rest));
}

/* see smtpd_cidr.h */
bool smtpd_cidr_has(const struct smtpd_cidr *c, const struct smtpd_peer *peer)
{
	const uint8_t *ip = peer->ip;
	uint8_t family = peer->family;

#if SMTPD_IPV6
	if (family == 6 && is_mapped(ip)) {
		family = 4;
		ip += MAPPED_LEN;
	}
#endif
	return family && family == c->family && same_bits(c->ip, ip, c->len);
}
