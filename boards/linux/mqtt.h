/*
 * mqtt.h - the MQTT client of this process, by its options
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_MQTT_H
#define BOARD_MQTT_H

/* Are the options right? Returns NULL, or what is wrong. Opens nothing. */
const char *board_mqtt_check(void);

/* After board_net_open(): begin to connect, when a sink is `mqtt`. Returns 0,
 * or 2 with the line printed. */
int board_mqtt_open(void);

/* Close the connection; the broker publishes "offline". */
void board_mqtt_close(void);

#endif
