/*
 * path.h - the address grammar of RFC 5321 4.1.2, and RFC 6531 3.3
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_PATH_H
#define SMTPD_PATH_H

#include "smtpd.h"

enum smtpd_path_error {
	SMTPD_PATH_OK,
	SMTPD_PATH_SYNTAX,
	SMTPD_PATH_LONG, /* passes a limit of RFC 5321 4.5.3.1.1 to .3 */
	SMTPD_PATH_UTF8, /* well-formed, but needs SMTPUTF8 */
};

/*
 * Parse a path in angle brackets at s[0..n).
 *
 * null  allow "<>" (MAIL) rather than "<postmaster>" (RCPT).
 * end   receives the offset behind the '>' when the result is SMTPD_PATH_OK
 *       or SMTPD_PATH_UTF8.
 *
 * Limits: Local-part 64, Domain 255, label 63, path with brackets 256 octets.
 * The spans in *path point into s. A source route is checked and left out.
 */
enum smtpd_path_error smtpd_path_parse(const char *s, size_t n, bool null,
	struct smtpd_path *path, size_t *end);

/* Is s[0..n) a Domain or an address literal? utf8: U-labels are allowed.
 * RFC 5321 4.1.2, 4.1.3. */
bool smtpd_domain_valid(const char *s, size_t n, bool utf8);

/* The length of the well-formed UTF-8 sequence (RFC 3629) at s[0..n), 0 if
 * there is none: overlong, surrogate, above U+10FFFF, cut short. */
size_t smtpd_utf8_len(const char *s, size_t n);

#endif
