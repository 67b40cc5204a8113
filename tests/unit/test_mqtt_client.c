/*
 * test_mqtt_client.c - the MQTT client, and a broker in the same lwIP
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/lwip port/wolfssl lwip wolfssl ssl crypto
 * tests: sources boards/common/mqtt/mqtt_client.c boards/common/text.c
 * tests: sources boards/common/mqtt/mqtt_store.c
 * tests: sources boards/common/mqtt/mqtt_guard.c
 * tests: wrap tcp_write tcp_abort
 *
 * The broker is slow, or wrong while TCP has no memory; the clock is the
 * test's.
 */
#include "tls_support.h"

#include "loopback.h"
#include "../../port/wolfssl/altcp_tls_wolfssl.h"
#include "lwip/altcp_tcp.h"
#include "lwip/priv/altcp_priv.h"
#include "lwip/tcp.h"
#include "mqtt/mqtt_client.h"

#define PORT    1883
#define PICTURE 60000
#define AT_ONCE 1000000

/* ---- TCP's memory ---- */

static bool no_memory; /* tcp_write() fails */
static bool receiving; /* we are in tcp_input() */

err_t __real_tcp_write(struct tcp_pcb *, const void *, u16_t, u8_t);
err_t __wrap_tcp_write(struct tcp_pcb *, const void *, u16_t, u8_t);
void __real_tcp_abort(struct tcp_pcb *);
void __wrap_tcp_abort(struct tcp_pcb *);

err_t __wrap_tcp_write(struct tcp_pcb *pcb, const void *p, u16_t n, u8_t flags)
{
	return no_memory ? ERR_MEM : __real_tcp_write(pcb, p, n, flags);
}

/* Whoever aborts in `recv` has to say so, and lwIP's app does not. */
void __wrap_tcp_abort(struct tcp_pcb *pcb)
{
	CHECK(!receiving || pcb->local_port == PORT);
	__real_tcp_abort(pcb);
}

/* ---- a broker ---- */

static struct {
	struct altcp_pcb *listener, *pcb;
	const char *greeting;
	size_t greeting_len;
	uint8_t head[512]; /* of the packet that is read */
	size_t at, len;    /* octets of it that are in; all of them, or 0 */
	size_t held;       /* octets that are not yet altcp_recved() */
	unsigned rate;     /* those per second */
	unsigned connections, publishes;
} broker;

static void answer(const char *octets, size_t len)
{
	CHECK(altcp_write(broker.pcb, octets, (u16_t)len,
		      TCP_WRITE_FLAG_COPY) == ERR_OK);
	altcp_output(broker.pcb);
}

static void on_packet(void)
{
	size_t topic = (size_t)broker.head[4] << 8 | broker.head[5];
	char puback[] = "\x40\x02\x00\x00";

	if (broker.head[0] == 0x10)
		answer(broker.greeting, broker.greeting_len);
	if (broker.head[0] >> 4 != 3)
		return;
	broker.publishes++;
	CHECK(broker.len > 16384); /* three octets of length */
	memcpy(puback + 2, broker.head + 6 + topic, 2);
	answer(puback, 4);
}

static void on_octet(uint8_t octet)
{
	size_t i, len = 0;

	if (broker.at < sizeof broker.head)
		broker.head[broker.at] = octet;
	broker.at++;
	if (!broker.len && broker.at > 1 && octet < 128) {
		for (i = 1; i < broker.at; i++)
			len |= (size_t)(broker.head[i] & 127) << 7 * (i - 1);
		broker.len = broker.at + len;
	}
	if (broker.len && broker.at == broker.len) {
		on_packet();
		broker.at = broker.len = 0;
	}
}

static err_t on_recv(
	void *arg, struct altcp_pcb *pcb, struct pbuf *p, err_t err)
{
	u16_t i;

	(void)arg, (void)err;
	if (!p) {
		if (altcp_close(pcb) == ERR_OK)
			broker.pcb = NULL;
		return ERR_OK;
	}
	for (i = 0; i < p->tot_len; i++)
		on_octet(pbuf_get_at(p, i));
	broker.held += p->tot_len;
	pbuf_free(p);
	return ERR_OK;
}

static void on_err(void *arg, err_t err)
{
	(void)arg, (void)err;
	broker.pcb = NULL;
}

static void drop_connection(void)
{
	struct altcp_pcb *pcb = broker.pcb;

	if (!pcb)
		return;
	altcp_err(pcb, NULL);
	altcp_abort(pcb);
	broker.pcb = NULL;
}

static err_t on_accept(void *arg, struct altcp_pcb *pcb, err_t err)
{
	(void)arg, (void)err;
	drop_connection();
	broker.pcb = pcb;
	broker.connections++;
	broker.at = broker.len = broker.held = 0;
	altcp_recv(pcb, on_recv);
	altcp_err(pcb, on_err);
	return ERR_OK;
}

