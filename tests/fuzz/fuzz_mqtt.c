/*
 * fuzz_mqtt.c - what a broker answers, through our guard into lwIP's mqtt app
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/lwip port/wolfssl lwip wolfssl
 * tests: sources boards/common/mqtt/mqtt_client.c boards/common/text.c
 * tests: sources boards/common/mqtt/mqtt_store.c
 * tests: sources boards/common/mqtt/mqtt_guard.c
 * tests: sources tests/unit/engine/octets.c
 *
 * The connection's pcb is a real one whose packets go nowhere; its callbacks
 * are called as lwIP would. Octets that come whole, one by one, and in two
 * pieces close it or do not, and no message is done without its PUBACK.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/octets.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/priv/altcp_priv.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/timeouts.h"
#include "mqtt/mqtt_client.h"
#include "smtpd_port.h"

#define MESSAGES 2

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static uint32_t now_ms = 1000;
static unsigned done; /* a bit for each message that was acknowledged */

static void need(bool ok)
{
	if (!ok)
		abort();
}

uint32_t smtpd_port_now_ms(void)
{
	return now_ms;
}

u32_t sys_now(void)
{
	return now_ms;
}

int64_t smtpd_port_wall_s(void)
{
	return 0;
}

int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	memset(buf, 7, len);
	return 0;
}

void board_assert(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	abort();
}

/* ---- a network where nobody is ---- */

static err_t nowhere(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
	(void)netif, (void)p, (void)to;
	return ERR_OK;
}

static err_t init_netif(struct netif *netif)
{
	netif->output = nowhere;
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

static void open_network(void)
{
	static struct netif netif;
	static bool opened;
	ip4_addr_t ip, mask, gateway;

	if (opened)
		return;
	opened = true;
	lwip_init();
	IP4_ADDR(&ip, 10, 0, 0, 1);
	IP4_ADDR(&mask, 255, 0, 0, 0);
	IP4_ADDR(&gateway, 10, 0, 0, 2);
	netif_add(&netif, &ip, &mask, &gateway, NULL, init_netif, NULL);
	netif_set_default(&netif);
	netif_set_up(&netif);
}

/* ---- a run ---- */

static void on_done(uintptr_t arg, enum board_mqtt_end why)
{
	if (why == BOARD_MQTT_DONE) {
		need(!(done & 1u << arg));
		done |= 1u << arg;
	}
}

static struct altcp_pcb *connection(void)
{
	return tcp_active_pcbs ? tcp_active_pcbs->callback_arg : NULL;
}

static void begin(void)
{
	static const struct board_mqtt_config config = {.server = "10.0.0.9",
		.client_id = "x",
		.status_topic = "x/status",
		.port = 1883};
	struct board_mqtt_message m = {.topic = "x",
		.payload = "y",
		.len = 1,
		.done = on_done,
		.wait_ms = 5000};

	done = 0;
	board_mqtt_start(&config);
	for (m.arg = 0; m.arg < MESSAGES; m.arg++)
		need(board_mqtt_publish(&m) == 0);
	sys_check_timeouts();
	need(connection() != NULL);
	connection()->connected(connection()->arg, connection(), ERR_OK);
}

/* The next octets from the broker. Returns whether we are still there. */
static bool receive(const uint8_t *p, size_t len)
{
	struct altcp_pcb *conn = connection();
	struct pbuf *b;

	if (!conn)
		return false;
	if (!len)
		return true;
	b = pbuf_alloc(PBUF_RAW, (u16_t)len, PBUF_POOL);
	need(b && pbuf_take(b, p, (u16_t)len) == ERR_OK);
	conn->recv(conn->arg, conn, b, ERR_OK);
	sys_check_timeouts();
	return connection() != NULL;
}

struct outcome {
	unsigned done;
	bool open;
};

static struct outcome run(const uint8_t *p, size_t len, size_t at, size_t step)
{
	struct outcome o = {0, true};
	size_t n = at;

	begin();
	for (size_t from = 0; from < len && o.open; from += n, n = step) {
		if (n > len - from)
			n = len - from;
		uint8_t *exact = exact_copy(p + from, n);

		o.open = receive(exact, n);
		free(exact);
	}
	o.done = done;
	board_mqtt_stop();
	need(done == o.done && !tcp_active_pcbs);
	return o;
}

/* Is there a PUBACK of this packet in it? */
static bool acknowledges(const uint8_t *p, size_t len, unsigned id)
{
	for (; len >= 4; p++, len--)
		if (p[0] == 0x40 && p[1] == 2 && p[2] == 0 && p[3] == id)
			return true;
	return false;
}

/* The first packet identifier is that of "online". */
static bool run_open(const uint8_t *p, size_t len, size_t at, size_t step)
{
	struct outcome o = run(p, len, at, step);

	for (unsigned i = 0; i < MESSAGES; i++)
		need(!(o.done & 1u << i) || acknowledges(p, len, i + 2));
	return o.open;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	bool open;

	if (len > 1000)
		len = 1000;
	open_network();
	open = run_open(p, len, len, len ? len : 1);
	for (size_t at = 0; at <= 8 && at < len; at++)
		need(run_open(p, len, at, at % 2 ? len : 1) == open);
	return 0;
}
