/*
 * transcripts_main.c - every transcript in every chunking (invariant 9)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transcript.h"

/* A transcript so long is not cut at every octet. */
#define SPLITS_MAX 1500

/* Chunkings that every transcript goes through, beside the splits. */
static const struct {
	const char *name;
	struct plan plan;
	bool lockstep;
} plans[] = {
	{"whole", {0}, false},
	{"in lockstep", {0}, true},
	{"in lockstep, late", {.late = 1}, true},
	{"whole, late", {.late = 1}, false},
	{"whole, very late", {.late = 5}, false},
	{"whole, replies held", {.hold = true}, false},
	{"whole, replies by the octet", {.out = 1}, false},
	{"whole, late, replies held", {.late = 2, .hold = true}, false},
	{"by the octet", {.in = 1}, false},
	{"by the octet, late", {.in = 1, .late = 1}, false},
	{"by the octet, replies too", {.in = 1, .out = 1}, false},
	{"by the octet, late, held", {.in = 1, .late = 3, .hold = true}, false},
	{"by 2", {.in = 2, .out = 3}, false},
	{"by 3, late", {.in = 3, .late = 1, .out = 7}, false},
	{"by 17", {.in = 17}, false},
	{"by 536", {.in = 536}, false},
	{"by 1460, late", {.in = 1460, .late = 1}, false},
};

struct outcome {
	struct octets first; /* replies and calls of the first plan */
	const char *why;
	char text[1400];
};

static void play(struct outcome *o, const struct transcript *t,
	const struct plan *plan, bool lockstep, const char *name)
{
	struct octets record = {0};
	const char *why = transcript_play(
		t, plan, lockstep, o->first.p ? &record : &o->first);

	if (!why && record.p &&
		strcmp(octets_text(&record), octets_text(&o->first)) != 0)
		why = "other replies or other sink calls";
	if (why) {
		snprintf(o->text, sizeof o->text, "%s %s(split %zu): %s",
			strrchr(t->file, '/') ? strrchr(t->file, '/') + 1
					      : t->file,
			name, plan->split, why);
		o->why = o->text;
	}
	octets_free(&record);
}

static void play_splits(struct outcome *o, const struct transcript *t)
{
	size_t len = transcript_octets(t);
	size_t max = t->splits_max ? t->splits_max : SPLITS_MAX;
	size_t step = len > max ? len / max + 1 : 1;

	for (size_t at = 1; at < len && !o->why; at += step) {
		struct plan plan = {.split = at};

		play(o, t, &plan, false, "");
		plan.late = 1;
		if (!o->why)
			play(o, t, &plan, false, "late ");
	}
}

/* 1 when it failed. */
static int run(const struct transcript *t, bool splits)
{
	struct outcome o = {{0}, NULL, ""};
	const char *lacks = transcript_lacks(t);

	if (lacks) {
		printf("# %s: needs %s\n", t->name, lacks);
		return 0;
	}
	for (size_t i = 0; i < sizeof plans / sizeof *plans && !o.why; i++)
		play(&o, t, &plans[i].plan, plans[i].lockstep, plans[i].name);
	if (splits)
		play_splits(&o, t);
	if (o.why)
		printf("not ok %s: %s\n", t->name, o.why);
	else
		printf("ok %s\n", t->name);
	fflush(stdout);
	octets_free(&o.first);
	return o.why != NULL;
}

int transcripts_main(int argc, char **argv)
{
	struct transcripts all = {0};
	glob_t files = {0};
	int failed = 0;
	bool quick = argc > 1 && !strcmp(argv[1], "--quick");
	const char *only = argc > 1 && !quick ? argv[1] : "";

	glob(TESTS_DIR "/vectors/*.txt", 0, NULL, &files);
	for (size_t i = 0; i < files.gl_pathc; i++)
		failed += !transcripts_read(&all, files.gl_pathv[i]);
	for (size_t i = 0; i < all.count; i++) {
		if (strstr(all.list[i].name, only))
			failed += run(&all.list[i], !quick);
	}
	transcripts_free(&all);
	globfree(&files);
	return failed != 0;
}
