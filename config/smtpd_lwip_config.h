/*
 * smtpd_lwip_config.h - every option of the lwIP binding, with its default
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Set like those of smtpd_config.h, which this header includes. Read by
 * port/lwip and, through config/lwip/lwipopts.h, by lwIP itself: both MUST be
 * compiled with the same values. Booleans are 0 or 1.
 */
#ifndef SMTPD_LWIP_CONFIG_H
#define SMTPD_LWIP_CONFIG_H

#include "smtpd_config.h"

/* 1: big pools, IPv4 and IPv6, out-of-order queues, assertions, as a Linux
 * gateway can afford; 0: a microcontroller. */
#ifndef SMTPD_LWIP_GATEWAY
#define SMTPD_LWIP_GATEWAY SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* SMTP listeners at once. */
#ifndef SMTPD_LWIP_LISTENERS
#define SMTPD_LWIP_LISTENERS (SMTPD_TLS ? 3 : 1)
#endif

/* Handshakes in progress on all listeners together, 1 to 255. When there are
 * so many, a new one replaces the oldest that takes longer than a second: a
 * SYN flood leaves nothing behind. Each costs one struct tcp_pcb. */
#ifndef SMTPD_LWIP_BACKLOG
#define SMTPD_LWIP_BACKLOG (SMTPD_LWIP_GATEWAY ? 128 : 4)
#endif

/* Connections beyond SMTPD_MAX_SESSIONS that only read their last reply: a
 * 421, or the 221 of a session whose slot is free again. At least 1. Each
 * costs one struct smtpd_conn and one struct tcp_pcb. */
#ifndef SMTPD_LWIP_CLOSING
#define SMTPD_LWIP_CLOSING (SMTPD_LWIP_GATEWAY ? 16 : 2)
#endif

/* How long such a connection may take to read it and to close, ms. After that
 * it is reset. Less when another connection needs its place. */
#ifndef SMTPD_LWIP_LINGER_MS
#define SMTPD_LWIP_LINGER_MS 5000
#endif

/* TCP connections and listeners of other users of lwIP: a web page, which has
 * ten, MQTT, which has one. */
#ifndef SMTPD_LWIP_OTHER_TCP
#define SMTPD_LWIP_OTHER_TCP (SMTPD_LWIP_GATEWAY ? 16 : SMTPD_PAGE ? 12 : 2)
#endif
#ifndef SMTPD_LWIP_OTHER_LISTENERS
#define SMTPD_LWIP_OTHER_LISTENERS 1
#endif

/* sys_timeout()s of other users of lwIP. */
#ifndef SMTPD_LWIP_OTHER_TIMEOUTS
#define SMTPD_LWIP_OTHER_TIMEOUTS 4
#endif

/* Alerts are published over MQTT with lwIP's mqtt app (boards/common/mqtt); a
 * TCP connection of the others', three timeouts, and DNS with a UDP pcb. */
#ifndef SMTPD_MQTT
#define SMTPD_MQTT SMTPD_BY_PROFILE(0, 0, SMTPD_ALERT)
#endif

/* Octets of a PUBLISH, topic included, at the most: lwIP's app wants it whole
 * in its buffer, of which there is one; 512 to 65535. A picture that is larger
 * is left out. */
#ifndef SMTPD_MQTT_RING
#define SMTPD_MQTT_RING (SMTPD_LWIP_GATEWAY ? 65535 : 32768)
#endif

/* Messages that wait for the broker, 1 to 4096. */
#ifndef SMTPD_MQTT_MESSAGES
#define SMTPD_MQTT_MESSAGES (SMTPD_LWIP_GATEWAY ? 128 : 16)
#endif

/* Octets of each, topic included, but for pictures; 512 to 32768. */
#ifndef SMTPD_MQTT_MESSAGE_MAX
#define SMTPD_MQTT_MESSAGE_MAX (SMTPD_LWIP_GATEWAY ? 16384 : 4096)
#endif

/* Pictures that wait for it, or that are being received, 1 to 255. Each costs
 * SMTPD_MQTT_RING octets. */
#ifndef SMTPD_MQTT_PICTURES
#define SMTPD_MQTT_PICTURES (SMTPD_LWIP_GATEWAY ? 32 : 4)
#endif

/* Channels of devices that are remembered, 1 to 1024: Home Assistant has been
 * told of them, or their end is expected. */
#ifndef SMTPD_MQTT_CHANNELS
#define SMTPD_MQTT_CHANNELS (SMTPD_LWIP_GATEWAY ? 64 : 16)
#endif

