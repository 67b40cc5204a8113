/*
 * net.c - the one network interface: addresses, DHCP, waiting
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>
#include <time.h>

#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"

#include "log.h"
#include "net.h"
#include "options.h"

static struct netif netif;
static const struct board_net *net;
static uint32_t start_ms;
static bool ready, late;

/* see lwip/sys.h */
u32_t sys_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u32_t)((uint64_t)now.tv_sec * 1000u +
		       (uint64_t)now.tv_nsec / 1000000u);
}

static const struct board_net *chosen(void)
{
	const char *s = board_options.net;

	if (strcmp(s, "user") == 0)
		return &board_net_user;
	if (strcmp(s, "tap") == 0 || (strncmp(s, "tap:", 4) == 0 && s[4]))
		return &board_net_tap;
	return NULL;
}

bool board_net_is_user(void)
{
	return chosen() == &board_net_user;
}

int board_net_check(void)
{
	net = chosen();
	if (!net)
		return board_options_fail(board_options.net,
			"\"%s\" is not right; give user, tap or tap:NAME",
			board_options.net);
	return net->check();
}

static err_t netif_start(struct netif *n)
{
	n->name[0] = 'e';
	n->name[1] = 'n';
	n->mtu = net == &board_net_user ? 1500 : board_options.mtu;
	n->hwaddr_len = sizeof net->mac;
	memcpy(n->hwaddr, net->mac, sizeof net->mac);
	n->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
		   NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
	n->output = etharp_output;
	n->linkoutput = net->output;
#if LWIP_IPV6
	n->flags |= NETIF_FLAG_MLD6;
	n->output_ip6 = ethip6_output;
#endif
	return ERR_OK;
}

int board_net_open(void)
{
	int status = net->open(&netif);

	if (status)
		return status;
	netif_add_noaddr(&netif, NULL, netif_start, netif_input);
	netif_set_default(&netif);
	netif_set_hostname(&netif, "lwsmtpd");
	netif_set_up(&netif);
	net->configure(&netif);
	if (ip4_addr_isany_val(*netif_ip4_addr(&netif)))
		dhcp_start(&netif);
	start_ms = sys_now();
	return 0;
}

static bool waited(void)
{
	if (late || sys_now() - start_ms < board_options.dhcp_ms)
		return late;
	late = true;
	board_log(BOARD_ERROR,
		"no DHCP server answers on %s; going on with IPv6 alone (give "
		"ip = ADDR/LEN for a static address)",
		board_options.net);
	return true;
}

bool board_net_ready(void)
{
	char hosts[BOARD_HOSTS][BOARD_HOST_MAX];

	if (ready)
		return true;
	if (ip4_addr_isany_val(*netif_ip4_addr(&netif)) &&
		(net->waits_for_ipv4 || !waited()))
		return false;
	ready = board_net_hosts(hosts) > 0;
	return ready;
}

unsigned board_net_hosts(char hosts[BOARD_HOSTS][BOARD_HOST_MAX])
{
	return net->hosts(hosts);
}

static int least(int a, uint32_t b)
{
	return b < (uint32_t)a ? (int)b : a;
}

bool board_net_poll(int also, int timeout_ms)
{
	static struct pollfd fds[BOARD_POLL_MAX];
	unsigned count;
	int n;

	if (net->flush)
		net->flush();
	timeout_ms = least(timeout_ms, sys_timeouts_sleeptime());
	count = net->fill(fds + 1, BOARD_POLL_MAX - 1, &timeout_ms);
	fds[0] = (struct pollfd){.fd = also, .events = POLLIN};
	n = poll(fds, count + 1, timeout_ms);
	net->done(fds + 1, count, n < 0);
	sys_check_timeouts();
	if (net->flush)
		net->flush();
	return n > 0 && fds[0].revents;
}

void board_net_input(const void *frame, size_t len)
{
	struct pbuf *p;

	if (len > UINT16_MAX)
		return;
	p = pbuf_alloc(PBUF_RAW, (u16_t)len, PBUF_POOL);
	if (!p)
		return;
	pbuf_take(p, frame, (u16_t)len);
	board_net_take(p, false);
}

void board_net_take(struct pbuf *p, bool unsummed)
{
	NETIF_SET_CHECKSUM_CTRL(
		&netif, unsummed ? NETIF_CHECKSUM_ENABLE_ALL &
					   ~(NETIF_CHECKSUM_CHECK_TCP |
						   NETIF_CHECKSUM_CHECK_UDP)
				 : NETIF_CHECKSUM_ENABLE_ALL);
	if (netif.input(p, &netif) != ERR_OK)
		pbuf_free(p);
}

void board_net_close(void)
{
	net->close();
}
