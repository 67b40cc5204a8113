/*
 * smtpd_config.h - every compile-time option of lwsmtpd, with its default
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Three ways to set an option, the first found wins:
 *   1. -DSMTPD_X=... on the command line, or in the file named by
 *      SMTPD_CONFIG_FILE;
 *   2. CONFIG_SMTPD_X of a Kconfig build (SMTPD_KCONFIG names its header);
 *   3. the default below, which depends on SMTPD_PROFILE.
 * The same options, with help texts and RAM costs, stand in /Kconfig; a test
 * keeps both equal. Booleans are 0 or 1, never undefined.
 */
#ifndef SMTPD_CONFIG_H
#define SMTPD_CONFIG_H

#define SMTPD_PROFILE_TINY    0 /* RFC 5321 + SIZE PIPELINING 8BITMIME */
#define SMTPD_PROFILE_DEFAULT 1 /* + STARTTLS AUTH CHUNKING SMTPUTF8 */
#define SMTPD_PROFILE_FULL    2 /* + DSN LMTP, buffers for a gateway */

#ifdef SMTPD_CONFIG_FILE
#include SMTPD_CONFIG_FILE
#endif

#ifdef SMTPD_KCONFIG
#include SMTPD_KCONFIG
#include "smtpd_kconfig.h"
#endif

#ifndef SMTPD_PROFILE
#define SMTPD_PROFILE SMTPD_PROFILE_DEFAULT
#endif

#if SMTPD_PROFILE == SMTPD_PROFILE_TINY
#define SMTPD_BY_PROFILE(t, d, f) (t)
#elif SMTPD_PROFILE == SMTPD_PROFILE_DEFAULT
#define SMTPD_BY_PROFILE(t, d, f) (d)
#elif SMTPD_PROFILE == SMTPD_PROFILE_FULL
#define SMTPD_BY_PROFILE(t, d, f) (f)
#else
#error "SMTPD_PROFILE: set SMTPD_PROFILE_TINY, _DEFAULT or _FULL"
#endif

/* ---- what is compiled in ---- */

/* STARTTLS (RFC 3207) and listeners that speak TLS from the first octet. */
#ifndef SMTPD_TLS
#define SMTPD_TLS SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* Certificates of clients can be asked for and verified. */
#ifndef SMTPD_TLS_CLIENT_CERT
#define SMTPD_TLS_CLIENT_CERT (SMTPD_TLS && SMTPD_BY_PROFILE(0, 0, 1))
#endif

/* TLS 1.0 and 1.1, and RSA key exchange, for configurations that are told to
 * speak them. Off: devices that need them are better off in clear text, where
 * nobody takes it for more than it is. */
#ifndef SMTPD_TLS_LEGACY
#define SMTPD_TLS_LEGACY 0
#endif

/* AUTH (RFC 4954) with PLAIN (RFC 4616) and LOGIN. */
#ifndef SMTPD_AUTH
#define SMTPD_AUTH SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* SCRAM-SHA-256 (RFC 5802, RFC 7677): the password does not cross the wire,
 * and what is stored does not open the door. Needs the port's hash. */
#ifndef SMTPD_SCRAM
#define SMTPD_SCRAM (SMTPD_AUTH && SMTPD_BY_PROFILE(0, 0, 1))
#endif

/* SCRAM-SHA-256-PLUS: tied to the TLS connection (RFC 5929, RFC 9266). */
#ifndef SMTPD_SCRAM_PLUS
#define SMTPD_SCRAM_PLUS (SMTPD_SCRAM && SMTPD_TLS && SMTPD_BY_PROFILE(0, 0, 1))
#endif

/* EXTERNAL (RFC 4422 A): the client is whose certificate it has. */
#ifndef SMTPD_AUTH_EXTERNAL
#define SMTPD_AUTH_EXTERNAL                                                    \
	(SMTPD_AUTH && SMTPD_TLS_CLIENT_CERT && SMTPD_BY_PROFILE(0, 0, 1))
#endif

/* A listener may offer fewer mechanisms than there are. */
#ifndef SMTPD_AUTH_CHOICE
#define SMTPD_AUTH_CHOICE (SMTPD_AUTH && SMTPD_BY_PROFILE(0, 0, 1))
#endif

