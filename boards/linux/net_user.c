/*
 * net_user.c - the world through libslirp, inside this process, without root
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * lwIP is the guest 10.0.2.15 of a network that libslirp plays. Clients reach
 * it through forwarded ports of this machine; those on this machine appear as
 * 10.0.2.2 or fec0::2, others with their own address.
 *
 * libslirp answers a frame from inside slirp_input(), and lwIP must not be
 * entered again from its own output: frames that lwIP sends wait in a queue
 * until it has returned.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <libslirp.h>

#include "lwip/ethip6.h"
#include "lwip/ip6_addr.h"
#include "lwip/nd6.h"

#include "host_ports.h"
#include "log.h"
#include "net.h"
#include "options.h"
#include "page_open.h"
#include "server.h"

#define QUEUE    1048576 /* octets: the ACKs of 64 sessions' full windows */
#define FRAME    1536
#define TIMERS   4
#define GUEST_IP 0x0a00020fu /* 10.0.2.15 */

/* Every libslirp since 4.7 knows this version of its structures. */
#define CONFIG_VERSION 4

struct timer {
	void *cb_opaque;
	int64_t due_ms; /* 0: not set */
	SlirpTimerId id;
	bool used;
};

static Slirp *slirp;
/* Frames that lwIP sent, each behind its length; taken from queue_head on. */
static uint8_t queue[QUEUE];
static size_t queue_head, queue_len;
static struct timer timers[TIMERS];
static struct pollfd *poll_fds;
static unsigned poll_count, poll_cap;
static struct in6_addr guest6;

/* ---- libslirp's callbacks ---- */

static ssize_t send_packet(const void *buf, size_t len, void *opaque)
{
	(void)opaque;
	board_net_input(buf, len);
	return (ssize_t)len;
}

static void guest_error(const char *msg, void *opaque)
{
	(void)opaque;
	board_log(BOARD_DEBUG, "libslirp: %s", msg);
}

static int64_t clock_ns(void *opaque)
{
	struct timespec now;

	(void)opaque;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void *timer_new(SlirpTimerId id, void *cb_opaque, void *opaque)
{
	unsigned i;

	(void)opaque;
	for (i = 0; i < TIMERS; i++)
		if (!timers[i].used) {
			timers[i] = (struct timer){cb_opaque, 0, id, true};
			return &timers[i];
		}
	return NULL;
}

static void timer_free(void *timer, void *opaque)
{
	(void)opaque;
	memset(timer, 0, sizeof(struct timer));
}

static void timer_mod(void *timer, int64_t due_ms, void *opaque)
{
	(void)opaque;
	((struct timer *)timer)->due_ms = due_ms;
}

static void ignore_fd(int fd, void *opaque)
{
	(void)fd;
	(void)opaque;
}

static void ignore(void *opaque)
{
	(void)opaque;
}

static const SlirpCb callbacks = {
	.send_packet = send_packet,
	.guest_error = guest_error,
	.clock_get_ns = clock_ns,
	.timer_free = timer_free,
	.timer_mod = timer_mod,
	.register_poll_fd = ignore_fd,
	.unregister_poll_fd = ignore_fd,
	.notify = ignore,
	.timer_new_opaque = timer_new,
};

/* ---- start ---- */

static int forward(struct board_host *h, const uint16_t *port)
{
	union board_address to;
	socklen_t len = board_hosts_port(&h->a, *port);
	int flags = 0;

	memset(&to, 0, sizeof to);
	to.any.sa_family = h->a.any.sa_family;
	if (to.any.sa_family == AF_INET) {
		to.v4.sin_addr.s_addr = htonl(GUEST_IP);
	} else {
		to.v6.sin6_addr = guest6;
		flags = SLIRP_HOSTFWD_V6ONLY;
	}
	board_hosts_port(&to, *port);
	if (slirp_add_hostxfwd(slirp, &h->a.any, len, &to.any, len, flags)) {
		if (board_hosts_absent(h, errno))
			return 0;
		return board_hosts_fail(h, port, errno);
	}
	h->works = true;
	return 0;
}

/* The address that a host with our MAC has under fec0::/64 (RFC 4862). */
static void make_guest6(void)
{
	const uint8_t *mac = board_net_user.mac;

	memset(&guest6, 0, sizeof guest6);
	guest6.s6_addr[0] = 0xfe;
	guest6.s6_addr[1] = 0xc0;
	guest6.s6_addr[8] = (uint8_t)(mac[0] ^ 2);
	memcpy(guest6.s6_addr + 9, mac + 1, 2);
	guest6.s6_addr[11] = 0xff;
	guest6.s6_addr[12] = 0xfe;
	memcpy(guest6.s6_addr + 13, mac + 3, 3);
}

static Slirp *start_slirp(void)
{
	SlirpConfig c;

	memset(&c, 0, sizeof c);
	c.version = CONFIG_VERSION;
	c.in_enabled = true;
	c.vnetwork.s_addr = htonl(0x0a000200);
	c.vnetmask.s_addr = htonl(0xffffff00);
	c.vhost.s_addr = htonl(0x0a000202);
	c.vdhcp_start.s_addr = htonl(GUEST_IP);
	c.vnameserver.s_addr = htonl(0x0a000203);
	c.in6_enabled = true;
	inet_pton(AF_INET6, "fec0::", &c.vprefix_addr6);
	c.vprefix_len = 64;
	inet_pton(AF_INET6, "fec0::2", &c.vhost6);
	inet_pton(AF_INET6, "fec0::3", &c.vnameserver6);
	return slirp_new(&c, &callbacks, NULL);
}

/* libslirp listens with room for one connection not yet accepted; a burst
 * of clients then waits for seconds. Listening again makes more room. */
static int listen_wide(int fd, int events, void *opaque)
{
	int listens = 0;
	socklen_t len = sizeof listens;

	(void)events;
	(void)opaque;
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 &&
		listens)
		listen(fd, SOMAXCONN);
	return -1;
}

