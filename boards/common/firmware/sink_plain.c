/*
 * sink_plain.c - where there is no RAM for several sinks: log, or null
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "auth.h"
#include "console.h"
#include "content.h"
#include "event.h"
#include "firmware.h"
#include "log.h"
#include "record.h"
#include "sink.h"
#include "smtpd_peers.h"

#if BOARD_ENVELOPE_MAX > 255
#error "BOARD_ENVELOPE_MAX: at most 255 with BOARD_SINKS=0"
#endif

/* The message in progress of a session. */
struct message {
	struct board_content content;
	const char *why;
	uint32_t serial; /* of the session */
	uint32_t size;
	uint16_t rcpt_count, rcpt_listed;
	uint8_t envelope_len;
	bool open;     /* MAIL was accepted and nothing has ended it */
	bool too_long; /* and so refused by this sink */
	bool refused;  /* by the engine; its reply follows */
#if SMTPD_QUIRK_POLICY
	bool connected; /* `closed` will be called */
#endif
	char envelope[BOARD_ENVELOPE_MAX]; /* rcpt_listed of them */
};

static struct message messages[SMTPD_MAX_SESSIONS];
static uint32_t serials;
static bool silent, wrong;

static const char full[] = "The message does not fit this board";

static struct message *message(struct smtpd_session *s, struct smtpd_info *info)
{
	smtpd_session_info(s, info);
	return &messages[info->index];
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
		.octets = m->content.octets,
		.verdict = verdict,
		.code = (uint16_t)code,
		.why = m->why,
	};

	if (board_content_end(&m->content, digest))
		r.digest = digest;
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
	if (board_log_may())
		print(m, info, code ? "refused" : "dropped", code);
}

/* see sink.h */
void board_sink_open(void)
{
	const char *sinks = board_settings.sinks;

	silent = strcmp(sinks, "null") == 0;
	wrong = !silent && *sinks && strcmp(sinks, "log") != 0;
	if (!wrong)
		return;
	board_put("settings: sink: \"");
	board_put(sinks);
	board_put_line("\": log, null are right; no mail is taken");
}

/* ---- the envelope ---- */

static bool note(struct message *m, const struct smtpd_str *a)
{
	size_t room = sizeof m->envelope - m->envelope_len;

	if (a->len >= room)
		return false;
	if (a->len) /* of <>, a->s may be NULL */
		memcpy(m->envelope + m->envelope_len, a->s, a->len);
	m->envelope_len = (uint8_t)(m->envelope_len + a->len);
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

	board_stats_session();
	m->serial = ++serials;
#if SMTPD_QUIRK_POLICY
	m->connected = true;
#endif
	m->open = false;
	m->refused = false;
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict refuse(struct smtpd_session *s, struct message *m)
{
	m->too_long = true;
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
	m->too_long = false;
	m->why = NULL;
	m->size = mail->size;
	board_content_none(&m->content);
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

	return !wrong && board_content_begin(&m->content) ? SMTPD_ACCEPT
							  : SMTPD_REJECT;
}

static enum smtpd_verdict on_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	uint32_t max = board_settings.sink_message_max;
	struct smtpd_info info;
	struct message *m = message(s, &info);

	if (info.octets == 0) /* our Received: field */
		return SMTPD_ACCEPT;
	if (max && len > max - m->content.octets)
		return refuse(s, m);
	return board_content_add(&m->content, p, len) ? SMTPD_ACCEPT
						      : SMTPD_REJECT;
}

static enum smtpd_verdict on_end(struct smtpd_session *s, uint16_t rcpt)
{
	struct smtpd_info info;
	struct message *m = message(s, &info);

	/* LMTP asks for each recipient; the line is one */
	if (rcpt != SMTPD_ALL_RCPTS && rcpt != 0)
		return SMTPD_ACCEPT;
	print(m, &info, "accepted", 250);
	m->open = false;
	return SMTPD_ACCEPT;
}

static void on_reset(struct smtpd_session *s, enum smtpd_end why)
{
	struct smtpd_info info;
	struct message *m = message(s, &info);

	if (m->too_long)
		drop(m, &info, "sink", 452);
	else if (why == SMTPD_END_REFUSED)
		m->refused = m->open; /* its reply, and so its code, follows */
	else
		drop(m, &info, board_end_text(why), 0);
}

/* see sinks.h */
void board_sinks_replied(const struct smtpd_session *s, unsigned code)
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
#if SMTPD_QUIRK_POLICY
	m->connected = false;
#endif
}

#if BOARD_QUIRK_LOG
static void on_quirk(
	struct smtpd_session *s, enum smtpd_quirk quirk, bool forgiven)
{
	const struct smtpd_peer_memory *peer = smtpd_peer_of(s);
	struct smtpd_info info;
	struct message *m = message(s, &info);

#if SMTPD_QUIRK_POLICY
	if (!m->connected) /* a number of its own, as if it were */
		m->serial = ++serials;
#endif
	if (!silent && board_log_may())
		board_record_quirk(&info, m->serial, quirk, forgiven,
			peer ? peer->quirks[quirk] : 0);
}
#endif

/* see sinks.h */
uint64_t board_session_serial(unsigned index)
{
	return messages[index].serial;
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
