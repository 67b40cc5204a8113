/*
 * net_tap.c - an address of its own on a TAP device
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lwip/dns.h"
#include "lwip/ip4_addr.h"
#include "lwip/netif.h"
#include "lwip/nd6.h"
#include "lwip/pbuf.h"

#include "address.h"
#include "log.h"
#include "net.h"
#include "options.h"

#define FRAMES_A_TURN 128
/* pbufs of a frame: as many as lwIP lets a connection queue, and headers */
#define PIECES (TCP_SND_QUEUELEN + 2)

/*
 * Each frame has a header that tells what the kernel left undone: segments of
 * up to 64 KB come in one piece, and those from this machine have no checksum.
 * A read for each 1,460 octets was most of what mail cost.
 */
static const int header_size = sizeof(struct virtio_net_hdr);

static int tap = -1;
static struct netif *tap_netif;
static ip4_addr_t static_ip, static_mask, static_gateway;

static const char *device(void)
{
	const char *colon = strchr(board_options.net, ':');

	return colon ? colon + 1 : "lwsmtpd0";
}

/* ---- options ---- */

static void store(ip4_addr_t *to, const uint8_t from[4])
{
	IP4_ADDR(to, from[0], from[1], from[2], from[3]);
}

static bool parse_ip(const char *text)
{
	uint8_t ip[4], mask[4];

	if (!board_address(text, ip, mask))
		return false;
	store(&static_ip, ip);
	store(&static_mask, mask);
	return true;
}

static bool parse_gateway(const char *text)
{
	uint8_t ip[4];

	if (!board_address(text, ip, NULL))
		return false;
	store(&static_gateway, ip);
	return true;
}

static int check(void)
{
	const struct board_options *o = &board_options;

	if (strlen(device()) >= IFNAMSIZ || strpbrk(device(), "/ %"))
		return board_options_fail(o->net,
			"\"%s\" is not right; a device name has 1 to 15 "
			"letters or digits",
			device());
	if (*o->ip && !parse_ip(o->ip))
		return board_options_fail(o->ip,
			"\"%s\" is not right; give ADDRESS/LENGTH, such as "
			"192.0.2.25/24",
			o->ip);
	if (*o->gateway && !*o->ip)
		return board_options_fail(o->gateway,
			"DHCP names the router; give ip too, or leave it out");
	if (*o->gateway && !parse_gateway(o->gateway))
		return board_options_fail(o->gateway,
			"\"%s\" is not right; give an IPv4 address",
			o->gateway);
	if (access("/dev/net/tun", F_OK) < 0)
		return board_options_fail(o->net,
			"there is no /dev/net/tun; load the kernel's tun "
			"module (modprobe tun), or use net = user");
	return 0;
}

/* ---- start ---- */

/* The same address for the same name: locally administered, not a group. */
static void make_mac(void)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */
	const char *s;
	unsigned i;

	for (s = device(); *s; s++)
		h = (h ^ (uint8_t)*s) * 1099511628211u;
	for (i = 0; i < 6; i++)
		board_net_tap.mac[i] = (uint8_t)(h >> (8 * i));
	board_net_tap.mac[0] = (uint8_t)((board_net_tap.mac[0] & 0xfc) | 2);
}

static int open_failed(int error)
{
	const char *name = device();

	if (error == EPERM || error == EACCES)
		return board_options_fail(board_options.net,
			"not allowed to open %s; make it yours as root: ip "
			"tuntap add dev %s mode tap user YOU && ip link set %s "
			"up; or use net = user",
			name, name, name);
	if (error == EBUSY)
		return board_options_fail(board_options.net,
			"%s is in use by another program; give another name, "
			"net = tap:NAME",
			name);
	return board_options_fail(board_options.net,
		"cannot open %s: %s; is it a TAP device that is free?", name,
		strerror(error));
}

/* Bring our end of the wire up where we may; say so where we may not. */
/* Room for the frames of all windows: a sender whose last one is lost waits
 * 200 ms. Without the right to it the queue stays as it is. */
static void lengthen(int s, struct ifreq *r)
{
	if (ioctl(s, SIOCGIFTXQLEN, r) < 0 || r->ifr_qlen >= PBUF_POOL_SIZE)
		return;
	r->ifr_qlen = PBUF_POOL_SIZE;
	ioctl(s, SIOCSIFTXQLEN, r);
}

static void bring_up(void)
{
	struct ifreq r;
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memset(&r, 0, sizeof r);
	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", device());
	r.ifr_mtu = board_options.mtu;
	if (board_options_given(&board_options.mtu) &&
		ioctl(s, SIOCSIFMTU, &r) < 0)
		board_log(BOARD_ERROR,
			"cannot set the MTU of %s; as root: ip link set %s mtu "
			"%u",
			device(), device(), board_options.mtu);
	lengthen(s, &r);
	if (ioctl(s, SIOCGIFFLAGS, &r) == 0 && !(r.ifr_flags & IFF_UP)) {
		r.ifr_flags |= IFF_UP;
		if (ioctl(s, SIOCSIFFLAGS, &r) < 0)
			board_log(BOARD_ERROR,
				"%s is down; as root: ip link set %s up",
				device(), device());
	}
	close(s);
}

