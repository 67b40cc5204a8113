/*
 * mqtt_client.c - one connection to an MQTT broker, made again when it is lost
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * lwIP's app calls back from inside its own loops and goes on with what it
 * had, and closes in `recv` without a word to TCP when that has to abort (TLS
 * with no memory for its last record). So nothing here connects or disconnects
 * from a callback, and the app gets no input that makes it do so: a connection
 * that is no good is left to the timer.
 */
#include "smtpd_lwip_config.h"

#include <string.h>

#include "lwip/altcp.h"
#include "lwip/apps/mqtt_priv.h"
#include "lwip/dns.h"
#include "lwip/netif.h"
#include "lwip/pbuf.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#if LWIP_ALTCP
#include "lwip/priv/altcp_priv.h"
#else
#include "lwip/tcp.h"
#endif

#include "mqtt_client.h"
#include "mqtt_guard.h"
#include "mqtt_store.h"
#include "text.h"

#if SMTPD_MQTT

#define KEEP_ALIVE_S   30
#define SILENT_MS      45000u /* one and a half of it */
#define CONNECT_MS     10000u /* for DNS, TCP, TLS and CONNACK together */
#define BACKOFF_MIN_MS 250u
#define BACKOFF_MAX_MS 32000u
#define EAGER_MS       1000u /* the wait while somebody waits for us */
#define RETRY_MS       50u   /* lwIP had no room */
#define IDLE_MS        60000u

enum state { OFF, WAITING, RESOLVING, CONNECTING, ONLINE };

static struct {
	const struct board_mqtt_config *config;
	struct mqtt_client_s client;
	struct mqtt_connect_client_info_t info;
	struct board_mqtt_guard guard;
	altcp_connected_fn connected; /* lwIP's app's own */
	altcp_recv_fn recv;
	const char *problem; /* said last */
	/* the attempt began; waiting: the last one ended; online: we last heard
	 * of the broker */
	uint32_t since_ms;
	uint32_t wait_ms; /* from then to the next attempt */
	uint32_t backoff_ms;
	uint32_t connects;
	uint8_t state;
	bool blame;         /* `broken` may be the oldest message's fault */
	const char *broken; /* why this connection is no good, or NULL */
} mqtt;

static void tick(void *arg);

static void arm(uint32_t ms)
{
	sys_untimeout(tick, NULL);
	if (mqtt.state != OFF)
		sys_timeout(ms, tick, NULL);
}

static void say(const char *what, const char *why)
{
	char line[160];
	struct board_text t;

	if (!mqtt.config->say)
		return;
	board_text_start(&t, line, sizeof line);
	board_text_str(&t, "mqtt: ");
	board_text_str(&t, mqtt.config->called ? mqtt.config->called
					       : mqtt.config->server);
	board_text_str(&t, " ");
	board_text_num(&t, mqtt.config->port);
	board_text_str(&t, ": ");
	board_text_str(&t, what);
	board_text_str(&t, why);
	mqtt.config->say(line);
}

/* ---- a connection ends ---- */

/* The next attempt is later each time, and not at the same time as that of
 * all others who lost the same broker. */
static void wait_longer(void)
{
	uint32_t ms = mqtt.backoff_ms ? 2 * mqtt.backoff_ms : BACKOFF_MIN_MS;

	mqtt.backoff_ms = LWIP_MIN(ms, BACKOFF_MAX_MS);
	mqtt.wait_ms = mqtt.backoff_ms + LWIP_RAND() % (mqtt.backoff_ms + 1);
}

/* Leave it to the timer. why: static; the first one counts. */
static void broken(const char *why, bool blame)
{
	if (!mqtt.broken) {
		mqtt.broken = why;
		mqtt.blame = blame;
	}
	arm(0);
}

/* why: static. A problem that stays is said once. */
static void lost(const char *why, bool blame)
{
	if (mqtt.state == OFF)
		return;
	blame = blame && mqtt.state == ONLINE;
	if (mqtt.state == ONLINE && mqtt.config->lost)
		mqtt.config->lost();
	mqtt.state = WAITING;
	mqtt.broken = NULL;
	wait_longer();
	if (mqtt.problem != why)
		say("no connection: ", why);
	mqtt.problem = why;
	board_mqtt_store_lost(blame);
	mqtt.since_ms = sys_now();
	arm(0);
}

