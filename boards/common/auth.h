/*
 * auth.h - AUTH against stored verifiers, a slice of PBKDF2 at a time
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A verifier is slow to check on purpose: seconds on a microcontroller. The
 * sink's `auth` therefore answers LATER, the computation goes on in slices,
 * one AUTH at a time, and other sessions are served between them. What a slot
 * keeps of a password is wiped when its turn comes. An unknown user costs as
 * much as a known one.
 *
 * Context of every function: the port's thread.
 */
#ifndef BOARD_AUTH_H
#define BOARD_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "smtpd.h"
#include "verifier.h"

/* Milliseconds of computing between two looks at the other sessions. */
#ifndef BOARD_AUTH_SLICE_MS
#define BOARD_AUTH_SLICE_MS 4
#endif

/*
 * Who may AUTH.
 *
 * find  fills *v with the verifier of the user and returns true; or returns
 *       false: nobody of that name, *v as is. Called once for each AUTH.
 * like  fills *v with some user's verifier, whose iterations an unknown user
 *       costs; returns false when there are no users.
 * certificate  (SMTPD_AUTH_EXTERNAL) whose certificate is it? Sets *user, which
 *       stays valid until this struct changes, and returns true; or returns
 *       false: nobody's, or not that of `wanted`, where that is not empty.
 * delay_ms  before a failed AUTH is answered.
 */
struct board_auth_users {
	bool (*find)(struct smtpd_str user, struct board_verifier *v);
	bool (*like)(struct board_verifier *v);
#if SMTPD_AUTH_EXTERNAL
	bool (*certificate)(const struct smtpd_tls_peer *,
		struct smtpd_str wanted, struct smtpd_str *user);
#endif
	uint32_t delay_ms;
};

/* Set who may AUTH. The struct is kept by pointer and may change while no
 * function of this module runs. Until it is set every AUTH is refused. */
void board_auth_open(const struct board_auth_users *);

/* `auth` of struct smtpd_sink. Answers LATER; or, where the listener takes any
 * credentials, ACCEPT, and the name is noted; or, when the port has no
 * PBKDF2, REJECT with 454 4.7.0. */
enum smtpd_verdict board_auth(
	struct smtpd_session *, const struct smtpd_auth *);

#if SMTPD_SCRAM
/* `scram` of struct smtpd_sink: the user's keys; or those of nobody, with the
 * cost of somebody's. Answers at once. */
enum smtpd_verdict board_auth_scram(struct smtpd_session *,
	const struct smtpd_str *authcid, struct smtpd_scram_keys *keys);
#endif

/*
 * Compute for a slice, and give the answers that are due.
 *
 * Returns milliseconds after which to call again: 0 at once, that is after a
 * look at the other sessions; -1 not before board_auth_wake() is called.
 */
int32_t board_auth_poll(void);

/* What the board supplies: board_auth_poll() has something to do. Called from
 * board_auth(); board_auth_poll() MUST NOT be called from here. */
void board_auth_wake(void);

/* The user that the session in this slot has authenticated as, or only claims
 * to be, or "". See `authenticated` of struct smtpd_info for which it is. Valid
 * until the session is over. */
const char *board_auth_user(unsigned index);

/* The session in this slot is over: forget what was asked for it. Call it
 * from the sink's `closed`. */
void board_auth_closed(unsigned index);

#endif
