/*
 * alert.c - what an alert is made of, picked from a mail
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "alert.h"

#if SMTPD_ALERT

enum { PART_OTHER, PART_TEXT, PART_HTML, PART_PICTURE };

enum { SEEN_FROM = 1, SEEN_TO = 2, SEEN_SUBJECT = 4, SEEN_DATE = 8 };

/* see smtpd_alert.h */
const char *smtpd_alert_state_name(enum smtpd_alert_state state)
{
	static const char *const names[] = {"event", "start", "end", "test"};

	return names[state & 3];
}

/* ---- strings ---- */

/* Take back the beginning of a character that is cut. */
static size_t whole(const char *s, size_t len)
{
	size_t n = len;

	while (n && ((uint8_t)s[n - 1] & 0xc0) == 0x80)
		n--;
	if (n && (uint8_t)s[n - 1] >= 0xc0) {
		uint8_t c = (uint8_t)s[n - 1];
		size_t want = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

		return len - (n - 1) < want ? n - 1 : len;
	}
	return len;
}

/* see alert.h */
bool smtpd_alert_append(
	char *to, size_t cap, const char *s, size_t len, bool lines)
{
	size_t n = strlen(to);

	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c >= 0x80 && c < 0xa0 && n && (uint8_t)to[n - 1] == 0xc2) {
			to[n - 1] = ' '; /* C1 */
			continue;
		}
		if (n + 1 == cap) {
			to[whole(to, n)] = '\0';
			return true;
		}
		if ((c < ' ' && !(c == '\n' && lines)) || c == 127)
			c = ' ';
		to[n++] = (char)c;
	}
	to[n] = '\0';
	return false;
}

static void trim(char *s)
{
	size_t n = strlen(s);

	while (n && smtpd_is_space(s[n - 1]))
		n--;
	s[n] = '\0';
}

static void set(struct smtpd_alert *a, char *to, size_t cap, const char *s,
	size_t len, uint8_t cut)
{
	to[0] = '\0';
	if (smtpd_alert_append(to, cap, s, len, false))
		a->cut |= cut;
	trim(to);
}

/* ---- the header block ---- */

/* The first address of a field: where it is, and the name before it. */
static struct smtpd_str address(struct smtpd_str v, struct smtpd_str *name)
{
	const char *end = v.s + v.len, *p = v.s, *from = v.s;
	bool quoted = false, at = false;

	/* A comma before any '@' is one of a name that was an encoded word. */
	for (; p < end && (quoted || (*p != '<' && (*p != ',' || !at))); p++) {
		quoted ^= *p == '"';
		at |= *p == '@';
	}
	*name = (struct smtpd_str){v.s, 0};
	if (p < end && *p == '<') {
		name->len = (uint16_t)(p - v.s);
		from = ++p;
		while (p < end && *p != '>')
			p++;
	}
	while (name->len && (smtpd_is_space(*name->s) || *name->s == '"')) {
		name->s++;
		name->len--;
	}
	while (name->len && (smtpd_is_space(name->s[name->len - 1]) ||
				    name->s[name->len - 1] == '"'))
		name->len--;
	end = p;
	for (p = from; p < end && *p != ' ' && *p != '('; p++)
		;
	return (struct smtpd_str){from, (uint16_t)(p - from)};
}

static bool first(struct smtpd_alert_reader *r, const struct smtpd_field *f,
	const char *name, uint8_t bit)
{
	if (r->seen & bit || !smtpd_is_lower(f->name.s, f->name.len, name))
		return false;
	r->seen |= bit;
	return true;
}

static void on_field(void *ctx, const struct smtpd_field *f)
{
	struct smtpd_alert_reader *r = ctx;
	struct smtpd_alert *a = &r->alert;
	struct smtpd_str name, from;

	if (f->level)
		return;
	if (first(r, f, "from", SEEN_FROM)) {
		from = address(f->value, &name);
		set(a, a->from, sizeof a->from, from.s, from.len,
			SMTPD_ALERT_CUT_FROM);
		if (f->cut) /* its address may be in what is not there */
			a->cut |= SMTPD_ALERT_CUT_FROM;
		set(a, a->device, sizeof a->device, name.s, name.len,
			SMTPD_ALERT_CUT_WORD);
		r->named = true;
	} else if (first(r, f, "to", SEEN_TO)) {
		from = address(f->value, &name);
		set(a, a->to, sizeof a->to, from.s, from.len,
			SMTPD_ALERT_CUT_TO);
	} else if (first(r, f, "subject", SEEN_SUBJECT)) {
		set(a, a->subject, sizeof a->subject, f->value.s, f->value.len,
			SMTPD_ALERT_CUT_SUBJECT);
		if (f->cut)
			a->cut |= SMTPD_ALERT_CUT_SUBJECT;
	} else if (first(r, f, "date", SEEN_DATE)) {
		a->dated = smtpd_alert_date(
			f->value.s, f->value.len, &a->date_s, &a->zone_min);
	}
}

static void on_header_end(void *ctx)
{
	struct smtpd_alert_reader *r = ctx;

	smtpd_alert_rules(r);
	if (r->events->early)
		r->events->early(r->ctx, &r->alert);
}

/* ---- parts ---- */

static bool ends_in(struct smtpd_str s, const char *end)
{
	size_t n = strlen(end);

	return s.len >= n && smtpd_is_lower(s.s + s.len - n, n, end);
}

/* The type of a picture; empty: it is none. Many a device calls its pictures
 * application/octet-stream. */
