/*
 * wire.c - see wire.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "wire.h"

#include <stdio.h>
#include <string.h>

#include "lwip/inet_chksum.h"
#include "lwip/init.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/prot/ip4.h"
#include "lwip/prot/tcp.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"

#include "m3.h"

#define WINDOW      8192
#define MESSAGE_LEN 1024
#define FEW         20
#define MANY        220

struct wire_reply wire_replies[WIRE_STEPS];
struct wire_count wire_count;

static struct netif netif;
static ip4_addr_t client_ip, server_ip;
static uint32_t now_ms;

/* the client's connection */
static struct {
	uint16_t port;
	uint32_t seq, ack;
	bool fin, reset;
	struct wire_reply *reply;
} tcp;

static char message[MESSAGE_LEN + 4];

u32_t sys_now(void)
{
	return now_ms;
}

/* ---- segments ---- */

/* What lwIP sends; the client takes all of it at once. */
static err_t take(struct netif *n, struct pbuf *p, const ip4_addr_t *to)
{
	struct tcp_hdr h;
	size_t head, len, room = WIRE_REPLY_MAX - tcp.reply->len;

	(void)n;
	(void)to;
	pbuf_copy_partial(p, &h, sizeof h, IP_HLEN);
	head = IP_HLEN + TCPH_HDRLEN_BYTES(&h);
	len = p->tot_len - head;
	wire_count.got++;
	tcp.reset |= TCPH_FLAGS(&h) & TCP_RST || len > room;
	pbuf_copy_partial(p, tcp.reply->text + tcp.reply->len,
		(u16_t)LWIP_MIN(len, room), (u16_t)head);
	tcp.reply->len += LWIP_MIN(len, room);
	tcp.fin |= (TCPH_FLAGS(&h) & TCP_FIN) != 0;
	tcp.ack = lwip_ntohl(h.seqno) + (uint32_t)len +
		  ((TCPH_FLAGS(&h) & (TCP_SYN | TCP_FIN)) != 0);
	return ERR_OK;
}

static void fill_ip(struct ip_hdr *ip, size_t len)
{
	memset(ip, 0, IP_HLEN);
	IPH_VHL_SET(ip, 4, 5);
	IPH_LEN_SET(ip, lwip_htons((u16_t)len));
	IPH_TTL_SET(ip, 64);
	IPH_PROTO_SET(ip, IP_PROTO_TCP);
	ip4_addr_copy(ip->src, client_ip);
	ip4_addr_copy(ip->dest, server_ip);
	IPH_CHKSUM_SET(ip, inet_chksum(ip, IP_HLEN));
}

static void fill_tcp(struct tcp_hdr *h, unsigned flags)
{
	memset(h, 0, TCP_HLEN);
	h->src = lwip_htons(tcp.port);
	h->dest = lwip_htons(WIRE_PORT);
	h->seqno = lwip_htonl(tcp.seq);
	h->ackno = lwip_htonl(tcp.ack);
	h->_hdrlen_rsvd_flags = lwip_htons((u16_t)(TCP_HLEN / 4 << 12 | flags));
	h->wnd = lwip_htons(WINDOW);
}

/* Send a segment; all that the server does about it happens in here. */
static void send(unsigned flags, const char *data, size_t len)
{
	struct pbuf *p =
		pbuf_alloc(PBUF_TRANSPORT, (u16_t)(TCP_HLEN + len), PBUF_POOL);
	struct tcp_hdr h;
	struct ip_hdr ip;

	if (!p)
		return;
	fill_tcp(&h, flags);
	pbuf_take(p, &h, sizeof h);
	pbuf_take_at(p, data, (u16_t)len, TCP_HLEN);
	h.chksum = inet_chksum_pseudo(
		p, IP_PROTO_TCP, p->tot_len, &client_ip, &server_ip);
	pbuf_take(p, &h, sizeof h);
	pbuf_add_header(p, IP_HLEN);
	fill_ip(&ip, p->tot_len);
	pbuf_take(p, &ip, sizeof ip);
	wire_count.sent++;
	tcp.seq += (uint32_t)len + ((flags & (TCP_SYN | TCP_FIN)) != 0);
	netif.input(p, &netif);
	sys_check_timeouts();
}

/* ---- a session ---- */

static const char *const commands[] = {"EHLO sensor.device.example\r\n",
	"MAIL FROM:<sensor@device.example>\r\n",
	"RCPT TO:<alerts@gateway.example>\r\n", "DATA\r\n", message,
	"QUIT\r\n"};

static void compose(void)
{
	size_t i;

	for (i = 0; i < MESSAGE_LEN; i++)
		message[i] = i % 78 == 76   ? '\r'
			     : i % 78 == 77 ? '\n'
					    : (char)('a' + i % 26);
	memcpy(message, "Subject: alert\r\n\r\n", 18);
	memcpy(message + MESSAGE_LEN - 2, "\r\n.\r\n", 6);
}

static bool connect(void)
{
	tcp.port = (uint16_t)(tcp.port % 50000 + 1024);
	tcp.seq = 1000;
	tcp.ack = 0;
	tcp.fin = tcp.reset = false;
	tcp.reply = wire_replies;
	memset(wire_replies, 0, sizeof wire_replies);
	send(TCP_SYN, NULL, 0);
	if (tcp.ack == 0)
		return false;
	send(TCP_ACK, NULL, 0);
	return tcp.reply->len > 0;
}

/* see wire.h */
bool wire_session(void)
{
	size_t i;

	now_ms += 10;
	if (!connect())
		return false;
	for (i = 0; i < sizeof commands / sizeof *commands; i++) {
		tcp.reply++;
		send(TCP_ACK | TCP_PSH, commands[i], strlen(commands[i]));
		if (!tcp.reply->len || tcp.reset)
			return false;
	}
	if (!tcp.fin)
		return false;
	tcp.reply++;
	send(TCP_FIN | TCP_ACK, NULL, 0);
	return !tcp.reset && !tcp.reply->len;
}

/* ---- the report ---- */

static err_t start_netif(struct netif *n)
{
	n->name[0] = 'w';
	n->name[1] = 'i';
	n->mtu = 1500;
	n->output = take;
	n->flags = NETIF_FLAG_UP | NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

/* see wire.h */
void wire_start(void)
{
	ip4_addr_t mask;

	IP4_ADDR(&server_ip, 10, 0, 0, 1);
	IP4_ADDR(&client_ip, 10, 0, 0, 2);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	compose();
	lwip_init();
	netif_add(&netif, &server_ip, &mask, &client_ip, NULL, start_netif,
		ip_input);
	netif_set_default(&netif);
	netif_set_up(&netif);
}

/* see wire.h */
int wire_report(void)
{
	uint64_t sum = 0;
	uint32_t start = 0;
	unsigned i;

	for (i = 0; i < MANY; i++) {
		if (i == FEW)
			start = m3_ticks();
		if (wire_session())
			continue;
		printf("session %u failed at step %d: %.60s\n", i,
			(int)(tcp.reply - wire_replies), tcp.reply->text);
		return 1;
	}
	sum = (uint64_t)(m3_ticks() - start) * M3_TICK_INSTRUCTIONS;
	printf("session %lu\nsent %u\ngot %u\n",
		(unsigned long)(sum / (MANY - FEW)), wire_count.sent / MANY,
		wire_count.got / MANY);
	return 0;
}
