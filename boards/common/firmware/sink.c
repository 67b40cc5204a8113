/*
 * sink.c - which sinks firmware has, and what is said of them
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "alerts/reader.h"
#include "console.h"
#include "firmware.h"
#include "log.h"
#include "server.h"
#include "sink.h"

static const struct board_sink_kind *const kinds[] = {
#if SMTPD_INBOX
	&board_sink_inbox,
#endif
	&board_sink_log,
#if SMTPD_MQTT
	&board_sink_mqtt,
#endif
	&board_sink_null,
	NULL,
};

/* ---- while the list is wrong ---- */

/* Where a message was to go is not known: nobody may be told that it is
 * there. */
static const struct board_refusal *on_mail(
	unsigned slot, struct board_message *m)
{
	static const struct board_refusal wrong = {
		451, "4.3.5", "The settings of this board are wrong"};

	(void)slot;
	(void)m;
	return &wrong;
}

static const struct board_sink_kind nobody = {
	.name = "nobody", .mail = on_mail};
static const struct board_sink_kind *const nobodies[] = {&nobody, NULL};

/* ---- what is said ---- */

static void complain(const char *key, const char *why, const char *so)
{
	board_put("settings: ");
	board_put(key);
	board_put(": ");
	board_put(why);
	board_put("; ");
	board_put_line(so);
}

static void on_connected(const struct board_message *m)
{
	(void)m;
	board_stats_session();
}

/* A client can cause these at will: some are left out. */
static void on_left_out(const struct board_message *m, const char *sink,
	const struct board_refusal *r)
{
	if (!board_log_may())
		return;
	board_put("[");
	board_put_num((uint32_t)m->serial);
	board_put("] sink ");
	board_put(sink);
	board_put(" left out: ");
	board_put_num(r->code);
	board_put(" ");
	board_put_line(r->text);
}

/* ---- the settings ---- */

static struct board_sinks_config config = {
	.port = board_server_port,
	.connected = on_connected,
	.left_out = on_left_out,
};

#if SMTPD_ALERT
/* All of them or none. */
static const char *rules(void)
{
	const char *given = board_settings.alert_rules;
	struct board_text why;
	char text[256];

	board_text_start(&why, text, sizeof text);
	if (board_reader_rules_ok(given, &why))
		return given;
	complain("alert_rules", text, "none is used");
	return "";
}

static const char *charset(void)
{
	const char *given = board_settings.alert_charset;
	const char *why = board_reader_charset_wrong(given);

	if (!why)
		return given;
	complain("alert_charset", why, "none is used");
	return "";
}
#else
#define rules()   ""
#define charset() ""
#endif

static const char *wanted(const struct board_settings *s)
{
	bool page = false, mqtt = false;

#if SMTPD_PAGE
	page = *s->page_password && s->page_port;
#endif
#if SMTPD_MQTT
	mqtt = *s->mqtt_server;
#endif
	return *s->sinks ? s->sinks : board_sinks_default(page, mqtt);
}

/* What the list of sinks is to be; routes and best effort become right. */
static const char *check(const struct board_settings *s)
{
	const char *list = wanted(s), *why = board_sinks_check(list);

	if (why) {
		complain("sink", why, "no mail is taken");
		config.kinds = nobodies;
		config.routes = "";
		return nobody.name;
	}
	why = board_sinks_check_routes();
	if (why) {
		complain("sink_route", why, "all sinks take all mail");
		config.routes = "";
	}
	why = board_sinks_take_best_effort(s->sink_best_effort);
	if (why) {
		complain("sink_best_effort", why, "all sinks are required");
		board_sinks_take_best_effort("");
	}
	return list;
}

/* see sink.h */
void board_sink_open(void)
{
	config.kinds = kinds;
	config.routes = board_settings.sink_routes;
	config.rules = rules();
	config.charset = charset();
	board_sinks_use(&config);
	board_sinks_open(check(&board_settings));
}