static struct smtpd_str picture_type(const struct smtpd_part *p)
{
	static const char jpeg[] = "image/jpeg", png[] = "image/png";

	if (p->type.len > 6 && !memcmp(p->type.s, "image/", 6))
		return p->type;
	if (ends_in(p->name, ".jpg") || ends_in(p->name, ".jpeg"))
		return (struct smtpd_str){jpeg, sizeof jpeg - 1};
	if (ends_in(p->name, ".png"))
		return (struct smtpd_str){png, sizeof png - 1};
	return (struct smtpd_str){jpeg, 0};
}

static void begin_text(struct smtpd_alert_reader *r, const struct smtpd_part *p)
{
	if (r->text_len || p->disposition == SMTPD_DISPOSITION_ATTACHMENT)
		return;
	if (ends_in(p->type, "/plain"))
		r->part = PART_TEXT;
	else if (ends_in(p->type, "/html"))
		r->part = PART_HTML;
	r->html = 0;
	r->hidden = r->blank = r->line = false;
}

static void on_begin(void *ctx, const struct smtpd_part *p)
{
	struct smtpd_alert_reader *r = ctx;
	struct smtpd_alert *a = &r->alert;
	struct smtpd_str type = picture_type(p);

	r->part = PART_OTHER;
	a->parts = (uint16_t)(a->parts + (a->parts < UINT16_MAX));
	if (p->text) {
		begin_text(r, p);
		return;
	}
	if (!type.len)
		return;
	a->pictures = (uint16_t)(a->pictures + (a->pictures < UINT16_MAX));
	if (a->pictures > 1)
		return;
	r->part = PART_PICTURE;
	set(a, a->picture_type, sizeof a->picture_type, type.s, type.len,
		SMTPD_ALERT_CUT_WORD);
	set(a, a->picture_name, sizeof a->picture_name, p->name.s, p->name.len,
		SMTPD_ALERT_CUT_WORD);
}

/* see alert.h */
void smtpd_alert_text(struct smtpd_alert_reader *r, const char *s, size_t len)
{
	struct smtpd_alert *a = &r->alert;

	for (size_t i = 0; i < len; i++) {
		if (a->cut & SMTPD_ALERT_CUT_TEXT)
			return;
		if (s[i] == '\r' || (!r->text_len && smtpd_is_space(s[i])))
			continue;
		if (smtpd_alert_append(a->text + r->text_len,
			    sizeof a->text - r->text_len, s + i, 1, true)) {
			a->cut |= SMTPD_ALERT_CUT_TEXT;
			a->text[whole(a->text, r->text_len)] = '\0';
			return;
		}
		r->text_len++;
	}
}

static void on_octets(void *ctx, const uint8_t *p, size_t len)
{
	struct smtpd_alert_reader *r = ctx;

	if (r->part == PART_TEXT) {
		smtpd_alert_text(r, (const char *)p, len);
	} else if (r->part == PART_HTML) {
		smtpd_alert_html(r, (const char *)p, len);
	} else if (r->part == PART_PICTURE) {
		r->alert.picture_octets += (uint32_t)len;
		if (r->events->picture)
			r->events->picture(r->ctx, &r->alert, p, len);
	}
}

static void on_part_end(void *ctx, unsigned flags)
{
	struct smtpd_alert_reader *r = ctx;

	(void)flags;
	if (r->part == PART_PICTURE && r->events->picture)
		r->events->picture(r->ctx, &r->alert, NULL, 0);
	r->part = PART_OTHER;
}

static void on_end(void *ctx, unsigned flags)
{
	struct smtpd_alert_reader *r = ctx;

	r->alert.flags = (uint8_t)flags;
	r->alert.octets = r->octets;
	trim(r->alert.text);
	smtpd_alert_rules(r);
	if (r->events->full)
		r->events->full(r->ctx, &r->alert);
}

/* ---- the whole ---- */

/* see smtpd_alert.h */
void smtpd_alert_start(struct smtpd_alert_reader *r,
	const struct smtpd_alert_events *events, void *ctx, const char *rules,
	uint16_t rules_len, enum smtpd_charset charset)
{
	static const struct smtpd_message_events on = {on_field, on_header_end,
		on_begin, on_octets, on_part_end, on_end};

	memset(r, 0, sizeof *r);
	r->events = events;
	r->ctx = ctx;
	r->rules = rules;
	r->rules_len = rules ? rules_len : 0;
	smtpd_message_start(&r->message, &on, r, charset);
}

/* see smtpd_alert.h */
void smtpd_alert_envelope(struct smtpd_alert_reader *r, struct smtpd_str from,
	struct smtpd_str to)
{
	struct smtpd_alert *a = &r->alert;

	if (!(r->seen & SEEN_FROM))
		set(a, a->from, sizeof a->from, from.s, from.len,
			SMTPD_ALERT_CUT_FROM);
	if (!(r->seen & SEEN_TO))
		set(a, a->to, sizeof a->to, to.s, to.len, SMTPD_ALERT_CUT_TO);
}

/* see smtpd_alert.h */
void smtpd_alert_push(struct smtpd_alert_reader *r, uint8_t *p, size_t len)
{
	r->octets += (uint32_t)len;
	smtpd_message_push(&r->message, p, len);
}

/* see smtpd_alert.h */
void smtpd_alert_finish(struct smtpd_alert_reader *r)
{
	smtpd_message_finish(&r->message);
}

#else
typedef int smtpd_no_alert; /* ISO C wants a declaration */
#endif
