/*
 * verifier.h - stored passwords: lines of a users file
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 *   user:$scram-sha-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY  (SMTPD_SCRAM)
 *   user:$pbkdf2-sha256$ITERATIONS$SALT$KEY
 *
 * SALT and the keys are base64 (RFC 4648 4); KEY is PBKDF2 with HMAC-SHA-256
 * (RFC 8018 5.2) of the password, 32 octets; the other two are what RFC 5802 3
 * derives from it, written as PostgreSQL writes them behind its own prefix
 * "SCRAM-SHA-256$". Both kinds serve PLAIN, LOGIN and SCRAM. KEY is as good as
 * the password to a client of SCRAM, for it is SaltedPassword: who reads such a
 * line can log in. STOREDKEY is not: it only tells right guesses from wrong.
 *
 * Nothing here allocates or keeps a password. The hash comes from
 * smtpd_port_pbkdf2(). Passwords are compared octet for octet; clients of
 * SCRAM normalize them (SASLprep), so those beyond US-ASCII want to be in that
 * form already.
 */
#ifndef BOARD_VERIFIER_H
#define BOARD_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd.h"
#include "text.h"

#define BOARD_USER_MAX     64      /* octets of a user name */
#define BOARD_SALT_MAX     32      /* octets of a salt */
#define BOARD_SALT_LEN     16      /* octets of a salt that we make */
#define BOARD_ITERATIONS   20000   /* of a hash that we make */
#define BOARD_ITERATE_MAX  1000000 /* accepted in a file: some seconds */
#define BOARD_VERIFIER_TXT 256     /* room for a line and its NUL */

struct board_verifier {
	char user[BOARD_USER_MAX];
	uint8_t user_len;
	uint8_t salt[BOARD_SALT_MAX];
	uint8_t salt_len;
	uint32_t iterations;
	uint8_t key[32]; /* KEY or STOREDKEY */
#if SMTPD_SCRAM
	bool scram; /* it is STOREDKEY */
	uint8_t server_key[32];
#endif
};

/* Is this a user's name: 1 to BOARD_USER_MAX octets, no ':' and no controls?
 * Context: any. */
bool board_user_ok(const char *s, size_t len);

/*
 * Read a line of a users file.
 *
 * line  len octets without the line end.
 *
 * Returns NULL and fills *v, or what is wrong with the line (a static text).
 * Context: any.
 */
const char *board_verifier_parse(
	struct board_verifier *v, const char *line, size_t len);

/*
 * Is this the password? Takes as long as v->iterations need, whatever the
 * answer. Returns false too when the port has no PBKDF2.
 * Context: any; blocks for the computation.
 */
bool board_verifier_check(
	const struct board_verifier *v, const struct smtpd_str *password);

/*
 * Is it the right password from which PBKDF2 made this, with the verifier's
 * salt and iterations? Costs the same for both kinds of line. Context: any.
 */
bool board_verifier_match(
	const struct board_verifier *v, const uint8_t salted[32]);

#if SMTPD_SCRAM
/*
 * What SCRAM needs of it. Costs the same for both kinds of line.
 *
 * Returns 0, or SMTPD_ENONE: the port has no hash. Context: any.
 */
int board_verifier_keys(
	const struct board_verifier *v, struct smtpd_scram_keys *keys);
#endif

/*
 * Make the verifier of a password, for SCRAM where that is built, with a salt
 * of fresh entropy.
 *
 * user  1 to BOARD_USER_MAX octets, no ':' and no controls.
 *
 * Returns 0; SMTPD_EINVAL for a bad user name or an empty password;
 * SMTPD_ENONE without entropy or PBKDF2.
 * Context: any; blocks for the computation.
 */
int board_verifier_make(struct board_verifier *v, struct smtpd_str user,
	struct smtpd_str password);

/* Append the verifier's line, without a line end. BOARD_VERIFIER_TXT octets
 * hold any. Context: any. */
void board_verifier_text(const struct board_verifier *v, struct board_text *t);

#endif
