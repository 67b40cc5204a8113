/*
 * transcript.h - play the transcripts of tests/vectors to the engine
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The format is described in tests/vectors/README.md.
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include "engine.h"

enum step_kind {
	STEP_SEND,    /* C: the octets of `text` */
	STEP_REPLY,   /* S: `code` and enhanced code `text` */
	STEP_HAS,     /* S+ a line of that reply begins with `text` */
	STEP_HAS_NOT, /* S- none does */
	STEP_CALL,    /* << the sink's call `text` */
	STEP_AT,      /* @ directive `text` */
};

struct step {
	enum step_kind kind;
	unsigned line;
	unsigned code;
	struct octets text;
};

struct transcript {
	char name[96];
	const char *file;
	struct step *steps;
	size_t count;
	unsigned splits_max; /* @ splits; 0: each octet */
};

struct transcripts {
	struct transcript *list;
	size_t count;
};

/* Append the cases of a file; false when it is malformed: it said so. */
bool transcripts_read(struct transcripts *, const char *file);
void transcripts_free(struct transcripts *);

/* Play those that do not say otherwise to a listener that forgives all. */
extern bool transcripts_tolerant;

/* What this build lacks that the transcript needs, or NULL. */
const char *transcript_lacks(const struct transcript *);

/* Play it once. NULL, or why it failed; *record, when not NULL, receives
 * replies and calls. Valid until the next call. */
const char *transcript_play(const struct transcript *, const struct plan *,
	bool lockstep, struct octets *record);

/* How many octets the client sends in all. */
size_t transcript_octets(const struct transcript *);

/* Play the named files, or all, in every chunking; an exit status. */
int transcripts_main(int argc, char **argv);

#endif
