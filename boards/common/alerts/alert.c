/*
 * alert.c - an alert as JSON
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_config.h"

#include <string.h>

#include "alert.h"
#include "policy.h"

#if SMTPD_ALERT

static void name(struct board_text *t, const char *key)
{
	if (t->len && t->s[t->len - 1] != '{')
		board_text_str(t, ",");
	board_text_str(t, "\"");
	board_text_str(t, key);
	board_text_str(t, "\":");
}

static void string(struct board_text *t, const char *key, const char *value)
{
	name(t, key);
	board_text_json(t, value, strlen(value));
}

static void number(struct board_text *t, const char *key, uint64_t value)
{
	name(t, key);
	board_text_num(t, value);
}

/* null where no time is known; dates before 1970 are no times. */
static void moment(
	struct board_text *t, const char *key, int64_t time_s, bool known)
{
	name(t, key);
	if (known && time_s >= 0)
		board_text_num(t, (uint64_t)time_s);
	else
		board_text_str(t, "null");
}

static void hex16(struct board_text *t, uint16_t n)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 12;

	while (shift && !(n >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		board_text_put(t, &digits[n >> shift & 15], 1);
}

/* The first of the longest runs of two and more zero groups; 8: none. */
static unsigned zeros(const uint16_t g[8], unsigned *len)
{
	unsigned i, n, at = 8;

	*len = 1;
	for (i = 0; i < 8; i += n + 1) {
		for (n = 0; i + n < 8 && !g[i + n]; n++)
			;
		if (n > *len) {
			*len = n;
			at = i;
		}
	}
	return at;
}

static void ipv6(struct board_text *t, const uint8_t *ip)
{
	uint16_t g[8];
	unsigned i, at, len;

	for (i = 0; i < 8; i++)
		g[i] = (uint16_t)(ip[2 * i] << 8 | ip[2 * i + 1]);
	at = zeros(g, &len);
	for (i = 0; i < 8; i++) {
		if (i == at) {
			board_text_str(t, "::");
			i += len - 1;
			continue;
		}
		if (i && i != at + len)
			board_text_str(t, ":");
		hex16(t, g[i]);
	}
}

/* see alert.h */
void board_alert_peer(struct board_text *t, const struct smtpd_peer *peer)
{
	unsigned i;

	if (peer->family == 6)
		ipv6(t, peer->ip);
	else if (peer->family != 4)
		board_text_str(t, "unknown");
	else
		for (i = 0; i < 4; i++) {
			if (i)
				board_text_str(t, ".");
			board_text_num(t, peer->ip[i]);
		}
}

static void cuts(struct board_text *t, uint8_t cut)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} bits[] = {
		{SMTPD_ALERT_CUT_FROM, "from"},
		{SMTPD_ALERT_CUT_TO, "to"},
		{SMTPD_ALERT_CUT_SUBJECT, "subject"},
		{SMTPD_ALERT_CUT_TEXT, "text"},
		{SMTPD_ALERT_CUT_WORD, "word"},
	};
	bool first = true;
	size_t i;

	name(t, "cut");
	board_text_str(t, "[");
	for (i = 0; i < sizeof bits / sizeof *bits; i++) {
		if (!(cut & bits[i].bit))
			continue;
		board_text_str(t, first ? "\"" : ",\"");
		board_text_str(t, bits[i].name);
		board_text_str(t, "\"");
		first = false;
	}
	board_text_str(t, "]");
}

static void picture(
	struct board_text *t, const struct smtpd_alert *a, uint32_t id)
{
	name(t, "picture");
	if (!a->pictures) {
		board_text_str(t, "null");
		return;
	}
	board_text_str(t, "{");
	name(t, "id");
	if (id)
		board_text_num(t, id);
	else
		board_text_str(t, "null");
	string(t, "type", a->picture_type);
	string(t, "name", a->picture_name);
	number(t, "octets", a->picture_octets);
	number(t, "of", a->pictures);
	board_text_str(t, "}");
}

static void mail(
	struct board_text *t, const struct smtpd_alert *a, uint32_t picture_id)
{
	string(t, "state", smtpd_alert_state_name(a->state));
	string(t, "event", a->event);
	string(t, "brand", a->brand);
	string(t, "device", a->device);
	string(t, "channel", a->channel);
	string(t, "from", a->from);
	string(t, "to", a->to);
	string(t, "subject", a->subject);
	string(t, "text", a->text);
	moment(t, "date", a->date_s, a->dated);
	picture(t, a, picture_id);
	number(t, "octets", a->octets);
	cuts(t, a->cut);
}

/* see alert.h */
void board_alert_json(struct board_text *t, const struct board_alert *a)
{
	board_text_str(t, "{");
	number(t, "id", a->id);
	string(t, "stage", a->stage == BOARD_ALERT_FULL ? "full" : "early");
	moment(t, "time", a->time_s, a->time_s != 0);
	number(t, "uptime_ms", a->uptime_ms);
	name(t, "peer");
	board_text_str(t, "\"");
	board_alert_peer(t, &a->peer);
	board_text_str(t, "\"");
	string(t, "listener", board_policy_word(a->listener));
	string(t, "user", a->user);
	mail(t, &a->alert, a->picture_id);
	board_text_str(t, "}");
}

#endif
