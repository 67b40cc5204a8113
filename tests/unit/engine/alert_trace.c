/*
 * alert_trace.c - see alert_trace.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "alert_trace.h"

#include <stdlib.h>
#include <string.h>

static void string(struct octets *o, const char *name, const char *s)
{
	if (!*s)
		return;
	octets_addf(o, " %s=", name);
	octets_add_escaped(o, s, strlen(s));
}

static void show(
	struct octets *o, const char *stage, const struct smtpd_alert *a)
{
	octets_addf(o, "%s", stage);
	string(o, "from", a->from);
	string(o, "to", a->to);
	string(o, "subject", a->subject);
	string(o, "text", a->text);
	string(o, "brand", a->brand);
	string(o, "device", a->device);
	string(o, "channel", a->channel);
	string(o, "event", a->event);
	if (a->dated)
		octets_addf(
			o, " date=%lld%+d", (long long)a->date_s, a->zone_min);
	if (a->state)
		octets_addf(o, " state=%s",
			smtpd_alert_state_name(
				(enum smtpd_alert_state)a->state));
	if (a->pictures)
		octets_addf(o, " picture=%s:%s:%u/%u", a->picture_type,
			a->picture_name, a->picture_octets, a->pictures);
	if (a->cut)
		octets_addf(o, " cut=%x", a->cut);
	octets_addf(o, "\n");
}

static void on_early(void *ctx, const struct smtpd_alert *a)
{
	show(ctx, "early", a);
}

static void on_full(void *ctx, const struct smtpd_alert *a)
{
	show(ctx, "full", a);
	octets_addf(ctx, "octets=%u parts=%u flags=%x\n", a->octets, a->parts,
		a->flags);
}

static void push(void *to, uint8_t *piece, size_t n)
{
	smtpd_alert_push(to, piece, n);
}

void alert_trace(struct octets *o, const void *mail, size_t len,
	const char *rules, message_split *split, void *ctx)
{
	static const struct smtpd_alert_events events = {
		on_early, NULL, on_full};
	struct smtpd_alert_reader *r = malloc(sizeof *r);

	if (!r)
		abort();
	smtpd_alert_start(r, &events, o, rules,
		rules ? (uint16_t)strlen(rules) : 0, SMTPD_CHARSET_UNKNOWN);
	in_pieces(mail, len, split, ctx, push, r);
	smtpd_alert_finish(r);
	free(r);
}