/* BDAT, CHUNKING and BINARYMIME (RFC 3030). */
#ifndef SMTPD_CHUNKING
#define SMTPD_CHUNKING SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* SMTPUTF8 (RFC 6531). */
#ifndef SMTPD_SMTPUTF8
#define SMTPD_SMTPUTF8 SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* DSN parameters (RFC 3461), offered where the sink honours them. */
#ifndef SMTPD_DSN
#define SMTPD_DSN SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* LHLO and a reply for each recipient (RFC 2033), on LMTP listeners. */
#ifndef SMTPD_LMTP
#define SMTPD_LMTP SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* LIMITS (RFC 9422). */
#ifndef SMTPD_LIMITS
#define SMTPD_LIMITS SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* A Received: field before each message (RFC 5321 4.4). */
#ifndef SMTPD_RECEIVED
#define SMTPD_RECEIVED SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* Addresses in struct smtpd_peer have room for IPv6. */
#ifndef SMTPD_IPV6
#define SMTPD_IPV6 SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* Replies say in words what their codes mean; costs 1.4 KB of flash. */
#ifndef SMTPD_REPLY_TEXT
#define SMTPD_REPLY_TEXT SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* Limits are the options below, not a struct smtpd_limits of each listener;
 * saves 0.3 KB of flash. */
#ifndef SMTPD_FIXED_LIMITS
#define SMTPD_FIXED_LIMITS SMTPD_BY_PROFILE(1, 0, 0)
#endif

/* Events go to smtpd_port_log(); costs 0.1 KB of flash. */
#ifndef SMTPD_LOG
#define SMTPD_LOG SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* Scan DATA in vector-sized blocks where the lengths of lines do not matter
 * (SMTPD_TEXT_LINE_MAX 0): for CPUs with vectors. Costs 200 octets of code. */
#ifndef SMTPD_WIDE_SCAN
#define SMTPD_WIDE_SCAN SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* When all slots are taken, an address without a session takes the slot of
 * whoever waits longest and never delivered a message: at once when it has
 * delivered before (SMTPD_PEERS), otherwise of one who waits for a second. */
#ifndef SMTPD_EVICT
#define SMTPD_EVICT SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* A listener may have a list of address blocks that are let in or kept out
 * (smtpd_access.h). */
#ifndef SMTPD_ACCESS
#define SMTPD_ACCESS SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* Sessions, messages and octets a minute of each peer, IPv6 by /64; needs
 * SMTPD_PEERS. */
#ifndef SMTPD_RATES
#define SMTPD_RATES (SMTPD_PEERS != 0 && SMTPD_BY_PROFILE(0, 0, 1))
#endif

/* A peer whose AUTHs failed waits before the next is looked at, longer each
 * time; needs SMTPD_PEERS. */
#ifndef SMTPD_AUTH_DELAY
#define SMTPD_AUTH_DELAY                                                       \
	(SMTPD_AUTH && SMTPD_PEERS != 0 && SMTPD_BY_PROFILE(0, 0, 1))
#endif

/* HTTP, RTSP, SIP, SSH, TLS where it is not offered and octets that are no text
 * end the session with 421; without it only what ends in HTTP/1.1 or begins
 * like a header field. */
#ifndef SMTPD_FOREIGN
#define SMTPD_FOREIGN SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* A listener may hold its greeting back, and refuse who speaks before it. */
#ifndef SMTPD_EARLY_TALKER
#define SMTPD_EARLY_TALKER SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* Listeners may forgive what devices do against the RFCs (smtpd_quirk.h), and
 * the sink is told what was forgiven or refused. */
#ifndef SMTPD_TOLERANT
#define SMTPD_TOLERANT SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* smtpd_quirk_text() has sentences to say. */
#ifndef SMTPD_QUIRK_TEXT
#define SMTPD_QUIRK_TEXT SMTPD_TOLERANT
#endif

/* Refusals for addresses, rates, limits, recipients and by the sink are
 * quirks, too. */
#ifndef SMTPD_QUIRK_POLICY
#define SMTPD_QUIRK_POLICY (SMTPD_TOLERANT && SMTPD_BY_PROFILE(0, 0, 1))
#endif

/* The message parser (smtpd_message.h); 4 KB of flash where it is used. */
#ifndef SMTPD_MESSAGE
#define SMTPD_MESSAGE SMTPD_BY_PROFILE(0, 1, 1)
#endif

/* Mails become alerts (smtpd_alert.h), with rules for known brands. */
#ifndef SMTPD_ALERT
#define SMTPD_ALERT SMTPD_MESSAGE
#endif

