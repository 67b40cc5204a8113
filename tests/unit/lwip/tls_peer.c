/*
 * tls_peer.c - an OpenSSL client on top of a plain one
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_config.h"

#if SMTPD_TLS

#include "tls_peer.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

static SSL_CTX *ctx;

/* see tls_peer.h */
void tls_identity(const uint8_t **cert, size_t *cert_len, const uint8_t **key,
	size_t *key_len)
{
	static unsigned char *cert_der, *key_der;
	static int cert_der_len, key_der_len;

	if (!cert_der) {
		EVP_PKEY *pkey = EVP_EC_gen("P-256");
		X509 *x = X509_new();
		X509_NAME *name = X509_get_subject_name(x);

		X509_set_version(x, 2);
		ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
		X509_gmtime_adj(X509_getm_notBefore(x), 0);
		X509_gmtime_adj(X509_getm_notAfter(x), 86400);
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
			(const unsigned char *)"gw.example", -1, -1, 0);
		X509_set_issuer_name(x, name);
		X509_set_pubkey(x, pkey);
		X509_sign(x, pkey, EVP_sha256());
		cert_der_len = i2d_X509(x, &cert_der);
		key_der_len = i2d_PrivateKey(pkey, &key_der);
		X509_free(x);
		EVP_PKEY_free(pkey);
	}
	*cert = cert_der;
	*cert_len = (size_t)cert_der_len;
	*key = key_der;
	*key_len = (size_t)key_der_len;
}

/* What OpenSSL has to say goes to the connection. */
static void up(struct tls_peer *t)
{
	size_t room = sizeof(t->out) - t->c.out_len;
	int n = BIO_read(
		SSL_get_wbio(t->ssl), t->out + t->c.out_len, (int)room);

	if (n > 0)
		t->c.out_len += (size_t)n;
	client_push(&t->c);
}

static void down(struct tls_peer *t)
{
	size_t end = t->c.got < sizeof(t->c.in) ? t->c.got : sizeof(t->c.in);
	int n;

	if (t->fed < end)
		BIO_write(SSL_get_rbio(t->ssl), t->c.in + t->fed,
			(int)(end - t->fed));
	t->fed = end;
	if (!t->up)
		t->up = SSL_do_handshake(t->ssl) == 1;
	n = SSL_read(t->ssl, t->in + t->got, (int)(sizeof(t->in) - 1 - t->got));
	if (n > 0)
		t->got += (size_t)n;
	else if (SSL_get_error(t->ssl, n) == SSL_ERROR_SSL)
		t->failed = true;
	t->in[t->got] = '\0';
	t->closed = SSL_get_shutdown(t->ssl) & SSL_RECEIVED_SHUTDOWN;
}

static void move(struct tls_peer *t, uint32_t ms)
{
	int i;

	for (i = 0; i < 8; i++) {
		if (t->ssl) {
			down(t);
			up(t);
		}
		world_run(0);
	}
	world_run(ms);
}

/* see tls_peer.h */
bool tls_open(struct tls_peer *t, bool first)
{
	bool ok;

	memset(t, 0, sizeof(*t));
	ok = client_open(&t->c, "");
	t->c.out = t->out;
	if (first)
		tls_start(t);
	return ok;
}

/* see tls_peer.h */
void tls_start(struct tls_peer *t)
{
	if (!ctx)
		ctx = SSL_CTX_new(TLS_client_method());
	t->fed = t->c.got;
	t->ssl = SSL_new(ctx);
	SSL_set_bio(t->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(t->ssl);
}

/* see tls_peer.h */
void tls_send(struct tls_peer *t, const char *text)
{
	size_t len = strlen(text);

	if (t->ssl) {
		if (t->up && len)
			SSL_write(t->ssl, text, (int)len);
		up(t);
		return;
	}
	memcpy(t->out + t->c.out_len, text, len);
	t->c.out_len += len;
	client_push(&t->c);
}

/* see tls_peer.h */
bool tls_expect(struct tls_peer *t, const char *text, uint32_t ms)
{
	const char *in = t->ssl ? t->in : t->c.in;
	uint32_t i;

	move(t, 0);
	for (i = 0; i < ms && !strstr(in, text); i += 50)
		move(t, 50);
	return strstr(in, text) != NULL;
}

/* see tls_peer.h */
bool tls_up(struct tls_peer *t, uint32_t ms)
{
	uint32_t i;

	move(t, 0);
	for (i = 0; i < ms && !t->up; i += 50)
		move(t, 50);
	return t->up;
}

/* see tls_peer.h */
void tls_bye(struct tls_peer *t)
{
	SSL_shutdown(t->ssl);
	t->c.fin = true;
	up(t);
}

/* see tls_peer.h */
void tls_end(struct tls_peer *t)
{
	client_reset(&t->c);
	SSL_free(t->ssl);
	t->ssl = NULL;
}

#endif
