/*
 * transcript_at.c - the directives of a transcript
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "transcript_at.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 20

struct words {
	char text[400];
	char *word[WORDS_MAX];
	unsigned count;
	const char *rest[WORDS_MAX]; /* of the line, from that word on */
};

static void split(struct words *w, const char *line)
{
	size_t at = 0, n;

	memset(w, 0, sizeof *w);
	snprintf(w->text, sizeof w->text, "%s", line);
	while (w->count < WORDS_MAX && w->text[at]) {
		n = strcspn(w->text + at, " ");
		w->rest[w->count] = line + at;
		w->word[w->count++] = w->text + at;
		at += n;
		if (w->text[at])
			w->text[at++] = '\0';
	}
}

static const char *const features[] = {
#if SMTPD_TLS
	"tls",
#endif
#if SMTPD_AUTH
	"auth",
#endif
#if SMTPD_SCRAM
	"scram",
#endif
#if SMTPD_SCRAM_PLUS
	"scram_plus",
#endif
#if SMTPD_AUTH_EXTERNAL
	"external",
#endif
#if SMTPD_AUTH_CHOICE
	"auth_choice",
#endif
#if SMTPD_CHUNKING
	"chunking",
#endif
#if SMTPD_SMTPUTF8
	"smtputf8",
#endif
#if SMTPD_DSN
	"dsn",
#endif
#if SMTPD_LMTP
	"lmtp",
#endif
#if SMTPD_LIMITS
	"limits",
#endif
#if !SMTPD_FIXED_LIMITS
	"run_time_limits",
#endif
#if SMTPD_RECEIVED
	"received",
#endif
#if SMTPD_TOLERANT
	"tolerant",
#endif
#if SMTPD_FOREIGN
	"foreign",
#endif
#if SMTPD_EARLY_TALKER
	"early_talker",
#endif
#if SMTPD_QUIRK_POLICY
	"quirk_policy",
#endif
#if SMTPD_PROFILE == SMTPD_PROFILE_TINY
	"tiny",
#elif SMTPD_PROFILE == SMTPD_PROFILE_DEFAULT
	"default",
#else
	"full",
#endif
	NULL};

static bool has_feature(const char *name)
{
	if (*name == '!')
		return !has_feature(name + 1);
	for (unsigned i = 0; features[i]; i++) {
		if (!strcmp(features[i], name))
			return true;
	}
	return false;
}

const char *at_lacks(const char *line)
{
	static struct words w;

	split(&w, line);
	if (w.count && !strcmp(w.word[0], "limit") && SMTPD_FIXED_LIMITS)
		return "limits at run time";
	if (!w.count || strcmp(w.word[0], "needs") != 0)
		return NULL;
	for (unsigned i = 1; i < w.count; i++) {
		if (!has_feature(w.word[i]))
			return w.word[i];
	}
	return NULL;
}

struct name {
	const char *name;
	unsigned value;
};

static const struct name listener_flags[] = {
	{"starttls", SMTPD_LISTEN_STARTTLS},
	{"tls", SMTPD_LISTEN_TLS},
	{"tls_required", SMTPD_LISTEN_TLS_REQUIRED},
	{"auth", SMTPD_LISTEN_AUTH},
	{"auth_required", SMTPD_LISTEN_AUTH_REQUIRED},
	{"auth_clear", SMTPD_LISTEN_AUTH_CLEAR},
	{"lmtp", SMTPD_LISTEN_LMTP},
	{"auth_any", SMTPD_LISTEN_AUTH_ANY},
	{"relay", SMTPD_LISTEN_RELAY},
	{NULL, 0},
};

static const char *at_listener(const struct words *w)
{
	for (unsigned i = 1; i < w->count; i++) {
		const struct name *n = listener_flags;

		while (n->name && strcmp(n->name, w->word[i]) != 0)
			n++;
		world.listener.flags |= (uint16_t)n->value;
		if (!strcmp(w->word[i], "dsn"))
			world.sink.flags |= SMTPD_SINK_DSN;
		else if (!strcmp(w->word[i], "scram"))
			engine_scram();
		else if (!strcmp(w->word[i], "external"))
			engine_certificate("CN=camera,O=Example");
		else if (!strcmp(w->word[i], "tolerant"))
			world.listener.forgive = SMTPD_FORGIVE_ALL;
		else if (!n->name)
			return "unknown listener flag";
	}
	return NULL;
}

