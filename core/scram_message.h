/*
 * scram_message.h - the messages of a SCRAM client (RFC 5802 7)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Pure: nothing is written and nothing is kept. Spans point into the message.
 */
#ifndef SMTPD_SCRAM_MESSAGE_H
#define SMTPD_SCRAM_MESSAGE_H

#include "smtpd.h"

/* client-first-message */
struct smtpd_scram_first {
	char flag;                /* gs2-cbind-flag: 'n', 'y', or 'p' */
	struct smtpd_str binding; /* the name behind "p=", or empty */
	struct smtpd_str authzid; /* escaped; empty: none */
	struct smtpd_str header;  /* gs2-header, its last comma too */
	struct smtpd_str bare;    /* client-first-message-bare */
	struct smtpd_str name;    /* user name, escaped, 1 octet or more */
	struct smtpd_str nonce;   /* 1 octet or more, printable, no comma */
};

/* client-final-message; what is base64 is not decoded, and may be none. */
struct smtpd_scram_final {
	struct smtpd_str bare; /* client-final-message-without-proof */
	struct smtpd_str binding;
	struct smtpd_str nonce;
	struct smtpd_str proof;
};

/*
 * Read a message of len octets at p; p[len] is a NUL.
 *
 * Extensions behind the known attributes are skipped, but a mandatory one
 * ("m=") is refused, RFC 5802 5.1. Text must be UTF-8 without NUL.
 *
 * Returns whether it is such a message.
 */
bool smtpd_scram_read_first(
	const char *p, size_t len, struct smtpd_scram_first *m);
bool smtpd_scram_read_final(
	const char *p, size_t len, struct smtpd_scram_final *m);

/* Undo =2C and =3D of a name from smtpd_scram_read_first(). Writes name.len
 * octets at the most to out; returns how many. */
size_t smtpd_scram_unescape(struct smtpd_str name, char *out);

#endif
