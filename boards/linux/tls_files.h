/*
 * tls_files.h - certificate and key: from files, or made on the first run
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_TLS_FILES_H
#define BOARD_TLS_FILES_H

#include <stddef.h>

#include "policy.h"

struct altcp_tls_config;

/* One for each way to ask, and with SMTPD_TLS_LEGACY for each oldest version,
 * enum smtpd_tls_oldest. */
#define BOARD_TLS_WAYS (BOARD_CLIENT_CERT_MODES * (SMTPD_TLS_LEGACY ? 3u : 1u))

/* What the listeners use, by board_tls_way(); NULL: no TLS, or no port wants
 * it so. */
extern struct altcp_tls_config *board_tls[BOARD_TLS_WAYS];

/* What the options of port i, BOARD_SMTP to BOARD_LMTP, want of TLS. */
unsigned board_tls_way(unsigned i);

/* Do the files of the options exist, and belong together? Prints the line and
 * returns 2 if not. Makes nothing. */
int board_tls_check(void);

/* Load them, or make a self-signed certificate in the state directory first.
 * Returns 0, or 2 with the line printed. */
int board_tls_open(void);

/* Read the files again. Returns NULL, or why the old ones stay (a text that
 * the next call overwrites). */
const char *board_tls_reload(void);

/* The SHA-256 fingerprint of a certificate that we made, as "AB:CD..."; NULL
 * when it is from a file of the options. */
const char *board_tls_fingerprint(void);

/*
 * Make an ECDSA P-256 key and a certificate for it that it signs itself.
 *
 * host  the name in it, beside localhost and the loopback addresses.
 * cert, key  receive NUL-terminated PEM.
 *
 * Returns 0, or -1: not built with WOLFSSL_CERT_GEN, or no entropy.
 */
int board_self_signed(const char *host, char *cert, size_t cert_cap, char *key,
	size_t key_cap);

#endif
