/*
 * smtpd_listener.h - configuration: what the port or board supplies
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A part of smtpd.h, which includes it; the conventions are those said there.
 */
#ifndef SMTPD_LISTENER_H
#define SMTPD_LISTENER_H

#include <stdint.h>

#include "smtpd_config.h"

struct smtpd_access;     /* see smtpd_access.h */
struct smtpd_cidr;       /* see smtpd_cidr.h */
struct smtpd_recipients; /* see smtpd_recipients.h */
struct smtpd_sink;

/* Policy of a listener. 0 where smtpd_config.h grants it means no limit. */
struct smtpd_limits {
	uint32_t message_max;     /* octets of a message */
	uint16_t rcpt_max;        /* recipients of a message, 1 or more */
	uint16_t text_line_max;   /* octets of a text line with CRLF */
	uint16_t auth_line_max;   /* octets of an AUTH line with CRLF */
	uint16_t mail_max;        /* messages in a session */
	uint16_t peer_sessions;   /* sessions from one address, IPv6: /64 */
	uint8_t error_max;        /* refused commands in a session */
	uint8_t idle_command_max; /* commands without progress */
	uint8_t auth_fail_max;    /* failed AUTHs in a session */
	uint16_t min_rate;        /* octets of data a second */
#if SMTPD_RATES
	uint16_t session_rate; /* of one peer in a minute, to 6000; 0: no */
	uint16_t message_rate; /* limit; the same of messages */
	uint32_t octet_rate;   /* and of their octets */
#endif
#if SMTPD_AUTH_DELAY
	uint32_t auth_delay_ms;     /* after a failed AUTH, to 60000; 0: none */
	uint32_t auth_delay_max_ms; /* where that, doubled, ends; to 3600000 */
#endif
	uint32_t command_ms; /* for a whole command line */
	uint32_t data_ms;    /* for message octets */
	uint32_t tls_ms;     /* for the whole handshake */
	uint32_t greet_ms;   /* for TLS before a greeting */
	uint32_t verdict_ms; /* for a late verdict or resume */
	uint32_t write_ms;   /* for the peer to take replies */
	uint32_t stress_ms;  /* replaces command_ms and data_ms while at
				most a quarter of the slots is free */
};

/* The defaults of smtpd_config.h. */
extern const struct smtpd_limits smtpd_limits_default;

#define SMTPD_LISTEN_STARTTLS 0x001u /* offer STARTTLS */
#define SMTPD_LISTEN_TLS      0x002u /* TLS from the first octet */
#define SMTPD_LISTEN_TLS_REQUIRED                                              \
	0x004u                            /* no MAIL or AUTH without TLS: 530  \
					   */
#define SMTPD_LISTEN_AUTH          0x008u /* offer AUTH */
#define SMTPD_LISTEN_AUTH_REQUIRED 0x010u /* no MAIL without AUTH: 530 */
#define SMTPD_LISTEN_AUTH_CLEAR    0x020u /* AUTH without TLS allowed */
#define SMTPD_LISTEN_LMTP          0x040u /* speak LMTP (RFC 2033) */
/* With AUTH: any credentials will do, for devices that insist on having some;
 * nobody is authenticated by them. Needs SMTPD_TOLERANT. */
#define SMTPD_LISTEN_AUTH_ANY 0x080u
/* The sink hands messages on to others: after one that ended in LF.LF the
 * session ends, so that nothing behind it can pass for another message. */
#define SMTPD_LISTEN_RELAY 0x100u

/* Mechanisms of AUTH. */
#define SMTPD_MECH_EXTERNAL   0x01u
#define SMTPD_MECH_SCRAM_PLUS 0x02u
#define SMTPD_MECH_SCRAM      0x04u
#define SMTPD_MECH_PLAIN      0x08u
#define SMTPD_MECH_LOGIN      0x10u
#define SMTPD_MECH_ALL        0x1fu

/* One listening port's rules. Constant while any session uses it; may be in
 * flash. */
struct smtpd_listener {
	const struct smtpd_sink *sink;
	const struct smtpd_limits *limits; /* e.g. &smtpd_limits_default */
	const char *host_name;             /* ours, for greeting and Received */
	void *user;                        /* the application's */
	uint16_t flags;                    /* SMTPD_LISTEN_ */
	uint32_t forgive; /* SMTPD_STRICT, SMTPD_FORGIVE_ALL, or bits */
#if SMTPD_EARLY_TALKER
	/* The greeting is held back for so long, to 60000; whoever speaks
	 * before it is refused with 554 unless SMTPD_QUIRK_EARLY_TALKER is
	 * forgiven. 0: not; who speaks while greet_ms lasts is greeted. */
	uint16_t greet_delay_ms;
#endif
#if SMTPD_AUTH_MORE
	/* SMTPD_MECH_ bits that are neither offered nor taken; 0: all that the
	 * build and the connection have, with SMTPD_LISTEN_AUTH_ANY only PLAIN
	 * and LOGIN. Where none is left AUTH is not offered. */
	uint8_t auth_off;
#endif
#if SMTPD_RECIPIENTS
	/* Whom mail is taken for; NULL: the sink alone decides. */
	const struct smtpd_recipients *recipients;
#endif
#if SMTPD_ACCESS
	const struct smtpd_access *access; /* who may connect; NULL: all */
#endif
#if SMTPD_PROXY
	/* Peers that MUST begin with a header of the PROXY protocol, see
	 * smtpd_proxy.h. NULL with 0: none. */
	const struct smtpd_cidr *proxies;
	uint16_t proxy_count;
#endif
};

#endif
