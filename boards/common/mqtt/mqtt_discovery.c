/*
 * mqtt_discovery.c - what Home Assistant is told of a device and its channel
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include <string.h>

#include "mqtt_discovery.h"
#include "mqtt_topic.h"

#if SMTPD_MQTT

/* by enum board_mqtt_entity */
static const char *const components[] = {"event", "binary_sensor", "image"};
static const char *const names[] = {"Alert", "Active", "Picture"};

static void name(struct board_text *t, const char *key)
{
	if (t->len && t->s[t->len - 1] != '{')
		board_text_str(t, ",");
	board_text_str(t, "\"");
	board_text_str(t, key);
	board_text_str(t, "\":");
}

static void string(struct board_text *t, const char *key, const char *value)
{
	name(t, key);
	board_text_json(t, value, strlen(value));
}

static void device_id(struct board_text *t, const struct board_mqtt_source *s)
{
	board_mqtt_slug(t, s->client_id);
	board_text_str(t, "_");
	board_mqtt_slug(t, s->device);
}

static void object_id(struct board_text *t, const struct board_mqtt_source *s)
{
	device_id(t, s);
	if (*s->channel) {
		board_text_str(t, "_");
		board_mqtt_slug(t, s->channel);
	}
}

/* see mqtt_discovery.h */
void board_mqtt_discovery_topic(struct board_text *t, const char *prefix,
	enum board_mqtt_entity e, const struct board_mqtt_source *s)
{
	board_text_str(t, prefix);
	board_text_str(t, "/");
	board_text_str(t, components[e]);
	board_text_str(t, "/");
	object_id(t, s);
	board_text_str(t, "/config");
}

/* ---- what is particular to each ---- */

static void event(struct board_text *t, const struct board_mqtt_source *s)
{
	string(t, "state_topic", s->topic);
	name(t, "event_types");
	board_text_str(t, "[\"event\",\"start\",\"end\",\"test\"]");
	/* Home Assistant wants event_type; all else are attributes */
	string(t, "value_template",
		"{{ dict(value_json, event_type=value_json.state) | tojson }}");
}

static void sensor(struct board_text *t, const struct board_mqtt_source *s)
{
	string(t, "state_topic", s->topic);
	/* an empty result, as of a test mail, changes nothing */
	string(t, "value_template",
		"{{ {'event': 'ON', 'start': 'ON', 'end': 'OFF'}"
		".get(value_json.state, '') }}");
	string(t, "payload_on", "ON");
	string(t, "payload_off", "OFF");
	if (s->off_s) {
		name(t, "off_delay");
		board_text_num(t, s->off_s);
	}
}

static void image(struct board_text *t, const struct board_mqtt_source *s)
{
	name(t, "image_topic");
	board_text_json(t, s->topic, strlen(s->topic));
	t->len--; /* the quote at its end */
	board_text_str(t, "/picture\"");
	string(t, "content_type", s->picture_type);
}

/* ---- what all have ---- */

static void device(struct board_text *t, const struct board_mqtt_source *s)
{
	name(t, "device");
	board_text_str(t, "{\"identifiers\":[\"");
	device_id(t, s);
	board_text_str(t, "\"]");
	string(t, "name", s->device);
	if (*s->brand)
		string(t, "manufacturer", s->brand);
	board_text_str(t, "}");
}

static void entity_name(struct board_text *t, enum board_mqtt_entity e,
	const struct board_mqtt_source *s)
{
	name(t, "name");
	board_text_json(t, s->channel, strlen(s->channel));
	t->len--;
	if (*s->channel)
		board_text_str(t, " ");
	board_text_str(t, names[e]);
	board_text_str(t, "\"");
}

/* see mqtt_discovery.h */
void board_mqtt_discovery_json(struct board_text *t, enum board_mqtt_entity e,
	const struct board_mqtt_source *s)
{
	board_text_str(t, "{");
	entity_name(t, e, s);
	name(t, "unique_id");
	board_text_str(t, "\"");
	object_id(t, s);
	board_text_str(t, "_");
	board_text_str(t, components[e]);
	board_text_str(t, "\"");
	if (e == BOARD_MQTT_EVENT)
		event(t, s);
	else if (e == BOARD_MQTT_BINARY_SENSOR)
		sensor(t, s);
	else
		image(t, s);
	string(t, "availability_topic", s->status_topic);
	device(t, s);
	name(t, "origin");
	board_text_str(t, "{\"name\":\"lwsmtpd\"}}");
}

#endif
