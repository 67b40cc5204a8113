/*
 * mqtt.c - the MQTT client of this process, by its options
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#if SMTPD_MQTT

#include <stdio.h>
#include <string.h>

#include "altcp_tls_wolfssl.h"
#include "files.h"
#include "log.h"
#include "mqtt.h"
#include "mqtt_alert.h"
#include "mqtt_channels.h"
#include "mqtt_topic.h"
#include "net.h"
#include "options.h"
#include "sinks.h"

static struct board_mqtt_options alerts;
static struct board_mqtt_config config;
static char status_topic[128];
static bool opened;

/* ---- checks ---- */

static const char *check_names(void)
{
	const struct board_options *o = &board_options;
	const char *why;

	if (!*o->mqtt_server)
		return "mqtt_server is not set";
	if (!*o->mqtt_client_id)
		return "mqtt_client_id is empty";
	if (*o->mqtt_password && !*o->mqtt_user)
		return "mqtt_password without mqtt_user";
	why = board_mqtt_template(o->mqtt_client_id, NULL, 0);
	if (!why)
		why = board_mqtt_alert_template(o->mqtt_topic);
	if (!why && *o->mqtt_discovery)
		why = board_mqtt_template(o->mqtt_discovery, NULL, 0);
	return why;
}

/* see mqtt.h */
const char *board_mqtt_check(void)
{
	const struct board_options *o = &board_options;
	static char text[256];
	const char *why = check_names();

	if (!why && *o->mqtt_tls_ca && !o->mqtt_tls)
		why = "mqtt_tls_ca without mqtt_tls";
	if (!why)
		return NULL;
	snprintf(text, sizeof text, "%s (options mqtt_*)", why);
	return text;
}

/* ---- start ---- */

/* Where lwIP finds what this machine calls itself. */
static const char *seen_from_inside(const char *server)
{
	if (!board_net_is_user())
		return server;
	if (!strncmp(server, "127.", 4) || !strcmp(server, "localhost"))
		return "10.0.2.2";
	return strcmp(server, "::1") ? server : "fec0::2";
}

static int make_tls(void)
{
	const struct board_options *o = &board_options;
	static char ca[65536];
	ssize_t len = 0;

	if (*o->mqtt_tls_ca)
		len = board_read_file(o->mqtt_tls_ca, ca, sizeof ca);
	if (len < 0)
		return board_options_fail(o->mqtt_tls_ca, "\"%s\": %s",
			o->mqtt_tls_ca, strerror((int)-len));
	config.tls = altcp_tls_create_config_client(
		len ? (const u8_t *)ca : NULL, (size_t)len);
	if (!config.tls)
		return board_options_fail(o->mqtt_tls_ca,
			"\"%s\": not the certificate of an authority",
			o->mqtt_tls_ca);
	altcp_tls_config_host(config.tls, !len                ? NULL
					  : *o->mqtt_tls_name ? o->mqtt_tls_name
							      : o->mqtt_server);
	return 0;
}

static void say(const char *line)
{
	board_log(BOARD_INFO, "%s", line);
}

static void fill(void)
{
	const struct board_options *o = &board_options;
	struct board_text t;

	board_text_start(&t, status_topic, sizeof status_topic);
	board_text_str(&t, "lwsmtpd/");
	board_text_str(&t, o->mqtt_client_id);
	board_text_str(&t, "/status");
	config.server = seen_from_inside(o->mqtt_server);
	config.client_id = o->mqtt_client_id;
	config.user = *o->mqtt_user ? o->mqtt_user : NULL;
	config.password = *o->mqtt_password ? o->mqtt_password : NULL;
	config.status_topic = status_topic;
	config.port = o->mqtt_port ? o->mqtt_port : o->mqtt_tls ? 8883 : 1883;
	config.online = board_mqtt_channels_again;
	config.say = say;
	alerts.client_id = o->mqtt_client_id;
	alerts.topic = o->mqtt_topic;
	alerts.status_topic = status_topic;
	alerts.discovery = o->mqtt_discovery;
	alerts.reset_ms = o->mqtt_reset_ms;
	alerts.wait_ms = o->mqtt_timeout_ms;
	alerts.ring = o->mqtt_mode != 0;
}

/* see mqtt.h */
int board_mqtt_open(void)
{
	int status = 0;

	if (!board_sinks_have("mqtt"))
		return 0;
	if (board_options.mqtt_tls)
		status = make_tls();
	if (status)
		return status;
	fill();
	board_mqtt_alert_open(&alerts);
	board_mqtt_start(&config);
	opened = true;
	return 0;
}

/* see mqtt.h */
void board_mqtt_close(void)
{
	if (opened)
		board_mqtt_stop();
}

#endif
