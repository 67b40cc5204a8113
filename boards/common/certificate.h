/*
 * certificate.h - whose certificate it is: lines of a users file
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 *   user:$cert-sha256$FINGERPRINT
 *   user:$cert-subject$SUBJECT
 *
 * FINGERPRINT is SHA-256 of the certificate in DER, 64 hexadecimal digits,
 * colons between them or not, as `openssl x509 -fingerprint -sha256` writes it.
 * SUBJECT is the whole subject as struct smtpd_tls_peer has it, compared octet
 * for octet; it says who it is as far as each authority that is trusted gives a
 * name to one client only.
 *
 * Context of every function: any.
 */
#ifndef BOARD_CERTIFICATE_H
#define BOARD_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd.h"
#include "verifier.h"

struct board_certificate {
	char user[BOARD_USER_MAX];
	uint8_t user_len;
	bool by_subject;
	uint8_t fingerprint[32];
	char subject[SMTPD_SUBJECT_MAX + 1];
};

/* Is the line, len octets without its end, one of these, and none of
 * verifier.h? It may be wrong all the same. */
bool board_certificate_is(const char *line, size_t len);

/*
 * Read such a line.
 *
 * Returns NULL and fills *c, or what is wrong with it (a static text).
 */
const char *board_certificate_parse(
	struct board_certificate *c, const char *line, size_t len);

/* Is it this one, and its user the one that is wanted? Of nobody in particular
 * where `wanted` is empty. A client without a subject, or with one too long to
 * tell, matches none by subject. */
bool board_certificate_match(const struct board_certificate *c,
	const struct smtpd_tls_peer *peer, struct smtpd_str wanted);

#endif
