/*
 * policy.h - which ports are opened, and what each of them asks of a client
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Context of every function: any.
 */
#ifndef BOARD_POLICY_H
#define BOARD_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "smtpd.h"

/* Addresses and blocks in the list of a port's proxies. */
#define BOARD_PROXIES_MAX 8

enum { BOARD_SMTP, BOARD_SUBMISSION, BOARD_SMTPS, BOARD_LMTP, BOARD_PORTS };

/* Does a port ask for the client's certificate? As enum smtpd_tls_ask. */
enum board_client_cert {
	BOARD_CLIENT_CERT_OFF,
	BOARD_CLIENT_CERT_ASK,
	BOARD_CLIENT_CERT_REQUIRE, /* also: no mail without TLS */
	BOARD_CLIENT_CERT_MODES,
};

/* Members are stored by the options of option_rows.h. */
struct board_policy {
	uint16_t smtp_port;       /* 0: off; this and the next three */
	uint16_t submission_port; /* RFC 6409 */
	uint16_t smtps_port;      /* RFC 8314 */
	uint16_t lmtp_port;       /* RFC 2033 */
	bool use_tls;             /* there is a certificate to use */
	bool enforce_tls;         /* no mail in clear text on smtp_port */
	bool auth_enable;         /* AUTH is offered */
	bool no_users;            /* and nobody's credentials are known */
	bool tls_auth_only;       /* no AUTH in clear text */
	bool smtps_auth;          /* no mail without AUTH on smtps_port */
	bool relays;              /* a sink hands messages on to others */
	uint8_t smtp_auth;        /* enum board_auth_mode, of smtp_port */
	/* what each port forgives, as struct smtpd_listener */
	uint32_t smtp_profile, submission_profile, smtps_profile, lmtp_profile;
#if SMTPD_AUTH_CHOICE
	uint8_t mechanisms[BOARD_PORTS]; /* SMTPD_MECH_ bits that are offered */
#endif
#if SMTPD_AUTH_EXTERNAL
	bool external; /* who has a user's certificate may log in with it */
#endif
#if SMTPD_EARLY_TALKER
	uint16_t greet_delay_ms[BOARD_PORTS]; /* as struct smtpd_listener */
#endif
};

/* What becomes of AUTH on smtp_port; the words of the option smtp_auth. */
enum board_auth_mode {
	BOARD_AUTH_AUTO,  /* any where something is forgiven, else check */
	BOARD_AUTH_OFF,   /* not offered */
	BOARD_AUTH_ANY,   /* any credentials will do, in clear text as well */
	BOARD_AUTH_CHECK, /* users only */
};

/* Is the page HTTPS? The words of the option page_tls. */
enum board_page_tls {
	BOARD_PAGE_TLS_AUTO, /* unless nobody but this machine can read it */
	BOARD_PAGE_TLS_YES,
	BOARD_PAGE_TLS_NO,
};

/* What a port is called in messages, such as "SMTPS"; static. */
const char *board_policy_name(unsigned i);

/* The same as a word of options, such as "smtps"; "" of no port. Static. */
const char *board_policy_word(unsigned i);

/*
 * The number of port i, BOARD_SMTP to BOARD_LMTP; 0: it is not to be opened,
 * for it is off or could not do without the TLS or AUTH that are off.
 */
uint16_t board_policy_port(const struct board_policy *, unsigned i);

/* The SMTPD_LISTEN_ flags of port i. */
uint16_t board_policy_flags(const struct board_policy *, unsigned i);

/* What port i forgives: bits as those of struct smtpd_listener. */
uint32_t board_policy_forgive(const struct board_policy *, unsigned i);

/* What port i may offer of the mechanisms of AUTH that are built: SMTPD_MECH_
 * bits. */
unsigned board_policy_mechanisms(const struct board_policy *, unsigned i);

/* What is chosen for encryption on a device that sends to a port with these
 * flags, and what it says of a login; static. */
const char *board_policy_encryption(uint16_t flags);
const char *board_policy_login(uint16_t flags);

/* What a port with these flags asks for, such as "STARTTLS"; static. */
const char *board_policy_text(uint16_t flags);

#endif
