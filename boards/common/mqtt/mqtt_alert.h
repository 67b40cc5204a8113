/*
 * mqtt_alert.h - alerts and their pictures as MQTT messages
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * An alert is a JSON object (boards/common/alerts/alert.h) on a topic made of
 * a template; its picture, as it is, on that topic and "/picture". A picture
 * that does not fit into lwIP's buffer is left out, and the JSON says why.
 *
 * Context of every function: the tcpip thread or the main loop.
 */
#ifndef BOARD_MQTT_ALERT_H
#define BOARD_MQTT_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerts/alert.h"
#include "mqtt_client.h"

#define BOARD_MQTT_TOPIC_MAX 192 /* octets, with NUL */

/* Kept by pointer, as is what it points to. */
struct board_mqtt_options {
	const char *client_id;
	const char *topic;        /* a template */
	const char *status_topic; /* availability */
	const char *discovery;    /* Home Assistant's prefix; "": not told */
	uint32_t reset_ms;        /* an end is published after it; 0: never */
	uint32_t wait_ms;         /* for the broker, while the client waits */
	bool ring;                /* the client does not wait for the broker */
	bool early;               /* publish the early stage too */
};

/* A picture that is being received: the buffer it is in, or why it is in
 * none. All zero before the first octet. */
struct board_mqtt_picture {
	const char *why; /* left out; static. NULL: it is not */
	uint32_t len;
	uint8_t buffer; /* 1 and up; 0: none */
};

/* Is this template right? Returns NULL, or what is wrong. Static. */
const char *board_mqtt_alert_template(const char *topic);

/* Use these options from now on; pictures and channels are forgotten. */
void board_mqtt_alert_open(const struct board_mqtt_options *);

/* The picture's next octets. */
void board_mqtt_picture_add(
	struct board_mqtt_picture *, const uint8_t *octets, size_t len);

/* It is not published after all. */
void board_mqtt_picture_drop(struct board_mqtt_picture *);

/* How an alert came out. */
enum board_mqtt_result {
	BOARD_MQTT_TAKEN, /* acknowledged; or, with `ring`, stored */
	BOARD_MQTT_WAITS, /* told later */
	BOARD_MQTT_FULL,  /* try again later: no room, or no broker */
	BOARD_MQTT_NEVER  /* the broker takes no such message */
};

typedef void (*board_mqtt_told_fn)(unsigned index, enum board_mqtt_result);

/*
 * Publish an alert.
 *
 * index    the session's slot, SMTPD_MAX_SESSIONS - 1 at the most; whatever
 *          still waits under that number is forgotten.
 * picture  all of it; taken over.
 * told     called once after BOARD_MQTT_WAITS; never from in here.
 *
 * Returns what came of it so far; BOARD_MQTT_FULL as well before
 * board_mqtt_alert_open().
 */
enum board_mqtt_result board_mqtt_alert(unsigned index,
	const struct board_alert *, struct board_mqtt_picture *picture,
	board_mqtt_told_fn told);

/*
 * With `early`, publish the early stage of an alert, on its topic and
 * "/early". Its mail may be refused or lost later; its topic may be another
 * one than that of the full stage, which knows more. Nobody waits for it, and
 * it is left out when half of the store is taken.
 */
void board_mqtt_alert_early(const struct board_alert *);

/* Nobody waits for the alert with this number any more. */
void board_mqtt_alert_forget(unsigned index);

#endif
