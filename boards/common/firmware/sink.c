/*
 * sink.c - the firmware's sink: counts and hashes, a line for each message
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "auth.h"
#include "console.h"
#include "event.h"
#include "firmware.h"
#include "log.h"
#include "lwip_smtpd.h"
#include "mqtt_mail.h"
#include "record.h"
#include "sink.h"
#include "sink_alerts.h"
#include "smtpd_peers.h"
#include "smtpd_port.h"

/* The message in progress of a session. */
struct message {
	struct smtpd_hash hash;
	const char *why;
	uint32_t serial; /* of the session */
	uint32_t size, octets;
	uint16_t rcpt_count, rcpt_listed;
	uint16_t envelope_len;
	uint16_t code;    /* of the sink's own refusal; 0: none */
	bool open;        /* MAIL was accepted and nothing has ended it */
	bool hashing;     /* `hash` is in use */
	bool at_received; /* the next octets are our Received: field */
	bool refused;     /* by the engine; its reply follows */
#if SMTPD_MQTT
	struct smtpd_session *session;
	smtpd_ref ref; /* of `end`, while `waiting` */
	bool waiting;  /* for the broker */
#endif
	char envelope[BOARD_ENVELOPE_MAX];
};

static struct message messages[SMTPD_MAX_SESSIONS];
static uint32_t serials;
static unsigned sessions_high, connections_high;
static bool silent;

static const char full[] = "The message does not fit this board";

static struct message *message(struct smtpd_session *s, struct smtpd_info *info)
{
	smtpd_session_info(s, info);
	return &messages[info->index];
}

static unsigned index_of(const struct message *m)
{
	return (unsigned)(m - messages);
}

static void forget(struct message *m)
{
#if SMTPD_MQTT
	m->waiting = false;
#endif
	board_sink_alerts_drop(index_of(m));
}

/* ---- the line ---- */

static void print(struct message *m, const struct smtpd_info *info,
	const char *verdict, unsigned code)
{
	uint8_t digest[32];
	struct board_record r = {
		.info = info,
		.session = m->serial,
		.user = info->authenticated ? board_auth_user(info->index) : "",
		.envelope = m->envelope,
		.rcpt_listed = m->rcpt_listed,
		.rcpt_count = m->rcpt_count,
		.size = m->size,
		.octets = m->octets,
		.verdict = verdict,
		.code = (uint16_t)code,
		.why = m->why,
	};

	if (m->hashing && smtpd_port_hash_finish(&m->hash, digest) == 0)
		r.digest = digest;
	m->hashing = false;
	if (!silent)
		board_record_print(&r);
}

/* Not taken. A client can cause these at will: some are left out. */
static void drop(struct message *m, const struct smtpd_info *info,
	const char *why, unsigned code)
{
	if (!m->open)
		return;
	m->open = false;
	m->refused = false;
	m->why = why;
	forget(m);
	if (board_log_may())
		print(m, info, code ? "refused" : "dropped", code);
	m->hashing = false;
}

/* see sink.h */
void board_sink_open(void)
{
	const char *sinks = board_settings.sinks;

#if BOARD_SINK_ALERTS
	silent = !board_sink_alerts_open(sinks);
#else
	silent = strcmp(sinks, "null") == 0;
	if (silent || strcmp(sinks, "log") == 0)
		return;
	board_put("settings: sink: there is no \"");
	board_put(sinks);
	board_put_line("\" here; give log or null");
#endif
}

/* ---- the envelope ---- */

static bool note(struct message *m, const struct smtpd_str *a)
{
	size_t room = sizeof m->envelope - m->envelope_len;

	if (a->len >= room)
		return false;
	if (a->len) /* of <>, a->s may be NULL */
		memcpy(m->envelope + m->envelope_len, a->s, a->len);
	m->envelope_len = (uint16_t)(m->envelope_len + a->len);
	m->envelope[m->envelope_len++] = '\0';
	return true;
}

