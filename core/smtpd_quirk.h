/*
 * smtpd_quirk.h - what devices do that the RFCs do not allow: names, switches
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A quirk is one thing that a client did. The first of the list can be
 * forgiven: each has a switch, a bit of struct smtpd_listener's `forgive`. A
 * listener that forgives none is strict, RFC 5321 to the letter; one that
 * forgives all is tolerant, and takes what can be understood in only one way.
 * The others are reasons for which mail is always refused.
 *
 * Forgiven or refused, the sink's `quirk` is told, so that whoever installs a
 * device can be told why its test mail failed. Names are stable.
 */
#ifndef SMTPD_QUIRK_H
#define SMTPD_QUIRK_H

#include "smtpd_config.h"

/* clang-format off */

/* X(IDENTIFIER, name, a sentence for whoever installs the device) of what can
 * be forgiven. SMTPD_FORGIVE_<IDENTIFIER> 0 leaves one out of the build. */
#define SMTPD_QUIRKS_FORGIVABLE(X) \
X(HELO_MISSING_NAME, "helo-missing-name", \
"The device greeted without a name: set its host name.") \
X(HELO_BAD_NAME, "helo-bad-name", \
"The device greeted with a name that is no host name: set its host name " \
"to letters, digits and hyphens.") \
X(NO_HELO, "no-helo", \
"The device sent mail without a greeting (HELO): update its firmware.") \
X(PATH_NO_BRACKETS, "path-no-brackets", \
"The device sent an address without angle brackets: update its firmware, " \
"or write <name@domain> where its settings allow it.") \
X(PATH_SPACE, "path-space", \
"The device sent a space beside an address: remove spaces before and " \
"after the addresses in its settings.") \
X(PATH_QUOTES, "path-quotes", \
"The device sent quotes around an address: remove the quotes from the " \
"addresses in its settings.") \
X(PATH_NO_DOMAIN, "path-no-domain", \
"The device sent an address without a domain: set the address to " \
"name@domain.") \
X(PATH_BAD_DOMAIN, "path-bad-domain", \
"The device sent an address whose domain is no domain: use letters, " \
"digits, dots and hyphens behind the @.") \
X(PATH_BAD_LOCAL, "path-bad-local", \
"The device sent an address with spaces or signs before the @: use " \
"letters, digits, dots, hyphens and underscores.") \
X(PATH_8BIT, "path-8bit", \
"The device sent an address with letters that are not ASCII: use A to Z " \
"and digits in its addresses.") \
X(PARAM_AFTER_HELO, "param-after-helo", \
"The device greeted with HELO and then used an option of EHLO: choose " \
"ESMTP or EHLO in its settings.") \
X(PARAM_UNKNOWN, "param-unknown", \
"The device used an option of MAIL or RCPT that was not offered: it was " \
"left out of account; update its firmware.") \
X(PARAM_BAD, "param-bad", \
"The device sent an option of MAIL or RCPT that makes no sense: it was " \
"left out of account; update its firmware.") \
X(EXTRA_ARGUMENT, "extra-argument", \
"The device put text behind a command that takes none: update its " \
"firmware.") \
X(MAIL_AGAIN, "mail-again", \
"The device began a message before it had finished the one before, which " \
"is lost: look for messages without recipients.") \
X(BARE_LF, "bare-lf", \
"The device ends lines with LF alone: set line ends to CRLF, or update " \
"its firmware.") \
X(BARE_CR, "bare-cr", \
"The device sent CR without LF in a message: remove line breaks from the " \
"texts in its settings, or set line ends to CRLF.") \
X(AUTH_BASE64, "auth-base64", \
"The device sent user or password with wrong padding: update its " \
"firmware.") \
X(TLS_FIRST, "tls-first", \
"The device spoke TLS from the first octet: give it the port for SSL or " \
"TLS (465), or set its encryption to STARTTLS.") \
X(STARTTLS_HIDDEN, "starttls-hidden", \
"The device failed at TLS again and again and was no longer offered it: " \
"set its encryption to none, or update its firmware.") \
SMTPD_QUIRKS_EARLY_TALKER(X)