static void listen_with(struct altcp_pcb *pcb)
{
	CHECK(pcb && altcp_bind(pcb, IP_ADDR_ANY, PORT) == ERR_OK);
	broker.listener = altcp_listen(pcb);
	CHECK(broker.listener != NULL);
	altcp_accept(broker.listener, on_accept);
}

static void open_window(size_t n)
{
	n = LWIP_MIN(LWIP_MIN(n, broker.held), 0xffff);
	broker.held -= n;
	if (n && broker.pcb)
		altcp_recved(broker.pcb, (u16_t)n);
}

static void run_ms(unsigned ms)
{
	uint32_t octets = 0;

	for (; ms >= 20; ms -= 20) {
		fake_now += 20;
		receiving = true;
		deliver();
		receiving = false;
		sys_check_timeouts();
		octets += 20 * broker.rate;
		open_window(octets / 1000);
		octets %= 1000;
	}
}

/* ---- the client ---- */

static char said[160];
static int ended; /* enum board_mqtt_end, or -1 */

static void say(const char *line)
{
	snprintf(said, sizeof said, "%s", line);
}

static void done(uintptr_t arg, enum board_mqtt_end why)
{
	(void)arg;
	ended = (int)why;
}

static void start(const char *server, struct altcp_tls_config *tls)
{
	static struct board_mqtt_config config;

	config = (struct board_mqtt_config){.server = server,
		.client_id = "x",
		.tls = tls,
		.port = PORT,
		.say = say};
	said[0] = 0;
	board_mqtt_start(&config);
}

static void publish(uint32_t wait_ms)
{
	static uint8_t picture[PICTURE];
	struct board_mqtt_message m = {.topic = "x",
		.payload = picture,
		.len = sizeof picture,
		.done = done,
		.wait_ms = wait_ms,
		.kept = true};

	ended = -1;
	CHECK(board_mqtt_publish(&m) == 0);
}

static struct board_mqtt_stats stats(void)
{
	struct board_mqtt_stats s;

	board_mqtt_get_stats(&s);
	return s;
}

/* ---- the tests ---- */

#define RUN_WITH_BROKER(fn) with_broker(#fn, fn)
#define CONNACK             "\x20\x02\x00\x00"

static void greet_with(const char *octets, size_t len)
{
	broker.greeting = octets;
	broker.greeting_len = len;
}

/* A picture of which the broker takes so many octets per second. The one before
 * has nearly closed its window. */
static void upload_at(unsigned rate)
{
	CHECK(TCP_WND - PICTURE < 4 * TCP_MSS);
	listen_with(altcp_tcp_new());
	start("10.0.0.1", NULL);
	broker.rate = 0;
	publish(0);
	run_ms(25000);
	CHECK(ended == BOARD_MQTT_DONE);
	publish(0);
	broker.rate = rate;
	run_ms(100000);
	CHECK(ended == -1 && broker.connections == 1);
}

/* Two minutes without a word of the broker's. */
static void case_136_a_slow_upload_is_no_silence(void)
{
	upload_at(MQTT_SLOWEST_LINK);
	run_ms(20000);
	CHECK(ended == BOARD_MQTT_DONE);
	CHECK(broker.connections == 1 && broker.publishes == 2);
}

static void case_136_an_upload_that_is_too_slow_begins_anew(void)
{
	upload_at(MQTT_SLOWEST_LINK / 2);
	run_ms(60000);
	CHECK(ended == BOARD_MQTT_DONE);
	CHECK(broker.connections == 2 && broker.publishes == 2);
}

/* Each time as the upload begins: that is not the message's fault. */
static void case_136_a_network_that_goes_dead(void)
{
	unsigned times, i;

	listen_with(altcp_tcp_new());
	start("10.0.0.1", NULL);
	publish(0);
	for (times = 0; times < 4; times++) {
		for (i = 0; i < 5000 && !stats().online; i++)
			run_ms(20);
		CHECK(stats().online && broker.connections == times + 1);
		wire_cut = true;
		run_ms(70000);
		CHECK(!stats().online && ended == -1);
		wire_cut = false;
	}
	run_ms(60000);
	CHECK(ended == BOARD_MQTT_DONE && broker.publishes == 1);
}

static struct altcp_tls_config *server_tls, *client_tls;

static void listen_with_tls(void)
{
	struct pem *p = identity_ec();

	server_tls = altcp_tls_create_config_server_privkey_cert(
		p->key, p->key_len, NULL, 0, p->cert, p->cert_len);
	client_tls = altcp_tls_create_config_client(p->cert, p->cert_len);
	CHECK(server_tls && client_tls);
	altcp_tls_config_host(client_tls, "gw.example");
	listen_with(altcp_tls_new(server_tls, IPADDR_TYPE_V4));
	start("10.0.0.1", client_tls);
}

/* The broker's answer arrives when not even close_notify can be sent. */
static void closed_without_memory(const char *why)
{
	no_memory = true;
	run_ms(100);
	no_memory = false;
	CHECK(strstr(said, why) != NULL);
	run_ms(10000);
	CHECK(broker.connections > 1);
}

