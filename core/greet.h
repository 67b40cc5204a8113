/*
 * greet.h - the greeting, and what may come before it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef GREET_H
#define GREET_H

#include "session.h"

/* ---- greet.c ---- */

/* May a greeting wait? The session is in ST_CONNECT meanwhile. */
#define SMTPD_GREET_WAITS (SMTPD_FORGIVE_TLS_FIRST || SMTPD_EARLY_TALKER)

/* Greet. */
void smtpd_greet(struct smtpd_session *);

#if SMTPD_GREET_WAITS

/* Greet, or let the greeting wait; for how long, 0: it does not. */
void smtpd_greet_in_time(struct smtpd_session *);
uint32_t smtpd_greet_ms(const struct smtpd_session *);

/* Nobody spoke so long: greet. */
void smtpd_greet_now(struct smtpd_session *);

/* The client speaks before it, beginning with this octet. */
void smtpd_greet_early(struct smtpd_session *, uint8_t octet);

#else
#define smtpd_greet_in_time(s) smtpd_greet(s)
#endif

/* ---- tls_first.c ---- */

#if SMTPD_FORGIVE_TLS_FIRST

/* How long the greeting waits for TLS; 0: it does not. */
uint32_t smtpd_tls_first_ms(const struct smtpd_session *);

/* The next octet is this one. True when it begins TLS: the input is left. */
bool smtpd_tls_first(struct smtpd_session *, uint8_t octet);

#else
#define smtpd_tls_first_ms(s)     ((void)(s), (uint32_t)0)
#define smtpd_tls_first(s, octet) ((void)(s), (void)(octet), false)
#endif

#endif