#if SMTPD_EARLY_TALKER
#define SMTPD_QUIRKS_EARLY_TALKER(X) \
X(EARLY_TALKER, "early-talker", \
"The device spoke before it was greeted: update its firmware, or give it a " \
"port where this is forgiven.")
#else
#define SMTPD_QUIRKS_EARLY_TALKER(X)
#endif

/* The same, of what is never forgiven. */
#define SMTPD_QUIRKS_REFUSED(X) \
X(LONE_DOT, "lone-dot", \
"The message had a dot on a line of its own between line ends that are not " \
"all alike, which can make one message look like two: set line ends to " \
"CRLF.") \
X(PATH_SYNTAX, "path-syntax", \
"The device sent an address that cannot be understood: check sender and " \
"recipients in its settings.") \
X(CONTROL_CHARACTER, "control-character", \
"The device sent a control character in a command: remove line breaks and " \
"tabs from its settings.") \
X(LINE_TOO_LONG, "line-too-long", \
"The device sent a command that is too long: shorten the addresses in its " \
"settings.") \
X(UNKNOWN_COMMAND, "unknown-command", \
"The device sent a command that does not exist here: check that it is set " \
"to SMTP.") \
X(BAD_SEQUENCE, "bad-sequence", \
"The device sent a command where it does not belong: check that sender " \
"and recipient are set.") \
X(NOT_SMTP, "not-smtp", \
"The device does not speak SMTP but HTTP or the like: check its port.") \
X(MESSAGE_TOO_BIG, "message-too-big", \
"The message is too big: choose smaller or fewer pictures, or raise the " \
"limit here.") \
X(TLS_REQUIRED, "tls-required", \
"The device sent mail in clear text to a port that wants TLS: set its " \
"encryption to STARTTLS or TLS, or choose another port.") \
X(AUTH_REQUIRED, "auth-required", \
"The device did not log in: set user and password in its settings, or " \
"choose another port.") \
X(AUTH_NEEDS_TLS, "auth-needs-tls", \
"The device wanted to log in without encryption: set its encryption to " \
"STARTTLS or TLS.") \
X(AUTH_NOT_OFFERED, "auth-not-offered", \
"The device wanted to log in where nobody can: switch its authentication " \
"off.") \
X(AUTH_MECHANISM, "auth-mechanism", \
"The device wanted to log in in a way that was not offered: set its " \
"authentication to one that is, mostly LOGIN or PLAIN.") \
X(AUTH_SYNTAX, "auth-syntax", \
"User and password came in a form that cannot be read: type them anew in " \
"its settings, in ASCII.") \
X(AUTH_FAILED, "auth-failed", \
"User or password is wrong: type both anew in its settings.") \
X(TIMEOUT, "timeout", \
"The device stopped in the middle: check its network, and that it ends " \
"lines with CRLF.") \
SMTPD_QUIRKS_POLICY(X) \
X(NOT_TLS, "not-tls", \
"The device spoke without encryption where TLS was wanted: set its " \
"encryption to SSL or TLS, or give it the port for clear text.") \
X(TLS_VERSION, "tls-version-too-old", \
"The device's TLS is too old: update its firmware, or set its encryption " \
"to none.") \
X(TLS_CIPHER, "tls-no-cipher", \
"The device's TLS has no cipher that is still secure: update its " \
"firmware, or set its encryption to none.") \
X(TLS_GROUP, "tls-no-group", \
"The device's TLS has no key exchange group in common with ours: update " \
"its firmware.") \
X(TLS_SIGNATURE, "tls-no-signature", \
"The device's TLS cannot verify our kind of certificate: use an RSA " \
"certificate here, or update its firmware.") \
X(TLS_CERTIFICATE, "tls-certificate", \
"The device did not accept our certificate: switch its certificate check " \
"off, or give it our authority's certificate.") \
X(TLS_FAILED, "tls-failed", \
"The device broke off while TLS was being set up: try another encryption " \
"in its settings.") \
SMTPD_QUIRKS_CLIENT_CERT(X)

