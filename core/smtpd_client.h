/*
 * smtpd_client.h - what a client says: addresses, parameters, who it is
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Included by smtpd.h, whose conventions hold.
 */
#ifndef SMTPD_CLIENT_H
#define SMTPD_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "smtpd_config.h"

struct smtpd_str {
	const char *s;
	uint16_t len;
};

/* A reverse-path or forward-path, RFC 5321 4.1.2; a source route is left out.
 * `local` keeps its quotes. */
struct smtpd_path {
	struct smtpd_str text;   /* local@domain, empty for <> */
	struct smtpd_str local;  /* Local-part */
	struct smtpd_str domain; /* Domain or address literal; may be empty */
	bool utf8; /* has octets above 127 (RFC 6531), which may be anything
		      where path-8bit is forgiven */
};

enum smtpd_body {
	SMTPD_BODY_7BIT,
	SMTPD_BODY_8BITMIME,
	SMTPD_BODY_BINARYMIME,
};

enum smtpd_ret {
	SMTPD_RET_NONE,
	SMTPD_RET_FULL,
	SMTPD_RET_HDRS,
};

/* NOTIFY= of RFC 3461 4.1; 0 when the client gave none. */
#define SMTPD_NOTIFY_NEVER   1u
#define SMTPD_NOTIFY_SUCCESS 2u
#define SMTPD_NOTIFY_FAILURE 4u
#define SMTPD_NOTIFY_DELAY   8u

/* MAIL. Spans are valid during the callback, and while it stays LATER. */
struct smtpd_mail {
	struct smtpd_path from;
	uint32_t size; /* SIZE=, 0 when not given */
	enum smtpd_body body;
	bool smtputf8;
	enum smtpd_ret ret;
	struct smtpd_str envid; /* ENVID=, xtext as sent, valid; or empty */
	struct smtpd_str auth;  /* AUTH=, xtext as sent, valid; or empty */
};

/* RCPT. Spans are valid during the callback, and while it stays LATER. */
struct smtpd_rcpt {
	struct smtpd_path to;
	uint8_t notify;         /* SMTPD_NOTIFY_ bits */
	struct smtpd_str orcpt; /* ORCPT=, addr-type;xtext as sent; or empty */
};

/* ---- who it is ---- */

/* Octets of a subject that can be told. */
#define SMTPD_SUBJECT_MAX 255

/* A client's verified certificate. */
struct smtpd_tls_peer {
	uint8_t fingerprint[32]; /* SHA-256 of the certificate in DER */
	/* the subject as RFC 4514 writes it, special characters escaped, the
	 * most specific first: "CN=camera-1,O=Example"; "" when it is empty,
	 * or longer than there is room for */
	char subject[SMTPD_SUBJECT_MAX + 1];
};

/*
 * What SCRAM-SHA-256 keeps of a password (RFC 5802 3): whoever reads it cannot
 * log in with it, but can try passwords on it.
 *
 *   SaltedPassword = PBKDF2-HMAC-SHA-256(password, salt, iterations)
 *   stored_key     = SHA-256(HMAC(SaltedPassword, "Client Key"))
 *   server_key     = HMAC(SaltedPassword, "Server Key")
 */
struct smtpd_scram_keys {
	uint8_t salt[32];
	uint8_t salt_len; /* 1 to 32 */
	uint32_t iterations;
	uint8_t stored_key[32];
	uint8_t server_key[32];
};

/* What is known of a client that wants to be a user. */
enum smtpd_proof {
	SMTPD_PROOF_PASSWORD,    /* `password` is yet to be checked */
	SMTPD_PROOF_RIGHT,       /* SCRAM: it knows the password */
	SMTPD_PROOF_WRONG,       /* SCRAM: it does not, or there is no such
				    user; ACCEPT counts as REJECT */
	SMTPD_PROOF_CERTIFICATE, /* EXTERNAL: `peer` is yet to be checked */
};

/* AUTH, decoded; an authorization identity other than authcid is refused
 * before. Wiped when the verdict is there. A sink MUST NOT keep or log
 * `password`. */
struct smtpd_auth {
	const char *mechanism;    /* "PLAIN", "LOGIN", or one of below */
	struct smtpd_str authcid; /* user name, 1 to 255 octets of UTF-8 */
	struct smtpd_str password;
#if SMTPD_AUTH_MORE
	/* "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS": authcid is who `scram` was
	 * asked about. "EXTERNAL": authcid is who the client wants to be, 0 to
	 * 255 octets; empty: whoever its certificate says. `password` is empty
	 * with all of them. */
	enum smtpd_proof proof;
	const struct smtpd_tls_peer *peer; /* during the callback only */
#endif
	/* The listener takes any credentials (SMTPD_LISTEN_AUTH_ANY): note
	 * who it claims to be, if you like, and ACCEPT. Both spans may be
	 * empty or hold anything. */
	bool unchecked;
};

#endif
