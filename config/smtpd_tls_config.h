/*
 * smtpd_tls_config.h - every option of the TLS layer, with its default
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Set like those of smtpd_config.h, which this header includes. Defaults
 * depend on SMTPD_TLS_SMALL. Read by port/wolfssl and, through
 * config/wolfssl/user_settings.h, by wolfSSL itself: both MUST be compiled
 * with the same values. Booleans are 0 or 1.
 */
#ifndef SMTPD_TLS_CONFIG_H
#define SMTPD_TLS_CONFIG_H

#include "smtpd_config.h"

/* 1: a microcontroller (small tables, one record buffer); 0: a gateway. */
#ifndef SMTPD_TLS_SMALL
#if defined(__linux__) || defined(__unix__)
#define SMTPD_TLS_SMALL 0
#else
#define SMTPD_TLS_SMALL 1
#endif
#endif

/* ---- what is compiled in ---- */

/* TLS 1.2 beside TLS 1.3. Cortex-M3: 12 KB of flash. */
#ifndef SMTPD_TLS_12
#define SMTPD_TLS_12 1
#endif

/* The client's side (MQTT, relay). Cortex-M3: some 8 KB of flash. */
#ifndef SMTPD_TLS_CLIENT
#define SMTPD_TLS_CLIENT (!SMTPD_TLS_SMALL)
#endif

/* Certificates of our own with RSA keys, and peers'. Some 10 KB of flash, and
 * SMTPD_TLS_SLOT_SIZE must hold an RSA key during the handshake. */
#ifndef SMTPD_TLS_RSA
#define SMTPD_TLS_RSA (!SMTPD_TLS_SMALL)
#endif

/* P-384, SHA-384 and RSA to 4096 bits, as public CAs use them. */
#ifndef SMTPD_TLS_LARGE_KEYS
#define SMTPD_TLS_LARGE_KEYS (!SMTPD_TLS_SMALL)
#endif

/* AES-128-GCM. Cortex-M3: 160 to 370 instructions an octet. */
#ifndef SMTPD_TLS_AES
#define SMTPD_TLS_AES 1
#endif

/* ChaCha20-Poly1305. Cortex-M3: 34 instructions an octet. */
#ifndef SMTPD_TLS_CHACHA
#define SMTPD_TLS_CHACHA 1
#endif

/* Which of both the server chooses where the client can do either. */
#ifndef SMTPD_TLS_PREFER_CHACHA
#define SMTPD_TLS_PREFER_CHACHA SMTPD_TLS_SMALL
#endif

/* X25519. OpenSSL's clients send it first; without it every handshake with
 * them takes one round trip more. Cortex-M3: 7 KB of flash. */
#ifndef SMTPD_TLS_X25519
#define SMTPD_TLS_X25519 1
#endif

/* Channel bindings (RFC 9266, RFC 5929 4), for SCRAM-SHA-256-PLUS. */
#ifndef SMTPD_TLS_BINDING
#define SMTPD_TLS_BINDING (!SMTPD_TLS_SMALL)
#endif

/* Dates of peers' certificates are checked, against smtpd_port_wall_s(). A
 * clock that is not set (0) is before every certificate: they are refused. */
#ifndef SMTPD_TLS_CHECK_DATES
#define SMTPD_TLS_CHECK_DATES (!SMTPD_TLS_SMALL)
#endif

/* Session tickets (RFC 8446 4.6.1, RFC 5077): a client that comes back saves
 * us the signature. Needs SMTPD_TLS_CHECK_DATES. */
#ifndef SMTPD_TLS_TICKETS
#define SMTPD_TLS_TICKETS SMTPD_TLS_CHECK_DATES
#endif

/* Certificates and keys in PEM as well as in DER. Some 2 KB of flash. */
#ifndef SMTPD_TLS_PEM
#define SMTPD_TLS_PEM (!SMTPD_TLS_SMALL)
#endif

/* Assembly of wolfSSL for this CPU: AES-NI, SP x86-64, SP Cortex-M. */
#ifndef SMTPD_TLS_ASM
#define SMTPD_TLS_ASM 1
#endif

/* ---- memory ---- */

/* TLS connections at once, 1 to 4095; each costs SMTPD_TLS_SLOT_SIZE. */
#ifndef SMTPD_TLS_SLOTS
#define SMTPD_TLS_SLOTS (SMTPD_TLS_SMALL ? 2 : SMTPD_MAX_SESSIONS)
#endif

/* Slots beyond these for connections of others, such as a web page, 0 to 64:
 * they take none of mail, which takes none of theirs. */
#ifndef SMTPD_TLS_OTHER_SLOTS
#define SMTPD_TLS_OTHER_SLOTS (SMTPD_TLS_SMALL ? 0 : 10)
#endif
#define SMTPD_TLS_SLOTS_ALL (SMTPD_TLS_SLOTS + SMTPD_TLS_OTHER_SLOTS)

/*
 * Octets of a connection's arena, a multiple of 16. Must hold the peak of the
 * handshake; port/wolfssl/README.md has the measured peaks.
 */
#ifndef SMTPD_TLS_SLOT_SIZE
#define SMTPD_TLS_SLOT_SIZE                                                    \
	(SMTPD_TLS_SMALL ? (SMTPD_TLS_RSA ? 10240 : 6144) : 40960)
#endif

/* Octets of the arena for contexts, certificates, keys and the random
 * generator, a multiple of 16. A reload needs room for two sets. */
#ifndef SMTPD_TLS_GLOBAL_SIZE
#define SMTPD_TLS_GLOBAL_SIZE                                                  \
	(SMTPD_TLS_SMALL ? (SMTPD_TLS_RSA ? 8192 : 4096) : 262144)
#endif