#if SMTPD_QUIRK_POLICY
#define SMTPD_QUIRKS_POLICY(X) \
X(ACCESS_DENIED, "access-denied", \
"The device's address is not let in: add it to those that are, or take it " \
"from those that are kept out.") \
X(TOO_MANY_SESSIONS, "too-many-sessions", \
"The device's address had too many connections at once: let it close each " \
"behind its mail, or raise the limit here.") \
X(RATE_EXCEEDED, "rate-exceeded", \
"The device's address connected or sent too much within a minute: let it " \
"send less, or raise the rates here.") \
X(NO_PROGRESS, "no-progress", \
"The device said too many commands that bring no mail nearer: switch its " \
"test of the server off, or raise the limit here.") \
X(TOO_MANY_MESSAGES, "too-many-messages", \
"The device sent too many messages over one connection: let it close it in " \
"between, or raise the limit here.") \
X(TOO_MANY_RCPTS, "too-many-recipients", \
"The device's message has too many recipients: set fewer, or raise the " \
"limit here.") \
X(RCPT_NOT_LOCAL, "rcpt-not-local", \
"The device sent mail to an address that is not taken here: set its " \
"recipient to one that is, or add the address here.") \
X(SINK_REFUSED, "sink-refused", \
"What takes the mail here refused it: see the reply, and the log here for " \
"the reason.") \
X(TLS_NOT_OFFERED, "tls-not-offered", \
"The device wanted TLS where there is none: set its encryption to none, or " \
"switch TLS on here.") \
X(TLS_BUSY, "tls-busy", \
"All connections with TLS were in use: let the device try again, or raise " \
"their number here.")
#else
#define SMTPD_QUIRKS_POLICY(X)
#endif

#if SMTPD_TLS_CLIENT_CERT
#define SMTPD_QUIRKS_CLIENT_CERT(X) \
X(TLS_CERT_MISSING, "tls-client-no-certificate", \
"The device showed no certificate where one is required: give it one of its " \
"own, or choose another port.") \
X(TLS_CERT_UNKNOWN, "tls-client-unknown-ca", \
"The device showed a certificate that no authority known here has signed: " \
"give it one that is signed for this server.") \
X(TLS_CERT_DATE, "tls-client-date", \
"The device showed a certificate that is expired or not yet valid, or the " \
"clock here is not set: renew it, or set the clock.") \
X(TLS_CERT_UNFIT, "tls-client-unfit", \
"The device showed a certificate that is not for TLS clients, or with a " \
"chain too long or a key too weak: make it a new one.")
#else
#define SMTPD_QUIRKS_CLIENT_CERT(X)
#endif

#define SMTPD_QUIRK_ENUM(id, name, text) SMTPD_QUIRK_##id,

enum smtpd_quirk {
	SMTPD_QUIRKS_FORGIVABLE(SMTPD_QUIRK_ENUM)
	SMTPD_QUIRKS_REFUSED(SMTPD_QUIRK_ENUM)
	SMTPD_QUIRK_COUNT
};

/* Those that a build has a switch for. */
#define SMTPD_QUIRK_SWITCH(id, name, text) \
	| (SMTPD_FORGIVE_##id ? 1ul << SMTPD_QUIRK_##id : 0ul)

/* clang-format on */

/* For `forgive` of struct smtpd_listener: the profiles, and single switches
 * to combine with | and & ~. */
#define SMTPD_STRICT        0u
#define SMTPD_FORGIVE_ALL   (0ul SMTPD_QUIRKS_FORGIVABLE(SMTPD_QUIRK_SWITCH))
#define SMTPD_QUIRK_BIT(id) (1ul << SMTPD_QUIRK_##id)

/*
 * The stable name of a quirk, "path-no-brackets". "" for anything else, and
 * without SMTPD_TOLERANT. Any callback.
 */
const char *smtpd_quirk_name(enum smtpd_quirk);

/*
 * One sentence that says what the device did and what to change on it; ""
 * without SMTPD_QUIRK_TEXT. Static lifetime. Any callback.
 */
const char *smtpd_quirk_text(enum smtpd_quirk);

#endif
