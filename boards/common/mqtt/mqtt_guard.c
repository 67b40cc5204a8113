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
	return NULL;
}

/* see mqtt_guard.h */
const char *board_mqtt_guard(
	struct board_mqtt_guard *g, uint8_t octet, uint8_t *len)
{
	const char *why = g->at ? NULL : begin(g, octet);
	uint8_t left;

	*len = 0;
	g->octets[g->at] = octet;
	left = g->octets[0] == PINGRESP ? 0 : 2;
	if (g->at == 1 && octet != left)
		why = "a packet of the wrong length";
	/* no session can be present: we ask for a clean one */
	if (g->at == 2 && g->octets[0] == CONNACK && octet)
		why = "flags in CONNACK";
	if (g->at == 3 && g->octets[0] == PUBACK && !g->octets[2] && !octet)
		why = "packet identifier 0";
	if (g->at++ == 1 + left) {
		*len = g->at;
		g->at = 0;
	}
	return why;
}
