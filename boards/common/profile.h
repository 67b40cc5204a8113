/*
 * profile.h - what a listener forgives, as text: "tolerant,-bare-lf"
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A comma list, read from left to right: strict (forgives nothing), tolerant
 * (forgives everything), +NAME or NAME, -NAME of a quirk that can be forgiven
 * (core/smtpd_quirk.h). Context of every function: any.
 */
#ifndef BOARD_PROFILE_H
#define BOARD_PROFILE_H

#include "smtpd.h"
#include "text.h"

/*
 * Apply a list to *forgive, bits as those of struct smtpd_listener.
 *
 * Returns 0; or SMTPD_EINVAL with what would be right appended to *why, and
 * *forgive as is.
 */
int board_profile_parse(
	struct smtpd_str list, uint32_t *forgive, struct board_text *why);

/* Append the list that stands for these bits. */
void board_profile_text(uint32_t forgive, struct board_text *t);

#endif
