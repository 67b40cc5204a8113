/*
 * policy.c - which ports are opened, and what each of them asks of a client
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "policy.h"

const char *board_policy_name(unsigned i)
{
	static const char *const names[BOARD_PORTS] = {
		[BOARD_SMTP] = "SMTP",
		[BOARD_SUBMISSION] = "submission",
		[BOARD_SMTPS] = "SMTPS",
		[BOARD_LMTP] = "LMTP",
	};

	return names[i];
}

/* Can anybody AUTH at all? */
static bool auth_possible(const struct board_policy *o)
{
	return o->auth_enable && (o->use_tls || !o->tls_auth_only);
}

uint16_t board_policy_port(const struct board_policy *o, unsigned i)
{
	switch (i) {
	case BOARD_SMTP:
		return o->smtp_port;
	case BOARD_SUBMISSION:
		return auth_possible(o) ? o->submission_port : 0;
	case BOARD_SMTPS:
		return o->use_tls ? o->smtps_port : 0;
	default:
		return SMTPD_LMTP ? o->lmtp_port : 0;
	}
}

uint8_t board_policy_flags(const struct board_policy *o, unsigned i)
{
	unsigned f = 0;

	if (o->use_tls)
		f |= i == BOARD_SMTPS ? SMTPD_LISTEN_TLS
				      : SMTPD_LISTEN_STARTTLS;
	if (auth_possible(o))
		f |= SMTPD_LISTEN_AUTH;
	if (auth_possible(o) && !o->tls_auth_only)
		f |= SMTPD_LISTEN_AUTH_CLEAR;
	if (i == BOARD_SMTP && o->enforce_tls)
		f |= SMTPD_LISTEN_TLS_REQUIRED;
	if (i == BOARD_SUBMISSION)
		f |= SMTPD_LISTEN_AUTH_REQUIRED;
	if (i == BOARD_SUBMISSION && o->tls_auth_only)
		f |= SMTPD_LISTEN_TLS_REQUIRED;
	if (i == BOARD_SMTPS && o->smtps_auth)
		f |= SMTPD_LISTEN_AUTH_REQUIRED;
	if (i == BOARD_LMTP)
		f |= SMTPD_LISTEN_LMTP;
	return (uint8_t)f;
}

const char *board_policy_text(uint8_t flags)
{
	if (flags & SMTPD_LISTEN_TLS)
		return flags & SMTPD_LISTEN_AUTH_REQUIRED ? "TLS, AUTH required"
							  : "TLS";
	if (flags & SMTPD_LISTEN_AUTH_REQUIRED)
		return flags & SMTPD_LISTEN_TLS_REQUIRED
			       ? "STARTTLS and AUTH required"
			       : "AUTH required";
	if (flags & SMTPD_LISTEN_TLS_REQUIRED)
		return "STARTTLS required";
	return flags & SMTPD_LISTEN_STARTTLS ? "STARTTLS" : "plain";
}
