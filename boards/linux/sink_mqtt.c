/*
 * sink_mqtt.c - an alert of each message to an MQTT broker
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The client reads 250 when the broker has acknowledged; with mqtt_mode ring,
 * when there was room for it to wait here.
 */
#include "smtpd_lwip_config.h"

#if SMTPD_MQTT

#include <stdio.h>
#include <string.h>

#include "alerts/alert.h"
#include "auth.h"
#include "log.h"
#include "lwip/sys.h"
#include "mqtt.h"
#include "mqtt_alert.h"
#include "options.h"
#include "sinks.h"
#include "smtpd_port.h"

#define PIECE 512 /* octets of a mail that are read at once */

/* What is read of the message of a session. */
struct reading {
	struct smtpd_alert_reader reader;
	struct board_mqtt_picture picture;
	const struct smtpd_alert *alert; /* whole; NULL: not yet */
};

static struct reading readings[SMTPD_MAX_SESSIONS];
static unsigned mine; /* the instance */
static uint32_t alerts;

static const struct board_refusal full = {
	451, "4.4.1", "The MQTT broker does not answer, try again later"};
static const struct board_refusal never = {
	554, "5.3.4", "The MQTT broker does not take this message"};

/* ---- reading ---- */

static void on_picture(
	void *ctx, const struct smtpd_alert *a, const uint8_t *p, size_t len)
{
	struct reading *r = ctx;

	(void)a;
	board_mqtt_picture_add(&r->picture, p, len);
}

static void on_full(void *ctx, const struct smtpd_alert *a)
{
	struct reading *r = ctx;

	r->alert = a;
}

static const struct smtpd_alert_events events = {
	.picture = on_picture, .full = on_full};

static const char *check(const char *argument)
{
	(void)argument;
	return board_mqtt_check();
}

static const char *open_sink(unsigned slot, const char *argument)
{
	(void)argument;
	mine = slot;
	return NULL;
}

static void on_drop(unsigned slot, struct board_message *m)
{
	(void)slot;
	board_mqtt_alert_forget(m->index);
	board_mqtt_picture_drop(&readings[m->index].picture);
}

static struct smtpd_str str(const char *s)
{
	struct smtpd_str span = {s, (uint16_t)strlen(s)};

	return span;
}

static const struct board_refusal *on_begin(
	unsigned slot, struct board_message *m)
{
	struct reading *r = &readings[m->index];
	const char *to = m->envelope + strlen(m->envelope) + 1;

	on_drop(slot, m);
	r->alert = NULL;
	smtpd_alert_start(
		&r->reader, &events, r, NULL, 0, SMTPD_CHARSET_UNKNOWN);
	smtpd_alert_envelope(&r->reader, str(m->envelope), str(to));
	return NULL;
}

static const struct board_refusal *on_data(unsigned slot,
	struct board_message *m, const uint8_t *p, size_t len, bool received)
{
	uint8_t piece[PIECE]; /* the reader overwrites what it is given */
	size_t n;

	(void)slot;
	for (; len && !received; p += n, len -= n) {
		n = len < sizeof piece ? len : sizeof piece;
		memcpy(piece, p, n);
		smtpd_alert_push(&readings[m->index].reader, piece, n);
	}
	return NULL;
}

/* ---- publishing ---- */

static const struct board_refusal *answer(enum board_mqtt_result r)
{
	return r == BOARD_MQTT_TAKEN   ? NULL
	       : r == BOARD_MQTT_WAITS ? &board_sink_later
	       : r == BOARD_MQTT_NEVER ? &never
				       : &full;
}

static void on_told(unsigned index, enum board_mqtt_result r)
{
	board_sinks_settle(index, mine, answer(r));
}

static void describe(struct board_alert *a, const struct board_message *m)
{
	struct smtpd_info info;

	smtpd_session_info(m->session, &info);
	a->id = ++alerts;
	a->time_s = smtpd_port_wall_s();
	a->uptime_ms = sys_now();
	a->peer = info.peer;
	a->picture_id = 0;
	snprintf(a->user, sizeof a->user, "%s",
		info.authenticated ? board_auth_user(m->index) : "");
}

static const struct board_refusal *on_prepare(
	unsigned slot, struct board_message *m)
{
	static struct board_alert a;
	struct reading *r = &readings[m->index];

	(void)slot;
	smtpd_alert_finish(&r->reader);
	describe(&a, m);
	if (!r->alert)
		return &never;
	a.alert = *r->alert;
	return answer(board_mqtt_alert(m->index, &a, &r->picture, on_told));
}

const struct board_sink_kind board_sink_mqtt = {
	.name = "mqtt",
	.check = check,
	.open = open_sink,
	.begin = on_begin,
	.data = on_data,
	.prepare = on_prepare,
	.drop = on_drop,
};

#endif