static int open_user(struct netif *netif)
{
	unsigned i, p, count;
	struct board_host *hosts = board_hosts_found(&count);
	uint32_t ignored_ms = 0;
	int status = 0;

	(void)netif;
	make_guest6();
	slirp = start_slirp();
	if (!slirp)
		return board_fail("net user: libslirp %s does not start",
			slirp_version_string());
	for (i = 0; i < count; i++)
		for (p = 0; p < BOARD_PORTS && !status; p++)
			if (board_port_used(p))
				status = forward(
					&hosts[i], board_port_numbers[p]);
	for (i = 0; i < count && !status && board_page_used(); i++)
		status = forward(&hosts[i], &board_options.page_port);
	slirp_pollfds_fill(slirp, &ignored_ms, listen_wide, NULL);
	return status;
}

/* Nobody else is on this network: no duplicate address detection. */
static void configure(struct netif *netif)
{
	ip6_addr_t ip;
	s8_t i;

	netif_create_ip6_linklocal_address(netif, 1);
	netif_ip6_addr_set_state(netif, 0, IP6_ADDR_PREFERRED);
	memset(&ip, 0, sizeof ip);
	memcpy(ip.addr, &guest6, sizeof ip.addr);
	if (netif_add_ip6_address(netif, &ip, &i) == ERR_OK)
		netif_ip6_addr_set_state(netif, i, IP6_ADDR_PREFERRED);
	netif_set_ip6_autoconfig_enabled(netif, 1);
}

/* ---- running ---- */

static err_t output(struct netif *netif, struct pbuf *p)
{
	uint16_t len = p->tot_len;

	(void)netif;
	if (len > FRAME || QUEUE - queue_len < sizeof len + len)
		return ERR_MEM;
	memcpy(queue + queue_len, &len, sizeof len);
	queue_len += sizeof len;
	pbuf_copy_partial(p, queue + queue_len, len, 0);
	queue_len += len;
	return ERR_OK;
}

/* libslirp's answers to these may make lwIP send more. */
static void flush(void)
{
	uint16_t len;

	while (queue_head < queue_len) {
		memcpy(&len, queue + queue_head, sizeof len);
		queue_head += sizeof len;
		slirp_input(slirp, queue + queue_head, len);
		queue_head += len;
	}
	queue_head = queue_len = 0;
}

static int add_poll(int fd, int events, void *opaque)
{
	struct pollfd *p = &poll_fds[poll_count];

	(void)opaque;
	if (poll_count == poll_cap)
		return -1;
	p->fd = fd;
	p->revents = 0;
	p->events = (short)((events & SLIRP_POLL_IN ? POLLIN : 0) |
			    (events & SLIRP_POLL_OUT ? POLLOUT : 0) |
			    (events & SLIRP_POLL_PRI ? POLLPRI : 0));
	return (int)poll_count++;
}

static int get_revents(int i, void *opaque)
{
	int r = i < 0 ? 0 : poll_fds[i].revents;

	(void)opaque;
	return (r & POLLIN ? SLIRP_POLL_IN : 0) |
	       (r & POLLOUT ? SLIRP_POLL_OUT : 0) |
	       (r & POLLPRI ? SLIRP_POLL_PRI : 0) |
	       (r & POLLERR ? SLIRP_POLL_ERR : 0) |
	       (r & POLLHUP ? SLIRP_POLL_HUP : 0);
}

static unsigned fill(struct pollfd *fds, unsigned cap, int *timeout_ms)
{
	uint32_t timeout = (uint32_t)*timeout_ms;
	int64_t left, now_ms = clock_ns(NULL) / 1000000;
	unsigned i;

	poll_fds = fds;
	poll_cap = cap;
	poll_count = 0;
	slirp_pollfds_fill(slirp, &timeout, add_poll, NULL);
	for (i = 0; i < TIMERS; i++) {
		if (!timers[i].due_ms)
			continue;
		left = timers[i].due_ms - now_ms;
		if (left < (int64_t)timeout)
			timeout = left < 0 ? 0 : (uint32_t)left;
	}
	*timeout_ms = (int)timeout;
	return poll_count;
}

static void done(struct pollfd *fds, unsigned count, bool failed)
{
	int64_t now_ms = clock_ns(NULL) / 1000000;
	unsigned i;

	(void)fds;
	(void)count;
	slirp_pollfds_poll(slirp, failed, get_revents, NULL);
	for (i = 0; i < TIMERS; i++) {
		if (!timers[i].due_ms || timers[i].due_ms > now_ms)
			continue;
		timers[i].due_ms = 0;
		slirp_handle_timer(slirp, timers[i].id, timers[i].cb_opaque);
	}
}

static unsigned reachable(char out[BOARD_HOSTS][BOARD_HOST_MAX])
{
	unsigned i, count, n = 0;
	const struct board_host *hosts = board_hosts_found(&count);

	for (i = 0; i < count && n < BOARD_HOSTS; i++)
		if (hosts[i].works)
			board_hosts_text(&hosts[i].a, out[n++], BOARD_HOST_MAX);
	return n;
}

static void close_user(void)
{
	slirp_cleanup(slirp);
}

struct board_net board_net_user = {
	.check = board_hosts_check,
	.open = open_user,
	.configure = configure,
	.output = output,
	.fill = fill,
	.done = done,
	.flush = flush,
	.hosts = reachable,
	.close = close_user,
	.waits_for_ipv4 = true,
	.mac = {0x02, 0x00, 0x6c, 0x77, 0x73, 0x01},
};