static void note_from(struct message *m, struct smtpd_str from)
{
	if (from.len >= sizeof m->envelope)
		from.len = sizeof m->envelope - 1;
	m->envelope_len = 0;
	note(m, &from);
}

/* ---- what the engine calls ---- */

static enum smtpd_verdict on_connect(struct smtpd_session *s)
{
	struct smtpd_info info;
	struct message *m = message(s, &info);
	unsigned sessions = smtpd_session_count();
	unsigned connections = lwip_smtpd_conn_count();

	if (sessions > sessions_high)
		sessions_high = sessions;
	if (connections > connections_high)
		connections_high = connections;
	m->serial = ++serials;
	m->open = false;
	m->refused = false;
	m->hashing = false;
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict refuse(struct smtpd_session *s, struct message *m)
{
	m->code = 452;
	smtpd_session_reply(s, 452, "4.3.1", full);
	return SMTPD_REJECT;
}

/* A message that says that it is too long is refused before it is sent. */
static enum smtpd_verdict on_mail(
	struct smtpd_session *s, const struct smtpd_mail *mail)
{
	struct smtpd_info info;
	struct message *m = message(s, &info);

	if (board_settings.sink_message_max &&
		mail->size > board_settings.sink_message_max)
		return refuse(s, m);
	m->open = true;
	m->refused = false;
	m->hashing = false;
	m->why = NULL;
	m->code = 0;
	m->size = mail->size;
	m->octets = 0;
	m->rcpt_count = 0;
	m->rcpt_listed = 0;
	note_from(m, mail->from.text);
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict on_rcpt(
	struct smtpd_session *s, const struct smtpd_rcpt *rcpt)
{
	struct smtpd_info info;
	struct message *m = message(s, &info);

	if (m->rcpt_listed == m->rcpt_count && note(m, &rcpt->to.text))
		m->rcpt_listed++;
	m->rcpt_count++;
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict on_begin(struct smtpd_session *s)
{
	struct smtpd_info info;
	struct message *m = message(s, &info);

	m->octets = 0;
	m->at_received = SMTPD_RECEIVED;
	m->hashing = smtpd_port_hash_start(&m->hash) == 0;
	forget(m);
	board_sink_alerts_begin(s, m->envelope, m->rcpt_listed);
	return m->hashing ? SMTPD_ACCEPT : SMTPD_REJECT;
}

static enum smtpd_verdict on_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	uint32_t max = board_settings.sink_message_max;
	struct smtpd_info info;
	struct message *m = message(s, &info);

	if (m->at_received) {
		m->at_received = false;
		return SMTPD_ACCEPT;
	}
	if (max && len > max - m->octets)
		return refuse(s, m);
	m->octets += (uint32_t)len;
	board_sink_alerts_data(index_of(m), p, len);
	return smtpd_port_hash_update(&m->hash, p, len) ? SMTPD_REJECT
							: SMTPD_ACCEPT;
}

static void accept(struct message *m, const struct smtpd_info *info)
{
	board_sink_alerts_take(index_of(m));
	print(m, info, "accepted", 250);
	m->open = false;
}

#if SMTPD_MQTT
static void on_told(unsigned index, enum board_mqtt_result result)
{
	const struct board_mqtt_reply *r = board_mqtt_reply(result);
	struct message *m = &messages[index];
	struct smtpd_info info;

	if (!m->waiting)
		return;
	m->waiting = false;
	smtpd_session_info(m->session, &info);
	if (result == BOARD_MQTT_TAKEN) {
		accept(m, &info);
		smtpd_session_verdict(m->ref, SMTPD_ACCEPT, 0, NULL, NULL);
		return;
	}
	m->code = r->code;
	drop(m, &info, "sink", r->code);
	smtpd_session_verdict(
		m->ref, SMTPD_REJECT, r->code, r->enhanced, r->text);
}

/* Whether the sink has yet to answer is in m->waiting. */
static enum smtpd_verdict publish(struct smtpd_session *s, struct message *m)
{
	const struct board_mqtt_reply *reply;
	enum board_mqtt_result r;