static const char *reason(mqtt_connection_status_t status)
{
	switch (status) {
	case MQTT_CONNECT_REFUSED_PROTOCOL_VERSION:
		return "the broker does not speak MQTT 3.1.1";
	case MQTT_CONNECT_REFUSED_IDENTIFIER:
		return "the broker refuses our client id";
	case MQTT_CONNECT_REFUSED_SERVER:
		return "the broker says that it is not available";
	case MQTT_CONNECT_REFUSED_USERNAME_PASS:
		return "the broker refuses user or password";
	case MQTT_CONNECT_REFUSED_NOT_AUTHORIZED_:
		return "the broker says that we are not authorized";
	case MQTT_CONNECT_TIMEOUT:
		return "the broker does not answer";
	default:
		return mqtt.state == ONLINE ? "it was closed"
		       : mqtt.config->tls   ? "nobody there, or no TLS with us"
					    : "nobody there";
	}
}

/* ---- what the broker says ---- */

static void acked(void *arg, err_t err)
{
	if (err != ERR_OK) {
		broken("the broker does not acknowledge", false);
		return;
	}
	mqtt.backoff_ms = 0;
	board_mqtt_store_acked(arg);
	arm(0);
}

static void greet(void)
{
	const char *topic = mqtt.config->status_topic;

	mqtt.state = ONLINE;
	mqtt.connects++;
	mqtt.problem = NULL;
	say("connected", "");
	if (topic)
		mqtt_publish(
			&mqtt.client, topic, "online", 6, 1, 1, acked, NULL);
	arm(0);
}

static void on_connection(
	mqtt_client_t *c, void *arg, mqtt_connection_status_t status)
{
	LWIP_UNUSED_ARG(c);
	LWIP_UNUSED_ARG(arg);
	if (status == MQTT_CONNECT_ACCEPTED)
		greet();
	else if (mqtt.broken)
		lost(mqtt.broken, mqtt.blame);
	else
		lost(reason(status), status != MQTT_CONNECT_TIMEOUT);
}

/* Give lwIP's app a whole packet. */
static const char *hand_on(void *arg, struct altcp_pcb *conn, uint8_t len)
{
	const uint8_t *packet = mqtt.guard.octets;
	struct pbuf *p;

	if (mqtt.state == CONNECTING && packet[3]) /* CONNACK's return code */
		return reason((mqtt_connection_status_t)packet[3]);
	p = pbuf_alloc(PBUF_RAW, len, PBUF_RAM);
	if (!p)
		return "no memory";
	pbuf_take(p, packet, len);
	mqtt.recv(arg, conn, p, ERR_OK);
	if (mqtt.state == ONLINE)
		mqtt.since_ms = sys_now();
	return NULL;
}

static void take(void *arg, struct altcp_pcb *conn, const struct pbuf *p)
{
	const char *why;
	uint8_t len;
	u16_t i;

	for (i = 0; i < p->tot_len && !mqtt.broken; i++) {
		why = board_mqtt_guard(&mqtt.guard, pbuf_get_at(p, i), &len);
		if (!why && len)
			why = hand_on(arg, conn, len);
		if (why)
			broken(why, true);
	}
}

/* In front of lwIP's app. */
static err_t on_recv(
	void *arg, struct altcp_pcb *conn, struct pbuf *p, err_t err)
{
	LWIP_UNUSED_ARG(err); /* always ERR_OK */
	if (!p) {
		broken(reason(MQTT_CONNECT_DISCONNECTED), true);
		return ERR_OK;
	}
	take(arg, conn, p);
	pbuf_free(p);
	return ERR_OK;
}

static err_t on_connected(void *arg, struct altcp_pcb *conn, err_t err)
{
	err_t ret = mqtt.connected(arg, conn, err);

	if (err == ERR_OK && mqtt.client.conn == conn) {
		mqtt.recv = conn->recv;
		altcp_recv(conn, on_recv);
	}
	return ret;
}

/* ---- a connection begins ---- */