/* Mails in GBK; 48 KB of flash, a table that the build makes
 * (config/gbk-table). */
#ifndef SMTPD_GBK
#define SMTPD_GBK 0
#endif

/* Whom mail is taken for, as lists (smtpd_recipients.h). */
#ifndef SMTPD_RECIPIENTS
#define SMTPD_RECIPIENTS SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* A listener tried as an open relay (smtpd_relay_check.h). */
#ifndef SMTPD_RELAY_CHECK
#define SMTPD_RELAY_CHECK SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* PROXY protocol, versions 1 and 2, from proxies that a listener lists. */
#ifndef SMTPD_PROXY
#define SMTPD_PROXY SMTPD_BY_PROFILE(0, 0, 1)
#endif

/* ---- what a listener can forgive; smtpd_quirk.h has the names ---- */

/* A greeting without a name. */
#ifndef SMTPD_FORGIVE_HELO_MISSING_NAME
#define SMTPD_FORGIVE_HELO_MISSING_NAME SMTPD_TOLERANT
#endif

/* A greeting whose name is no host name: spaces, signs, octets above 127. */
#ifndef SMTPD_FORGIVE_HELO_BAD_NAME
#define SMTPD_FORGIVE_HELO_BAD_NAME SMTPD_TOLERANT
#endif

/* MAIL and AUTH without a greeting. */
#ifndef SMTPD_FORGIVE_NO_HELO
#define SMTPD_FORGIVE_NO_HELO SMTPD_TOLERANT
#endif

/* Addresses without angle brackets, or with a name before them. */
#ifndef SMTPD_FORGIVE_PATH_NO_BRACKETS
#define SMTPD_FORGIVE_PATH_NO_BRACKETS SMTPD_TOLERANT
#endif

/* Spaces around the colon and inside the brackets. */
#ifndef SMTPD_FORGIVE_PATH_SPACE
#define SMTPD_FORGIVE_PATH_SPACE SMTPD_TOLERANT
#endif

/* Quotes around the whole address. */
#ifndef SMTPD_FORGIVE_PATH_QUOTES
#define SMTPD_FORGIVE_PATH_QUOTES SMTPD_TOLERANT
#endif

/* Sender and recipients without a domain. */
#ifndef SMTPD_FORGIVE_PATH_NO_DOMAIN
#define SMTPD_FORGIVE_PATH_NO_DOMAIN SMTPD_TOLERANT
#endif

/* Underscores, dots too many and octets above 127 in a domain. */
#ifndef SMTPD_FORGIVE_PATH_BAD_DOMAIN
#define SMTPD_FORGIVE_PATH_BAD_DOMAIN SMTPD_TOLERANT
#endif

/* Any local part: only its length and control characters count. */
#ifndef SMTPD_FORGIVE_PATH_BAD_LOCAL
#define SMTPD_FORGIVE_PATH_BAD_LOCAL SMTPD_TOLERANT
#endif

/* Octets above 127 in addresses without SMTPUTF8. */
#ifndef SMTPD_FORGIVE_PATH_8BIT
#define SMTPD_FORGIVE_PATH_8BIT SMTPD_TOLERANT
#endif

/* ESMTP parameters of MAIL and RCPT after HELO. */
#ifndef SMTPD_FORGIVE_PARAM_AFTER_HELO
#define SMTPD_FORGIVE_PARAM_AFTER_HELO SMTPD_TOLERANT
#endif

/* Parameters of MAIL and RCPT that are not offered are left out of account. */
#ifndef SMTPD_FORGIVE_PARAM_UNKNOWN
#define SMTPD_FORGIVE_PARAM_UNKNOWN SMTPD_TOLERANT
#endif

/* Parameters of MAIL and RCPT without a usable value are left out of
 * account. */
#ifndef SMTPD_FORGIVE_PARAM_BAD
#define SMTPD_FORGIVE_PARAM_BAD SMTPD_TOLERANT
#endif

/* Text behind a command that takes none. */
#ifndef SMTPD_FORGIVE_EXTRA_ARGUMENT
#define SMTPD_FORGIVE_EXTRA_ARGUMENT SMTPD_TOLERANT
#endif

/* MAIL inside a transaction: a new one begins. */
#ifndef SMTPD_FORGIVE_MAIL_AGAIN
#define SMTPD_FORGIVE_MAIL_AGAIN SMTPD_TOLERANT
#endif

