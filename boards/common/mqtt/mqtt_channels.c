/*
 * mqtt_channels.c - discovery, and the end of what devices never end
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include <string.h>

#include "lwip/sys.h"
#include "lwip/timeouts.h"

#include "mqtt_channels.h"
#include "mqtt_client.h"
#include "mqtt_discovery.h"

#if SMTPD_MQTT

/* What a configuration may take: the topics with every octet escaped would be
 * more, and are then not told. */
#define CONFIG_MAX                                                             \
	(SMTPD_MQTT_MESSAGE_MAX < 2048 ? SMTPD_MQTT_MESSAGE_MAX : 2048)

struct channel {
	char topic[BOARD_MQTT_TOPIC_MAX]; /* "": free */
	char device[SMTPD_ALERT_ADDRESS_MAX + SMTPD_ALERT_WORD_MAX];
	char channel[SMTPD_ALERT_WORD_MAX];
	char brand[SMTPD_ALERT_BRAND_MAX];
	char picture_type[SMTPD_ALERT_BRAND_MAX];
	uint32_t serial; /* of this use of the entry */
	uint32_t heard_ms, end_ms;
	uint8_t told; /* a bit for each enum board_mqtt_entity */
	bool active;  /* its end is expected at end_ms */
};

static struct channel channels[SMTPD_MQTT_CHANNELS];
static const struct board_mqtt_options *options;
static uint32_t last_serial;

#define FOR_EACH(c)                                                            \
	for ((c) = channels; (c) < channels + SMTPD_MQTT_CHANNELS; (c)++)

static void expire(void *arg);

static void copy(char *to, size_t cap, const char *from)
{
	struct board_text t;

	board_text_start(&t, to, cap);
	board_text_str(&t, from);
}

/* ---- Home Assistant ---- */

static void tell(struct channel *c, enum board_mqtt_entity e)
{
	struct board_mqtt_source s = {options->client_id, c->device, c->channel,
		c->brand, c->topic, c->picture_type, options->status_topic,
		options->reset_ms / 1000};
	static char topic[BOARD_MQTT_TOPIC_MAX + 256], json[CONFIG_MAX];
	struct board_text to, what;
	struct board_mqtt_message m = {.topic = topic, .retain = true};

	if (c->told & 1u << e)
		return;
	board_text_start(&to, topic, sizeof topic);
	board_mqtt_discovery_topic(&to, options->discovery, e, &s);
	board_text_start(&what, json, sizeof json);
	board_mqtt_discovery_json(&what, e, &s);
	m.payload = json;
	m.len = what.len;
	/* no room now: with the next alert */
	if (to.full || what.full || board_mqtt_publish(&m) == 0)
		c->told |= (uint8_t)(1u << e);
}

/* see mqtt_channels.h */
void board_mqtt_channels_again(void)
{
	struct channel *c;

	FOR_EACH(c)
	c->told = 0;
}

/* ---- the end of an alert ---- */

static int publish_end(const struct channel *c)
{
	static char json[512];
	struct board_mqtt_message m = {.topic = c->topic, .payload = json};
	struct board_text t;

	board_text_start(&t, json, sizeof json);
	board_text_str(&t, "{\"state\":\"end\",\"reset\":true,\"device\":");
	board_text_json(&t, c->device, strlen(c->device));
	board_text_str(&t, ",\"channel\":");
	board_text_json(&t, c->channel, strlen(c->channel));
	board_text_str(&t, "}");
	m.len = t.len;
	return t.full ? 0 : board_mqtt_publish(&m);
}

static void arm(void)
{
	uint32_t now_ms = sys_now(), next_ms = UINT32_MAX;
	struct channel *c;
	int32_t left;

	FOR_EACH(c)
	{
		if (!c->active)
			continue;
		left = (int32_t)(c->end_ms - now_ms);
		if (left < 0)
			left = 0;
		if ((uint32_t)left < next_ms)
			next_ms = (uint32_t)left;
	}
	sys_untimeout(expire, NULL);
	if (next_ms != UINT32_MAX)
		sys_timeout(next_ms, expire, NULL);
}

static void expire(void *arg)
{
	uint32_t now_ms = sys_now();
	struct channel *c;

	(void)arg;
	FOR_EACH(c)
	{
		if (!c->active || (int32_t)(c->end_ms - now_ms) > 0)
			continue;
		c->active = publish_end(c) != 0;
		c->end_ms = now_ms + 1000; /* no room: again */
	}
	arm();
}

/* see mqtt_channels.h */
void board_mqtt_channels_expect(uint32_t channel, uint8_t state)
{
	struct channel *c;

	if (state == SMTPD_ALERT_TEST)
		return;
	FOR_EACH(c)
	{
		if (c->serial != channel || !*c->topic)
			continue;
		c->active = options->reset_ms && state != SMTPD_ALERT_END;
		c->end_ms = sys_now() + options->reset_ms;
	}
	arm();
}

/* ---- the table ---- */

static struct channel *find(const char *topic)
{
	struct channel *c, *old = channels;
	uint32_t now_ms = sys_now();

	FOR_EACH(c)
	if (!strcmp(c->topic, topic))
		return c;
	FOR_EACH(c)
	{
		if (!*c->topic) {
			old = c;
			break;
		}
		if (now_ms - c->heard_ms > now_ms - old->heard_ms)
			old = c;
	}
	memset(old, 0, sizeof *old);
	copy(old->topic, sizeof old->topic, topic);
	old->serial = ++last_serial;
	return old;
}

/* see mqtt_channels.h */
uint32_t board_mqtt_channels_alert(const char *topic, const char *device,
	const struct smtpd_alert *a, bool picture)
{
	struct channel *c = find(topic);

	copy(c->device, sizeof c->device, device);
	copy(c->channel, sizeof c->channel, a->channel);
	copy(c->brand, sizeof c->brand, a->brand);
	if (picture && strcmp(c->picture_type, a->picture_type) != 0) {
		copy(c->picture_type, sizeof c->picture_type, a->picture_type);
		c->told &= (uint8_t) ~(1u << BOARD_MQTT_IMAGE);
	}
	c->heard_ms = sys_now();
	if (*options->discovery) {
		tell(c, BOARD_MQTT_EVENT);
		tell(c, BOARD_MQTT_BINARY_SENSOR);
		if (picture)
			tell(c, BOARD_MQTT_IMAGE);
	}
	return c->serial;
}

/* see mqtt_channels.h */
void board_mqtt_channels_open(const struct board_mqtt_options *o)
{
	options = o;
	memset(channels, 0, sizeof channels);
	sys_untimeout(expire, NULL);
}

#endif
