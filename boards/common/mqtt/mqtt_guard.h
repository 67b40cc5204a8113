/*
 * mqtt_guard.h - what a broker may say to a client that only publishes
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * MQTT 3.1.1 leaves a broker three answers for us: CONNACK once and first,
 * PUBACK, PINGRESP, none above four octets. All else is a broker that is broken
 * or no broker; lwIP's mqtt app takes it, and writes past its buffer when a
 * remaining length does not end. Octets are looked at here before it sees them.
 */
#ifndef BOARD_MQTT_GUARD_H
#define BOARD_MQTT_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero at the start of a connection. */
struct board_mqtt_guard {
	uint8_t type; /* first octet of the packet that is read */
	uint8_t at;   /* octets of it so far */
	bool greeted; /* CONNACK is in */
};

/*
 * Look at the connection's next octets.
 *
 * Returns NULL when all are right so far; else what is not, and the connection
 * is to be closed. Static. MQTT 3.1.1 2.2, 3.2, 3.4, 3.13, 4.8.
 * Context: any.
 */
const char *board_mqtt_guard(
	struct board_mqtt_guard *, const uint8_t *p, size_t len);

#endif
