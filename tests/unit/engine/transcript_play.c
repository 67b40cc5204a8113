/*
 * transcript_play.c - play a transcript once, in one chunking
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * What the client sends up to the next directive that needs an answer first
 * (or, in lockstep, up to the next reply) goes out at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transcript_at.h"

struct player {
	const struct transcript *t;
	struct smtpd_conn *c;
	const char *why;
	char reply[4096]; /* the last one, for S+ and S- */
	char text[1024];  /* of `why` */
	bool lockstep;
};

static struct player player;

static void fail(unsigned line, const char *what, const char *detail)
{
	if (player.why)
		return;
	snprintf(player.text, sizeof player.text, "line %u: %s%s%s", line, what,
		detail ? ": " : "", detail ? detail : "");
	for (char *p = player.text; *p; p++) {
		if (*p == '\r' || *p == '\n')
			*p = '|';
	}
	player.why = player.text;
}

/* The enhanced code of a reply line's text, "" when it has none. */
static size_t enhanced_len(const char *text)
{
	size_t n = strspn(text, "0123456789.");

	return n >= 5 && text[1] == '.' && strchr("245", text[0]) ? n : 0;
}

static void expect_reply(const struct step *s)
{
	const char *want = octets_text(&s->text), *got;
	size_t n;

	snprintf(player.reply, sizeof player.reply, "%s",
		engine_reply(player.c));
	got = player.reply;
	if (!*got) {
		fail(s->line, "no reply came; calls",
			octets_text(&player.c->calls));
		return;
	}
	if (strtoul(got, NULL, 10) != s->code) {
		fail(s->line, "another reply came", got);
		return;
	}
	n = enhanced_len(got + 4);
	if (n != strlen(want) || memcmp(got + 4, want, n) != 0)
		fail(s->line, "another enhanced code came", got);
}

/* Does a line of the reply begin with this word? */
static bool has_line(const char *word)
{
	size_t n = strlen(word);

	for (const char *p = strchr(player.reply, '\n'); p && p[1];
		p = strchr(p + 1, '\n')) {
		if (!strncmp(p + 5, word, n) && strchr(" \r", p[5 + n]))
			return true;
	}
	return false;
}

static void act(const struct step *s)
{
	const char *why = at_act(player.c, octets_text(&s->text));

	if (why)
		fail(s->line, octets_text(&s->text), why);
}

static void step(const struct step *s)
{
	const char *text = octets_text(&s->text);

	if (s->kind == STEP_REPLY)
		expect_reply(s);
	else if (s->kind == STEP_HAS && !has_line(text))
		fail(s->line, "not in the reply", text);
	else if (s->kind == STEP_HAS_NOT && has_line(text))
		fail(s->line, "in the reply", text);
	else if (s->kind == STEP_AT)
		act(s);
}

static bool is_barrier(const struct step *s)
{
	return s->kind == STEP_AT || (s->kind == STEP_REPLY && player.lockstep);
}

/* Send what the steps from `from` on say, up to a barrier; where that is. */
static size_t send_segment(size_t from)
{
	const struct transcript *t = player.t;
	struct octets all = {0};
	size_t i = from;

	for (; i < t->count && !is_barrier(&t->steps[i]); i++) {
		if (t->steps[i].kind == STEP_SEND)
			octets_add(
				&all, t->steps[i].text.p, t->steps[i].text.len);
	}
	if (all.len)
		engine_send_octets(player.c, all.p, all.len);
	octets_free(&all);
	return i;
}

/* Directives up to the first line that is said. */
static size_t prepare(void)
{
	const struct transcript *t = player.t;
	size_t i = 0;

	for (; i < t->count && t->steps[i].kind == STEP_AT; i++) {
		const char *line = octets_text(&t->steps[i].text);
		const char *why;

		if (!at_is_setup(line))
			break;
		if (!strcmp(line, "lockstep"))
			player.lockstep = true;
		why = at_prepare(line);
		if (why)
			fail(t->steps[i].line, line, why);
	}
	return i;
}

static void play_steps(size_t i)
{
	const struct transcript *t = player.t;

	while (i < t->count && !player.why) {
		size_t end = send_segment(i);

		for (; i < end && !player.why; i++)
			step(&t->steps[i]);
		if (i < t->count && !player.why)
			step(&t->steps[i++]);
	}
	if (!player.why && player.c->out_read < player.c->out.len)
		fail(t->count ? t->steps[t->count - 1].line : 0,
			"one more reply came", engine_reply(player.c));
}

/* The calls but connect and closed, as the << lines say. */
static void check_calls(void)
{
	const struct transcript *t = player.t;
	struct octets want = {0}, got = {0};
	const char *p = octets_text(&player.c->calls), *lf;

	for (size_t i = 0; i < t->count; i++) {
		if (t->steps[i].kind == STEP_CALL)
			octets_addf(
				&want, "%s\n", octets_text(&t->steps[i].text));
	}
	for (; (lf = strchr(p, '\n')) != NULL; p = lf + 1) {
		if (strncmp(p, "connect", 7) && strncmp(p, "closed", 6))
			octets_add(&got, p, (size_t)(lf + 1 - p));
	}
	if (want.len && strcmp(octets_text(&want), octets_text(&got)) != 0)
		fail(0, "the sink was told", octets_text(&got));
	octets_free(&want);
	octets_free(&got);
}

bool transcripts_tolerant;

const char *transcript_play(const struct transcript *t, const struct plan *plan,
	bool lockstep, struct octets *record)
{
	const char *why;
	size_t first;

	engine_begin();
	world.plan = *plan;
	player.t = t;
	player.why = NULL;
	player.lockstep = lockstep;
	first = prepare();
	if (transcripts_tolerant) {
		world.listener.forgive = SMTPD_FORGIVE_ALL;
		world.limits.greet_ms = 0;
	}
	if (smtpd_listener_check(&world.listener) != 0)
		fail(0, "smtpd_listener_check() refuses the listener", NULL);
	player.c = engine_open();
	if (player.c)
		play_steps(first);
	else
		fail(0, "the connection was refused", NULL);
	if (player.c && !player.why)
		check_calls();
	if (player.c && record) {
		record->len = 0;
		octets_addf(record, "%s%s", octets_text(&player.c->out),
			octets_text(&player.c->calls));
	}
	why = engine_end();
	if (why)
		fail(0, why, NULL);
	return player.why;
}

/* Does it say itself what is forgiven? */
static bool has_a_profile(const struct transcript *t)
{
	for (size_t i = 0; i < t->count && t->steps[i].kind == STEP_AT; i++) {
		const char *line = octets_text(&t->steps[i].text);

		if (!strcmp(line, "strict") || !strncmp(line, "forgive ", 8) ||
			(!strncmp(line, "listener ", 9) &&
				strstr(line, " tolerant")))
			return true;
	}
	return false;
}

const char *transcript_lacks(const struct transcript *t)
{
	if (transcripts_tolerant && has_a_profile(t))
		return "a listener that it names";
	for (size_t i = 0; i < t->count && t->steps[i].kind == STEP_AT; i++) {
		const char *lacks = at_lacks(octets_text(&t->steps[i].text));

		if (lacks)
			return lacks;
	}
	return NULL;
}
