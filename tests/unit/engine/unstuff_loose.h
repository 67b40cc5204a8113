/*
 * unstuff_loose.h - the loose mode of unstuff.h against a plain decoder
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef UNSTUFF_LOOSE_H
#define UNSTUFF_LOOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "octets.h"

struct loose {
	struct octets out;
	size_t used;
	bool end;
	unsigned bare; /* SMTPD_BARE_, SMTPD_LONE_DOT and SMTPD_LF_END */
};

/*
 * What unstuff.h says of the loose mode, written line by line with all the
 * input there. lf: LF.LF may be an end. Initialises *l; free l->out.
 */
void loose_reference(struct loose *l, const uint8_t *p, size_t len, bool lf);

/* The same with smtpd_unstuff(), in pieces of a and b octets by turns (0: all
 * there are). */
void loose_decode(struct loose *l, const uint8_t *p, size_t len, size_t a,
	size_t b, bool lf);

/* Is it the same? */
bool loose_agrees(const uint8_t *p, size_t len, size_t a, size_t b, bool lf);

#endif