/* Lines that end in LF alone; an all-LF message ends with LF.LF. */
#ifndef SMTPD_FORGIVE_BARE_LF
#define SMTPD_FORGIVE_BARE_LF SMTPD_TOLERANT
#endif

/* CR without LF in a message is handed on as it came. */
#ifndef SMTPD_FORGIVE_BARE_CR
#define SMTPD_FORGIVE_BARE_CR SMTPD_TOLERANT
#endif

/* AUTH responses with padding missing or too much. */
#ifndef SMTPD_FORGIVE_AUTH_BASE64
#define SMTPD_FORGIVE_AUTH_BASE64 SMTPD_TOLERANT
#endif

/* A client that speaks TLS from the first octet on a port that offers
 * STARTTLS. The greeting waits SMTPD_GREET_MS for it. */
#ifndef SMTPD_FORGIVE_TLS_FIRST
#define SMTPD_FORGIVE_TLS_FIRST (SMTPD_TOLERANT && SMTPD_TLS)
#endif

/* From peers whose handshakes failed SMTPD_TLS_FAILURES times, where clear
 * text is allowed; needs SMTPD_PEERS. */
#ifndef SMTPD_FORGIVE_STARTTLS_HIDDEN
#define SMTPD_FORGIVE_STARTTLS_HIDDEN (SMTPD_TOLERANT && SMTPD_TLS)
#endif

/* A client that speaks while its greeting is held back. */
#ifndef SMTPD_FORGIVE_EARLY_TALKER
#define SMTPD_FORGIVE_EARLY_TALKER (SMTPD_TOLERANT && SMTPD_EARLY_TALKER)
#endif

/* ---- memory ---- */

/* Sessions at once, 1 to 4095. Each costs one struct smtpd_session. */
#ifndef SMTPD_MAX_SESSIONS
#define SMTPD_MAX_SESSIONS SMTPD_BY_PROFILE(2, 4, 64)
#endif

/*
 * Octets of a command line, CRLF included, 512 to 4096; in each session.
 * RFC 5321 4.5.3.1.4: 512; SIZE adds 26 (RFC 1870), SMTPUTF8 10 (RFC 6531),
 * BODY 17 (RFC 6152), AUTH= 500 (RFC 4954), DSN 1036 (RFC 3461).
 */
#ifndef SMTPD_LINE_MAX
#define SMTPD_LINE_MAX SMTPD_BY_PROFILE(512, 564, 2112)
#endif

/*
 * Octets of replies not yet taken by the port, in each session. Must hold the
 * EHLO reply: smtpd_listener_check() says whether it does.
 */
#ifndef SMTPD_REPLY_BUF
#define SMTPD_REPLY_BUF SMTPD_BY_PROFILE(112, 320, 1024)
#endif

/* Octets kept of the client's HELO name, for Received: and logs; 0 to 255. */
#ifndef SMTPD_HELO_MAX
#define SMTPD_HELO_MAX SMTPD_BY_PROFILE(0, 32, 255)
#endif

/* Octets in one data span given to the sink, at the most. */
#ifndef SMTPD_DATA_CHUNK
#define SMTPD_DATA_CHUNK SMTPD_BY_PROFILE(1024, 2048, 16384)
#endif

/* Peers that are remembered, with a count of each quirk; 0 to 1024. */
#ifndef SMTPD_PEERS
#define SMTPD_PEERS (SMTPD_TOLERANT ? SMTPD_BY_PROFILE(8, 8, 64) : 0)
#endif

/* ---- readers of mails; RAM of each, the application's ---- */

/* Octets kept of a header field, name included; in each reader of mails, 128
 * to 16384. */
#ifndef SMTPD_MESSAGE_FIELD_MAX
#define SMTPD_MESSAGE_FIELD_MAX SMTPD_BY_PROFILE(256, 512, 4096)
#endif

/* Containers inside of each other, 1 to 32. */
#ifndef SMTPD_MESSAGE_DEPTH
#define SMTPD_MESSAGE_DEPTH SMTPD_BY_PROFILE(2, 4, 8)
#endif

/* Octets of type/subtype, 24 to 128. */
#ifndef SMTPD_MESSAGE_TYPE_MAX
#define SMTPD_MESSAGE_TYPE_MAX SMTPD_BY_PROFILE(40, 40, 80)
#endif