static int open_tap(struct netif *netif)
{
	struct ifreq r;

	tap_netif = netif;
	make_mac();
	tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap < 0)
		return open_failed(errno);
	memset(&r, 0, sizeof r);
	r.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", device());
	if (ioctl(tap, TUNSETIFF, &r) < 0)
		return open_failed(errno);
	ioctl(tap, TUNSETVNETHDRSZ, &header_size);
	ioctl(tap, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6);
	bring_up();
	return 0;
}

static void configure(struct netif *netif)
{
	if (*board_options.ip)
		netif_set_addr(
			netif, &static_ip, &static_mask, &static_gateway);
#if LWIP_DNS
	if (*board_options.gateway)
		dns_setserver(0, netif_ip_gw4(netif));
#endif
	netif_create_ip6_linklocal_address(netif, 1);
	netif_set_ip6_autoconfig_enabled(netif, 1);
}

/* ---- running ---- */

static err_t output(struct netif *netif, struct pbuf *p)
{
	struct virtio_net_hdr header = {0}; /* nothing is left to the kernel */
	struct iovec v[1 + PIECES];
	int n = 1;

	(void)netif;
	v[0].iov_base = &header;
	v[0].iov_len = sizeof header;
	for (; p && n <= PIECES; p = p->next) {
		v[n].iov_base = p->payload;
		v[n++].iov_len = p->len;
	}
	if (p)
		return ERR_BUF;
	return writev(tap, v, n) < 0 ? ERR_IF : ERR_OK;
}

static unsigned fill(struct pollfd *fds, unsigned cap, int *timeout_ms)
{
	(void)cap;
	(void)timeout_ms;
	fds[0] = (struct pollfd){.fd = tap, .events = POLLIN};
	return 1;
}

/* len octets, the first of them in p, the others at rest; or NULL. */
static struct pbuf *join(struct pbuf *p, size_t len, const uint8_t *rest)
{
	struct pbuf *more;
	uint16_t n;

	if (len <= p->len) {
		pbuf_realloc(p, (uint16_t)len);
		return p;
	}
	n = (uint16_t)(len - p->len);
	more = len <= UINT16_MAX ? pbuf_alloc(PBUF_RAW, n, PBUF_POOL) : NULL;
	if (!more) {
		pbuf_free(p);
		return NULL;
	}
	pbuf_take(more, rest, n);
	pbuf_cat(p, more);
	return p;
}

/* Take one frame, into a buffer of lwIP's where it fits. Returns whether there
 * was one. */
static bool take_frame(void)
{
	static uint8_t rest[UINT16_MAX + 1];
	struct virtio_net_hdr header;
	struct pbuf *p = pbuf_alloc(PBUF_RAW, PBUF_POOL_BUFSIZE, PBUF_POOL);
	struct iovec v[3] = {{&header, sizeof header},
		{p ? p->payload : NULL, p ? p->len : 0}, {rest, sizeof rest}};
	ssize_t n = readv(tap, v, 3);
	bool any = n > (ssize_t)sizeof header;

	if (any && p) {
		p = join(p, (size_t)n - sizeof header, rest);
		if (p)
			board_net_take(
				p, header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
	} else if (p) {
		pbuf_free(p);
	}
	return any;
}

static void done(struct pollfd *fds, unsigned count, bool failed)
{
	unsigned i;

	(void)count;
	if (failed || !(fds[0].revents & (POLLIN | POLLERR)))
		return;
	for (i = 0; i < FRAMES_A_TURN && take_frame(); i++)
		;
}

static unsigned hosts6(char out[BOARD_HOSTS][BOARD_HOST_MAX], unsigned n)
{
	const ip6_addr_t *a;
	char text[48];
	s8_t i;

	for (i = 0; i < LWIP_IPV6_NUM_ADDRESSES && n < BOARD_HOSTS; i++) {
		if (!ip6_addr_isvalid(netif_ip6_addr_state(tap_netif, i)))
			continue;
		a = netif_ip6_addr(tap_netif, i);
		/* without lwIP's own zone, which names its side of the wire */
		ip6addr_ntoa_r(a, text, sizeof text);
		text[strcspn(text, "%")] = '\0';
		snprintf(out[n++], BOARD_HOST_MAX, "[%s%s%s]", text,
			ip6_addr_islinklocal(a) ? "%" : "",
			ip6_addr_islinklocal(a) ? device() : "");
	}
	return n;
}

static unsigned hosts(char out[BOARD_HOSTS][BOARD_HOST_MAX])
{
	unsigned n = 0;

	if (!ip4_addr_isany_val(*netif_ip4_addr(tap_netif)))
		ip4addr_ntoa_r(
			netif_ip4_addr(tap_netif), out[n++], BOARD_HOST_MAX);
	return hosts6(out, n);
}

/* A device that outlives us is left as it was found. */
static void close_tap(void)
{
	ioctl(tap, TUNSETOFFLOAD, 0);
	close(tap);
}

struct board_net board_net_tap = {
	.check = check,
	.open = open_tap,
	.configure = configure,
	.output = output,
	.fill = fill,
	.done = done,
	.hosts = hosts,
	.close = close_tap,
};
