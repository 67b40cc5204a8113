/*
 * mqtt_store.h - the messages that wait for the broker; for mqtt_client.c
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_MQTT_STORE_H
#define BOARD_MQTT_STORE_H

#include "lwip/apps/mqtt_priv.h"

#include "mqtt_client.h"

/* Connections that a message may cost, when somebody waits for it and when
 * nobody does. */
#define BOARD_MQTT_LOSSES_WAITED 3
#define BOARD_MQTT_LOSSES        8

/* Store a message; as board_mqtt_publish(). */
int board_mqtt_store_put(const struct board_mqtt_message *);

/*
 * Hand to lwIP what is not there yet, in order.
 *
 * acked  called with each PUBACK, and when lwIP gives up waiting for one.
 *
 * Returns whether to try again soon: lwIP has no room now.
 */
bool board_mqtt_store_pump(struct mqtt_client_s *, mqtt_request_cb_t acked);

/* Octets of payload that lwIP has and the broker has not acknowledged. */
uint32_t board_mqtt_store_unacked(void);

/* lwIP's app said this of the message with this arg. */
void board_mqtt_store_acked(void *arg);

/* The connection is gone: all that was not acknowledged is to be published
 * again. blame: the broker closed it, perhaps because of the oldest one. */
void board_mqtt_store_lost(bool blame);

/*
 * End those whose time is over.
 *
 * *next_ms  lowered to when to call again.
 *
 * Returns whether one of them was with the broker, which has not answered.
 */
bool board_mqtt_store_expire(uint32_t now_ms, uint32_t *next_ms);

/* End all of them. */
void board_mqtt_store_clear(void);

void board_mqtt_store_stats(struct board_mqtt_stats *);

#endif