/* Octets of a part's file name, 16 to 255. */
#ifndef SMTPD_MESSAGE_NAME_MAX
#define SMTPD_MESSAGE_NAME_MAX SMTPD_BY_PROFILE(48, 64, 255)
#endif

/* Octets of From: and of To:, with NUL, 16 to 1024. */
#ifndef SMTPD_ALERT_ADDRESS_MAX
#define SMTPD_ALERT_ADDRESS_MAX SMTPD_BY_PROFILE(48, 64, 255)
#endif

/* Octets of the subject, with NUL, 16 to 4096. */
#ifndef SMTPD_ALERT_SUBJECT_MAX
#define SMTPD_ALERT_SUBJECT_MAX SMTPD_BY_PROFILE(64, 128, 512)
#endif

/* Octets of the first text, with NUL; rules look no further, 16 to 16384. */
#ifndef SMTPD_ALERT_TEXT_MAX
#define SMTPD_ALERT_TEXT_MAX SMTPD_BY_PROFILE(128, 256, 4096)
#endif

/* Octets of device, channel, event, picture name, with NUL, 16 to 255. */
#ifndef SMTPD_ALERT_WORD_MAX
#define SMTPD_ALERT_WORD_MAX SMTPD_BY_PROFILE(32, 40, 128)
#endif

/* Octets of a PROXY protocol header, its vectors included; 232 to 65535. */
#ifndef SMTPD_PROXY_HEADER_MAX
#define SMTPD_PROXY_HEADER_MAX 4096
#endif

/* Wait for the whole PROXY protocol header, ms; its document advises 3 s or
 * more, for a segment that was lost. */
#ifndef SMTPD_PROXY_MS
#define SMTPD_PROXY_MS 5000
#endif

/* Exchanges of SCRAM at once, 1 to SMTPD_MAX_SESSIONS; one more gets 454. */
#ifndef SMTPD_SCRAM_EXCHANGES
#define SMTPD_SCRAM_EXCHANGES SMTPD_BY_PROFILE(2, 2, 16)
#endif

/* ---- defaults of struct smtpd_limits; 0 where said means no limit ---- */

/* Octets of a message, 0 = no limit. RFC 5321 4.5.3.1.7: at least 65536. */
#ifndef SMTPD_MESSAGE_MAX
#define SMTPD_MESSAGE_MAX SMTPD_BY_PROFILE(1048576, 10485760, 52428800)
#endif

/* Recipients of a message. RFC 5321 4.5.3.1.8: at least 100. */
#ifndef SMTPD_RCPT_MAX
#define SMTPD_RCPT_MAX 100
#endif

/* Octets of a text line, CRLF included; 0 = no limit, the default: lines are
 * streamed, so a longer one than RFC 5321 4.5.3.1.6 grants (1000) costs
 * nothing. */
#ifndef SMTPD_TEXT_LINE_MAX
#define SMTPD_TEXT_LINE_MAX 0
#endif

/* Octets of an AUTH line, RFC 4954 4: 12288. */
#ifndef SMTPD_AUTH_LINE_MAX
#define SMTPD_AUTH_LINE_MAX 12288
#endif

/* Messages in one session, 0 = no limit. RFC 9422 MAILMAX. */
#ifndef SMTPD_MAIL_MAX
#define SMTPD_MAIL_MAX SMTPD_BY_PROFILE(0, 1000, 1000)
#endif

/* Sessions from one address, from one /64 with IPv6; 0 = no limit. */
#ifndef SMTPD_PEER_SESSIONS
#define SMTPD_PEER_SESSIONS SMTPD_BY_PROFILE(0, 0, 16)
#endif

/* Errors in a session before 421. */
#ifndef SMTPD_ERROR_MAX
#define SMTPD_ERROR_MAX 20
#endif

/* Commands in a session that bring no message nearer, before 421. */
#ifndef SMTPD_IDLE_COMMAND_MAX
#define SMTPD_IDLE_COMMAND_MAX 100
#endif

/* Failed AUTHs in a session before 421. */
#ifndef SMTPD_AUTH_FAIL_MAX
#define SMTPD_AUTH_FAIL_MAX 3
#endif

/* Sessions a minute of one peer, 0 = no limit; 0 to 6000. */
#ifndef SMTPD_SESSION_RATE
#define SMTPD_SESSION_RATE 0
#endif

