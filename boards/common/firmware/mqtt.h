/*
 * mqtt.h - the firmware's MQTT client, by its settings
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_FIRMWARE_MQTT_H
#define BOARD_FIRMWARE_MQTT_H

/* Begin to connect, after board_net_open(). What is wrong with the settings is
 * said on the console, and mail is refused then. */
void board_mqtt_open(void);

#endif
