/*
 * world.c - the wire, the clock and the clients
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/inet_chksum.h"
#include "lwip/init.h"
#include "lwip/ip.h"
#include "lwip/memp.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/ip4.h"
#include "lwip/prot/tcp.h"
#include "lwip/stats.h"
#include "lwip/timeouts.h"

struct frame {
	struct frame *next;
	size_t len;
	uint8_t octets[];
};

struct wire wire;
uint32_t world_now;
static struct netif netif;
static struct frame *queue, **queue_end = &queue;

u32_t sys_now(void)
{
	return world_now;
}

void board_assert(const char *what, const char *file, int line)
{
	printf("not ok assertion: %s (%s:%d)\n", what, file, line);
	abort();
}

/* ---- the wire ---- */

static void put_frame(struct frame *f)
{
	f->next = NULL;
	*queue_end = f;
	queue_end = &f->next;
}

static struct frame *new_frame(size_t len)
{
	struct frame *f = malloc(sizeof(*f) + len);

	if (!f)
		abort();
	f->len = len;
	return f;
}

static err_t transmit(struct netif *n, struct pbuf *p, const ip4_addr_t *to)
{
	struct frame *f = new_frame(p->tot_len);

	(void)n;
	(void)to;
	pbuf_copy_partial(p, f->octets, p->tot_len, 0);
	put_frame(f);
	return ERR_OK;
}

static const struct tcp_hdr *tcp_of(const struct frame *f)
{
	return (const struct tcp_hdr *)(const void *)(f->octets + IP_HLEN);
}

static size_t data_len(const struct frame *f)
{
	return f->len - IP_HLEN - TCPH_HDRLEN_BYTES(tcp_of(f));
}

