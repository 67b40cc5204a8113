/*
 * sink_log.c - sink `log` of firmware: a line on the console for each message
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "auth.h"
#include "content.h"
#include "firmware.h"
#include "log.h"
#include "record.h"
#include "sink.h"
#include "smtpd_peers.h"

static struct board_content contents[SMTPD_MAX_SESSIONS];

static const struct board_refusal full = {
	452, "4.3.1", "The message does not fit this board"};
static const struct board_refusal broken = {
	451, "4.3.0", "The message cannot be hashed now"};

static void print(
	const struct board_message *m, const char *verdict, unsigned code)
{
	struct board_content *c = &contents[m->index];
	uint8_t digest[32];
	struct smtpd_info info;
	struct board_record r = {
		.info = &info,
		.session = (uint32_t)m->serial,
		.envelope = m->envelope,
		.rcpt_listed = (uint16_t)m->rcpt_count,
		.rcpt_count = (uint16_t)m->rcpt_count,
		.size = m->size,
		.octets = c->octets,
		.verdict = verdict,
		.code = (uint16_t)code,
		.why = code == 250 ? NULL : m->why,
	};

	smtpd_session_info(m->session, &info);
	r.user = info.authenticated ? board_auth_user(m->index) : "";
	r.digest = board_content_end(c, digest) ? digest : NULL;
	board_record_print(&r);
}

/* A message that says that it is too long is refused before it is sent. */
static const struct board_refusal *on_mail(
	unsigned slot, struct board_message *m)
{
	uint32_t max = board_settings.sink_message_max;

	(void)slot;
	board_content_none(&contents[m->index]);
	return max && m->size > max ? &full : NULL;
}

static const struct board_refusal *on_begin(
	unsigned slot, struct board_message *m)
{
	(void)slot;
	return board_content_begin(&contents[m->index]) ? NULL : &broken;
}

static const struct board_refusal *on_data(unsigned slot,
	struct board_message *m, const uint8_t *p, size_t len, bool received)
{
	struct board_content *c = &contents[m->index];
	uint32_t max = board_settings.sink_message_max;

	(void)slot;
	if (received)
		return NULL;
	if (max && len > max - c->octets)
		return &full;
	return board_content_add(c, p, len) ? NULL : &broken;
}

static const struct board_refusal *on_commit(
	unsigned slot, struct board_message *m)
{
	(void)slot;
	print(m, "accepted", 250);
	return NULL;
}

/* A client can cause these at will: some are left out. */
static void on_drop(unsigned slot, struct board_message *m)
{
	(void)slot;
	if (!m->goes_on && board_log_may())
		print(m, m->code ? "refused" : "dropped", m->code);
}

#if BOARD_QUIRK_LOG
static void on_quirk(unsigned slot, struct board_message *m,
	enum smtpd_quirk quirk, bool forgiven)
{
	const struct smtpd_peer_memory *peer = smtpd_peer_of(m->session);
	struct smtpd_info info;

	(void)slot;
	smtpd_session_info(m->session, &info);
	if (board_log_may())
		board_record_quirk(&info, (uint32_t)m->serial, quirk, forgiven,
			peer ? peer->quirks[quirk] : 0);
}
#endif

const struct board_sink_kind board_sink_log = {
	.name = "log",
	.order = BOARD_SINK_FINAL,
	.mail = on_mail,
	.begin = on_begin,
	.data = on_data,
	.commit = on_commit,
	.drop = on_drop,
#if BOARD_QUIRK_LOG
	.quirk = on_quirk,
#endif
};
