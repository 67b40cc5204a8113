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

/* see policy.h */
const char *board_policy_word(unsigned i)
{
	static const char *const words[BOARD_PORTS] = {
		[BOARD_SMTP] = "smtp",
		[BOARD_SUBMISSION] = "submission",
		[BOARD_SMTPS] = "smtps",
		[BOARD_LMTP] = "lmtp",
	};

	return i < BOARD_PORTS ? words[i] : "";
}

/* see policy.h */
unsigned board_policy_mechanisms(const struct board_policy *o, unsigned i)
{
	unsigned m = SMTPD_MECH_PLAIN | SMTPD_MECH_LOGIN |
		     (SMTPD_SCRAM ? SMTPD_MECH_SCRAM : 0u) |
		     (SMTPD_SCRAM_PLUS ? SMTPD_MECH_SCRAM_PLUS : 0u);

#if SMTPD_AUTH_EXTERNAL
	if (o->external)
		m |= SMTPD_MECH_EXTERNAL;
#endif
#if SMTPD_AUTH_CHOICE
	m &= o->mechanisms[i];
#endif
	(void)o, (void)i;
	return m;
}

/* Can anybody AUTH as a user that we know? */
static bool auth_possible(const struct board_policy *o, unsigned i)
{
	return o->auth_enable && !o->no_users &&
	       board_policy_mechanisms(o, i) &&
	       (o->use_tls || !o->tls_auth_only);
}

uint16_t board_policy_port(const struct board_policy *o, unsigned i)
{
	switch (i) {
	case BOARD_SMTP:
		return o->smtp_port;
	case BOARD_SUBMISSION:
		return auth_possible(o, i) ? o->submission_port : 0;
	case BOARD_SMTPS:
		return o->use_tls ? o->smtps_port : 0;
	default:
		return SMTPD_LMTP ? o->lmtp_port : 0;
	}
}

/* Flags about AUTH that is offered and not required. */
static unsigned auth_flags(const struct board_policy *o, unsigned i)
{
	const unsigned any = SMTPD_MECH_PLAIN | SMTPD_MECH_LOGIN;
	unsigned mode = i == BOARD_SMTP ? o->smtp_auth : BOARD_AUTH_CHECK;

	if (mode == BOARD_AUTH_AUTO)
		mode = o->auth_enable && o->smtp_profile ? BOARD_AUTH_ANY
							 : BOARD_AUTH_CHECK;
	if (mode == BOARD_AUTH_ANY)
		return board_policy_mechanisms(o, i) & any
			       ? SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_ANY |
					 SMTPD_LISTEN_AUTH_CLEAR
			       : 0;
	if (mode == BOARD_AUTH_OFF || !auth_possible(o, i))
		return 0;
	return SMTPD_LISTEN_AUTH |
	       (o->tls_auth_only ? 0u : SMTPD_LISTEN_AUTH_CLEAR);
}

uint32_t board_policy_forgive(const struct board_policy *o, unsigned i)
{
	switch (i) {
	case BOARD_SMTP:
		return o->smtp_profile;
	case BOARD_SUBMISSION:
		return o->submission_profile;
	case BOARD_SMTPS:
		return o->smtps_profile;
	default:
		return o->lmtp_profile;
	}
}

uint16_t board_policy_flags(const struct board_policy *o, unsigned i)
{
	unsigned f = auth_flags(o, i);

	if (o->use_tls)
		f |= i == BOARD_SMTPS ? SMTPD_LISTEN_TLS
				      : SMTPD_LISTEN_STARTTLS;
	if (i == BOARD_SUBMISSION || i == BOARD_SMTPS || o->relays)
		f |= SMTPD_LISTEN_RELAY; /* faces more than a LAN */
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
	return (uint16_t)f;
}

const char *board_policy_text(uint16_t flags)
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

/* see policy.h */
const char *board_policy_encryption(uint16_t flags)
{
	if (flags & SMTPD_LISTEN_TLS)
		return "SSL/TLS";
	if (flags & SMTPD_LISTEN_TLS_REQUIRED)
		return "STARTTLS";
	return flags & SMTPD_LISTEN_STARTTLS ? "STARTTLS or none" : "none";
}

/* see policy.h */
const char *board_policy_login(uint16_t flags)
{
	if (flags & SMTPD_LISTEN_AUTH_REQUIRED)
		return "user and password of this unit";
	if (flags & SMTPD_LISTEN_AUTH_ANY)
		return "none, or any user and password";
	return flags & SMTPD_LISTEN_AUTH
		       ? "none, or user and password of this unit"
		       : "none";
}
