/*
 * mqtt_discovery.h - what Home Assistant is told of a device and its channel
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Each channel of a device becomes an event entity, a binary sensor and, once
 * it has sent a picture that fits, an image.
 */
#ifndef BOARD_MQTT_DISCOVERY_H
#define BOARD_MQTT_DISCOVERY_H

#include "text.h"

enum board_mqtt_entity {
	BOARD_MQTT_EVENT,
	BOARD_MQTT_BINARY_SENSOR,
	BOARD_MQTT_IMAGE,
	BOARD_MQTT_ENTITIES
};

/* What an entity is made of; all NUL-terminated. */
struct board_mqtt_source {
	const char *client_id;
	const char *device, *channel, *brand; /* channel and brand may be "" */
	const char *topic;                    /* of the alerts */
	const char *picture_type;             /* image/...; for an image */
	const char *status_topic;
	uint32_t off_s; /* the sensor is off after it; 0: never by itself */
};

/* Append the topic that the entity's configuration is retained on. prefix: Home
 * Assistant's, a topic without wildcards. */
void board_mqtt_discovery_topic(struct board_text *, const char *prefix,
	enum board_mqtt_entity, const struct board_mqtt_source *);

/* Append the entity's configuration, a JSON object. */
void board_mqtt_discovery_json(struct board_text *, enum board_mqtt_entity,
	const struct board_mqtt_source *);

#endif
