/*
 * record.c - what became of a message, and quirks, as JSON on the console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "board.h"
#include "console.h"
#include "record.h"
#include "smtpd_tls_offer.h"

static void name(const char *key)
{
	board_put(",\"");
	board_put(key);
	board_put("\":");
}

static void string(const char *key, const char *value)
{
	name(key);
	if (value)
		board_put_json(value, strlen(value));
	else
		board_put("null");
}

/* 0: not known */
static void number(const char *key, uint32_t value)
{
	name(key);
	if (value)
		board_put_num(value);
	else
		board_put("null");
}

/* The line's beginning, up to who the client is. */
static void begin(const struct smtpd_info *info, uint32_t session)
{
	uint32_t now_s = board_time_s();

	board_put("{\"time\":");
	if (now_s)
		board_put_num(now_s);
	else
		board_put("null");
	name("session");
	board_put_num(session);
	name("peer");
	board_put("\"");
	board_put_peer(&info->peer);
	board_put("\"");
	name("peer_port");
	board_put_num(info->peer.port);
	name("helo");
	board_put_json(info->helo.s, info->helo.len);
}

static void who(const struct board_record *r)
{
	const struct smtpd_info *info = r->info;

	begin(info, r->session);
	string("protocol", info->protocol);
	string("tls_version", info->tls ? info->tls->version : NULL);
	string("tls_cipher", info->tls ? info->tls->cipher : NULL);
	string("auth_user", *r->user ? r->user : NULL);
}

static void envelope(const struct board_record *r)
{
	const char *at = r->envelope;
	uint16_t i;

	string("from", at);
	name("to");
	board_put("[");
	for (i = 0; i < r->rcpt_listed; i++) {
		at += strlen(at) + 1;
		if (i)
			board_put(",");
		board_put_json(at, strlen(at));
	}
	board_put("]");
	name("rcpt_count");
	board_put_num(r->rcpt_count);
}

static void content(const struct board_record *r)
{
	number("size", r->size);
	name("octets");
	board_put_num(r->octets);
	name("sha256");
	if (r->digest) {
		board_put("\"");
		board_put_hex(r->digest, 32);
		board_put("\"");
	} else {
		board_put("null");
	}
}

void board_record_print(const struct board_record *r)
{
	who(r);
	envelope(r);
	content(r);
	string("verdict", r->verdict);
	number("code", r->code);
	if (r->why)
		string("why", r->why);
	board_put_line("}");
}

#if BOARD_QUIRK_LOG
#if SMTPD_QUIRK_TEXT
static void list(const char *key, const struct smtpd_tls_list *l)
{
	const char *between = "\"";
	unsigned i;

	name(key);
	board_put("[");
	for (i = 0; i < l->count; i++) {
		uint8_t value[2] = {
			(uint8_t)(l->value[i] >> 8), (uint8_t)l->value[i]};

		board_put(between);
		board_put_hex(value, sizeof value);
		between = "\",\"";
	}
	board_put(l->count ? "\"]" : "]");
}

/* What a failed handshake offered, IANA's numbers in hexadecimal. */
static void offered(const struct smtpd_tls_offer *o)
{
	list("tls_versions", &o->versions);
	list("tls_suites", &o->suites);
	list("tls_groups", &o->groups);
	list("tls_signatures", &o->signatures);
}
#endif

void board_record_quirk(const struct smtpd_info *info, uint32_t session,
	enum smtpd_quirk quirk, bool forgiven, unsigned count)
{
	begin(info, session);
	string("quirk", smtpd_quirk_name(quirk));
	name("forgiven");
	board_put(forgiven ? "true" : "false");
	if (count)
		number("count", count);
#if SMTPD_QUIRK_TEXT
	string("advice", smtpd_quirk_text(quirk));
	if (info->tls_offer)
		offered(info->tls_offer);
#endif
	board_put_line("}");
}
#endif
