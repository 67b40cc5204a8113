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

enum { BOARD_SMTP, BOARD_SUBMISSION, BOARD_SMTPS, BOARD_LMTP, BOARD_PORTS };

/* Members are stored by the options of option_rows.h. */
struct board_policy {
	uint16_t smtp_port;       /* 0: off; this and the next three */
	uint16_t submission_port; /* RFC 6409 */
	uint16_t smtps_port;      /* RFC 8314 */
	uint16_t lmtp_port;       /* RFC 2033 */
	bool use_tls;             /* there is a certificate to use */
	bool enforce_tls;         /* no mail in clear text on smtp_port */
	bool auth_enable;         /* there may be users */
	bool tls_auth_only;       /* no AUTH in clear text */
	bool smtps_auth;          /* no mail without AUTH on smtps_port */
};

/* What a port is called in messages, such as "SMTPS"; static. */
const char *board_policy_name(unsigned i);

/*
 * The number of port i, BOARD_SMTP to BOARD_LMTP; 0: it is not to be opened,
 * for it is off or could not do without the TLS or AUTH that are off.
 */
uint16_t board_policy_port(const struct board_policy *, unsigned i);

/* The SMTPD_LISTEN_ flags of port i. */
uint8_t board_policy_flags(const struct board_policy *, unsigned i);

/* What a port with these flags asks for, such as "STARTTLS"; static. */
const char *board_policy_text(uint8_t flags);

#endif
