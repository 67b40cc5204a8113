/*
 * users.h - the users file: who may AUTH
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_USERS_H
#define BOARD_USERS_H

#include <stddef.h>
#include <stdint.h>

#include "smtpd.h"

#define BOARD_MAX_USERS 256

/*
 * Read a users file: lines of board_verifier_parse() and, with
 * SMTPD_AUTH_EXTERNAL, board_certificate_parse(), '#' comments and blank lines.
 * A user may have several certificates, with a password or without. Replaces
 * the users known so far.
 *
 * Returns NULL; or what is wrong, with the line, as a text that the next call
 * overwrites: the users known so far stay.
 */
const char *board_users_load(const char *path);

/* Is this a readable users file? The same, but keeps nothing. */
const char *board_users_check(const char *path);

/*
 * Make a users file with one user "lwsmtpd" and a random password.
 *
 * password  receives the password for showing it once; wipe it then.
 *
 * Returns NULL or what is wrong.
 */
const char *board_users_create(const char *path, char password[24]);

/* Make a password of 20 random signs. Returns 0, or SMTPD_ENONE: no entropy. */
int board_users_password(char password[24]);

/* Let the users of the file AUTH, see boards/common/auth.h. delay_ms: before a
 * failed one is answered. */
void board_users_open(uint32_t delay_ms);

/* Octets of static memory for users. */
size_t board_users_size(void);

/* --hash-password: read a password, print its line. Returns the exit status. */
int board_users_hash(const char *user);

#endif
