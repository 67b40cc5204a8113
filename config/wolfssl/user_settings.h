/*
 * user_settings.h - wolfSSL as lwsmtpd needs it, from SMTPD_TLS_* options
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For wolfSSL 5.7.2 and 5.9.x, compiled with -DWOLFSSL_USER_SETTINGS and this
 * folder and config/ on the include path. Deliberately absent, with the
 * attacks on them: OPENSSL_EXTRA, PKCS7, ECH, DTLS, raw public keys,
 * post-handshake authentication, the session-ID cache, 0-RTT, secure
 * renegotiation, compression, heartbeat; without SMTPD_TLS_LEGACY also TLS 1.0
 * and 1.1, CBC, RSA key exchange.
 */
#ifndef SMTPD_WOLFSSL_USER_SETTINGS_H
#define SMTPD_WOLFSSL_USER_SETTINGS_H

#include "smtpd_tls_config.h"

/* ---- the system: none ---- */

#define SINGLE_THREADED
#define NO_FILESYSTEM
#define NO_WRITEV
#define NO_MAIN_DRIVER
#define NO_DEV_RANDOM
#define NO_ERROR_STRINGS
#define NO_CRYPT_TEST
#define NO_CRYPT_BENCHMARK
#define NO_WOLFSSL_DIR
#define NO_WOLFSSL_STUB
#define NO_SIG_WRAPPER
#define NO_MULTIBYTE_PRINT
#define WOLFSSL_USER_IO
#define WOLFSSL_NO_SOCK
#define WOLFSSL_IGNORE_FILE_WARN
#define WOLFSSL_GENERAL_ALIGNMENT 0
#define BENCH_EMBEDDED

/* Memory from port/wolfssl/tls_arena.c, never from libc. */
#define XMALLOC_USER

/* Time from smtpd_port.h. */
#define USER_TICKS
#define TIME_OVERRIDES
#if SMTPD_TLS_CHECK_DATES
#define HAVE_TIME_T_TYPE
#define HAVE_TM_TYPE
#define XTIME   smtpd_tls_wall
#define XGMTIME gmtime_r
/* an unset clock: port/wolfssl/tls_platform.c; wolfSSL's own behind it */
#define XVALIDATE_DATE smtpd_tls_date
#define USE_WOLF_VALIDDATE
#ifndef __ASSEMBLER__
#include <time.h>
extern int smtpd_tls_date(
	const unsigned char *date, unsigned char format, int type);
#endif
#else
#define NO_ASN_TIME
#endif

/* Entropy from smtpd_port_entropy(), through wolfSSL's Hash_DRBG. */
#define HAVE_HASHDRBG
#define CUSTOM_RAND_GENERATE_SEED smtpd_tls_seed
#ifndef __ASSEMBLER__
extern int smtpd_tls_seed(unsigned char *output, unsigned int len);
#endif

/* ---- the protocol ---- */

#define WOLFSSL_TLS13
#define WOLFSSL_TLS13_MIDDLEBOX_COMPAT
#define HAVE_HKDF
#define HAVE_TLS_EXTENSIONS
#define HAVE_SUPPORTED_CURVES
#define HAVE_EXTENDED_MASTER
#define HAVE_SERVER_RENEGOTIATION_INFO
#define HAVE_MAX_FRAGMENT /* small clients ask for it (RFC 6066 4) */
#define WOLFSSL_EXTRA_ALERTS
#define NO_PSK
#define NO_SESSION_CACHE
#define WOLFSSL_MAX_EMPTY_RECORDS 8
#if SMTPD_TLS_LEGACY /* spoken only where tls_config.c is told so */
#define WOLFSSL_ALLOW_TLSV10
#define WOLFSSL_STATIC_RSA
#define HAVE_FALLBACK_SCSV /* RFC 7507 */
#else
#define NO_OLD_TLS
#define WOLFSSL_AEAD_ONLY
#endif
#if !SMTPD_TLS_12
#define WOLFSSL_NO_TLS12
#endif
#if SMTPD_TLS_CLIENT
#define HAVE_SNI
#else
#define NO_WOLFSSL_CLIENT
#endif
#if !SMTPD_TLS_CLIENT_CERT
#define WOLFSSL_NO_CLIENT_AUTH
#endif
#if SMTPD_TLS_TICKETS
#define HAVE_SESSION_TICKET
#define WOLFSSL_SESSION_TIMEOUT      3600 /* how long a ticket is good, s */
#define WOLFSSL_NO_DEF_TICKET_ENC_CB      /* port/wolfssl/tls_ticket.c */
#define WOLFSSL_ALWAYS_KEEP_SNI           /* a ticket is for one name */
#endif
#if SMTPD_TLS_BINDING
#define HAVE_KEYING_MATERIAL
#endif
#define MAX_CHAIN_DEPTH SMTPD_TLS_CHAIN_MAX
#if SMTPD_TLS_CLIENT || SMTPD_TLS_CLIENT_CERT
#define MAX_CERTIFICATE_SZ SMTPD_TLS_PEER_CHAIN_SIZE
#endif

