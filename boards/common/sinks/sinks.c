/*
 * sinks.c - several sinks behind one: all of them take a message, or none
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "alerts/reader.h"
#include "auth.h"
#include "event.h"
#include "sinks_list.h"

#if BOARD_ENVELOPE_MAX < 512
#error "BOARD_ENVELOPE_MAX: at least 512, for the longest reverse-path"
#endif

#if !SMTPD_ALERT
#define board_reader_push(i, p, len) ((void)0)
#define board_reader_finish(i)       ((void)0)
#define board_reader_stop(i)         ((void)0)
#endif

static struct board_message messages[SMTPD_MAX_SESSIONS];
static uint64_t sessions;

const struct board_refusal board_sink_later = {0, NULL, NULL};

/* see sinks_list.h */
struct board_message *board_sinks_message(unsigned index)
{
	return &messages[index];
}

/* see sinks_list.h */
bool board_sink_has_part(const struct board_message *m, unsigned i)
{
	return !(m->off >> i & 1);
}

/* see sinks_list.h */
void board_sink_leave(struct board_message *m, unsigned i)
{
	m->off |= (uint8_t)(1u << i);
	m->waiting &= (uint8_t) ~(1u << i);
	m->goes_on = true;
	if (board_sinks[i]->drop)
		board_sinks[i]->drop(i, m);
	m->goes_on = false;
}

/* see sinks.h */
const char *board_sinks_open(const char *list)
{
	const char *why = board_sinks_take(list, true);

	board_sinks_read_open();
	return why;
}

/* ---- small things ---- */

struct board_message *board_message(struct smtpd_session *s)
{
	struct smtpd_info info;

	smtpd_session_info(s, &info);
	return &messages[info.index];
}

uint64_t board_session_serial(unsigned index)
{
	return messages[index].serial;
}

/* ---- the sink that core sees ---- */

static enum smtpd_verdict refuse(
	struct board_message *m, const struct board_refusal *r)
{
	m->refusal = r;
	smtpd_session_reply(m->session, r->code, r->enhanced, r->text);
	return SMTPD_REJECT;
}

/* What a sink said; of one that is not required, that it is left out. */
static const struct board_refusal *answer(
	struct board_message *m, unsigned i, const struct board_refusal *r)
{
	if (!r || r == &board_sink_later || board_sink_required(i))
		return r;
	if (board_sinks_config->left_out)
		board_sinks_config->left_out(m, board_sinks[i]->name, r);
	board_sink_leave(m, i);
	return NULL;
}

/* No sink takes the message. */
static void drop_all(struct board_message *m, const char *why, unsigned code)
{
	unsigned i;

	if (!m->open)
		return;
	m->open = false;
	m->waiting = 0;
	m->refused = false;
	m->why = why;
	m->code = code;
	for (i = 0; i < board_sink_count; i++)
		if (board_sinks[i]->drop && board_sink_has_part(m, i))
			board_sinks[i]->drop(i, m);
	board_reader_stop(m->index);
}

static struct board_message *begin(struct smtpd_session *s)
{
	struct smtpd_info info;
	struct board_message *m;

	smtpd_session_info(s, &info);
	m = &messages[info.index];
	m->session = s;
	m->index = info.index;
	m->serial = ++sessions;
	m->open = false;
	m->refused = false;
	return m;
}

static enum smtpd_verdict on_connect(struct smtpd_session *s)
{
	struct board_message *m = begin(s);

	if (board_sinks_config->connected)
		board_sinks_config->connected(m);
	return SMTPD_ACCEPT;
}

static bool note_address(struct board_message *m, const struct smtpd_str *a)
{
	if (m->envelope_len + a->len + 1 > sizeof m->envelope)
		return false;
	if (a->len) /* of <>, a->s may be NULL */
		memcpy(m->envelope + m->envelope_len, a->s, a->len);
	m->envelope_len += a->len;
	m->envelope[m->envelope_len++] = '\0';
	return true;
}

static enum smtpd_verdict on_mail(
	struct smtpd_session *s, const struct smtpd_mail *mail)
{
	struct board_message *m = board_message(s);
	const struct board_refusal *r = NULL;
	unsigned i;

	drop_all(m, "refused", 0);
	m->refusal = NULL;
	m->off = 0;
	m->undecided = false;
	m->size = mail->size;
	m->envelope_len = 0;
	m->rcpt_count = 0;
	note_address(m, &mail->from.text);
	for (i = 0; i < board_sink_count && !r; i++)
		if (board_sinks[i]->mail)
			r = answer(m, i, board_sinks[i]->mail(i, m));
	if (r)
		return refuse(m, r);
	m->open = true;
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict on_rcpt(
	struct smtpd_session *s, const struct smtpd_rcpt *rcpt)
{
	static const struct board_refusal too_many = {
		452, "4.5.3", "Too many recipients"};
	struct board_message *m = board_message(s);

