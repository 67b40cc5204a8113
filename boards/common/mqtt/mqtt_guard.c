/*
 * mqtt_guard.c - what a broker may say to a client that only publishes
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "mqtt_guard.h"

/* first octets: type and flags, which are all 0 (MQTT 3.1.1 2.2) */
#define CONNACK  0x20u
#define PUBACK   0x40u
#define PINGRESP 0xd0u

static const char *begin(struct board_mqtt_guard *g, uint8_t octet)
{
	bool connack = octet == CONNACK;

	if (!connack && octet != PUBACK && octet != PINGRESP)
		return "a packet that nobody asked for";
	if (connack == g->greeted)
		return connack ? "a second CONNACK" : "no CONNACK first";
	g->greeted = true;
	g->type = octet;
	return NULL;
}

static const char *next(struct board_mqtt_guard *g, uint8_t octet)
{
	const char *why = NULL;
	uint8_t left;

	if (g->at == 0)
		why = begin(g, octet);
	left = g->type == PINGRESP ? 0 : 2;
	if (g->at == 1 && octet != left)
		why = "a packet of the wrong length";
	/* no session can be present: we ask for a clean one */
	if (g->at == 2 && g->type == CONNACK && octet)
		why = "flags in CONNACK";
	g->at = g->at == 1 + left ? 0 : (uint8_t)(g->at + 1);
	return why;
}

/* see mqtt_guard.h */
const char *board_mqtt_guard(
	struct board_mqtt_guard *g, const uint8_t *p, size_t len)
{
	const char *why = NULL;

	while (len-- && !why)
		why = next(g, *p++);
	return why;
}