/* ---- ciphers and hashes ---- */

#define NO_DSA
#define NO_DH
#define NO_RC4
#define NO_MD4
#define NO_DES3
#define NO_PKCS12
#define NO_PWDBASED
#if !SMTPD_TLS_LEGACY
#define NO_MD5
#define NO_SHA
#define NO_AES_CBC
#endif
#define NO_AES_192
#define NO_AES_256
#if SMTPD_TLS_AES
#define HAVE_AESGCM
#else
#define NO_AES
#endif
#if SMTPD_TLS_CHACHA
#define HAVE_CHACHA
#define HAVE_POLY1305
#define HAVE_ONE_TIME_AUTH
#endif
#if SMTPD_TLS_LARGE_KEYS
#define WOLFSSL_SHA384
#define WOLFSSL_SHA512
#endif

/* ---- public keys ---- */

#define HAVE_ECC
#define ECC_USER_CURVES
#if SMTPD_TLS_LARGE_KEYS
#define HAVE_ECC384
#endif
/* RFC 8446 4.2.8.2: is the peer's point on the curve? It costs a second
 * multiplication, which a board spares: our half is of one handshake only, so
 * that a wrong point tells whoever sent it nothing about others. */
#if !SMTPD_TLS_SMALL
#define WOLFSSL_VALIDATE_ECC_IMPORT
#endif
#define ECC_TIMING_RESISTANT
#define TFM_TIMING_RESISTANT
#if SMTPD_TLS_X25519
#define HAVE_CURVE25519
#endif
#if SMTPD_TLS_RSA
#define WC_RSA_BLINDING
#define WC_RSA_PSS
#define WC_RSA_NO_PADDING
#else
#define NO_RSA
#endif
#if !SMTPD_TLS_PEM
#define WOLFSSL_NO_PEM
#endif

/* ---- the arithmetic, and what is faster or smaller ---- */

#define WOLFSSL_SP
#define WOLFSSL_HAVE_SP_ECC
#if SMTPD_TLS_RSA
#define WOLFSSL_HAVE_SP_RSA
#endif
#if SMTPD_TLS_LARGE_KEYS
#define WOLFSSL_SP_384
#define WOLFSSL_SP_4096
#define WOLFSSL_SP_MATH_ALL
#define SP_INT_BITS 4096
#else
#define WOLFSSL_SP_MATH
#if SMTPD_TLS_RSA
#define WOLFSSL_SP_NO_3072
#endif
#endif

#if SMTPD_TLS_ASM && defined(__x86_64__)
#define HAVE___UINT128_T 1
#ifndef WOLFSSL_X86_64_BUILD /* aes_asm.S has it from the command line */
#define WOLFSSL_X86_64_BUILD
#endif
#define WOLFSSL_SP_X86_64_ASM
#define USE_INTEL_SPEEDUP
#if SMTPD_TLS_AES
#define WOLFSSL_AESNI
#endif
#elif SMTPD_TLS_ASM && (defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__))
#define WOLFSSL_SP_ARM_CORTEX_M_ASM
#endif

#if defined(__SIZEOF_LONG__)
#define SIZEOF_LONG __SIZEOF_LONG__
#endif
#define SIZEOF_LONG_LONG 8

/* Who verifies nobody needs no verification; wolfSSL links it all the same
 * unless port/wolfssl/tls_platform.c has a refusal in its place. */
#if SMTPD_TLS_SMALL && !SMTPD_TLS_CLIENT && !SMTPD_TLS_CLIENT_CERT
#define NO_ECC_VERIFY
#endif

#if SMTPD_TLS_SMALL
#define WOLFSSL_SP_SMALL
/* not CURVE25519_SMALL: 4 KB less, and 72 M instructions more a handshake */
#define USE_SLOW_SHA256
#define GCM_TABLE_4BIT
#define WOLFSSL_AES_SMALL_TABLES
#define WOLFSSL_AES_NO_UNROLL
#define IGNORE_NAME_CONSTRAINTS
#elif !defined(WOLFSSL_AESNI)
#define GCM_TABLE_4BIT
#endif

#endif
