/*
 * mqtt_mail.h - a sink's part in MQTT: options, pictures, replies
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Context of every function: the tcpip thread or the main loop.
 */
#ifndef BOARD_MQTT_MAIL_H
#define BOARD_MQTT_MAIL_H

#include "mqtt_alert.h"

/* What the options mqtt_* say. NUL-terminated; kept by pointer, as is what it
 * points to. */
struct board_mqtt_given {
	const char *server, *client_id, *topic;
	const char *user, *password, *discovery; /* "": none */
	const char *tls_name;                    /* "": server */
	const uint8_t *ca; /* PEM or DER; NULL: any certificate will do */
	size_t ca_len;
	/* where lwIP finds the server; NULL: as the server is called */
	const char *seen_as;
	void (*say)(const char *line);
	uint32_t reset_ms, timeout_ms;
	uint16_t port; /* 0: the usual one */
	bool tls, ring, early;
};

/* Are they right? Returns NULL, or what is wrong. Static. */
const char *board_mqtt_given_check(const struct board_mqtt_given *);

/* Begin to connect, after lwip_init(). They are right. Returns NULL, or why
 * there can be no TLS; there is no MQTT then. Static. */
const char *board_mqtt_begin(const struct board_mqtt_given *);

/* Octets of the picture of the mail in this slot, as struct
 * board_reader_events has them. */
void board_mqtt_mail_picture(unsigned index, const uint8_t *p, size_t len);

/* The mail's header block is over: with `early`, tell what it says. */
void board_mqtt_mail_early(unsigned index);

/* The mail is complete, and board_reader_alert() full; as
 * board_mqtt_alert(). */
enum board_mqtt_result board_mqtt_mail_end(
	unsigned index, board_mqtt_told_fn told);

/* A mail begins, is not taken, or nobody waits any more. At any time. */
void board_mqtt_mail_drop(unsigned index);

/* What a client is told of a message that is not taken. */
struct board_mqtt_reply {
	uint16_t code;
	const char *enhanced, *text;
};

/* Of BOARD_MQTT_FULL and BOARD_MQTT_NEVER. Static. */
const struct board_mqtt_reply *board_mqtt_reply(enum board_mqtt_result);

#endif
