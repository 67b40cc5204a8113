/*
 * mqtt_topic.h - topics made of a template and of what a mail says
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * What comes from mail is one level of a topic at the most: + # and / in it,
 * and what MQTT forbids or a terminal acts upon, become '_'.
 */
#ifndef BOARD_MQTT_TOPIC_H
#define BOARD_MQTT_TOPIC_H

#include "text.h"

/* What stands for {NAME} in a template. Static or the caller's. */
struct board_mqtt_word {
	const char *name;
	const char *value; /* NUL-terminated; "" or NULL is "unknown" */
};

/*
 * Is a template right? It is when it is not empty, has no wildcard, no control
 * character, no $ at its beginning, is UTF-8, and all its {NAME} are in words,
 * of which there are count.
 *
 * Returns NULL, or what is wrong. Static. MQTT 3.1.1 1.5.3, 4.7.
 * Context: any.
 */
const char *board_mqtt_template(
	const char *s, const struct board_mqtt_word *words, size_t count);

/* Append the topic of a template that is right. */
void board_mqtt_topic(struct board_text *, const char *s,
	const struct board_mqtt_word *words, size_t count);

/* Append a level of a topic: value, cleaned as said above. */
void board_mqtt_level(struct board_text *, const char *value);

/*
 * Append a name for Home Assistant's object_id and unique_id: letters, digits,
 * '_' and '-' of value; when anything else was in it, a '_' and eight
 * hexadecimal digits that tell it from others.
 */
void board_mqtt_slug(struct board_text *, const char *value);

#endif
