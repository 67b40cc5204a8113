/*
 * proxy.c - see smtpd_proxy.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Sections are those of HAProxy's proxy-protocol.txt. Octet by octet: version
 * 1 is gathered up to its CRLF, version 2 up to the end of its addresses. The
 * vectors behind those are passed over while the checksum runs along.
 */
#include "smtpd_proxy.h"

#if SMTPD_PROXY

#include "mem.h"
#include "smtpd_cidr.h"

enum {
	LINE_LEN = 107,  /* 2.1: the longest line, CRLF included */
	HEAD_LEN = 16,   /* 2.2: up to the addresses */
	VECTOR_HEAD = 3, /* 2.2: type and length */
	CRC32C = 3,      /* PP2_TYPE_CRC32C, 2.2.2 */
};

enum { LOCAL = 0x20, PROXY = 0x21 }; /* version 2 and command */

static const char line_start[] = "PROXY ";
static const uint8_t signature[] = {
	13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

/* ---- version 1 ---- */

struct word {
	const char *s;
	size_t len;
};

/* Cut off the next word, up to one space or the end. */
static struct word take_word(struct word *rest)
{
	struct word w = {rest->s, 0};

	while (w.len < rest->len && w.s[w.len] != ' ')
		w.len++;
	rest->s += w.len;
	rest->len -= w.len;
	if (rest->len > 1) { /* a space at the very end separates nothing */
		rest->s++;
		rest->len--;
	}
	return w;
}

static bool is(struct word w, const char *name)
{
	return w.len == strlen(name) && !memcmp(w.s, name, w.len);
}

/* 0 to 65535 without leading zeros. */
static bool take_port(struct word *rest, uint16_t *port)
{
	struct word w = take_word(rest);
	uint32_t n = 0;

	if (!w.len || w.len > 5 || (*w.s == '0' && w.len > 1))
		return false;
	for (size_t i = 0; i < w.len; i++) {
		if (w.s[i] < '0' || w.s[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(w.s[i] - '0');
	}
	*port = (uint16_t)n;
	return n <= UINT16_MAX;
}

/* An address of the family that the line has named. */
static bool take_address(struct word *rest, bool six, struct smtpd_peer *peer)
{
	struct word w = take_word(rest);

	if (!w.len || six != (memchr(w.s, ':', w.len) != NULL))
		return false;
	return smtpd_address_parse(peer, w.s, w.len) || (six && !SMTPD_IPV6);
}

/* The line is whole. */
static enum smtpd_proxy_result read_line(struct smtpd_proxy *h)
{
	const size_t from = sizeof line_start - 1;
	struct word rest = {(const char *)h->text + from, h->at - from - 2u};
	struct word family = take_word(&rest);
	struct smtpd_peer from_peer = {.family = 0}, to_peer = {.family = 0};
	uint16_t from_port, to_port;
	bool six = is(family, "TCP6");

	if (is(family, "UNKNOWN"))
		return SMTPD_PROXY_DONE;
	if ((!six && !is(family, "TCP4")) ||
		!take_address(&rest, six, &from_peer) ||
		!take_address(&rest, six, &to_peer) ||
		!take_port(&rest, &from_port) || !take_port(&rest, &to_port) ||
		rest.len)
		return SMTPD_PROXY_BAD;
	h->peer = from_peer;
	h->peer.port = from_port;
	return SMTPD_PROXY_DONE;
}

/* CR and LF come as a pair and at the end, or not at all. */
static enum smtpd_proxy_result line_octet(struct smtpd_proxy *h, uint8_t c)
{
	bool cr = h->at && h->text[h->at - 1] == '\r';

	if (h->at < sizeof line_start - 1 && c != (uint8_t)line_start[h->at])
		return SMTPD_PROXY_BAD;
	if (cr != (c == '\n') || (h->at == LINE_LEN - 1 && !cr))
		return SMTPD_PROXY_BAD;
	h->text[h->at++] = c;
	return c == '\n' ? read_line(h) : SMTPD_PROXY_MORE;
}

/* ---- version 2 ---- */

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* RFC 3720 12.1: polynomial 0x1edc6f41, reflected. Headers are short, a table
 * is not. */
static uint32_t crc_octet(uint32_t crc, uint8_t c)
{
	crc ^= c;
	for (int i = 0; i < 8; i++)
		crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	return crc;
}

/* Octets of the addresses of a family; those of 0 are not said. */
static uint16_t address_len(uint8_t family)
{
	static const uint8_t len[] = {0, 12, 36, 216};

	return len[family];
}

/* Sixteen octets are there: is it a header, and how long? */
static enum smtpd_proxy_result read_head(struct smtpd_proxy *h)
{
	uint8_t command = h->text[12], family = h->text[13] >> 4;
	uint16_t len = be16(h->text + 14);

	if ((command != LOCAL && command != PROXY) ||
		len > SMTPD_PROXY_HEADER_MAX - HEAD_LEN)
		return SMTPD_PROXY_BAD;
	h->len = (uint16_t)(HEAD_LEN + len);
	h->addresses = h->len;
	if (command == LOCAL) /* all of it is to be ignored */
		return SMTPD_PROXY_MORE;
	if (family > 3 || (h->text[13] & 15) > 2 || len < address_len(family))
		return SMTPD_PROXY_BAD;
	if (family)
		h->addresses = (uint16_t)(HEAD_LEN + address_len(family));
	return SMTPD_PROXY_MORE;
}

/* ::ffff:192.0.2.1 */
static bool is_mapped(const uint8_t *ip)
{
	static const uint8_t start[12] = {[10] = 0xff, 0xff};

	return !memcmp(ip, start, sizeof start);
}

/* The addresses are there. */
static void read_addresses(struct smtpd_proxy *h)
{
	const uint8_t *p = h->text + HEAD_LEN;

	if (h->text[12] != PROXY)
		return;
	if (h->text[13] == 0x11) {
		h->peer.family = 4;
		memcpy(h->peer.ip, p, 4);
		h->peer.port = be16(p + 8);
	} else if (h->text[13] == 0x21 && is_mapped(p)) {
		h->peer.family = 4;
		memcpy(h->peer.ip, p + 12, 4);
		h->peer.port = be16(p + 32);
	} else if (h->text[13] == 0x21 && SMTPD_IPV6) {
		h->peer.family = 6;
		memcpy(h->peer.ip, p, sizeof h->peer.ip);
		h->peer.port = be16(p + 32);
	}
}

/* Type and length of a vector are there. Returns whether they can be. */
static bool vector_begins(struct smtpd_proxy *h)
{
	uint16_t behind = (uint16_t)(h->len - h->at - 1);

	if (h->value_left > behind)
		return false;
	if (h->type == CRC32C) {
		if (h->checked || h->value_left != 4)
			return false;
		h->checked = true;
	}
	if (!h->value_left)
		h->in_vector = 0;
	return true;
}

/* An octet of a vector's value. Returns what the checksum is to see of it. */
static uint8_t value_octet(struct smtpd_proxy *h, uint8_t c)
{
	if (!--h->value_left)
		h->in_vector = 0;
	if (h->type != CRC32C)
		return c;
	h->want = h->want << 8 | c;
	return 0;
}

/* An octet behind the addresses. Returns false when it cannot be. */
static bool vector_octet(struct smtpd_proxy *h, uint8_t *c)
{
	if (h->in_vector == VECTOR_HEAD) {
		*c = value_octet(h, *c);
		return true;
	}
	if (h->in_vector++ == 0) {
		h->type = *c;
		h->value_left = 0;
		return true;
	}
	h->value_left = (uint16_t)(h->value_left << 8 | *c);
	return h->in_vector < VECTOR_HEAD || vector_begins(h);
}

static enum smtpd_proxy_result finish(const struct smtpd_proxy *h)
{
	if (h->in_vector || (h->checked && ~h->crc != h->want))
		return SMTPD_PROXY_BAD;
	return SMTPD_PROXY_DONE;
}

static enum smtpd_proxy_result block_octet(struct smtpd_proxy *h, uint8_t c)
{
	enum smtpd_proxy_result r = SMTPD_PROXY_MORE;

	if (h->at < sizeof signature && c != signature[h->at])
		return SMTPD_PROXY_BAD;
	if (!h->at)
		h->crc = UINT32_MAX;
	if (h->at < sizeof h->text)
		h->text[h->at] = c;
	if (h->at >= HEAD_LEN && h->at >= h->addresses && !vector_octet(h, &c))
		return SMTPD_PROXY_BAD;
	h->crc = crc_octet(h->crc, c);
	h->at++;
	if (h->at == HEAD_LEN)
		r = read_head(h);
	if (h->at == h->addresses)
		read_addresses(h);
	return h->at == h->len ? finish(h) : r;
}

/* see smtpd_proxy.h */
enum smtpd_proxy_result smtpd_proxy_push(
	struct smtpd_proxy *h, const uint8_t *p, size_t len, size_t *used)
{
	enum smtpd_proxy_result r = SMTPD_PROXY_MORE;
	size_t i;

	for (i = 0; i < len && r == SMTPD_PROXY_MORE; i++) {
		bool block = (h->at ? h->text[0] : p[i]) == signature[0];

		r = block ? block_octet(h, p[i]) : line_octet(h, p[i]);
	}
	*used = i;
	return r;
}

/* see smtpd_proxy.h */
bool smtpd_proxy_expected(
	const struct smtpd_listener *l, const struct smtpd_peer *peer)
{
	for (uint16_t i = 0; i < l->proxy_count; i++) {
		if (smtpd_cidr_has(&l->proxies[i], peer))
			return true;
	}
	return false;
}

#else
typedef int smtpd_no_proxy; /* ISO C wants a declaration */
#endif
