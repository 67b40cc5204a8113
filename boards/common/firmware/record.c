/*
 * record.c - what became of a message, as one JSON object on the console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "board.h"
#include "console.h"
#include "record.h"

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

static void who(const struct board_record *r)
{
	const struct smtpd_info *info = r->info;

	name("session");
	board_put_num(r->session);
	name("peer");
	board_put("\"");
	board_put_peer(&info->peer);
	board_put("\"");
	name("peer_port");
	board_put_num(info->peer.port);
	name("helo");
	board_put_json(info->helo.s, info->helo.len);
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
	uint32_t now_s = board_time_s();

	board_put("{\"time\":");
	if (now_s)
		board_put_num(now_s);
	else
		board_put("null");
	who(r);
	envelope(r);
	content(r);
	string("verdict", r->verdict);
	number("code", r->code);
	if (r->why)
		string("why", r->why);
	board_put_line("}");
}
