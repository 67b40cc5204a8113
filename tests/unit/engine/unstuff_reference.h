/*
 * unstuff_reference.h - a plain decoder of DATA to compare with
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Written from RFC 5321 2.3.8, 4.1.1.4 and 4.5.2: the whole input is there,
 * lines are what CRLF ends.
 */
#ifndef UNSTUFF_REFERENCE_H
#define UNSTUFF_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "octets.h"

struct reference {
	struct octets out;
	size_t used;
	bool end;
	unsigned bare;     /* SMTPD_BARE_ */
	uint32_t line_max; /* of ended lines, without a stuffed dot */
};

/* Initialises *r. Free r->out. */
void reference_decode(struct reference *r, const uint8_t *p, size_t len);

#endif
