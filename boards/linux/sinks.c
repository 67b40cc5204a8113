/*
 * sinks.c - which sinks this program has, and what is said of them
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>

#include "log.h"
#include "mqtt.h"
#include "options.h"
#include "page_open.h"
#include "server.h"
#include "sinks.h"

static const struct board_sink_kind *const kinds[] = {
#if SMTPD_INBOX
	&board_sink_inbox,
#endif
	&board_sink_log,
	&board_sink_maildir,
#if SMTPD_MQTT
	&board_sink_mqtt,
#endif
	&board_sink_null,
	NULL,
};

static unsigned port_of(const struct smtpd_listener *l)
{
	unsigned i = 0;

	while (i < BOARD_PORTS && board_server_listener(i) != l)
		i++;
	return i;
}

static void on_left_out(const struct board_message *m, const char *sink,
	const struct board_refusal *r)
{
	board_log(BOARD_ERROR, "[%llu] sink %s left out: %u %s",
		(unsigned long long)m->serial, sink, r->code, r->text);
}

static void on_unacknowledged(const struct board_message *m)
{
	board_log(BOARD_INFO, "[%llu] left without our 250: may send it again",
		(unsigned long long)m->serial);
}

static void on_quirk(
	const struct board_message *m, enum smtpd_quirk quirk, bool forgiven)
{
	board_log(BOARD_DEBUG, "[%llu] %s %s", (unsigned long long)m->serial,
		smtpd_quirk_name(quirk), forgiven ? "forgiven" : "refused");
}

static const struct board_sinks_config config = {
	.kinds = kinds,
	.routes = board_options.sink_routes,
#if SMTPD_ALERT
	.rules = board_options.alert_rules,
	.charset = board_options.alert_charset,
#endif
	.port = port_of,
	.left_out = on_left_out,
	.unacknowledged = on_unacknowledged,
	.quirk = on_quirk,
};

static void add_sinks(struct board_options *o)
{
	bool mqtt = false;

	if (board_options_given(o->sinks))
		return;
#if SMTPD_MQTT
	mqtt = *o->mqtt_server;
#endif
	snprintf(o->sinks, sizeof o->sinks, "%s",
		board_sinks_default(board_page_used(), mqtt));
}

/* see sinks.h */
int board_sinks_check_options(void)
{
	struct board_options *o = &board_options;
	const char *why;

	add_sinks(o);
	board_sinks_use(&config);
	why = board_sinks_check(o->sinks);
#if SMTPD_MQTT
	if (!why && board_sinks_have("mqtt"))
		why = board_mqtt_check();
#endif
	if (why)
		return board_options_fail(o->sinks, "%s", why);
	why = board_sinks_check_routes();
	if (why)
		return board_options_fail(o->sink_routes, "%s", why);
	why = board_sinks_take_best_effort(o->sink_best_effort);
	return why ? board_options_fail(o->sink_best_effort, "%s", why) : 0;
}