/* Configurations (server, client) at once, each with at most two generations
 * of its certificate. */
#ifndef SMTPD_TLS_CONFIGS
#define SMTPD_TLS_CONFIGS (SMTPD_TLS_SMALL ? 2 : 8)
#endif

/*
 * Shared buffers for records longer than SMTPD_TLS_RECORD_SLOT_MAX; each costs
 * 16,640 octets. One is enough on a board: it is lent to one connection
 * at a time, the others wait with their octets in the TCP window.
 */
#ifndef SMTPD_TLS_RECORD_BUFFERS
#define SMTPD_TLS_RECORD_BUFFERS                                               \
	(SMTPD_TLS_SMALL ? 1 : SMTPD_TLS_SLOTS < 16 ? SMTPD_TLS_SLOTS : 16)
#endif

/* Octets of the longest record that comes from the connection's own arena,
 * while it has room. */
#ifndef SMTPD_TLS_RECORD_SLOT_MAX
#define SMTPD_TLS_RECORD_SLOT_MAX (SMTPD_TLS_SMALL ? 1024 : 2048)
#endif

/* Octets of plaintext in one record that we send, 64 to 16384. The record is
 * built in the connection's arena. */
#ifndef SMTPD_TLS_WRITE_MAX
#define SMTPD_TLS_WRITE_MAX (SMTPD_TLS_SMALL ? 1024 : 4096)
#endif

/* Octets of plaintext handed to the application and not yet credited by its
 * altcp_recved(), before no more is decrypted. */
#ifndef SMTPD_TLS_AHEAD
#define SMTPD_TLS_AHEAD (SMTPD_TLS_SMALL ? 2048 : 32768)
#endif

/* ---- limits ---- */

/* Octets of a ClientHello that are kept to explain a handshake that failed, 0
 * to 4096; of one connection at a time. */
#ifndef SMTPD_TLS_PEEK
#define SMTPD_TLS_PEEK (SMTPD_TLS_SMALL ? 512 : 2048)
#endif
#if SMTPD_TLS_PEEK < 0 || SMTPD_TLS_PEEK > 4096
#error "SMTPD_TLS_PEEK: 0 to 4096"
#endif

/* A connection may hold a record buffer so long, ms, while others wait. */
#ifndef SMTPD_TLS_RECORD_MS
#define SMTPD_TLS_RECORD_MS 10000
#endif

/* Records in an open connection that carry no data (KeyUpdate, empty records,
 * warnings), more than records with data, before it is failed. */
#ifndef SMTPD_TLS_IDLE_RECORDS
#define SMTPD_TLS_IDLE_RECORDS 16
#endif

/* Records of a handshake, before it is failed. */
#ifndef SMTPD_TLS_HANDSHAKE_RECORDS
#define SMTPD_TLS_HANDSHAKE_RECORDS 1024
#endif

/* Octets of a peer's chain, and of any other message of a handshake, 2048 to
 * 65535; SMTPD_TLS_SLOT_SIZE must hold them. */
#ifndef SMTPD_TLS_PEER_CHAIN_SIZE
#define SMTPD_TLS_PEER_CHAIN_SIZE (SMTPD_TLS_SMALL ? 4096 : 20480)
#endif

/* Certificates in a chain of a peer. */
#ifndef SMTPD_TLS_CHAIN_MAX
#define SMTPD_TLS_CHAIN_MAX (SMTPD_TLS_SMALL ? 4 : 9)
#endif

/* ---- impossible pairs ---- */

#if !SMTPD_TLS_AES && !SMTPD_TLS_CHACHA
#error "SMTPD_TLS_AES, SMTPD_TLS_CHACHA: set one of them at least"
#endif
#if SMTPD_TLS_PREFER_CHACHA && !SMTPD_TLS_CHACHA
#error "SMTPD_TLS_PREFER_CHACHA: needs SMTPD_TLS_CHACHA"
#endif
#if SMTPD_TLS_LEGACY && !(SMTPD_TLS_12 && SMTPD_TLS_RSA && SMTPD_TLS_AES)
#error "SMTPD_TLS_LEGACY needs SMTPD_TLS_12, SMTPD_TLS_RSA and SMTPD_TLS_AES"
#endif
#if SMTPD_TLS_TICKETS && !SMTPD_TLS_CHECK_DATES
#error "SMTPD_TLS_TICKETS: wolfSSL has none without SMTPD_TLS_CHECK_DATES"
#endif
#if SMTPD_TLS_SLOTS < 1 || SMTPD_TLS_SLOTS > 4095
#error "SMTPD_TLS_SLOTS: 1 to 4095"
#endif
#if SMTPD_TLS_OTHER_SLOTS < 0 || SMTPD_TLS_OTHER_SLOTS > 64
#error "SMTPD_TLS_OTHER_SLOTS: 0 to 64"
#endif
#if SMTPD_TLS_SLOT_SIZE % 16 || SMTPD_TLS_GLOBAL_SIZE % 16
#error "SMTPD_TLS_SLOT_SIZE, SMTPD_TLS_GLOBAL_SIZE: multiples of 16"
#endif
#if SMTPD_TLS_RECORD_BUFFERS < 1
#error "SMTPD_TLS_RECORD_BUFFERS: at least 1, mail comes in 16 KB records"
#endif
#if SMTPD_TLS_WRITE_MAX < 64 || SMTPD_TLS_WRITE_MAX > 16384
#error "SMTPD_TLS_WRITE_MAX: 64 to 16384"
#endif
#if SMTPD_TLS_RECORD_SLOT_MAX >= SMTPD_TLS_SLOT_SIZE
#error "SMTPD_TLS_RECORD_SLOT_MAX: below SMTPD_TLS_SLOT_SIZE"
#endif

#endif
