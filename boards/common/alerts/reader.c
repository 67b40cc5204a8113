/*
 * reader.c - the mail of each session, read for its alert while it arrives
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_config.h"

#include <string.h>

#include "auth.h"
#include "reader.h"
#include "smtpd_port.h"

#if SMTPD_ALERT

/* The octets are the window's, and reading overwrites them: a copy on the
 * stack, in pieces. */
#define PIECE 256

/* Octets shown of a rule that is wrong. */
#define SHOWN_MAX 40

struct reading {
	struct smtpd_alert_reader reader;
	struct smtpd_session *session;
	int64_t time_s;
	uint32_t uptime_ms;
	uint32_t id;
	uint32_t picture_id;
	uint8_t stage; /* enum board_alert_stage */
	uint8_t listener;
};

static struct reading readings[SMTPD_MAX_SESSIONS];
static struct board_alert composed;
static const struct board_reader_events *told;
static const char *user_rules;
static uint16_t user_rules_len;
static enum smtpd_charset foreign;
static uint32_t ids;

static unsigned index_of(const struct reading *r)
{
	return (unsigned)(r - readings);
}

/* ---- what the reader tells ---- */

static void on_early(void *ctx, const struct smtpd_alert *a)
{
	struct reading *r = ctx;

	(void)a;
	r->stage = BOARD_ALERT_EARLY;
	r->id = ++ids;
	if (told && told->early)
		told->early(index_of(r));
}

static void on_picture(
	void *ctx, const struct smtpd_alert *a, const uint8_t *p, size_t len)
{
	if (told && told->picture)
		told->picture(index_of(ctx), a, p, len);
}

static void on_full(void *ctx, const struct smtpd_alert *a)
{
	struct reading *r = ctx;

	(void)a;
	r->stage = BOARD_ALERT_FULL;
}

static const struct smtpd_alert_events events = {
	.early = on_early,
	.picture = on_picture,
	.full = on_full,
};

/* see reader.h */
bool board_reader_rules_ok(const char *rules, struct board_text *why)
{
	struct smtpd_alert_error error;
	size_t len = strlen(rules), rest;

	if (!smtpd_alert_rules_check(rules, len, &error))
		return true;
	rest = strcspn(rules + error.at, ";\n");
	if (rest) {
		board_text_str(why, "at ");
		board_text_json(why, rules + error.at,
			rest < SHOWN_MAX ? rest : SHOWN_MAX);
	} else {
		board_text_str(why, "at the end of a rule");
	}
	board_text_str(why, ": ");
	board_text_str(why, error.why);
	return false;
}

/* see reader.h */
const char *board_reader_charset_wrong(const char *name)
{
	if (!*name || smtpd_charset_find(name, strlen(name)))
		return NULL;
	return "no charset that is known here; give utf-8, iso-8859-1, "
	       "iso-8859-15"
#if SMTPD_GBK
	       ", windows-1252 or gbk";
#else
	       " or windows-1252 (gbk needs a build with SMTPD_GBK)";
#endif
}

/* ---- a mail ---- */

/* see reader.h */
void board_reader_open(const struct board_reader_events *e, const char *rules,
	uint16_t rules_len, const char *charset)
{
	told = e;
	user_rules = rules;
	user_rules_len = rules_len;
	foreign = smtpd_charset_find(charset, strlen(charset));
}

/* see reader.h */
void board_reader_start(struct smtpd_session *s, unsigned listener,
	struct smtpd_str from, struct smtpd_str to)
{
	struct smtpd_info info;
	struct reading *r;

	smtpd_session_info(s, &info);
	r = &readings[info.index];
	r->session = s;
	r->listener = (uint8_t)listener;
	r->stage = BOARD_ALERT_NONE;
	r->picture_id = 0;
	r->time_s = smtpd_port_wall_s();
	r->uptime_ms = smtpd_port_now_ms();
	smtpd_alert_start(
		&r->reader, &events, r, user_rules, user_rules_len, foreign);
	smtpd_alert_envelope(&r->reader, from, to);
}

/* see reader.h */
void board_reader_push(unsigned index, const uint8_t *p, size_t len)
{
	struct reading *r = &readings[index];
	uint8_t piece[PIECE];
	size_t n;

	if (!r->session)
		return;
	for (; len; p += n, len -= n) {
		n = len < sizeof piece ? len : sizeof piece;
		memcpy(piece, p, n);
		smtpd_alert_push(&r->reader, piece, n);
	}
}

/* see reader.h */
void board_reader_finish(unsigned index)
{
	struct reading *r = &readings[index];

	if (r->session && r->stage != BOARD_ALERT_FULL)
		smtpd_alert_finish(&r->reader);
}

/* see reader.h */
void board_reader_stop(unsigned index)
{
	readings[index].session = NULL;
	readings[index].stage = BOARD_ALERT_NONE;
}

/* see reader.h */
void board_reader_picture(unsigned index, uint32_t picture_id)
{
	readings[index].picture_id = picture_id;
}

/* ---- the alert ---- */

static void note_user(struct board_alert *a, const struct smtpd_info *info)
{
	const char *user =
		info->authenticated ? board_auth_user(info->index) : "";
	size_t len = strlen(user);

	if (len >= sizeof a->user)
		len = sizeof a->user - 1;
	memcpy(a->user, user, len);
	a->user[len] = '\0';
}

/* see reader.h */
const struct board_alert *board_reader_alert(unsigned index)
{
	const struct reading *r = &readings[index];
	struct board_alert *a = &composed;
	struct smtpd_info info;

	if (r->stage == BOARD_ALERT_NONE)
		return NULL;
	smtpd_session_info(r->session, &info);
	a->id = r->id;
	a->stage = r->stage;
	a->time_s = r->time_s;
	a->uptime_ms = r->uptime_ms;
	a->peer = info.peer;
	a->listener = r->listener;
	a->picture_id = r->picture_id;
	note_user(a, &info);
	a->alert = r->reader.alert;
	return a;
}

#endif
