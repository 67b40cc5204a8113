/*
 * tls_binding.c - channel bindings: what is this connection's and no other's
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tls-exporter (RFC 9266) is computed when the handshake ends, since wolfSSL
 * then forgets what it is made of; tls-server-end-point (RFC 5929 4) when the
 * certificate is loaded.
 */
#include <string.h>

#include "tls_der.h"
#include "tls_internal.h"

#if SMTPD_TLS_BINDING

/* only its options.haveEMS: there is no public function that tells */
#include <wolfssl/internal.h>

/* see tls_internal.h */
void smtpd_tls_bind(struct smtpd_tls *t)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	WOLFSSL *ssl = t->ssl;

	/* RFC 9266 4.2: TLS 1.2 needs the extended master secret */
	t->bound = (wolfSSL_version(ssl) == TLS1_3_VERSION ||
			   ssl->options.haveEMS) &&
		   wolfSSL_export_keying_material(ssl, t->exporter,
			   sizeof t->exporter, label, sizeof label - 1, NULL, 0,
			   wolfSSL_version(ssl) == TLS1_3_VERSION ? 0 : 1) ==
			   WOLFSSL_SUCCESS;
	wolfSSL_FreeArrays(ssl);
}

static size_t digest(const struct smtpd_der *cert, uint8_t *out)
{
	switch (smtpd_der_signature_hash(cert)) {
	case SMTPD_DER_HASH_WEAK:
	case SMTPD_DER_HASH_256:
		return wc_Sha256Hash(cert->p, (word32)cert->len, out) ? 0 : 32;
#ifdef WOLFSSL_SHA384
	case SMTPD_DER_HASH_384:
		return wc_Sha384Hash(cert->p, (word32)cert->len, out) ? 0 : 48;
#endif
#ifdef WOLFSSL_SHA512
	case SMTPD_DER_HASH_512:
		return wc_Sha512Hash(cert->p, (word32)cert->len, out) ? 0 : 64;
#endif
	default:
		return 0;
	}
}

/* The first certificate in DER; or of PEM, into buf. */
static bool first_of(struct smtpd_der *der, uint8_t *buf, size_t cap)
{
	struct smtpd_der rest = *der, whole;
	int n;

	if (smtpd_der_next(&rest, &whole, NULL) == DER_SEQUENCE) {
		*der = whole;
		return true;
	}
#if SMTPD_TLS_PEM
	n = wc_CertPemToDer(der->p, (int)der->len, buf, (int)cap, CERT_TYPE);
#else
	(void)cap;
	n = 0;
#endif
	der->p = buf;
	der->len = n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* see tls_internal.h */
void smtpd_tls_end_point(struct generation *g, const uint8_t *cert, size_t len)
{
	struct smtpd_der der = {cert, len};
	uint8_t *buf = XMALLOC(len, NULL, DYNAMIC_TYPE_TMP_BUFFER);

	g->end_point_len = 0;
	if (buf && first_of(&der, buf, len))
		g->end_point_len = (uint8_t)digest(&der, g->end_point);
	XFREE(buf, NULL, DYNAMIC_TYPE_TMP_BUFFER);
}

/* see tls_engine.h */
int smtpd_tls_get_binding(const struct smtpd_tls *t, enum smtpd_binding kind,
	uint8_t out[SMTPD_BINDING_MAX])
{
	const struct generation *g = smtpd_tls_generation(t);

	if (t->state != TLS_OPEN && t->state != TLS_SHUT)
		return SMTPD_ENONE;
	if (kind == SMTPD_BINDING_EXPORTER && t->bound) {
		memcpy(out, t->exporter, sizeof t->exporter);
		return (int)sizeof t->exporter;
	}
	if (kind != SMTPD_BINDING_END_POINT || !g->end_point_len)
		return SMTPD_ENONE;
	memcpy(out, g->end_point, g->end_point_len);
	return g->end_point_len;
}

#else

/* see tls_engine.h */
int smtpd_tls_get_binding(const struct smtpd_tls *t, enum smtpd_binding kind,
	uint8_t out[SMTPD_BINDING_MAX])
{
	(void)t;
	(void)kind;
	(void)out;
	return SMTPD_ENONE;
}

#endif
