/*
 * smtpd_proxy.h - the PROXY protocol: whom a proxy in front of us speaks for
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * HAProxy's proxy-protocol.txt, versions 1 and 2. A proxy that a listener
 * lists (struct smtpd_listener, `proxies`) MUST begin each connection with a
 * header; from anybody else a header is not understood. A port asks
 * smtpd_proxy_expected() before it opens a session; then the octets that come
 * first go to smtpd_proxy_push(), and once that is done smtpd_port_peer()
 * answers with the address announced. TLS, the greeting and everything else
 * come behind the header. One header is read: a second one is a line of SMTP.
 *
 * What is announced counts where it is TCP over IPv4 or IPv6. The proxy's own
 * address stays where it speaks for itself (LOCAL), or for a peer that has no
 * such address (UNKNOWN, UNSPEC, UNIX, datagrams).
 *
 * Only with SMTPD_PROXY. Context of every function: any callback.
 */
#ifndef SMTPD_PROXY_H
#define SMTPD_PROXY_H

#include "smtpd.h"

#if SMTPD_PROXY

/* A header being read; all zero before its first octet. Members are private
 * but for `peer`. */
struct smtpd_proxy {
	struct smtpd_peer peer; /* family 0: the proxy's own address stays */
	uint16_t at;            /* octets so far */
	uint16_t len;           /* of all of it; 0: not known yet */
	uint16_t addresses;     /* where they end and vectors begin */
	uint16_t value_left;    /* of the vector being read */
	uint8_t in_vector;      /* octets of type and length that were read */
	uint8_t type;           /* of the vector being read */
	bool checked;           /* there is a checksum */
	uint32_t crc, want;
	uint8_t text[108]; /* a line with its CRLF; or all up to `addresses` */
};

enum smtpd_proxy_result {
	SMTPD_PROXY_MORE, /* all octets were taken, more are to come */
	SMTPD_PROXY_DONE, /* the header is complete and right */
	SMTPD_PROXY_BAD,  /* it is not: close the connection */
};

/*
 * Give the next len octets of a connection, 0 or more.
 *
 * used  receives how many of them belong to the header; meaningless when BAD.
 *
 * Returns BAD as soon as it is clear that no header comes, when a header breaks
 * the rules or its checksum (PP2_TYPE_CRC32C) is wrong, or when it is longer
 * than SMTPD_PROXY_HEADER_MAX. Any split of the same octets comes to the same.
 * MUST NOT be called again after DONE or BAD.
 */
enum smtpd_proxy_result smtpd_proxy_push(
	struct smtpd_proxy *, const uint8_t *p, size_t len, size_t *used);

/* Must a connection from this address begin with a header? */
bool smtpd_proxy_expected(
	const struct smtpd_listener *, const struct smtpd_peer *);

#endif

#endif
