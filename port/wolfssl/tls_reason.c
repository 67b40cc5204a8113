/*
 * tls_reason.c - what wolfSSL's results mean: reasons, alerts, names
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include <wolfssl/error-ssl.h>

#include "smtpd_tls_offer.h"
#include "tls_internal.h"

/* Alert descriptions, RFC 8446 6. */
#define ALERT_UNEXPECTED_MESSAGE 10
#define ALERT_RECORD_OVERFLOW    22
#define ALERT_HANDSHAKE_FAILURE  40
#define ALERT_DECODE_ERROR       50
#define ALERT_PROTOCOL_VERSION   70
#define ALERT_INTERNAL_ERROR     80

struct meaning {
	int16_t error; /* of wolfSSL */
	uint8_t reason;
};

static const struct meaning meanings[] = {
	{MEMORY_E, SMTPD_TLS_NO_MEMORY},
	{MEMORY_ERROR, SMTPD_TLS_NO_MEMORY},
	{RNG_FAILURE_E, SMTPD_TLS_NO_ENTROPY},
	{SOCKET_PEER_CLOSED_E, SMTPD_TLS_PEER_GONE},
	{SOCKET_ERROR_E, SMTPD_TLS_PEER_GONE},
	{VERSION_ERROR, SMTPD_TLS_VERSION},
	{MATCH_SUITE_ERROR, SMTPD_TLS_NO_COMMON},
	{UNSUPPORTED_SUITE, SMTPD_TLS_NO_COMMON},
	{KEY_SHARE_ERROR, SMTPD_TLS_NO_COMMON},
	{BAD_KEY_SHARE_DATA, SMTPD_TLS_NO_COMMON},
	{ECC_CURVE_ERROR, SMTPD_TLS_NO_COMMON},
	{INVALID_PARAMETER, SMTPD_TLS_NO_COMMON},
	{LENGTH_ERROR, SMTPD_TLS_RECORD},
	{BUFFER_ERROR, SMTPD_TLS_RECORD},
	{DECRYPT_ERROR, SMTPD_TLS_RECORD},
	{VERIFY_MAC_ERROR, SMTPD_TLS_RECORD},
	{AES_GCM_AUTH_E, SMTPD_TLS_RECORD},
	{MAC_CMP_FAILED_E, SMTPD_TLS_RECORD},
	{UNKNOWN_RECORD_TYPE, SMTPD_TLS_RECORD},
	{ALERT_COUNT_E, SMTPD_TLS_FLOOD},
	{DOMAIN_NAME_MISMATCH, SMTPD_TLS_WRONG_NAME},
	{IPADDR_MISMATCH, SMTPD_TLS_WRONG_NAME},
	{NO_PEER_CERT, SMTPD_TLS_NO_CERT},
	{VERIFY_CERT_ERROR, SMTPD_TLS_UNTRUSTED},
	{NOT_CA_ERROR, SMTPD_TLS_UNTRUSTED},
	{MAX_CHAIN_ERROR, SMTPD_TLS_CERT_UNFIT},
	{KEYUSE_SIGNATURE_E, SMTPD_TLS_CERT_UNFIT},
	{EXTKEYUSE_AUTH_E, SMTPD_TLS_CERT_UNFIT},
	{RSA_KEY_SIZE_E, SMTPD_TLS_CERT_UNFIT},
	{ECC_KEY_SIZE_E, SMTPD_TLS_CERT_UNFIT},
	{HANDSHAKE_SIZE_ERROR, SMTPD_TLS_TOO_LONG},
	{ASN_BEFORE_DATE_E, SMTPD_TLS_CERT_DATE},
	{ASN_AFTER_DATE_E, SMTPD_TLS_CERT_DATE},
	{ASN_NO_SIGNER_E, SMTPD_TLS_UNTRUSTED},
};

enum smtpd_tls_reason smtpd_tls_classify(int wolfssl_error)
{
	unsigned i;

