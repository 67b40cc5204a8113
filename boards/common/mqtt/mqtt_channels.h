/*
 * mqtt_channels.h - the channels that alerts came from, for mqtt_alert.c
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A small table: which of them Home Assistant has been told of, and when a
 * device that never says "motion ended" is taken to have said so. The one
 * that was heard of least recently makes room.
 */
#ifndef BOARD_MQTT_CHANNELS_H
#define BOARD_MQTT_CHANNELS_H

#include "alerts/alert.h"
#include "mqtt_alert.h"

/* Nobody has been told anything yet; timers are off. */
void board_mqtt_channels_open(const struct board_mqtt_options *);

/* The broker may have forgotten what it retained: tell again. */
void board_mqtt_channels_again(void);

/*
 * An alert is about to be published on this topic: tell Home Assistant of its
 * channel. picture: one is published as well.
 *
 * Returns a number for board_mqtt_channels_expect().
 */
uint32_t board_mqtt_channels_alert(const char *topic, const char *device,
	const struct smtpd_alert *, bool picture);

/* The alert was taken; its state is an enum smtpd_alert_state. When it was a
 * beginning, its end is expected from now on. */
void board_mqtt_channels_expect(uint32_t channel, uint8_t state);

#endif
