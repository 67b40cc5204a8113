/*
 * loopback.h - one lwIP stack whose only interface hands every packet back
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Included after tls_support.h, whose clock is lwIP's. The address is
 * 10.0.0.1/8.
 */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include "lwip/altcp.h"
#include "lwip/init.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/priv/altcp_priv.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"

u32_t sys_now(void)
{
	return fake_now;
}

void board_assert(const char *what, const char *file, int line)
{
	printf("not ok %s: %s:%d: %s\n", test_name, file, line, what);
	abort();
}

/* ---- the wire ---- */

static struct netif netif;
static struct pbuf *flight[4096];
static unsigned flying;
static bool wire_cut;

static err_t output(struct netif *n, struct pbuf *p, const ip4_addr_t *to)
{
	struct pbuf *q = pbuf_alloc(PBUF_RAW, p->tot_len, PBUF_POOL);

	(void)n;
	(void)to;
	if (!q || flying == sizeof flight / sizeof *flight || wire_cut) {
		if (q)
			pbuf_free(q);
		return ERR_OK; /* lost */
	}
	pbuf_copy(q, p);
	flight[flying++] = q;
	return ERR_OK;
}

static err_t netif_up(struct netif *n)
{
	n->output = output;
	n->mtu = 1500;
	n->flags = NETIF_FLAG_UP | NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

static void stack_init(void)
{
	ip4_addr_t ip;
	ip4_addr_t mask;
	ip4_addr_t gw;

	lwip_init();
	IP4_ADDR(&ip, 10, 0, 0, 1);
	IP4_ADDR(&mask, 255, 0, 0, 0);
	IP4_ADDR(&gw, 10, 0, 0, 2);
	netif_add(&netif, &ip, &mask, &gw, NULL, netif_up, ip_input);
	netif_set_default(&netif);
	netif_set_up(&netif);
	netif_set_link_up(&netif);
}

static void deliver(void)
{
	unsigned i;
	unsigned n = flying;

	for (i = 0; i < n; i++)
		if (ip_input(flight[i], &netif) != ERR_OK)
			pbuf_free(flight[i]);
	memmove(flight, flight + n, (flying - n) * sizeof *flight);
	flying -= n;
}

static void MAYBE step(unsigned ms)
{
	fake_now += ms;
	deliver();
	sys_check_timeouts();
}

static void MAYBE steps(unsigned n, unsigned ms)
{
	while (n--)
		step(ms);
}

/* lwIP 2.2.1 reads past the end of a listening pcb when altcp_close() closes
 * it, and the sanitizer says so. */
static void close_listener(struct altcp_pcb *pcb)
{
	struct altcp_pcb *inner = pcb->inner_conn ? pcb->inner_conn : pcb;

	CHECK(tcp_close(inner->state) == ERR_OK);
	inner->state = NULL;
	if (inner == pcb) {
		altcp_free(pcb);
		return;
	}
	altcp_free(inner);
	pcb->inner_conn = NULL;
	CHECK(altcp_close(pcb) == ERR_OK);
}

#endif
