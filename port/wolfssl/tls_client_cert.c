/*
 * tls_client_cert.c - certificates of clients: who is asked, who it was
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * wolfSSL puts an intermediate authority that a peer sent, once verified, into
 * the context of all connections, in the memory of this one: it is taken out
 * again before the call that brought it returns.
 */
#include "tls_der.h"
#include "tls_internal.h"

#if SMTPD_TLS_CLIENT || SMTPD_TLS_CLIENT_CERT

/* see tls_internal.h */
void smtpd_tls_forget_chain(struct smtpd_tls *t)
{
	if (t->config->client || t->config->ask)
		wolfSSL_CertManagerUnloadIntermediateCerts(
			wolfSSL_CTX_GetCertManager(
				smtpd_tls_generation(t)->ctx));
}

#endif

#if SMTPD_TLS_CLIENT_CERT

#include <string.h>

#include "smtpd_port.h"

static int hash(const struct smtpd_der *cert, uint8_t digest[32])
{
	struct smtpd_hash h;

	return smtpd_port_hash_start(&h) ||
	       smtpd_port_hash_update(&h, cert->p, cert->len) ||
	       smtpd_port_hash_finish(&h, digest);
}

/* Keep who it is, in the slot's memory. */
static enum smtpd_tls_reason note(
	struct smtpd_tls *t, const struct smtpd_der *cert)
{
	struct smtpd_arena *a = smtpd_tls_arena(smtpd_tls_slot(t));

	if (!t->peer)
		t->peer = smtpd_arena_alloc(a, sizeof *t->peer);
	if (!t->peer)
		return SMTPD_TLS_NO_MEMORY;
	if (hash(cert, t->peer->fingerprint))
		return SMTPD_TLS_INTERNAL;
	smtpd_der_subject(cert, t->peer->subject, sizeof t->peer->subject);
	return SMTPD_TLS_OK;
}

/* wolfSSL's verdict on each certificate of the chain, the client's own last.
 * Never turns a no into a yes. */
static int verified(int ok, WOLFSSL_X509_STORE_CTX *store)
{
	struct smtpd_tls *t = smtpd_tls_selected();
	enum smtpd_tls_reason r;
	struct smtpd_der cert;

	if (!ok || store->error_depth || store->totalCerts < 1 || !t)
		return ok;
	cert.p = store->certs[0].buffer;
	cert.len = store->certs[0].length;
	r = note(t, &cert);
	if (r != SMTPD_TLS_OK)
		t->reason = (uint8_t)r;
	return r == SMTPD_TLS_OK;
}

/* see tls_internal.h */
void smtpd_tls_ask(WOLFSSL_CTX *ctx, enum smtpd_tls_ask ask)
{
	int mode = WOLFSSL_VERIFY_PEER;

	if (ask == SMTPD_TLS_REQUIRE) {
		/* the second has TLS 1.2 answer an empty message with an
		 * alert at once */
		mode |= WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT;
		wolfSSL_CTX_mutual_auth(ctx, 1);
	}
	wolfSSL_CTX_set_verify(ctx, mode, NULL);
	wolfSSL_CertManagerSetVerify(wolfSSL_CTX_GetCertManager(ctx), verified);
}

/* see tls_engine.h */
int smtpd_tls_get_peer(const struct smtpd_tls *t, struct smtpd_tls_peer *peer)
{
	if (!t->peer || (t->state != TLS_OPEN && t->state != TLS_SHUT))
		return SMTPD_ENONE;
	*peer = *t->peer;
	return 0;
}

#else

/* see tls_engine.h */
int smtpd_tls_get_peer(const struct smtpd_tls *t, struct smtpd_tls_peer *peer)
{
	(void)t;
	(void)peer;
	return SMTPD_ENONE;
}

#endif
