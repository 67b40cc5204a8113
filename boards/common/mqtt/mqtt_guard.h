/*
 * mqtt_guard.h - what a broker may say to a client that only publishes
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * MQTT 3.1.1 leaves a broker three answers for us: CONNACK once and first,
 * PUBACK, PINGRESP, none above four octets. All else is a broker that is broken
 * or no broker; lwIP's mqtt app takes it, and writes past its buffer when a
 * remaining length does not end. It also takes a packet that comes in two
 * segments for one that is too short. Octets are looked at here first, and it
 * gets whole packets.
 */
#ifndef BOARD_MQTT_GUARD_H
#define BOARD_MQTT_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_MQTT_ANSWER_MAX 4

/* All zero at the start of a connection. */
struct board_mqtt_guard {
	uint8_t octets[BOARD_MQTT_ANSWER_MAX]; /* of the packet that is read */
	uint8_t at;                            /* so many of them */
	bool greeted;                          /* CONNACK is in */
};

/*
 * Take the connection's next octet.
 *
 * len  set to the length of the packet in octets[] when this was its last
 *      octet, else to 0.
 *
 * Returns NULL when all is right so far; else what is not, and the connection
 * is to be closed. Static. MQTT 3.1.1 2.2, 3.2, 3.4, 3.13, 4.8.
 * Context: any.
 */
const char *board_mqtt_guard(
	struct board_mqtt_guard *, uint8_t octet, uint8_t *len);

#endif
