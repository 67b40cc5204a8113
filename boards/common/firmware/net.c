/*
 * net.c - the firmware's network interface: addresses, DHCP, mDNS, link
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "lwip/apps/mdns.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/netif.h"
#include "lwip/timeouts.h"

#include "board.h"
#include "console.h"
#include "firmware.h"
#include "net.h"
#include "server.h"

struct netif board_netif;

static bool late; /* DHCP has had its time */

/* ---- what is said ---- */

static bool has_ipv4(void)
{
	return !ip4_addr_isany_val(*netif_ip4_addr(&board_netif));
}

static void say_address(const ip_addr_t *ip)
{
	board_put("net: address ");
	board_put_ip(ip);
	board_put_end();
}

static void say_ipv4(void)
{
	static ip4_addr_t said;

	if (ip4_addr_cmp(&said, netif_ip4_addr(&board_netif)))
		return;
	ip4_addr_copy(said, *netif_ip4_addr(&board_netif));
	if (has_ipv4())
		say_address(netif_ip_addr4(&board_netif));
	else
		board_put_line("net: no IPv4 address any more");
}

/* Is there an IPv6 address that can be used? */
static bool say_ipv6(void)
{
	bool found = false;
#if LWIP_IPV6
	static uint8_t said;
	int i;

	for (i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
		unsigned bit = 1u << i;

		if (!ip6_addr_isvalid(netif_ip6_addr_state(&board_netif, i)) ||
			ip6_addr_istentative(
				netif_ip6_addr_state(&board_netif, i))) {
			said &= (uint8_t)~bit;
			continue;
		}
		found = true;
		if (!(said & bit))
			say_address(netif_ip_addr6(&board_netif, i));
		said |= (uint8_t)bit;
	}
#endif
	return found;
}

static void on_status(struct netif *netif)
{
	bool ipv6 = say_ipv6();

	say_ipv4();
	if (netif_is_link_up(netif) && (has_ipv4() || (late && ipv6)))
		board_server_ready();
}

static void on_link(struct netif *netif)
{
	board_put_line(
		netif_is_link_up(netif) ? "net: link up" : "net: link down");
	on_status(netif);
}

/* ---- addresses ---- */

static bool is_static(void)
{
	static const uint8_t none[4];

	return memcmp(board_settings.ip4, none, sizeof none) != 0;
}

#if LWIP_DHCP
static void on_late(void *arg)
{
	(void)arg;
	if (has_ipv4())
		return;
	late = true;
	board_put_line("net: no DHCP server answers; going on with IPv6 alone "
		       "(give ip = ADDR/LEN for a static address)");
	on_status(&board_netif);
}
#endif

static void start_ipv4(void)
{
	const struct board_settings *s = &board_settings;
	ip4_addr_t ip, mask, gateway;

	if (is_static()) {
		memcpy(&ip, s->ip4, sizeof s->ip4);
		memcpy(&mask, s->mask4, sizeof s->mask4);
		memcpy(&gateway, s->gateway4, sizeof s->gateway4);
		netif_set_addr(&board_netif, &ip, &mask, &gateway);
#if LWIP_DNS
		dns_setserver(0, netif_ip_gw4(&board_netif));
#endif
		return;
	}
#if LWIP_DHCP
	dhcp_start(&board_netif);
	sys_timeout(s->dhcp_ms, on_late, NULL);
#else
	board_put_line("net: no DHCP in this build; give ip = ADDR/LEN");
#endif
}

static void start_ipv6(void)
{
#if LWIP_IPV6
	struct netif *netif = &board_netif;

	if (!board_settings.ipv6)
		return;
	netif_create_ip6_linklocal_address(netif, 1);
	netif_set_ip6_autoconfig_enabled(netif, 1);
#endif
}

/* ---- name ---- */

static void start_mdns(void)
{
#if LWIP_MDNS_RESPONDER
	uint16_t port = board_policy_port(&board_settings.policy, BOARD_SMTP);
	const char *name = board_settings.mdns_name;

	if (!*name)
		return;
	mdns_resp_init();
	if (mdns_resp_add_netif(&board_netif, name) != ERR_OK)
		board_put_line("net: no memory for mDNS");
	else if (port)
		mdns_resp_add_service(&board_netif, name, "_smtp",
			DNSSD_PROTO_TCP, port, NULL, NULL);
#endif
}

void board_net_open(void)
{
	if (!netif_add_noaddr(
		    &board_netif, NULL, board_netif_init, netif_input)) {
		board_put_line("net: there is no such controller");
		return;
	}
	if (board_netif.mtu > board_settings.mtu)
		board_netif.mtu = board_settings.mtu;
	netif_set_default(&board_netif);
#if LWIP_NETIF_HOSTNAME
	if (*board_settings.mdns_name)
		netif_set_hostname(&board_netif, board_settings.mdns_name);
#endif
	netif_set_status_callback(&board_netif, on_status);
	netif_set_link_callback(&board_netif, on_link);
	netif_set_up(&board_netif);
	start_mdns();
	start_ipv6();
	start_ipv4();
}
