/*
 * sink_alerts.c - the firmware's sinks that want alerts: mqtt, inbox
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "sink_alerts.h"

#if BOARD_SINK_ALERTS

#include <string.h>

#include "alerts/inbox.h"
#include "alerts/reader.h"
#include "blocks.h"
#include "console.h"
#include "firmware.h"
#include "mqtt_mail.h"
#include "server.h"

#if SMTPD_INBOX
#define INBOX ", inbox"
#else
#define INBOX ""
#endif
#if SMTPD_MQTT
#define MQTT ", mqtt"
#else
#define MQTT ""
#endif

static bool to_log, to_mqtt, to_inbox;

/* ---- the list ---- */

static void complain(struct smtpd_str name)
{
	board_put("settings: sink: there is no ");
	board_put_json(name.s, name.len);
	board_put_line(" here; give log" INBOX MQTT " or null");
}

static bool is(struct smtpd_str name, const char *s)
{
	return name.len == strlen(s) && !memcmp(name.s, s, name.len);
}

static void take_name(struct smtpd_str name)
{
	if (SMTPD_MQTT && is(name, "mqtt")) {
		to_mqtt = true;
	} else if (SMTPD_INBOX && is(name, "inbox")) {
		to_inbox = true;
	} else if (!is(name, "null")) {
		to_log = true;
		if (!is(name, "log"))
			complain(name);
	}
}

static void on_early(unsigned index)
{
#if SMTPD_MQTT
	if (to_mqtt)
		board_mqtt_mail_early(index);
#else
	(void)index;
#endif
}

static void on_picture(unsigned index, const struct smtpd_alert *a,
	const uint8_t *p, size_t len)
{
#if SMTPD_INBOX
	if (to_inbox)
		board_inbox_stage(index, a, p, len);
#else
	(void)a;
#endif
#if SMTPD_MQTT
	if (to_mqtt)
		board_mqtt_mail_picture(index, p, len);
#endif
}

static const char *charset(void)
{
	const char *name = board_settings.alert_charset;
	const char *wrong = board_reader_charset_wrong(name);

	if (!wrong)
		return name;
	board_put("settings: alert_charset: ");
	board_put_json(name, strlen(name));
	board_put(": ");
	board_put(wrong);
	board_put_line("; none is used");
	return "";
}

/* Rules are all taken or none. */
static void open_reader(void)
{
	static const struct board_reader_events events = {
		.early = on_early, .picture = on_picture};
	const char *rules = board_settings.alert_rules;
	struct board_text why;
	char text[256];

	board_text_start(&why, text, sizeof text);
	board_text_str(&why, "settings: alert_rules: ");
	if (!board_reader_rules_ok(rules, &why)) {
		board_put(text);
		board_put_line("; none is used");
		rules = "";
	}
	board_reader_open(&events, rules, (uint16_t)strlen(rules), charset());
}

/* see sink_alerts.h */
bool board_sink_alerts_open(const char *list)
{
	to_log = to_mqtt = to_inbox = false;
	while (list)
		take_name(board_list_item(&list));
	open_reader();
	return to_log;
}

/* see sink_alerts.h */
bool board_sink_has_mqtt(void)
{
	return to_mqtt;
}

/* ---- a mail ---- */

static struct smtpd_str str(const char *s)
{
	struct smtpd_str span = {s, (uint16_t)strlen(s)};

	return span;
}

/* see sink_alerts.h */
void board_sink_alerts_begin(
	struct smtpd_session *s, const char *envelope, unsigned rcpt_count)
{
	struct smtpd_info info;
	const char *to = rcpt_count ? envelope + strlen(envelope) + 1 : "";

	if (!to_mqtt && !to_inbox)
		return;
	smtpd_session_info(s, &info);
	board_reader_start(
		s, board_server_port(info.listener), str(envelope), str(to));
}

/* see sink_alerts.h */
void board_sink_alerts_data(unsigned index, const uint8_t *p, size_t len)
{
	board_reader_push(index, p, len);
}

/* see sink_alerts.h */
void board_sink_alerts_end(unsigned index)
{
	board_reader_finish(index);
#if SMTPD_INBOX
	board_reader_picture(index, board_inbox_staged(index));
#endif
}

/* see sink_alerts.h */
void board_sink_alerts_take(unsigned index)
{
#if SMTPD_INBOX
	const struct board_alert *a = board_reader_alert(index);

	if (to_inbox && a)
		board_inbox_take(index, a);
#endif
	board_reader_stop(index);
}

/* see sink_alerts.h */
void board_sink_alerts_drop(unsigned index)
{
#if SMTPD_MQTT
	if (to_mqtt)
		board_mqtt_mail_drop(index);
#endif
#if SMTPD_INBOX
	board_inbox_drop(index);
#endif
	board_reader_stop(index);
}

#else
typedef int board_no_sink_alerts; /* ISO C wants a declaration */
#endif
