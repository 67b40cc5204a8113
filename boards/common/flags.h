/*
 * flags.h - sets of named bits as text: "tolerant,-bare-lf", "PLAIN,LOGIN"
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A comma list, read from left to right: the word for no bit, the word for all
 * of them, +NAME or NAME, -NAME. Context of every function: any.
 */
#ifndef BOARD_FLAGS_H
#define BOARD_FLAGS_H

#include <stdbool.h>

#include "smtpd.h"
#include "text.h"

struct board_flags {
	const char *none, *all; /* words that stand for 0 and for `bits` */
	uint32_t bits;          /* that can be given */
	unsigned count;         /* names, of bit 0 and up */
	const char *(*name)(unsigned bit);
	bool anew; /* a list that begins with NAME is of nothing else */
};

/* What a listener forgives: strict, tolerant, names of core/smtpd_quirk.h;
 * bits as those of struct smtpd_listener's `forgive`. */
extern const struct board_flags board_forgivable;

#if SMTPD_AUTH_CHOICE
/* Mechanisms of AUTH: none, all, PLAIN ...; SMTPD_MECH_ bits. Those that are
 * not built have names as well: whoever wants no other gets none. */
extern const struct board_flags board_mechanisms;
#endif

/*
 * Apply a list to *bits.
 *
 * Returns 0; or SMTPD_EINVAL with what would be right appended to *why, and
 * *bits as is.
 */
int board_flags_parse(const struct board_flags *, struct smtpd_str list,
	uint32_t *bits, struct board_text *why);

/* Append the list that stands for these bits. */
void board_flags_text(
	const struct board_flags *, uint32_t bits, struct board_text *t);

#endif