/* Note what it is. Returns whether it arrives. */
static bool inspect(const struct frame *f)
{
	const struct tcp_hdr *h = tcp_of(f);
	bool ours = lwip_ntohs(h->src) == PORT;

	if (f->len < IP_HLEN + TCP_HLEN)
		return false;
	if (ours && data_len(f) > 0)
		wire.answers++;
	if (ours && TCPH_FLAGS(h) & TCP_RST)
		wire.resets++;
	if (ours &&
		(TCPH_FLAGS(h) & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		wire.syn_acks++;
	if (wire.silent && !ours && data_len(f) == 0 &&
		!(TCPH_FLAGS(h) & TCP_RST))
		return false;
	if (wire.cut)
		return false;
	return f->octets[19] != 9; /* 10.0.0.9 is not there */
}

static void deliver(struct frame *f)
{
	struct pbuf *p;

	if (wire.each)
		wire.each();
	if (inspect(f)) {
		wire.frames++;
		p = pbuf_alloc(PBUF_RAW, (u16_t)f->len, PBUF_POOL);
		if (p) {
			pbuf_take(p, f->octets, (u16_t)f->len);
			if (netif.input(p, &netif) != ERR_OK)
				pbuf_free(p);
		}
	}
	free(f);
}

static bool deliver_all(void)
{
	bool any = queue != NULL;

	while (queue) {
		struct frame *f = queue;

		queue = f->next;
		if (!queue)
			queue_end = &queue;
		deliver(f);
	}
	return any;
}

static void fill_ip(struct ip_hdr *ip, size_t len)
{
	memset(ip, 0, IP_HLEN);
	IPH_VHL_SET(ip, 4, 5);
	IPH_LEN_SET(ip, lwip_htons((u16_t)len));
	IPH_TTL_SET(ip, 64);
	IPH_PROTO_SET(ip, IP_PROTO_TCP);
	ip->src.addr = lwip_htonl(0x0a000009);
	ip->dest.addr = lwip_htonl(0x0a000001);
	IPH_CHKSUM_SET(ip, inet_chksum(ip, IP_HLEN));
}

static u16_t tcp_sum(const uint8_t *segment, size_t len)
{
	uint8_t all[12 + 60 + 4];

	memcpy(all, "\x0a\0\0\x09\x0a\0\0\x01\0\x06\0", 11);
	all[11] = (uint8_t)len;
	memcpy(all + 12, segment, len);
	return inet_chksum(all, (u16_t)(12 + len));
}

/* see world.h */
void wire_inject(uint16_t from, uint8_t flags, uint32_t seq, uint32_t ack,
	const uint8_t *options, size_t options_len)
{
	size_t len = TCP_HLEN + options_len;
	struct frame *f = new_frame(IP_HLEN + len);
	struct tcp_hdr *h = (struct tcp_hdr *)(void *)(f->octets + IP_HLEN);

	fill_ip((struct ip_hdr *)(void *)f->octets, f->len);
	memset(h, 0, TCP_HLEN);
	h->src = lwip_htons(from);
	h->dest = lwip_htons(PORT);
	h->seqno = lwip_htonl(seq);
	h->ackno = lwip_htonl(ack);
	TCPH_HDRLEN_FLAGS_SET(h, len / 4, flags);
	h->wnd = lwip_htons(1000);
	if (options_len)
		memcpy(h + 1, options, options_len);
	h->chksum = tcp_sum((const uint8_t *)h, len);
	put_frame(f);
}

/* ---- time ---- */

static void settle(void)
{
	unsigned rounds = 0;

	do
		sys_check_timeouts();
	while (deliver_all() && ++rounds < 100000);
	if (rounds >= 100000) {
		printf("not ok world: it never comes to rest\n");
		abort();
	}
}

/* see world.h */
void world_run(uint32_t ms)
{
	settle();
	while (ms > 0) {
		uint32_t step = ms < 50 ? ms : 50;

		world_now += step;
		ms -= step;
		settle();
	}
}

/* see world.h */
void world_skip_to(uint32_t t)
{
	while (world_now != t) {
		uint32_t left = t - world_now;

		world_now += left < 0x10000000 ? left : 0x10000000;
		settle();
	}
}

/* see world.h */
bool world_until(const bool *flag, uint32_t ms)
{
	uint32_t i;

	world_run(0);
	for (i = 0; i < ms && !*flag; i += 50)
		world_run(50);
	return *flag;
}

/* ---- clients ---- */

static void gone(void *arg, err_t err)
{
	struct client *c = arg;

	(void)err;
	c->pcb = NULL;
	c->failed = true;
}

/* see world.h */
void client_push(struct client *c)
{
	while (c->pcb && c->out_pos < c->out_len) {
		size_t left = c->out_len - c->out_pos;
		size_t n = LWIP_MIN(left, tcp_sndbuf(c->pcb));

		if (c->step)
			n = LWIP_MIN(n, c->step);
		if (!n || tcp_write(c->pcb, c->out + c->out_pos, (u16_t)n,
				  TCP_WRITE_FLAG_COPY) != ERR_OK)
			break;
		c->out_pos += n;
		tcp_output(c->pcb);
	}
	if (c->pcb && c->fin && c->out_pos == c->out_len &&
		tcp_shutdown(c->pcb, 0, 1) == ERR_OK)
		c->fin = false;
}

/* Advertise n octets, however few: lwIP's own receiver would not. */
static void set_window(struct tcp_pcb *pcb, u16_t n)
{
	pcb->rcv_wnd = pcb->rcv_ann_wnd = n;
	pcb->rcv_ann_right_edge = pcb->rcv_nxt + n;
	tcp_ack_now(pcb);
	tcp_output(pcb);
}

static err_t received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct client *c = arg;
	size_t room;

	(void)err;
	if (!p) {
		c->eof = true;
		if (c->closes && tcp_close(pcb) == ERR_OK) {
			tcp_arg(pcb, NULL);
			tcp_recv(pcb, NULL);
			tcp_err(pcb, NULL);
			tcp_sent(pcb, NULL);
			tcp_poll(pcb, NULL, 0);
			c->pcb = NULL;
		}
		return ERR_OK;
	}
	room = sizeof(c->in) - 1 - LWIP_MIN(c->got, sizeof(c->in) - 1);
	pbuf_copy_partial(p, c->in + LWIP_MIN(c->got, sizeof(c->in) - 1),
		(u16_t)LWIP_MIN(room, p->tot_len), 0);
	c->got += p->tot_len;
	if (!c->hold && c->window)
		set_window(pcb, c->window);
	else if (!c->hold)
		tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	client_push(c);
	return ERR_OK;
}

static err_t sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
	(void)pcb;
	(void)len;
	client_push(arg);
	return ERR_OK;
}

