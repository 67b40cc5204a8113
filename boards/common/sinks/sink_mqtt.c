/*
 * sink_mqtt.c - an alert of each message to an MQTT broker
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The client reads 250 when the broker has acknowledged; with mqtt_mode ring,
 * when there was room for it to wait here.
 */
#include "smtpd_lwip_config.h"

#include "mqtt_mail.h"
#include "sinks.h"

#if SMTPD_MQTT

static unsigned mine; /* the instance */

static const char *open_sink(unsigned slot, const char *argument)
{
	(void)argument;
	mine = slot;
	return NULL;
}

static const struct board_refusal *on_begin(
	unsigned slot, struct board_message *m)
{
	(void)slot;
	board_mqtt_mail_drop(m->index);
	return NULL;
}

static void on_early(
	unsigned slot, struct board_message *m, const struct board_alert *a)
{
	(void)slot;
	(void)a;
	board_mqtt_mail_early(m->index);
}

static void on_picture(unsigned slot, struct board_message *m,
	const struct smtpd_alert *a, const uint8_t *p, size_t len)
{
	(void)slot;
	(void)a;
	board_mqtt_mail_picture(m->index, p, len);
}

static const struct board_refusal *answer(enum board_mqtt_result r)
{
	static struct board_refusal refusals[2];
	struct board_refusal *refusal = &refusals[r == BOARD_MQTT_NEVER];
	const struct board_mqtt_reply *reply = board_mqtt_reply(r);

	if (r == BOARD_MQTT_TAKEN)
		return NULL;
	if (r == BOARD_MQTT_WAITS)
		return &board_sink_later;
	refusal->code = reply->code;
	refusal->enhanced = reply->enhanced;
	refusal->text = reply->text;
	return refusal;
}

static void on_told(unsigned index, enum board_mqtt_result r)
{
	board_sinks_settle(index, mine, answer(r));
}

static const struct board_refusal *on_prepare(
	unsigned slot, struct board_message *m)
{
	(void)slot;
	return answer(board_mqtt_mail_end(m->index, on_told));
}

static void on_drop(unsigned slot, struct board_message *m)
{
	(void)slot;
	board_mqtt_mail_drop(m->index);
}

const struct board_sink_kind board_sink_mqtt = {
	.name = "mqtt",
	.alerts = true,
	.open = open_sink,
	.begin = on_begin,
	.early = on_early,
	.picture = on_picture,
	.prepare = on_prepare,
	.drop = on_drop,
};

#endif
