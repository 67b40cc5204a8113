/*
 * alert_rules.c - rules that know the brands, and the user's
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "alert.h"

#if SMTPD_ALERT

/* What cameras, UPSes and printers write, from their manuals and from users'
 * mails. Brands first, then what their words mean, then anybody's. */
/* clang-format off */
static const char brands[] =
	"text~\"EVENT TYPE:\"|\"DVR S/N\" brand=hikvision\n"
	"subject~hikvision|\"Embedded Net DVR\" brand=hikvision\n"
	"from~hikvision brand=hikvision\n"
	"text~\"Alarm Camera Name\" brand=reolink\n"
	"from~reolink brand=reolink\n"
	"subject~reolink brand=reolink\n"
	"text~\"Alarm Input Channel\"|\"Alarm Event:\" brand=dahua\n"
	"from~dahua brand=dahua\n"
	"from~axis- brand=axis\n"
	"subject~\"axis \" brand=axis\n"
	"from~synology|diskstation brand=synology\n"
	"subject~synology|diskstation brand=synology\n"
	"text~\"Synology \" brand=synology\n"
	"subject~\"UPS:\" brand=apc\n"
	"from~apc@|apcups brand=apc\n"
	"from~laserjet|officejet brand=hp\n"
	"subject~laserjet|officejet brand=hp\n"
	"subject~\"test mail\"|\"test e-mail\"|\"test email\"|\"test message\""
	" state=test\n"
	"text~\"test mail\"|\"test e-mail\"|\"test email\"|\"test message\""
	" state=test\n"
	"subject~\" ended\"|\" stopped\"|\"no longer\"|restored|cleared"
	" state=end\n"
	"text~\"Alarm Stop Time\"|\"Alarm End Time\" state=end\n"
	"subject~\" started\"|\"on battery\" state=start\n"
	"text~\"Alarm Start Time\" state=start\n"
	"brand~apc event=subject:\"UPS:\" device=text:\"Name :\"|"
	"\"Name  \"\n"
	"brand~synology event=subject:\"] \"\n"
	"event=text:\"EVENT TYPE:\"|\"Alarm Event:\"|\"Event:\"\n"
	"channel=text:\"Alarm Camera Name:\"|\"CHANNEL NAME:\"|"
	"\"CHANNEL NUMBER:\"|\"Alarm Input Channel No.:\"|"
	"\"Alarm Input Channel:\"|\"Camera Name:\"|\"Channel:\"|\"Camera:\"\n"
	"device=text:\"DVR NAME:\"|\"NVR NAME:\"|\"IPC NAME:\"|"
	"\"Device Name:\"|\"Printer Name:\"\n"
	"subject~motion event=motion\n";
/* clang-format on */

enum { FROM, SUBJECT, TEXT, BRAND, DEVICE, CHANNEL, EVENT, STATE, NONE };

static const char names[NONE][8] = {"from", "subject", "text", "brand",
	"device", "channel", "event", "state"};

struct scan {
	const char *p, *end;
	const char *why; /* what is wrong; or NULL */
};

static bool ends_rule(const struct scan *s)
{
	return s->p == s->end || *s->p == '\n' || *s->p == ';' || *s->p == '#';
}