/* Messages a minute of one peer, 0 = no limit; 0 to 6000. */
#ifndef SMTPD_MESSAGE_RATE
#define SMTPD_MESSAGE_RATE 0
#endif

/* Octets of messages a minute of one peer, 0 = no limit. */
#ifndef SMTPD_OCTET_RATE
#define SMTPD_OCTET_RATE 0
#endif

/* Wait of a peer after its first failed AUTH, ms; doubled by each further one;
 * 0 = off. */
#ifndef SMTPD_AUTH_DELAY_MS
#define SMTPD_AUTH_DELAY_MS 1000
#endif

/* The longest such wait, ms. */
#ifndef SMTPD_AUTH_DELAY_MAX_MS
#define SMTPD_AUTH_DELAY_MAX_MS 60000
#endif

/* Wait for a whole command line, ms. RFC 5321 4.5.3.2.7: 5 minutes. */
#ifndef SMTPD_COMMAND_MS
#define SMTPD_COMMAND_MS 300000
#endif

/* Wait for message octets, ms. RFC 5321 4.5.3.2.5: 3 minutes. */
#ifndef SMTPD_DATA_MS
#define SMTPD_DATA_MS 180000
#endif

/* The greeting's wait for a client that may speak TLS first, ms. */
#ifndef SMTPD_GREET_MS
#define SMTPD_GREET_MS 100
#endif

/* Failed handshakes of a peer before STARTTLS is hidden from it. */
#ifndef SMTPD_TLS_FAILURES
#define SMTPD_TLS_FAILURES 3
#endif

/* Wait for the whole TLS handshake, ms. */
#ifndef SMTPD_TLS_MS
#define SMTPD_TLS_MS 30000
#endif

/* Wait for a sink's late verdict, ms; below the client's 10 minutes after the
 * dot (RFC 5321 4.5.3.2.6). */
#ifndef SMTPD_VERDICT_MS
#define SMTPD_VERDICT_MS 300000
#endif

/* Wait for the peer to take our replies, ms. */
#ifndef SMTPD_WRITE_MS
#define SMTPD_WRITE_MS 60000
#endif

/* The waits for commands and for data while few slots are free, ms. */
#ifndef SMTPD_STRESS_MS
#define SMTPD_STRESS_MS 10000
#endif

/* Octets a second below which message data loses its session, 0 = off. */
#ifndef SMTPD_MIN_RATE
#define SMTPD_MIN_RATE 500
#endif

/* ---- impossible pairs ---- */

#if SMTPD_MAX_SESSIONS < 1 || SMTPD_MAX_SESSIONS > 4095
#error "SMTPD_MAX_SESSIONS: 1 to 4095"
#endif
#if SMTPD_LINE_MAX < 512 || SMTPD_LINE_MAX > 4096
#error "SMTPD_LINE_MAX: 512 (RFC 5321 4.5.3.1.4) to 4096"
#endif
#if SMTPD_REPLY_BUF < 112 || SMTPD_REPLY_BUF > 4096
#error "SMTPD_REPLY_BUF: 112 to 4096"
#endif
#if SMTPD_HELO_MAX < 0 || SMTPD_HELO_MAX > 255
#error "SMTPD_HELO_MAX: 0 to 255"
#endif
#if SMTPD_RECEIVED && SMTPD_HELO_MAX < 16
#error "SMTPD_RECEIVED names the client: set SMTPD_HELO_MAX to 16 or more"
#endif
#if SMTPD_SCRAM && !SMTPD_AUTH
#error "SMTPD_SCRAM needs SMTPD_AUTH"
#endif
#if SMTPD_SCRAM && SMTPD_REPLY_BUF < 320
#error "SMTPD_SCRAM: set SMTPD_REPLY_BUF to 320 or more"
#endif
#if SMTPD_SCRAM_EXCHANGES < 1 || SMTPD_SCRAM_EXCHANGES > 4095
#error "SMTPD_SCRAM_EXCHANGES: 1 to 4095"
#endif
#if SMTPD_SCRAM_PLUS && !(SMTPD_SCRAM && SMTPD_TLS)
#error "SMTPD_SCRAM_PLUS needs SMTPD_SCRAM and SMTPD_TLS"
#endif
#if SMTPD_AUTH_CHOICE && !SMTPD_AUTH
#error "SMTPD_AUTH_CHOICE needs SMTPD_AUTH"
#endif
#if SMTPD_AUTH_EXTERNAL && !(SMTPD_AUTH && SMTPD_TLS)
#error "SMTPD_AUTH_EXTERNAL needs SMTPD_AUTH and SMTPD_TLS"
#endif