	m->session = s;
	m->ref = smtpd_session_ref(s);
	r = board_mqtt_mail_end(index_of(m), on_told);
	m->waiting = r == BOARD_MQTT_WAITS;
	if (r == BOARD_MQTT_TAKEN)
		return SMTPD_ACCEPT;
	if (m->waiting)
		return SMTPD_LATER;
	reply = board_mqtt_reply(r);
	m->code = reply->code;
	smtpd_session_reply(s, reply->code, reply->enhanced, reply->text);
	return SMTPD_REJECT;
}
#else
#define publish(s, m) ((void)(s), SMTPD_ACCEPT)
#endif

static enum smtpd_verdict on_end(struct smtpd_session *s, uint16_t rcpt)
{
	struct smtpd_info info;
	struct message *m = message(s, &info);
	enum smtpd_verdict v = SMTPD_ACCEPT;

	/* LMTP asks for each recipient; the line is one */
	if (rcpt != SMTPD_ALL_RCPTS && rcpt != 0)
		return m->code ? SMTPD_REJECT : SMTPD_ACCEPT;
	board_sink_alerts_end(index_of(m));
	if (board_sink_has_mqtt())
		v = publish(s, m);
	if (v == SMTPD_ACCEPT)
		accept(m, &info);
	else if (v == SMTPD_REJECT)
		drop(m, &info, "sink", m->code);
	return v;
}

static void on_reset(struct smtpd_session *s, enum smtpd_end why)
{
	struct smtpd_info info;
	struct message *m = message(s, &info);

	if (m->code)
		drop(m, &info, "sink", m->code);
	else if (why == SMTPD_END_REFUSED)
		m->refused = m->open; /* its reply, and so its code, follows */
	else
		drop(m, &info, board_end_text(why), 0);
}

/* see sink.h */
void board_sink_replied(const struct smtpd_session *s, unsigned code)
{
	struct smtpd_info info;

	smtpd_session_info(s, &info);
	if (messages[info.index].refused)
		drop(&messages[info.index], &info, "refused", code);
}

static void on_closed(
	struct smtpd_session *s, enum smtpd_end why, bool unacknowledged)
{
	struct smtpd_info info;
	struct message *m = message(s, &info);

	(void)unacknowledged;
	drop(m, &info, board_end_text(why), 0);
	board_auth_closed(info.index);
}

#if BOARD_QUIRK_LOG
static void on_quirk(
	struct smtpd_session *s, enum smtpd_quirk quirk, bool forgiven)
{
	const struct smtpd_peer_memory *peer = smtpd_peer_of(s);
	struct smtpd_info info;
	struct message *m = message(s, &info);

	if (!silent && board_log_may())
		board_record_quirk(&info, m->serial, quirk, forgiven,
			peer ? peer->quirks[quirk] : 0);
}
#endif

uint32_t board_sink_serial(unsigned index)
{
	return messages[index].serial;
}

void board_sink_high(unsigned *sessions, unsigned *connections)
{
	*sessions = sessions_high;
	*connections = connections_high;
}

const struct smtpd_sink board_sink = {
	.connect = on_connect,
#if SMTPD_AUTH_EXTERNAL
	.flags = SMTPD_SINK_EXTERNAL, /* see auth_off of a listener */
#endif
	.auth = board_auth,
#if SMTPD_SCRAM
	.scram = board_auth_scram,
#endif
	.mail = on_mail,
	.rcpt = on_rcpt,
	.begin = on_begin,
	.data = on_data,
	.end = on_end,
	.reset = on_reset,
	.closed = on_closed,
#if BOARD_QUIRK_LOG
	.quirk = on_quirk,
#endif
};