/* The last alerts stay in RAM for whoever shows them, with pictures
 * (boards/common/alerts). */
#ifndef SMTPD_INBOX
#define SMTPD_INBOX SMTPD_BY_PROFILE(0, 0, SMTPD_ALERT)
#endif

/* Alerts in it, 1 to 65535. Each costs one struct board_alert. */
#ifndef SMTPD_INBOX_ALERTS
#define SMTPD_INBOX_ALERTS (SMTPD_LWIP_GATEWAY ? 256 : 16)
#endif

/* Channels whose last picture is kept, 1 to 1024, and octets of a picture at
 * the most; a larger one is left out. */
#ifndef SMTPD_INBOX_PICTURES
#define SMTPD_INBOX_PICTURES (SMTPD_LWIP_GATEWAY ? 32 : 4)
#endif
#ifndef SMTPD_INBOX_PICTURE_MAX
#define SMTPD_INBOX_PICTURE_MAX (SMTPD_LWIP_GATEWAY ? 1048576 : 131072)
#endif

/* Pictures of mails that are arriving, 1 to 255; one more is left out. */
#ifndef SMTPD_INBOX_STAGES
#define SMTPD_INBOX_STAGES (SMTPD_LWIP_GATEWAY ? 8 : 2)
#endif

/* The web page (boards/common/page) where the board has one: ten TCP
 * connections of the others', and with TLS ten of SMTPD_TLS_OTHER_SLOTS. */
#ifndef SMTPD_PAGE
#define SMTPD_PAGE SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* lwIP's assertions are compiled in; the board supplies board_assert(). Some
 * 8 KB of flash. */
#ifndef SMTPD_LWIP_ASSERT
#define SMTPD_LWIP_ASSERT SMTPD_LWIP_GATEWAY
#endif

#if SMTPD_LWIP_BACKLOG < 1 || SMTPD_LWIP_BACKLOG > 255
#error "SMTPD_LWIP_BACKLOG: 1 to 255"
#endif
#if SMTPD_MQTT && !SMTPD_ALERT
#error "SMTPD_MQTT needs SMTPD_ALERT"
#endif
#if SMTPD_MQTT_RING < 512 || SMTPD_MQTT_RING > 65535
#error "SMTPD_MQTT_RING: 512 to 65535"
#endif
#if SMTPD_MQTT_MESSAGES < 1 || SMTPD_MQTT_MESSAGES > 4096
#error "SMTPD_MQTT_MESSAGES: 1 to 4096"
#endif
#if SMTPD_MQTT_PICTURES < 1 || SMTPD_MQTT_PICTURES > 255
#error "SMTPD_MQTT_PICTURES: 1 to 255"
#endif
#if SMTPD_MQTT_CHANNELS < 1 || SMTPD_MQTT_CHANNELS > 1024
#error "SMTPD_MQTT_CHANNELS: 1 to 1024"
#endif
#if SMTPD_MQTT_MESSAGE_MAX < 512 || SMTPD_MQTT_MESSAGE_MAX > 32768
#error "SMTPD_MQTT_MESSAGE_MAX: 512 to 32768"
#endif
#if SMTPD_INBOX && !SMTPD_ALERT
#error "SMTPD_INBOX needs SMTPD_ALERT"
#endif
#if SMTPD_INBOX_ALERTS < 1 || SMTPD_INBOX_ALERTS > 65535
#error "SMTPD_INBOX_ALERTS: 1 to 65535"
#endif
#if SMTPD_INBOX_PICTURES < 1 || SMTPD_INBOX_PICTURES > 1024
#error "SMTPD_INBOX_PICTURES: 1 to 1024"
#endif
#if SMTPD_INBOX_PICTURE_MAX < 1024 || SMTPD_INBOX_PICTURE_MAX > 67108864
#error "SMTPD_INBOX_PICTURE_MAX: 1024 to 67108864"
#endif
#if SMTPD_INBOX_STAGES < 1 || SMTPD_INBOX_STAGES > 255
#error "SMTPD_INBOX_STAGES: 1 to 255"
#endif
#if SMTPD_PAGE && 10 + SMTPD_MQTT > SMTPD_LWIP_OTHER_TCP
#error "SMTPD_PAGE: ten of SMTPD_LWIP_OTHER_TCP, eleven with SMTPD_MQTT"
#endif
#if SMTPD_LWIP_CLOSING < 1
#error "SMTPD_LWIP_CLOSING: at least 1, or nobody could be told 421"
#endif

#endif
