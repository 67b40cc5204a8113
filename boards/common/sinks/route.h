/*
 * route.h - which sinks take a message: routes as text
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 *   routes    = route *( "," route )
 *   route     = *( condition SP ) ">" 1*( SP sink )
 *   condition = where ":" word *( "|" word )
 *   where     = "listener" / "peer" / "user" / "from" / "to" / "subject"
 *   word      = 1*( any but SP <"> "|" ">" "," ) / <"> *( any but <"> "," ) <">
 *
 * The first route decides all of whose conditions hold; of a condition, one
 * word must fit:
 *   listener  smtp, submission, smtps or lmtp
 *   peer      the client's address: 192.0.2.0/24, 2001:db8::1
 *   user      who has authenticated; "" for nobody
 *   from, to  an address of the envelope in any case, @example.org for all of
 *             a domain, "" for the null sender; `to` looks at all recipients
 *   subject   has the word in it, in any case of ASCII
 *
 * Context of every function: any.
 */
#ifndef BOARD_ROUTE_H
#define BOARD_ROUTE_H

#include "smtpd.h"

/* What routes look at. Strings are NUL-terminated. */
struct board_route_mail {
	const struct smtpd_peer *peer;
	const char *user;     /* "": nobody */
	const char *envelope; /* sender and recipients, a NUL behind each */
	const char *subject;  /* NULL: not known yet */
	unsigned rcpt_count;
	unsigned listener; /* BOARD_SMTP to BOARD_LMTP; BOARD_PORTS: unknown */
};

enum board_route_fit {
	BOARD_ROUTE_NO,
	BOARD_ROUTE_YES,
	BOARD_ROUTE_UNKNOWN, /* depends on the subject */
};

/* What is wrong with a route, a sentence without a full stop, or NULL. The
 * names of its sinks are not looked at. Static. */
const char *board_route_check(struct smtpd_str route);

/* Does it fit? One that was not looked at is safe as well: what is wrong fits
 * nothing. */
enum board_route_fit board_route_fits(
	struct smtpd_str route, const struct board_route_mail *);

/* The next of the route's sinks, which moves *at, 0 for the first; len is 0
 * when there is none left. */
struct smtpd_str board_route_sink(struct smtpd_str route, size_t *at);

#endif