static void wrong_without_memory(const char *octets, size_t len)
{
	listen_with_tls();
	run_ms(2000);
	CHECK(stats().online && broker.connections == 1);
	answer(octets, len);
	closed_without_memory("no connection: ");
}

static void case_136_unasked_without_memory(void)
{
	wrong_without_memory("\x30\x05\x00\x01\x61hi", 7);
}

static void case_136_puback_of_nothing_without_memory(void)
{
	wrong_without_memory("\x40\x02\x00\x00", 4);
}

static void case_134_refused_without_memory(void)
{
	greet_with("", 0);
	listen_with_tls();
	run_ms(2000);
	CHECK(!stats().online && broker.connections == 1);
	answer("\x20\x02\x00\x05", 4);
	closed_without_memory("not authorized");
}

static void case_135_closed_without_memory(void)
{
	listen_with_tls();
	run_ms(2000);
	CHECK(stats().online && altcp_close(broker.pcb) == ERR_OK);
	broker.pcb = NULL;
	closed_without_memory("it was closed");
}

/* Attempts are a second apart while somebody waits. */
static void case_136_who_waits_does_not_wait_longer(void)
{
	greet_with("\xd0\x00", 2);
	listen_with(altcp_tcp_new());
	start("10.0.0.1", NULL);
	run_ms(60000);
	CHECK(broker.connections < 10);
	broker.connections = 0;
	publish(30000);
	run_ms(20000);
	CHECK(broker.connections >= 18 && ended == -1);
	greet_with(CONNACK, 4);
	run_ms(2000);
	CHECK(ended == BOARD_MQTT_DONE);
}

/* ---- networks ---- */

static void without_an_address(void)
{
	netif_set_ipaddr(&netif, IP4_ADDR_ANY4);
	start("192.0.2.1", NULL);
	run_ms(100);
	CHECK(strstr(said, "no connection: there is no address yet") != NULL);
}

#if LWIP_IPV6
static void with_ipv6_alone(void)
{
	ip6_addr_t ip;

	netif_set_ipaddr(&netif, IP4_ADDR_ANY4);
	netif_create_ip6_linklocal_address(&netif, 1);
	netif_ip6_addr_set_state(&netif, 0, IP6_ADDR_PREFERRED);
	start("192.0.2.1", NULL);
	run_ms(100);
	CHECK(strstr(said, "there is no address yet") != NULL);
	board_mqtt_stop();
	CHECK(ip6addr_aton("2001:db8::1", &ip));
	netif_ip6_addr_set(&netif, 1, &ip);
	netif_ip6_addr_set_state(&netif, 1, IP6_ADDR_PREFERRED);
	start("192.0.2.1", NULL);
	run_ms(100);
	CHECK(strstr(said, "no connection: no way there") != NULL);
	board_mqtt_stop();
	start("broker.example", NULL);
	run_ms(100);
	CHECK(strstr(said, "no DNS server") != NULL);
	netif_ip6_addr_set_state(&netif, 0, IP6_ADDR_INVALID);
	netif_ip6_addr_set_state(&netif, 1, IP6_ADDR_INVALID);
}
#endif

/* ---- running ---- */

static void end(void)
{
	ip4_addr_t ip;

	board_mqtt_stop();
	run_ms(100);
	drop_connection();
	if (broker.listener)
		close_listener(broker.listener);
	run_ms(350000); /* TIME_WAIT */
	if (server_tls)
		altcp_tls_free_config(server_tls);
	if (client_tls)
		altcp_tls_free_config(client_tls);
	server_tls = client_tls = NULL;
	IP4_ADDR(&ip, 10, 0, 0, 1);
	netif_set_ipaddr(&netif, &ip);
}

static void with_broker(const char *name, void (*fn)(void))
{
	test_name = name;
	test_failed = 0;
	memset(&broker, 0, sizeof broker);
	broker.rate = AT_ONCE;
	greet_with(CONNACK, 4);
	fn();
	end();
	no_leaks();
	if (!test_failed)
		printf("ok %s\n", name);
	fflush(stdout);
}

int main(void)
{
	stack_init();
	RUN_WITH_BROKER(case_136_a_slow_upload_is_no_silence);
	RUN_WITH_BROKER(case_136_an_upload_that_is_too_slow_begins_anew);
	RUN_WITH_BROKER(case_136_a_network_that_goes_dead);
	RUN_WITH_BROKER(case_136_unasked_without_memory);
	RUN_WITH_BROKER(case_136_puback_of_nothing_without_memory);
	RUN_WITH_BROKER(case_134_refused_without_memory);
	RUN_WITH_BROKER(case_135_closed_without_memory);
	RUN_WITH_BROKER(case_136_who_waits_does_not_wait_longer);
	RUN_WITH_BROKER(without_an_address);
#if LWIP_IPV6
	RUN_WITH_BROKER(with_ipv6_alone);
#endif
	return failures != 0;
}
