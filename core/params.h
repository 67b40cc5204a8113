/*
 * params.h - ESMTP parameters of MAIL and RCPT (RFC 5321 4.1.2)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_PARAMS_H
#define SMTPD_PARAMS_H

#include "smtpd.h"

struct smtpd_param {
	struct smtpd_str key;
	struct smtpd_str value; /* s is NULL without '=' */
};

/*
 * Take the next parameter from *s, which is NUL-terminated and begins with
 * the space before it, or is at its end.
 *
 * Returns 1: *param is set and *s is behind it; 0: there are no more;
 * -1: malformed (no space, two spaces, bad keyword, empty or bad value).
 * Values may hold octets above 127; the caller knows whether it may be.
 */
int smtpd_param_next(const char **s, struct smtpd_param *param);

/* Behind what smtpd_param_next() calls malformed. */
const char *smtpd_param_skip(const char *s);

/* Is it xtext (RFC 3461 4): printable but '+' and '=', or '+' and two
 * upper-case hexadecimal digits; not empty? */
bool smtpd_xtext_valid(struct smtpd_str);

#endif
