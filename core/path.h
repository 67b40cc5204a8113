/*
 * path.h - the address grammar of RFC 5321 4.1.2, and RFC 6531 3.3
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Strings are NUL-terminated here: they are the argument of a command.
 */
#ifndef SMTPD_PATH_H
#define SMTPD_PATH_H

#include "smtpd.h"

enum smtpd_path_error {
	SMTPD_PATH_OK,
	SMTPD_PATH_SYNTAX, /* also a domain or label that is too long */
	SMTPD_PATH_LONG,   /* Local-part or path is, RFC 5321 4.5.3.1 */
	SMTPD_PATH_UTF8,   /* well-formed, but needs SMTPUTF8 */
};

/*
 * Parse a path in angle brackets at p.
 *
 * null  allow "<>" (MAIL) rather than "<postmaster>" (RCPT).
 * end   receives where the text behind '>' begins, unless the syntax is bad.
 *
 * Limits: Local-part 64, Domain 255, label 63, path with brackets 256 octets.
 * The spans in *path point into p. A source route is
 * checked and left out.
 */
enum smtpd_path_error smtpd_path_parse(
	const char *p, bool null, struct smtpd_path *path, const char **end);

#if SMTPD_TOLERANT
/*
 * Understand what smtpd_path_parse() calls bad syntax, where that can be done
 * in only one way.
 *
 * p  behind "FROM" or "TO", at the colon if there is one.
 *
 * Returns what is to be forgiven, as bits of enum smtpd_quirk, with *path and
 * *end set as by smtpd_path_parse(); 0: it cannot be understood. Octets above
 * 127 only set `utf8`, whatever they are; there are no controls in *path. The
 * limits are those of smtpd_path_parse().
 */
uint32_t smtpd_path_guess(
	const char *p, bool null, struct smtpd_path *path, const char **end);
#endif

/*
 * Scan a Domain or an address literal at p (RFC 5321 4.1.2, 4.1.3).
 *
 * utf8  set when U-labels (RFC 6531) were passed; NULL: they are not allowed.
 *
 * Returns where it ends, or NULL when there is none.
 */
const char *smtpd_domain(const char *p, bool *utf8);

/* What an atom has beside letters and digits, RFC 5322 3.2.3. */
#define SMTPD_ATEXT "!#$%&'*+-/=?^_`{|}~"

/*
 * Skip letters, digits and octets in `extra`; with utf8 not NULL well-formed
 * UTF-8 too, which sets *utf8. Returns the first other octet.
 */
const char *smtpd_skip(const char *p, const char *extra, bool *utf8);

/* The length of the well-formed UTF-8 sequence (RFC 3629) at p; 0 if there is
 * none (overlong, surrogate, above U+10FFFF, cut short), or at the NUL. */
#if SMTPD_SMTPUTF8 || SMTPD_AUTH
size_t smtpd_utf8_len(const char *p);
#else
static inline size_t smtpd_utf8_len(const char *p)
{
	return *p && (uint8_t)*p < 0x80; /* no octet above 127 is wanted */
}
#endif

#endif