/* More to choose from than PLAIN and LOGIN, or fewer. */
#define SMTPD_AUTH_MORE                                                        \
	(SMTPD_SCRAM || SMTPD_AUTH_EXTERNAL || SMTPD_AUTH_CHOICE)

#if SMTPD_TLS_FAILURES < 1 || SMTPD_TLS_FAILURES > 1000
#error "SMTPD_TLS_FAILURES: 1 to 1000"
#endif
#if SMTPD_PEERS < 0 || SMTPD_PEERS > 1024
#error "SMTPD_PEERS: 0 to 1024"
#endif
#if SMTPD_PROXY_HEADER_MAX < 232 || SMTPD_PROXY_HEADER_MAX > 65535
#error "SMTPD_PROXY_HEADER_MAX: 232 (addresses of UNIX sockets) to 65535"
#endif
#if SMTPD_PROXY_MS < 1000 || SMTPD_PROXY_MS > 60000
#error "SMTPD_PROXY_MS: 1000 to 60000"
#endif
#if (SMTPD_RATES || SMTPD_AUTH_DELAY) && SMTPD_PEERS == 0
#error "SMTPD_RATES and SMTPD_AUTH_DELAY need SMTPD_PEERS"
#endif
#if SMTPD_SESSION_RATE > 6000 || SMTPD_MESSAGE_RATE > 6000
#error "SMTPD_SESSION_RATE, SMTPD_MESSAGE_RATE: 0 to 6000"
#endif
#if SMTPD_AUTH_DELAY_MS > 60000 || SMTPD_AUTH_DELAY_MAX_MS < 1000 ||           \
	SMTPD_AUTH_DELAY_MAX_MS > 3600000
#error "SMTPD_AUTH_DELAY_MS: 0 to 60000, _MAX_MS: 1000 to 3600000"
#endif
#if SMTPD_DATA_CHUNK < 64
#error "SMTPD_DATA_CHUNK: at least 64"
#endif
#if SMTPD_RECEIVED && SMTPD_DATA_CHUNK < SMTPD_LINE_MAX
#error "SMTPD_RECEIVED is one span: set SMTPD_DATA_CHUNK >= SMTPD_LINE_MAX"
#endif

#if SMTPD_GBK && !SMTPD_MESSAGE
#error "SMTPD_GBK needs SMTPD_MESSAGE"
#endif
#if SMTPD_MESSAGE_FIELD_MAX < 128 || SMTPD_MESSAGE_FIELD_MAX > 16384
#error "SMTPD_MESSAGE_FIELD_MAX: 128 to 16384"
#endif
#if SMTPD_MESSAGE_DEPTH < 1 || SMTPD_MESSAGE_DEPTH > 32
#error "SMTPD_MESSAGE_DEPTH: 1 to 32"
#endif
#if SMTPD_MESSAGE_TYPE_MAX < 24 || SMTPD_MESSAGE_TYPE_MAX > 128
#error "SMTPD_MESSAGE_TYPE_MAX: 24 to 128"
#endif
#if SMTPD_MESSAGE_NAME_MAX < 16 || SMTPD_MESSAGE_NAME_MAX > 255
#error "SMTPD_MESSAGE_NAME_MAX: 16 to 255"
#endif
#if SMTPD_ALERT_ADDRESS_MAX < 16 || SMTPD_ALERT_ADDRESS_MAX > 1024
#error "SMTPD_ALERT_ADDRESS_MAX: 16 to 1024"
#endif
#if SMTPD_ALERT_SUBJECT_MAX < 16 || SMTPD_ALERT_SUBJECT_MAX > 4096
#error "SMTPD_ALERT_SUBJECT_MAX: 16 to 4096"
#endif
#if SMTPD_ALERT_TEXT_MAX < 16 || SMTPD_ALERT_TEXT_MAX > 16384
#error "SMTPD_ALERT_TEXT_MAX: 16 to 16384"
#endif
#if SMTPD_ALERT_WORD_MAX < 16 || SMTPD_ALERT_WORD_MAX > 255
#error "SMTPD_ALERT_WORD_MAX: 16 to 255"
#endif
#endif