	for (i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (meanings[i].error == wolfssl_error)
			return (enum smtpd_tls_reason)meanings[i].reason;
	/* parsing, dates, signatures of certificates */
	if (wolfssl_error <= ASN_PARSE_E && wolfssl_error >= ASN_NO_PEM_HEADER)
		return SMTPD_TLS_UNTRUSTED;
	return SMTPD_TLS_PROTOCOL;
}

/* see tls_engine.h */
const char *smtpd_tls_reason_text(enum smtpd_tls_reason reason)
{
	static const char *const texts[] = {
		"no error",
		"the certificate cannot be read",
		"the private key cannot be read",
		"the private key does not belong to the certificate",
		"the CA certificate cannot be read",
		"not enough TLS memory",
		"no entropy",
		"the previous certificate is still in use",
		"the peer sent an alert",
		"the peer left during the handshake",
		"no TLS, or no version in common",
		"no cipher or group in common",
		"protocol error",
		"bad record",
		"the peer's certificate is not trusted",
		"the peer's certificate has another name",
		"too many records without data",
		"held a record buffer too long",
		"internal error",
		"the peer showed no certificate",
		"the peer's certificate is not valid now",
		"the peer's certificate is not for this use",
		"a message of the handshake is too long",
	};

	return (unsigned)reason < sizeof texts / sizeof *texts ? texts[reason]
							       : "unknown";
}

static uint8_t alert_for(const struct smtpd_tls *t)
{
	switch (t->reason) {
	case SMTPD_TLS_VERSION:
		return ALERT_PROTOCOL_VERSION;
	case SMTPD_TLS_NO_COMMON:
		return ALERT_HANDSHAKE_FAILURE;
	case SMTPD_TLS_RECORD:
		return ALERT_UNEXPECTED_MESSAGE;
	case SMTPD_TLS_PROTOCOL:
		return ALERT_DECODE_ERROR;
	default:
		return ALERT_INTERNAL_ERROR;
	}
}

#if SMTPD_TLS_CLIENT_CERT
/* Not public; wolfSSL says nothing itself to what is too long. */
int SendAlert(WOLFSSL *ssl, int level, int type);

/* Our flight is out: the alert may have to be encrypted. */
static void late_alert(struct smtpd_tls *t)
{
	WOLFSSL_ALERT_HISTORY h;

	memset(&h, 0, sizeof h);
	wolfSSL_get_alert_history(t->ssl, &h);
	if (h.last_tx.level == alert_fatal)
		return;
	if (t->reason == SMTPD_TLS_NO_MEMORY)
		SendAlert(t->ssl, alert_fatal, internal_error);
	else if (t->reason == SMTPD_TLS_CERT_UNFIT ||
		 t->reason == SMTPD_TLS_TOO_LONG)
		SendAlert(t->ssl, alert_fatal, bad_certificate);
}
#else
#define late_alert(t) ((void)(t))
#endif

/* wolfSSL says nothing on some first records that are not TLS at all. Once
 * octets of ours are out they may be encrypted, and it is left to wolfSSL. */
void smtpd_tls_alert(struct smtpd_tls *t)
{
	uint8_t alert[] = {21, 3, 3, 0, 2, 2, 0};

	if (t->reason == SMTPD_TLS_PEER_GONE ||
		t->reason == SMTPD_TLS_PEER_ALERT)
		return;
	if (t->sent_any) {
		if (t->config->ask)
			late_alert(t);
		return;
	}
	alert[6] = alert_for(t);
	t->sent_any = t->io->send(t->arg, alert, sizeof alert) > 0;
}

struct name {
	uint16_t suite; /* IANA */
	const char *name;
};

/* The last of names[] are those of SMTPD_TLS_LEGACY. */
#define OLD_NAMES (SMTPD_TLS_LEGACY ? 4u : 0u)

static const struct name names[] = {
	{0x1301, "TLS_AES_128_GCM_SHA256"},
	{0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
#if SMTPD_TLS_12
	{0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
	{0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
	{0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
	{0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
#endif
#if SMTPD_TLS_LEGACY
	{0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
	{0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"},
	{0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
	{0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"},
#endif
};

/* see tls_internal.h */
bool smtpd_tls_has_suite(
	const struct smtpd_tls_list *list, enum smtpd_tls_oldest oldest)
{
	unsigned i, count = sizeof names / sizeof *names;

	if (oldest == SMTPD_TLS_OLDEST_12)
		count -= OLD_NAMES;
	for (i = 0; i < count; i++)
		if (smtpd_tls_offer_has(list, &names[i].suite, 1))
			return true;
	return false;
}

static const char *version_name(int version)
{
#if SMTPD_TLS_LEGACY
	if (version == TLS1_VERSION)
		return "TLSv1";
	if (version == TLS1_1_VERSION)
		return "TLSv1.1";
#endif
	return version == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2";
}

bool smtpd_tls_fill_info(struct smtpd_tls *t)
{
	int suite = wolfSSL_get_current_cipher_suite(t->ssl);
	unsigned i;

	t->info.version = version_name(wolfSSL_version(t->ssl));
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].suite == suite) {
			t->info.cipher = names[i].name;
			return true;
		}
	return false;
}

/* ---- what is known of a connection ---- */

/* see tls_engine.h */
const struct smtpd_tls_info *smtpd_tls_get_info(const struct smtpd_tls *t)
{
	return t->info.cipher ? &t->info : NULL;
}

/* see tls_engine.h */
enum smtpd_tls_reason smtpd_tls_reason(const struct smtpd_tls *t)
{
	return (enum smtpd_tls_reason)t->reason;
}

/* see tls_engine.h */
void *smtpd_tls_native(struct smtpd_tls *t)
{
	return t->ssl;
}