	if (!note_address(m, &rcpt->to.text)) {
		smtpd_session_reply(
			s, too_many.code, too_many.enhanced, too_many.text);
		return SMTPD_REJECT;
	}
	m->rcpt_count++;
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict on_begin(struct smtpd_session *s)
{
	struct board_message *m = board_message(s);
	const struct board_refusal *r = NULL;
	unsigned i;

	board_sinks_decide(m, NULL);
	board_sinks_read(m);
	for (i = 0; i < board_sink_count && !r; i++)
		if (board_sinks[i]->begin && board_sink_has_part(m, i))
			r = answer(m, i, board_sinks[i]->begin(i, m));
	if (!r)
		return SMTPD_ACCEPT;
	return refuse(m, r);
}

static enum smtpd_verdict on_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	const struct board_refusal *r = NULL;
	struct smtpd_info info;
	struct board_message *m;
	unsigned i;

	smtpd_session_info(s, &info);
	m = &messages[info.index];
	if (info.octets)
		board_reader_push(m->index, p, len);
	for (i = 0; i < board_sink_count && !r; i++)
		if (board_sinks[i]->data && board_sink_has_part(m, i))
			r = answer(m, i,
				board_sinks[i]->data(
					i, m, p, len, info.octets == 0));
	return r ? refuse(m, r) : SMTPD_ACCEPT;
}

/* Ask all; m->waiting are those that answer later. */
static const struct board_refusal *prepare_all(struct board_message *m)
{
	const struct board_refusal *r = NULL;
	unsigned i;

	m->waiting = 0;
	board_reader_finish(m->index);
	for (i = 0; i < board_sink_count && !r; i++) {
		if (board_sinks[i]->prepare && board_sink_has_part(m, i))
			r = answer(m, i, board_sinks[i]->prepare(i, m));
		if (r != &board_sink_later)
			continue;
		m->waiting |= (uint8_t)(1u << i);
		r = NULL;
	}
	return r;
}

static const struct board_refusal *commit_all(struct board_message *m)
{
	const struct board_refusal *r = NULL;
	unsigned i;

	for (i = 0; i < board_sink_count && !r; i++)
		if (board_sinks[i]->commit && board_sink_has_part(m, i))
			r = answer(m, i, board_sinks[i]->commit(i, m));
	if (!r)
		return NULL;
	for (i--; i-- > 0;)
		if (board_sinks[i]->rollback && board_sink_has_part(m, i))
			board_sinks[i]->rollback(i, m);
	return r;
}

/* All have answered. */
static void finish(struct board_message *m, const struct board_refusal *r)
{
	m->refusal = r ? r : commit_all(m);
	if (m->refusal)
		drop_all(m, "sink", m->refusal->code);
	board_reader_stop(m->index);
	m->open = false;
}

/* see sinks.h */
void board_sinks_settle(
	unsigned index, unsigned slot, const struct board_refusal *r)
{
	struct board_message *m = &messages[index];
	uint8_t bit = (uint8_t)(1u << slot);

	if (!m->open || !(m->waiting & bit))
		return;
	r = answer(m, slot, r);
	m->waiting = r ? 0 : m->waiting & (uint8_t)~bit;
	if (m->waiting)
		return;
	finish(m, r);
	r = m->refusal;
	if (r)
		smtpd_session_verdict(
			m->ref, SMTPD_REJECT, r->code, r->enhanced, r->text);
	else
		smtpd_session_verdict(m->ref, SMTPD_ACCEPT, 0, NULL, NULL);
}

static enum smtpd_verdict on_end(struct smtpd_session *s, uint16_t rcpt)
{
	struct board_message *m = board_message(s);
	const struct board_refusal *r;

	/* LMTP asks for each recipient: stored once, the same answer to all */
	if (rcpt == SMTPD_ALL_RCPTS || rcpt == 0) {
		m->ref = smtpd_session_ref(s);
		r = prepare_all(m);
		if (!r && m->waiting)
			return SMTPD_LATER;
		finish(m, r);
	}
	return m->refusal ? refuse(m, m->refusal) : SMTPD_ACCEPT;
}

static void on_reset(struct smtpd_session *s, enum smtpd_end why)
{
	struct board_message *m = board_message(s);

	if (m->refusal)
		drop_all(m, "sink", m->refusal->code);
	else if (why == SMTPD_END_REFUSED)
		m->refused = true; /* its reply, and so its code, comes later */
	else
		drop_all(m, board_end_text(why), 0);
}

/* see sinks.h */
void board_sinks_replied(const struct smtpd_session *s, unsigned code)
{
	struct smtpd_info info;

	smtpd_session_info(s, &info);
	if (messages[info.index].refused)
		drop_all(&messages[info.index], "refused", code);
}

static void on_quirk(
	struct smtpd_session *s, enum smtpd_quirk quirk, bool forgiven)
{
	struct board_message *m = board_message(s);
	bool stranger = !m->session; /* refused before `connect` */
	unsigned i;

	if (stranger)
		begin(s);
	if (board_sinks_config->quirk)
		board_sinks_config->quirk(m, quirk, forgiven);
	for (i = 0; i < board_sink_count; i++)
		if (board_sinks[i]->quirk)
			board_sinks[i]->quirk(i, m, quirk, forgiven);
	if (stranger)
		m->session = NULL;
}

static void on_closed(
	struct smtpd_session *s, enum smtpd_end why, bool unacknowledged)
{
	struct board_message *m = board_message(s);

	drop_all(m, board_end_text(why), 0);
	board_auth_closed(m->index);
	if (unacknowledged && board_sinks_config->unacknowledged)
		board_sinks_config->unacknowledged(m);
	m->session = NULL;
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
	.quirk = on_quirk,
};
