/*
 * transcript_at.h - the directives of a transcript
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef TRANSCRIPT_AT_H
#define TRANSCRIPT_AT_H

#include "transcript.h"

/* `needs` something that this build lacks: its name, otherwise NULL. */
const char *at_lacks(const char *line);

/* Does it say how listener and sink are, rather than that something happens?
 * All that was said before is done before anything happens. */
bool at_is_setup(const char *line);

/* Before the client connects; NULL or what is wrong with it. */
const char *at_prepare(const char *line);

/* While it is connected; NULL or what is wrong. */
const char *at_act(struct smtpd_conn *, const char *line);

#endif
