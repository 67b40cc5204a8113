/*
 * mqtt.c - the firmware's MQTT client, by its settings
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include "console.h"
#include "firmware.h"
#include "mqtt.h"
#include "mqtt_mail.h"

#if SMTPD_MQTT

void board_mqtt_open(void)
{
	static struct board_mqtt_given given;
	const struct board_settings *s = &board_settings;
	const char *why;

	given.server = s->mqtt_server;
	given.client_id = s->mqtt_client_id;
	given.topic = s->mqtt_topic;
	given.user = s->mqtt_user;
	given.password = s->mqtt_password;
	given.discovery = s->mqtt_discovery;
	given.tls_name = s->mqtt_tls_name;
	given.ca = s->mqtt_ca;
	given.ca_len = s->mqtt_ca_len;
	given.say = board_put_line;
	given.reset_ms = s->mqtt_reset_ms;
	given.timeout_ms = s->mqtt_timeout_ms;
	given.port = s->mqtt_port;
	given.tls = s->mqtt_tls;
	given.early = s->mqtt_early;
	given.ring = s->mqtt_mode != 0;
	why = board_mqtt_given_check(&given);
	if (!why)
		why = board_mqtt_begin(&given);
	if (!why)
		return;
	board_put("settings: mqtt: ");
	board_put(why);
	board_put_line("; sink mqtt refuses all mail");
}

#endif