static void skip_blanks(struct scan *s)
{
	while (s->p < s->end &&
		(*s->p == ' ' || *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

/* To the next line. */
static void skip_rule(struct scan *s)
{
	bool comment = false;

	while (s->p < s->end && *s->p != '\n' && (comment || *s->p != ';'))
		comment |= *s->p++ == '#';
	s->p += s->p < s->end;
}

/* One of the names, up to a sign; NONE when it is none. */
static unsigned name(struct scan *s, char a, char b)
{
	const char *p = s->p;

	while (p < s->end && *p >= 'a' && *p <= 'z')
		p++;
	for (unsigned i = 0; i < NONE && p < s->end; i++) {
		if ((*p == a || *p == b) &&
			smtpd_is_lower(s->p, (size_t)(p - s->p), names[i])) {
			s->p = p;
			return i;
		}
	}
	return NONE;
}

static struct smtpd_str word(struct scan *s)
{
	bool quoted = s->p < s->end && *s->p == '"';
	const char *from = s->p + quoted, *p = from;

	while (p < s->end && *p != '\n' && *p != ';' &&
		(quoted ? *p != '"'
			: *p != ' ' && *p != '\t' && *p != '\r' && *p != '|' &&
					*p != '#' && *p != '"'))
		p++;
	s->p = p;
	if (quoted && (p == s->end || *p != '"'))
		s->why = "a quote is not closed";
	else if (p == from)
		s->why = "a word is missing";
	else
		s->p += quoted;
	return (struct smtpd_str){from, (uint16_t)(p - from)};
}

/* The first of the text behind a word; NULL when it is not there. */
static const char *find(const char *text, struct smtpd_str word)
{
	for (; *text; text++) {
		size_t i = 0;

		while (i < word.len && text[i] &&
			smtpd_lower(text[i]) == smtpd_lower(word.s[i]))
			i++;
		if (i == word.len)
			return text + i;
	}
	return NULL;
}

/* The words; what stands behind the first of them that is in the text. */
static const char *words(struct scan *s, const char *text, const char *more)
{
	const char *found = NULL;

	for (;;) {
		struct smtpd_str w = word(s);

		if (s->why)
			return NULL;
		if (!found)
			found = find(text, w);
		if (!found)
			found = find(more, w);
		if (s->p == s->end || *s->p != '|')
			return found;
		s->p++;
	}
}

static const char *where(
	struct smtpd_alert_reader *r, unsigned i, const char **more)
{
	*more = "";
	if (!r) /* only looking at rules */
		return "";
	*more = i == FROM && r->named ? r->alert.device : "";
	return i == FROM      ? r->alert.from
	       : i == SUBJECT ? r->alert.subject
	       : i == TEXT    ? r->alert.text
			      : r->alert.brand;
}

static void put(
	struct smtpd_alert_reader *r, unsigned what, const char *p, size_t len)
{
	struct smtpd_alert *a = r ? &r->alert : NULL;
	char *to;
	size_t cap;

	if (!a)
		return;
	to = what == BRAND     ? a->brand
	     : what == DEVICE  ? a->device
	     : what == CHANNEL ? a->channel
			       : a->event;
	cap = what == BRAND ? sizeof a->brand : sizeof a->device;
	if (what == STATE) {
		for (unsigned i = SMTPD_ALERT_START; i <= SMTPD_ALERT_TEST;
			i++) {
			if (!a->state && smtpd_is_lower(p, len,
						 smtpd_alert_state_name(i)))
				a->state = (uint8_t)i;
		}
		return;
	}
	if ((*to && !(what == DEVICE && r->named)) || !len)
		return;
	if (what == DEVICE)
		r->named = false;
	*to = '\0';
	if (smtpd_alert_append(to, cap, p, len, false))
		a->cut |= SMTPD_ALERT_CUT_WORD;
}

/* The rest of a line, without white space and colons around it. */
static void put_line(struct smtpd_alert_reader *r, unsigned what, const char *p)
{
	const char *end = p;

	while (*end && *end != '\n')
		end++;
	while (p < end && (*p == ' ' || *p == ':'))
		p++;
	while (p < end && (end[-1] == ' ' || end[-1] == ':'))
		end--;
	put(r, what, p, (size_t)(end - p));
}

static void setting(struct smtpd_alert_reader *r, struct scan *s, unsigned what)
{
	unsigned from = name(s, ':', ':');
	const char *more, *found;
	struct smtpd_str w;

	if (from < DEVICE) {
		const char *text = where(r, from, &more);

		s->p++;
		found = words(s, text, more);
		if (found)
			put_line(r, what, found);
		return;
	}
	w = word(s);
	if (!s->why && what == STATE && !smtpd_is_lower(w.s, w.len, "start") &&
		!smtpd_is_lower(w.s, w.len, "end") &&
		!smtpd_is_lower(w.s, w.len, "test"))
		s->why = "state is start, end or test";
	if (!s->why)
		put(r, what, w.s, w.len);
}

/* A rule: what is set, if its conditions hold. `r` NULL: is it well-formed? */
static void rule(struct smtpd_alert_reader *r, struct scan *s)
{
	bool settings = false;

	for (skip_blanks(s); !ends_rule(s) && !s->why; skip_blanks(s)) {
		const char *more, *text;
		unsigned i = name(s, '~', '=');

		if (i == NONE) {
			s->why = "unknown name; from, subject, text or brand "
				 "and ~, or brand, device, channel, event or "
				 "state and =";
		} else if (*s->p++ == '=') {
			settings = true;
			if (i < BRAND)
				s->why = "this cannot be set";
			else
				setting(r, s, i);
		} else if (i > BRAND || settings) {
			s->why = "a condition stands before what is set, and "
				 "looks at from, subject, text or brand";
		} else {
			text = where(r, i, &more);
			if (!words(s, text, more) && r)
				return;
		}
	}
}

static void rules(struct smtpd_alert_reader *r, const char *p, size_t len)
{
	struct scan s = {p, p + len, NULL};

	while (s.p < s.end) {
		rule(r, &s);
		s.why = NULL;
		skip_rule(&s);
	}
}

/* see alert.h */
void smtpd_alert_rules(struct smtpd_alert_reader *r)
{
	struct smtpd_alert *a = &r->alert;

	a->brand[0] = a->channel[0] = a->event[0] = '\0';
	a->state = SMTPD_ALERT_EVENT;
	rules(r, r->rules, r->rules_len);
	rules(r, brands, sizeof brands - 1);
}

/* see smtpd_alert.h */
int smtpd_alert_rules_check(
	const char *text, size_t len, struct smtpd_alert_error *error)
{
	struct scan s = {text, text + len, NULL};

	while (s.p < s.end) {
		rule(NULL, &s);
		if (s.why) {
			*error = (struct smtpd_alert_error){
				s.why, (uint16_t)(s.p - text)};
			return SMTPD_EINVAL;
		}
		skip_rule(&s);
	}
	return 0;
}

#else
typedef int smtpd_no_rules; /* ISO C wants a declaration */
#endif
