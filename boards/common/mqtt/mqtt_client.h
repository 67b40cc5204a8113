/*
 * mqtt_client.h - messages to an MQTT broker, each at least once (QoS 1)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * lwIP's mqtt app with what it lacks: it connects again, after a wait that
 * grows; what was not acknowledged is published again on the next connection;
 * a deadline for each message; a limit on how often a message may cost the
 * connection; a bounded store. Broker's octets pass mqtt_guard.h first.
 *
 * lwIP's app always asks for a clean session, so a message that is published
 * again is a new one to the broker (no DUP): subscribers may see it twice.
 *
 * There is one client. Context of every function: the tcpip thread or the main
 * loop, as for all of lwIP's raw API; lwip_init() comes before.
 */
#ifndef BOARD_MQTT_CLIENT_H
#define BOARD_MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd_lwip_config.h"

struct altcp_tls_config;

/* Kept by pointer, as is what it points to. */
struct board_mqtt_config {
	const char *server;    /* address, or a name for DNS */
	const char *called;    /* what say() calls it; NULL: server */
	const char *client_id; /* not "" */
	const char *user;      /* NULL: none */
	const char *password;  /* NULL: none; only with user */
	/* Topic, at most 255 octets, on which "online" is retained, and
	 * "offline" once the connection is lost. NULL: none. */
	const char *status_topic;
	struct altcp_tls_config *tls; /* NULL: in clear text */
	uint16_t port;
	/* The connection is lost. What is published from now on may come to a
	 * broker that has forgotten what it retained. Or NULL. */
	void (*lost)(void);
	/* A line for people, without line end. Or NULL. */
	void (*say)(const char *line);
};

/* What became of a message. */
enum board_mqtt_end {
	BOARD_MQTT_DONE, /* the broker has acknowledged it */
	BOARD_MQTT_LATE, /* its time was over; it may be published all the same
			    when its acknowledgment only was missing */
	BOARD_MQTT_POISON, /* the broker closed the connection each time */
	BOARD_MQTT_STOPPED,
};

/* Never called from within board_mqtt_publish(). */
typedef void (*board_mqtt_done_fn)(uintptr_t arg, enum board_mqtt_end);

struct board_mqtt_message {
	const char *topic;   /* NUL-terminated, 1 octet and up */
	const void *payload; /* of len octets */
	size_t len;
	/* NULL: nobody waits, and the message stays until it was published */
	board_mqtt_done_fn done;
	uintptr_t arg;
	uint32_t wait_ms; /* with done: at most so long; 0: for ever */
	bool retain;
	/* payload stays where it is until done was called; else it is
	 * copied, with the topic, into SMTPD_MQTT_MESSAGE_MAX octets */
	bool kept;
};

/* What the client is doing, for pages and logs. */
struct board_mqtt_stats {
	bool online;
	uint16_t waiting;   /* messages in the store */
	uint16_t most;      /* of them at once so far */
	uint32_t published; /* acknowledged */
	uint32_t lost;      /* late or poison */
	uint32_t connects;  /* times the broker has taken us */
};

/* Begin to connect. Before that, board_mqtt_publish() only stores. */
void board_mqtt_start(const struct board_mqtt_config *);

/* Close the connection, without a word to the broker, which then publishes
 * "offline"; every message ends as BOARD_MQTT_STOPPED. */
void board_mqtt_stop(void);

/*
 * Store a message and publish it as soon as possible, in order. Octets that are
 * not `kept` are copied.
 *
 * Returns 0; SMTPD_ENONE when SMTPD_MQTT_MESSAGES wait; SMTPD_EINVAL when it
 * can never be published: topic and payload are longer than
 * SMTPD_MQTT_MESSAGE_MAX, or than board_mqtt_fits() says.
 */
int board_mqtt_publish(const struct board_mqtt_message *);

/* Can a payload of len octets be published on a topic of topic_len? lwIP's app
 * needs the whole packet in its buffer of SMTPD_MQTT_RING octets. */
bool board_mqtt_fits(size_t topic_len, size_t len);

/* Forget the messages with this arg that somebody waits for: done is not
 * called. The broker may have them all the same. */
void board_mqtt_forget(uintptr_t arg);

void board_mqtt_get_stats(struct board_mqtt_stats *);

#endif