#define LIMIT(member)                                                          \
	if (!strcmp(w->word[1], #member)) {                                    \
		world.limits.member = (__typeof__(world.limits.member))v;      \
		return NULL;                                                   \
	}

static const char *at_limit(const struct words *w)
{
	unsigned long v = w->count == 3 ? strtoul(w->word[2], NULL, 10) : 0;

	if (w->count != 3)
		return "limit NAME VALUE";
	LIMIT(message_max)
	LIMIT(rcpt_max)
	LIMIT(text_line_max)
	LIMIT(auth_line_max)
	LIMIT(mail_max)
	LIMIT(peer_sessions)
	LIMIT(error_max)
	LIMIT(idle_command_max)
	LIMIT(auth_fail_max)
	LIMIT(min_rate)
	LIMIT(command_ms)
	LIMIT(data_ms)
	LIMIT(tls_ms)
	LIMIT(verdict_ms)
	LIMIT(write_ms)
	LIMIT(stress_ms)
	return "unknown limit";
}

static int find(const char *const *names, int count, const char *name, size_t n)
{
	for (int i = 0; i < count; i++) {
		if (!strncmp(names[i], name, n) && !names[i][n])
			return i;
	}
	return -1;
}

/* sink CALL[#N] accept|reject|never [CODE ENHANCED [TEXT]] */
static const char *at_sink(const struct words *w, const struct words *kept)
{
	static const char *const answers[] = {"accept", "reject", "never"};
	size_t n = w->count > 2 ? strcspn(w->word[1], "#") : 0;
	int call, a;

	if (w->count < 3)
		return "sink CALL[#N] ANSWER [CODE ENHANCED [TEXT]]";
	call = find(engine_call_names, CALLS, w->word[1], n);
	a = find(answers, 3, w->word[2], strlen(w->word[2]));
	if (call < 0 || a < 0)
		return "unknown call or answer";
	engine_rule((enum call)call,
		w->word[1][n] ? (unsigned)strtoul(w->word[1] + n + 1, NULL, 10)
			      : 0,
		(enum answer)a,
		w->count > 4 ? (unsigned)strtoul(w->word[3], NULL, 10) : 0,
		w->count > 4 ? kept->word[4] : NULL,
		w->count > 5 ? kept->rest[5] : "chosen");
	return NULL;
}

static const char *at_settle(struct smtpd_conn *c, const struct words *w)
{
	bool accept = w->count > 1 && !strcmp(w->word[1], "accept");
	int result;

	result = engine_settle(c, accept ? SMTPD_ACCEPT : SMTPD_REJECT,
		w->count > 3 ? (unsigned)strtoul(w->word[2], NULL, 10) : 0,
		w->count > 3 ? w->word[3] : NULL,
		w->count > 4 ? w->rest[4] : "chosen");
	engine_run(c);
	return result ? "nothing to settle" : NULL;
}

static const char *at_closed(struct smtpd_conn *c, const struct words *w)
{
	if (!c->closed)
		return "the session is still open";
	if (w->count > 1 && strcmp(engine_end_names[c->why], w->word[1]) != 0)
		return "closed for another reason";
	return NULL;
}

/* quirk [+NAME|-NAME ...]: these and no others, in this order */
static const char *at_quirk(const struct smtpd_conn *c, const struct words *w)
{
	static char text[400];
	struct octets want = {0};
	bool same;

	for (unsigned i = 1; i < w->count; i++)
		octets_addf(&want, "%s\n", w->word[i]);
	same = !strcmp(octets_text(&want), octets_text(&c->quirks));
	octets_free(&want);
	snprintf(text, sizeof text, "told %s", octets_text(&c->quirks));
	return same ? NULL : text;
}

/* forgive +NAME ...|-NAME ...: switches of the listener */
static const char *at_forgive(const struct words *w)
{
	for (unsigned i = 1; i < w->count; i++) {
		unsigned q = 0;

		while (q < 32 && strcmp(smtpd_quirk_name((enum smtpd_quirk)q),
					 w->word[i] + 1) != 0)
			q++;
		if (q == 32)
			return "no such quirk";
		if (*w->word[i] == '+')
			world.listener.forgive |= 1u << q;
		else
			world.listener.forgive &= ~(1u << q);
	}
	return NULL;
}

/* `30s` or `30000ms` in milliseconds; 0: neither. */
static uint32_t milliseconds(const struct words *w)
{
	char *unit;
	unsigned long v = w->count > 1 ? strtoul(w->word[1], &unit, 10) : 0;

	if (w->count < 2 || (strcmp(unit, "s") != 0 && strcmp(unit, "ms") != 0))
		return 0;
	return (uint32_t)(*unit == 's' ? v * 1000 : v);
}

static const char *at_wait(const struct words *w)
{
	uint32_t ms = milliseconds(w);

	if (!ms)
		return "wait Ns or Nms";
	engine_wait(ms);
	return NULL;
}

static const char *at_greet_delay(const struct words *w)
{
#if SMTPD_EARLY_TALKER
	world.listener.greet_delay_ms = (uint16_t)milliseconds(w);
	return world.listener.greet_delay_ms ? NULL : "greet_delay Ns or Nms";
#else
	(void)w;
	return "not built";
#endif
}

/* auth NAME...: what the listener offers of mechanisms */
static const char *at_auth(const struct words *w)
{
#if SMTPD_AUTH_MORE
	static const struct name mechanisms[] = {
		{"EXTERNAL", SMTPD_MECH_EXTERNAL},
		{"SCRAM-SHA-256-PLUS", SMTPD_MECH_SCRAM_PLUS},
		{"SCRAM-SHA-256", SMTPD_MECH_SCRAM},
		{"PLAIN", SMTPD_MECH_PLAIN},
		{"LOGIN", SMTPD_MECH_LOGIN},
		{NULL, 0},
	};

	world.listener.auth_off = SMTPD_MECH_ALL;
	for (unsigned i = 1; i < w->count; i++) {
		const struct name *n = mechanisms;

		while (n->name && strcmp(n->name, w->word[i]) != 0)
			n++;
		if (!n->name)
			return "unknown mechanism";
		world.listener.auth_off &= (uint8_t)~n->value;
	}
	return NULL;
#else
	(void)w;
	return "not built";
#endif
}

bool at_is_setup(const char *line)
{
	static const char *const names[] = {"needs", "listener", "limit",
		"sink", "tls_reserve", "lockstep", "forgive", "engine", "habit",
		"strict", "greet_delay", "auth"};
	struct words w;

	split(&w, line);
	return w.count && find(names, sizeof names / sizeof *names, w.word[0],
				  strlen(w.word[0])) >= 0;
}

const char *at_prepare(const char *line)
{
	static struct words kept[8];
	static unsigned next;
	struct words w, *k;

	split(&w, line);
	if (!w.count || !strcmp(w.word[0], "needs"))
		return NULL;
	if (!strcmp(w.word[0], "listener"))
		return at_listener(&w);
	if (!strcmp(w.word[0], "limit"))
		return at_limit(&w);
	if (!strcmp(w.word[0], "forgive"))
		return at_forgive(&w);
	if (!strcmp(w.word[0], "lockstep") || !strcmp(w.word[0], "engine") ||
		!strcmp(w.word[0], "habit") || !strcmp(w.word[0], "strict"))
		return NULL;
	if (!strcmp(w.word[0], "greet_delay"))
		return at_greet_delay(&w);
	if (!strcmp(w.word[0], "auth"))
		return at_auth(&w);
	if (!strcmp(w.word[0], "tls_reserve")) {
		world.tls_reserve = SMTPD_EBUSY;
		return NULL;
	}
	if (strcmp(w.word[0], "sink") != 0)
		return "unknown directive";
	k = &kept[next++ % 8];
	split(k, line);
	return at_sink(&w, k);
}

const char *at_act(struct smtpd_conn *c, const char *line)
{
	struct words w;

	split(&w, line);
	if (!strcmp(w.word[0], "tls"))
		engine_tls(c);
	else if (!strcmp(w.word[0], "wait"))
		return at_wait(&w);
	else if (!strcmp(w.word[0], "settle"))
		return at_settle(c, &w);
	else if (!strcmp(w.word[0], "closed"))
		return at_closed(c, &w);
	else if (!strcmp(w.word[0], "quirk"))
		return at_quirk(c, &w);
	else if (!strcmp(w.word[0], "open"))
		return c->session ? NULL : "the session is closed";
	else if (!strcmp(w.word[0], "eof"))
		engine_eof(c);
	else if (!strcmp(w.word[0], "lost"))
		engine_lost(c, SMTPD_END_PEER, 0);
	else if (!strcmp(w.word[0], "shutdown"))
		engine_shutdown();
	else
		return at_prepare(line);
	return NULL;
}
