/*
 * mqtt_mail.c - a sink's part in MQTT: options, pictures, replies
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include <string.h>

#include "alerts/reader.h"
#include "mqtt_channels.h"
#include "mqtt_mail.h"
#include "mqtt_topic.h"
#include "smtpd_tls_config.h"

#if SMTPD_TLS
#include "altcp_tls_wolfssl.h"
#endif

#if SMTPD_MQTT

#define PORT     1883
#define PORT_TLS 8883

static struct board_mqtt_picture pictures[SMTPD_MAX_SESSIONS];
static struct board_mqtt_options options;
static struct board_mqtt_config config;
static char status_topic[128];

/* ---- the options ---- */

/* see mqtt_mail.h */
const char *board_mqtt_given_check(const struct board_mqtt_given *g)
{
	const char *why;

	if (!*g->server)
		return "mqtt_server is not set";
	if (strlen(g->client_id) > 64)
		return "mqtt_client_id is longer than 64 octets";
	if (*g->password && !*g->user)
		return "mqtt_password without mqtt_user";
	if (g->ca && !g->tls)
		return "mqtt_tls_ca without mqtt_tls";
	why = board_mqtt_template(g->client_id, NULL, 0);
	if (why)
		return "mqtt_client_id is empty or not fit for a topic";
	why = board_mqtt_alert_template(g->topic);
	if (!why && *g->discovery)
		why = board_mqtt_template(g->discovery, NULL, 0);
	return why;
}

static const char *open_tls(const struct board_mqtt_given *g)
{
	if (!g->tls)
		return NULL;
#if SMTPD_TLS && SMTPD_TLS_CLIENT
	config.tls = altcp_tls_create_config_client(g->ca, g->ca_len);
	if (!config.tls)
		return g->ca ? "mqtt_tls_ca is no authority's certificate, or "
			       "there is no memory for it"
			     : "there is no memory for TLS";
	if (g->ca)
		altcp_tls_config_host(
			config.tls, *g->tls_name ? g->tls_name : g->server);
	return NULL;
#else
	return "mqtt_tls is not in this build";
#endif
}

static void fill_config(const struct board_mqtt_given *g)
{
	struct board_text t;

	board_text_start(&t, status_topic, sizeof status_topic);
	board_text_str(&t, "lwsmtpd/");
	board_text_str(&t, g->client_id);
	board_text_str(&t, "/status");
	config.server = g->seen_as ? g->seen_as : g->server;
	config.called = g->server;
	config.client_id = g->client_id;
	config.user = *g->user ? g->user : NULL;
	config.password = *g->password ? g->password : NULL;
	config.status_topic = status_topic;
	config.port = g->port ? g->port : g->tls ? PORT_TLS : PORT;
	config.lost = board_mqtt_channels_again;
	config.say = g->say;
}

/* see mqtt_mail.h */
const char *board_mqtt_begin(const struct board_mqtt_given *g)
{
	const char *why = open_tls(g);

	if (why)
		return why;
	fill_config(g);
	options.client_id = g->client_id;
	options.topic = g->topic;
	options.status_topic = status_topic;
	options.discovery = g->discovery;
	options.reset_ms = g->reset_ms;
	options.wait_ms = g->timeout_ms;
	options.ring = g->ring;
	options.early = g->early;
	board_mqtt_alert_open(&options);
	board_mqtt_start(&config);
	return NULL;
}

/* ---- a mail ---- */

/* see mqtt_mail.h */
void board_mqtt_mail_picture(unsigned index, const uint8_t *p, size_t len)
{
	board_mqtt_picture_add(&pictures[index], p, len);
}

/* see mqtt_mail.h */
void board_mqtt_mail_early(unsigned index)
{
	const struct board_alert *a = board_reader_alert(index);

	if (a)
		board_mqtt_alert_early(a);
}

/* see mqtt_mail.h */
enum board_mqtt_result board_mqtt_mail_end(
	unsigned index, board_mqtt_told_fn told)
{
	const struct board_alert *a = board_reader_alert(index);

	return a ? board_mqtt_alert(index, a, &pictures[index], told)
		 : BOARD_MQTT_NEVER;
}

/* see mqtt_mail.h */
void board_mqtt_mail_drop(unsigned index)
{
	board_mqtt_alert_forget(index);
	board_mqtt_picture_drop(&pictures[index]);
}

/* see mqtt_mail.h */
const struct board_mqtt_reply *board_mqtt_reply(enum board_mqtt_result r)
{
	static const struct board_mqtt_reply later = {451, "4.4.1",
		"The MQTT broker does not answer, try again later"};
	static const struct board_mqtt_reply never = {
		554, "5.3.4", "The MQTT broker does not take this message"};

	return r == BOARD_MQTT_NEVER ? &never : &later;
}

#endif