static bool has_address(const struct netif *n)
{
#if LWIP_IPV6
	s8_t i;

	for (i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		if (ip6_addr_isvalid(netif_ip6_addr_state(n, i)) &&
			!ip6_addr_islinklocal(netif_ip6_addr(n, i)))
			return true;
#endif
	return !ip4_addr_isany_val(*netif_ip4_addr(n));
}

/* Why not; before a router or DHCP has answered nobody is to blame. */
static const char *no_way(const char *why)
{
	return netif_default && has_address(netif_default)
		       ? why
		       : "there is no address yet";
}

static void connect_to(const ip_addr_t *ip)
{
	err_t err;

	mqtt.state = CONNECTING;
	memset(&mqtt.guard, 0, sizeof mqtt.guard);
	err = mqtt_client_connect(&mqtt.client, ip, mqtt.config->port,
		on_connection, NULL, &mqtt.info);
	if (err != ERR_OK) {
		lost(err == ERR_RTE ? no_way("no way there") : "no memory",
			false);
		return;
	}
	mqtt.connected = mqtt.client.conn->connected;
	mqtt.client.conn->connected = on_connected;
}

static void resolved(const char *name, const ip_addr_t *ip, void *arg)
{
	LWIP_UNUSED_ARG(name);
	LWIP_UNUSED_ARG(arg);
	if (mqtt.state != RESOLVING)
		return;
	if (ip)
		connect_to(ip);
	else
		lost("the name has no address, or DNS does not answer", false);
}

static void begin(void)
{
	ip_addr_t ip;
	err_t err;

	mqtt.since_ms = sys_now();
	mqtt.state = RESOLVING;
	err = dns_gethostbyname(mqtt.config->server, &ip, resolved, NULL);
	if (err == ERR_OK)
		connect_to(&ip);
	else if (err == ERR_VAL)
		lost(no_way("nobody to ask for this name: no DNS server is "
			    "known"),
			false);
	else if (err != ERR_INPROGRESS)
		lost("the name cannot be looked up", false);
}

/* ---- the timer ---- */

static void give_up(const char *why, bool blame)
{
	mqtt_disconnect(&mqtt.client);
	lost(why, blame);
}

/* lwIP's app takes a TCP segment that was acknowledged for a sign of the
 * broker: this is ours. While we send, it has nothing to say; no PINGREQ leaves
 * either. */
static uint32_t silent_ms(void)
{
	return SILENT_MS +
	       board_mqtt_store_unacked() / MQTT_SLOWEST_LINK * 1000;
}

/* When the state we are in is to be left. */
static uint32_t state_ms(void)
{
	uint32_t gone_ms = sys_now() - mqtt.since_ms;
	uint32_t all_ms = mqtt.state == WAITING  ? mqtt.wait_ms
			  : mqtt.state == ONLINE ? silent_ms()
						 : CONNECT_MS;

	return gone_ms < all_ms ? all_ms - gone_ms : 0;
}

static void tick(void *arg)
{
	uint32_t next_ms = IDLE_MS;
	bool silent = board_mqtt_store_expire(sys_now(), &next_ms);

	LWIP_UNUSED_ARG(arg);
	if (mqtt.state == ONLINE && silent)
		broken("the broker does not acknowledge", false);
	if (mqtt.broken)
		give_up(mqtt.broken, mqtt.blame);
	else if (mqtt.state == WAITING && !state_ms())
		begin();
	else if (mqtt.state != OFF && !state_ms())
		give_up("the broker does not answer", false);
	else if (mqtt.state == ONLINE &&
		 board_mqtt_store_pump(&mqtt.client, acked))
		next_ms = LWIP_MIN(next_ms, RETRY_MS);
	if (next_ms < IDLE_MS)
		mqtt.wait_ms = LWIP_MIN(mqtt.wait_ms, EAGER_MS);
	arm(LWIP_MIN(next_ms, state_ms()));
}

/* ---- for others ---- */

/* see mqtt_client.h */
void board_mqtt_start(const struct board_mqtt_config *config)
{
	mqtt.config = config;
	mqtt.info.client_id = config->client_id;
	mqtt.info.client_user = config->user;
	mqtt.info.client_pass = config->password;
	mqtt.info.keep_alive = KEEP_ALIVE_S;
	mqtt.info.will_topic = config->status_topic;
	mqtt.info.will_msg = config->status_topic ? "offline" : NULL;
	mqtt.info.will_qos = 1;
	mqtt.info.will_retain = 1;
#if LWIP_ALTCP && LWIP_ALTCP_TLS
	mqtt.info.tls_config = config->tls;
#endif
	mqtt.problem = NULL;
	mqtt.broken = NULL;
	mqtt.backoff_ms = mqtt.wait_ms = 0;
	mqtt.since_ms = sys_now();
	mqtt.state = WAITING;
	arm(0);
}

/* see mqtt_client.h */
void board_mqtt_stop(void)
{
	if (mqtt.state == OFF)
		return;
	mqtt.state = OFF;
	arm(0);
	mqtt_disconnect(&mqtt.client);
	board_mqtt_store_clear();
}

/* see mqtt_client.h */
int board_mqtt_publish(const struct board_mqtt_message *m)
{
	int ret = board_mqtt_store_put(m);

	if (ret)
		return ret;
	arm(0);
	return 0;
}

/* see mqtt_client.h */
void board_mqtt_get_stats(struct board_mqtt_stats *out)
{
	board_mqtt_store_stats(out);
	out->online = mqtt.state == ONLINE;
	out->connects = mqtt.connects;
}

#endif
