/*
 * sasl.h - what cmd_auth.c and the mechanisms of SASL share
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_SASL_H
#define SMTPD_SASL_H

#include "session.h"

/* auth_step: the mechanism's position, and what was seen of the line */
enum {
	PLAIN = 1,
	LOGIN_USER,
	LOGIN_PASSWORD,
	SCRAM_FIRST,      /* client-first-message of SCRAM-SHA-256 */
	SCRAM_PLUS_FIRST, /* the same of -PLUS */
	SCRAM_FINAL,      /* client-final-message of both */
	SCRAM_OUTCOME,    /* the empty response to server-final-message */
	EXTERNAL,
	STEP = 0x0f,
	SAW_CR = 0x10,
	STAR = 0x20,     /* it begins with '*', RFC 4954 4 */
	OVERFLOW = 0x40, /* decodes to more than any credentials */
};

#define SASL_NAME_MAX 255 /* RFC 4616 2 */

/* ---- cmd_auth.c ---- */

/* A response line for this step comes next. */
void smtpd_auth_expect(struct smtpd_session *, uint8_t step);

/* The exchange is over: 501 with this text; nobody has such credentials; the
 * client is who it says. */
void smtpd_auth_malformed(struct smtpd_session *, const char *text);
void smtpd_auth_reject(struct smtpd_session *);
void smtpd_auth_welcome(struct smtpd_session *);

/* The exchange is over for want of something of ours: 454 4.7.0. */
void smtpd_auth_unavailable(struct smtpd_session *, const char *text);

/* Ask the sink. */
void smtpd_auth_ask(struct smtpd_session *, const struct smtpd_auth *);

/* ---- scram.c ---- */

#if SMTPD_SCRAM
/* A response has come, for one of the steps SCRAM_, and stands in s->line. */
void smtpd_scram_response(struct smtpd_session *);

/* The sink has accepted the user. Returns false when the exchange is none of
 * SCRAM's. */
bool smtpd_scram_accepted(struct smtpd_session *);
#endif

#if SMTPD_SCRAM_PLUS
/* Does this connection have something to bind to? */
bool smtpd_scram_binds(const struct smtpd_session *);
#endif

#endif
