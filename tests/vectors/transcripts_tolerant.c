/*
 * transcripts_tolerant.c - the transcripts to an engine that forgives all
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c tests/unit/engine/transcript_at.c
 * tests: sources tests/unit/engine/transcript_play.c
 * tests: sources tests/unit/engine/transcript_read.c
 * tests: sources tests/unit/engine/transcripts_main.c
 *
 * All but those with `@ forgive`, `@ listener tolerant` or `@ strict`, whose
 * counterpart is one of them.
 */
#include "engine/transcript.h"

int main(int argc, char **argv)
{
	transcripts_tolerant = true;
	return transcripts_main(argc, argv);
}