static err_t poll(void *arg, struct tcp_pcb *pcb)
{
	struct client *c = arg;

	client_push(c);
	if (c->pcb && c->eof && c->closes)
		return received(c, pcb, NULL, ERR_OK);
	return ERR_OK;
}

static err_t connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct client *c = arg;

	(void)err;
	if (c->window)
		set_window(pcb, c->window);
	c->up = true;
	client_push(c);
	return ERR_OK;
}

/* see world.h */
bool client_open_from(struct client *c, const char *out, uint16_t port)
{
	ip_addr_t to;

	memset(c, 0, sizeof(*c));
	c->closes = true;
	c->pcb = tcp_new_ip_type(IPADDR_TYPE_V4);
	if (!c->pcb)
		return false;
	c->out = out;
	c->out_len = strlen(out);
	tcp_nagle_disable(c->pcb);
	tcp_arg(c->pcb, c);
	tcp_err(c->pcb, gone);
	tcp_recv(c->pcb, received);
	tcp_sent(c->pcb, sent);
	tcp_poll(c->pcb, poll, 1);
	ip_addr_copy(to, *netif_ip_addr4(&netif));
	if (tcp_bind(c->pcb, &to, port) == ERR_OK &&
		tcp_connect(c->pcb, &to, PORT, connected) == ERR_OK)
		return true;
	tcp_abort(c->pcb);
	return false;
}

/* see world.h */
bool client_open(struct client *c, const char *out)
{
	return client_open_from(c, out, 0);
}

/* see world.h */
void client_send(struct client *c, const char *out)
{
	c->out = out;
	c->out_len = strlen(out);
	c->out_pos = 0;
	client_push(c);
}

/* see world.h */
void client_read(struct client *c)
{
	c->hold = false;
	c->window = 0;
	if (c->pcb)
		set_window(c->pcb, TCP_WND);
}

/* see world.h */
void client_reset(struct client *c)
{
	if (!c->pcb)
		return;
	tcp_arg(c->pcb, NULL);
	tcp_err(c->pcb, NULL);
	tcp_abort(c->pcb);
	c->pcb = NULL;
}

/* see world.h */
bool client_expect(struct client *c, const char *text, uint32_t ms)
{
	uint32_t i;

	world_run(0);
	for (i = 0; i < ms && !strstr(c->in, text); i += 50)
		world_run(50);
	return strstr(c->in, text) != NULL;
}

/* see world.h */
unsigned client_count(const struct client *c, const char *text)
{
	const char *p = c->in;
	unsigned n = 0;

	while ((p = strstr(p, text)) != NULL) {
		n++;
		p += strlen(text);
	}
	return n;
}

/* ---- the world ---- */

static err_t netif_start(struct netif *n)
{
	n->name[0] = 'w';
	n->name[1] = 'i';
	n->mtu = 1500;
	n->output = transmit;
	n->flags = NETIF_FLAG_UP | NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

void world_init(void);

void world_init(void)
{
	ip4_addr_t ip, mask, none;

	IP4_ADDR(&ip, 10, 0, 0, 1);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	IP4_ADDR(&none, 0, 0, 0, 0);
	lwip_init();
	netif_add(&netif, &ip, &mask, &none, NULL, netif_start, ip_input);
	netif_set_default(&netif);
	netif_set_up(&netif);
	lwip_smtpd_init();
}
