/*
 * transcripts_limits.c - the transcripts to the engine, tiny with limits
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=0 SMTPD_FIXED_LIMITS=0
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c tests/unit/engine/transcript_at.c
 * tests: sources tests/unit/engine/transcript_play.c
 * tests: sources tests/unit/engine/transcript_read.c
 * tests: sources tests/unit/engine/transcripts_main.c
 */
#include "engine/transcript.h"

int main(int argc, char **argv)
{
	return transcripts_main(argc, argv);
}
