/*
 * mqtt.c - the MQTT client of this process, by its options
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include <stdio.h>
#include <string.h>

#include "files.h"
#include "log.h"
#include "mqtt.h"
#include "mqtt_mail.h"
#include "net.h"
#include "options.h"
#include "sinks.h"

#if SMTPD_MQTT

static struct board_mqtt_given given;
static bool opened;

/* Where lwIP finds what this machine calls itself. */
static const char *seen_from_inside(const char *server)
{
	if (!board_net_is_user())
		return NULL;
	if (!strncmp(server, "127.", 4) || !strcmp(server, "localhost"))
		return "10.0.2.2";
	return strcmp(server, "::1") == 0 ? "fec0::2" : NULL;
}

static void say(const char *line)
{
	board_log(BOARD_INFO, "%s", line);
}

static void take_options(void)
{
	const struct board_options *o = &board_options;

	given.server = o->mqtt_server;
	given.client_id = o->mqtt_client_id;
	given.topic = o->mqtt_topic;
	given.user = o->mqtt_user;
	given.password = o->mqtt_password;
	given.discovery = o->mqtt_discovery;
	given.tls_name = o->mqtt_tls_name;
	given.say = say;
	given.reset_ms = o->mqtt_reset_ms;
	given.timeout_ms = o->mqtt_timeout_ms;
	given.port = o->mqtt_port;
	given.tls = o->mqtt_tls;
	given.early = o->mqtt_early;
	given.ring = o->mqtt_mode != 0;
}

/* Returns NULL, or what is wrong with the file. */
static const char *read_ca(void)
{
	static char ca[65536];
	ssize_t len;

	if (!*board_options.mqtt_tls_ca)
		return NULL;
	len = board_read_file(board_options.mqtt_tls_ca, ca, sizeof ca);
	if (len < 0)
		return strerror((int)-len);
	given.ca = (const uint8_t *)ca;
	given.ca_len = (size_t)len;
	return NULL;
}

/* see mqtt.h */
const char *board_mqtt_check(void)
{
	static char text[BOARD_PATH_MAX + 128];
	const char *why;

	take_options();
	why = read_ca();
	if (why) {
		snprintf(text, sizeof text, "mqtt_tls_ca %s: %s",
			board_options.mqtt_tls_ca, why);
		return text;
	}
	why = board_mqtt_given_check(&given);
	if (!why)
		return NULL;
	snprintf(text, sizeof text, "%s (options mqtt_*)", why);
	return text;
}

/* see mqtt.h */
int board_mqtt_open(void)
{
	const char *why;

	if (!board_sinks_have("mqtt"))
		return 0;
	given.seen_as = seen_from_inside(given.server);
	why = board_mqtt_begin(&given);
	if (why)
		return board_options_fail(board_options.sinks, "%s", why);
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
