/*
 * console.c - text on the board's console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "board.h"
#include "console.h"
#include "text.h"

#define PIECE 32 /* octets of a JSON string escaped at once */

void board_put(const char *s)
{
	board_console_write(s, strlen(s));
}

void board_put_num(uint32_t n)
{
	char digits[10];
	size_t i = sizeof digits;

	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	board_console_write(digits + i, sizeof digits - i);
}

void board_put_hex(const uint8_t *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	char pair[2];

	while (n--) {
		pair[0] = digit[*p >> 4];
		pair[1] = digit[*p++ & 15];
		board_console_write(pair, sizeof pair);
	}
}

void board_put_hex32(uint32_t n)
{
	uint8_t octets[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n};

	board_put_hex(octets, sizeof octets);
}

void board_put_end(void)
{
	board_console_write("\r\n", 2);
}

void board_put_line(const char *s)
{
	board_put(s);
	board_put_end();
}

void board_put_stat(
	const char *name, uint32_t used, uint32_t high, uint32_t total)
{
	board_put("stat ");
	board_put(name);
	board_put(" ");
	board_put_num(used);
	board_put(" ");
	board_put_num(high);
	board_put(" ");
	board_put_num(total);
	board_put_end();
}

/* Octets of the next piece: no UTF-8 character is cut. */
static size_t piece(const char *s, size_t len)
{
	size_t n = PIECE;

	if (len <= PIECE)
		return len;
	while (n > PIECE - 3 && ((uint8_t)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void board_put_json(const char *s, size_t len)
{
	char buf[6 * PIECE + 3];
	struct board_text t;
	size_t n;

	board_put("\"");
	for (; len; s += n, len -= n) {
		n = piece(s, len);
		board_text_start(&t, buf, sizeof buf);
		board_text_json(&t, s, n);
		board_console_write(t.s + 1, t.len - 2);
	}
	board_put("\"");
}

void board_put_ip(const ip_addr_t *ip)
{
	char text[IPADDR_STRLEN_MAX];

	board_put(ipaddr_ntoa_r(ip, text, sizeof text) ? text : "?");
}

void board_put_peer(const struct smtpd_peer *peer)
{
	ip_addr_t ip;

	memset(&ip, 0, sizeof ip);
	if (peer->family == 4) {
		memcpy(ip_2_ip4(&ip), peer->ip, 4);
		IP_SET_TYPE_VAL(ip, IPADDR_TYPE_V4);
#if LWIP_IPV6
	} else if (peer->family == 6) {
		memcpy(ip_2_ip6(&ip), peer->ip, 16);
		IP_SET_TYPE_VAL(ip, IPADDR_TYPE_V6);
#endif
	} else {
		board_put("unknown");
		return;
	}
	board_put_ip(&ip);
}
