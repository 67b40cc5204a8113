/*
 * self_signed.c - an ECDSA P-256 key and a certificate that it signs itself
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdint.h>
#include <string.h>

/* wolfSSL's settings come first */
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/random.h>

#include "board_base64.h"
#include "smtpd.h"
#include "text.h"
#include "tls_files.h"

#define DAYS    3650
#define DER_MAX 2048

/* PEM (RFC 7468) of len octets of DER. */
static int pem(
	const uint8_t *der, int len, const char *label, char *out, size_t cap)
{
	struct board_text t;
	int n;

	board_text_start(&t, out, cap);
	board_text_str(&t, "-----BEGIN ");
	board_text_str(&t, label);
	board_text_str(&t, "-----\n");
	for (; len > 0; der += n, len -= n) {
		n = len < 48 ? len : 48;
		board_base64_encode(&t, der, (size_t)n);
		board_text_str(&t, "\n");
	}
	board_text_str(&t, "-----END ");
	board_text_str(&t, label);
	board_text_str(&t, "-----\n");
	return t.full ? -1 : 0;
}

/* One GeneralName (RFC 5280 4.2.1.6); returns how many octets it took. */
static int general_name(uint8_t *out, uint8_t tag, const void *p, size_t len)
{
	out[0] = tag;
	out[1] = (uint8_t)len;
	memcpy(out + 2, p, len);
	return (int)len + 2;
}

/* subjectAltName: the host, localhost, 127.0.0.1 and ::1. */
static int alt_names(uint8_t *out, const char *host)
{
	static const uint8_t loop4[4] = {127, 0, 0, 1};
	static const uint8_t loop6[16] = {[15] = 1};
	uint8_t names[160];
	int n = 0, head = 2;

	n += general_name(names, 0x82, host, strnlen(host, 64));
	n += general_name(names + n, 0x82, "localhost", 9);
	n += general_name(names + n, 0x87, loop4, sizeof loop4);
	n += general_name(names + n, 0x87, loop6, sizeof loop6);
	out[0] = 0x30;
	out[1] = (uint8_t)n;
	if (n > 127) {
		out[1] = 0x81;
		out[2] = (uint8_t)n;
		head = 3;
	}
	memcpy(out + head, names, (size_t)n);
	return head + n;
}

static int make_cert(const char *host, ecc_key *key, WC_RNG *rng, uint8_t *der)
{
	static Cert cert;
	struct board_text name;
	int n;

	if (wc_InitCert(&cert) != 0)
		return -1;
	board_text_start(&name, cert.subject.commonName, CTC_NAME_SIZE);
	board_text_str(&name, host);
	cert.daysValid = DAYS;
	cert.selfSigned = 1;
	cert.sigType = CTC_SHA256wECDSA;
	cert.altNamesSz = alt_names(cert.altNames, host);
	n = wc_MakeCert(&cert, der, DER_MAX, NULL, key, rng);
	if (n < 0)
		return n;
	return wc_SignCert(
		cert.bodySz, cert.sigType, der, DER_MAX, NULL, key, rng);
}

static int make_both(const char *host, ecc_key *key, WC_RNG *rng, char *cert,
	size_t cert_cap, char *key_pem, size_t key_cap)
{
	uint8_t der[DER_MAX];
	int n;

	if (wc_ecc_make_key_ex(rng, 32, key, ECC_SECP256R1) != 0)
		return -1;
	n = make_cert(host, key, rng, der);
	if (n <= 0 || pem(der, n, "CERTIFICATE", cert, cert_cap) != 0)
		return -1;
	n = wc_EccKeyToDer(key, der, sizeof der);
	n = n <= 0 ? -1 : pem(der, n, "EC PRIVATE KEY", key_pem, key_cap);
	smtpd_wipe(der, sizeof der);
	return n;
}

int board_self_signed(const char *host, char *cert, size_t cert_cap, char *key,
	size_t key_cap)
{
	WC_RNG rng;
	ecc_key ecc;
	int status = -1;

	if (wc_InitRng(&rng) != 0)
		return -1;
	if (wc_ecc_init(&ecc) == 0) {
		status = make_both(
			host, &ecc, &rng, cert, cert_cap, key, key_cap);
		wc_ecc_free(&ecc);
	}
	wc_FreeRng(&rng);
	return status;
}
