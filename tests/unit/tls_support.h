/*
 * tls_support.h - an OpenSSL peer in the same process, and a fake port
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Included by each test_tls_*.c. The engine and OpenSSL exchange ciphertext
 * through two byte queues; chunk sizes and room can be limited.
 */
#ifndef TLS_SUPPORT_H
#define TLS_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "smtpd_port.h"
#include "../../port/wolfssl/tls_engine.h"
#include "../../port/wolfssl/tls_memory.h"

#define MAYBE __attribute__((unused))

/* ---- results ---- */

static int failures;
static const char *test_name;
static int test_failed;

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x) && !test_failed) {                                    \
			test_failed = 1;                                       \
			failures++;                                            \
			printf("not ok %s: %s:%d: %s\n", test_name, __FILE__,  \
				__LINE__, #x);                                 \
		}                                                              \
	} while (0)

/* ---- the fake port ---- */

static uint32_t fake_now = 4294960000u; /* wraps soon */
static int64_t fake_wall = 1800000000;
static int entropy_fails;
static unsigned entropy_calls;

uint32_t smtpd_port_now_ms(void)
{
	return fake_now;
}

int64_t smtpd_port_wall_s(void)
{
	return fake_wall;
}

int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	entropy_calls++;
	if (entropy_fails)
		return SMTPD_ENONE;
	return RAND_bytes(buf, (int)len) == 1 ? 0 : SMTPD_ENONE;
}

/* ---- identities ---- */

struct pem {
	uint8_t cert[8192];
	size_t cert_len;
	uint8_t key[4096];
	size_t key_len;
	EVP_PKEY *pkey;
	X509 *x509;
};

static size_t MAYBE bio_copy(BIO *b, uint8_t *to, size_t max)
{
	int n = BIO_read(b, to, (int)max);

	BIO_free(b);
	return n > 0 ? (size_t)n : 0;
}

static X509 *MAYBE make_x509(
	EVP_PKEY *key, const char *cn, X509 *issuer, EVP_PKEY *issuer_key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	char san[128];

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), rand());
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)fake_wall - 86400);
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)fake_wall + 86400 * 365);
	X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : name);
	X509_set_pubkey(x, key);
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer ? issuer : x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, NID_basic_constraints,
		issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	snprintf(san, sizeof san, "DNS:%s", cn);
	e = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, san);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	X509_sign(x, issuer ? issuer_key : key, EVP_sha256());
	return x;
}

static void MAYBE write_identity(struct pem *p, int der, int pkcs8)
{
	BIO *c = BIO_new(BIO_s_mem());
	BIO *k = BIO_new(BIO_s_mem());

	if (der) {
		i2d_X509_bio(c, p->x509);
		i2d_PrivateKey_bio(k, p->pkey);
	} else {
		PEM_write_bio_X509(c, p->x509);
		if (pkcs8)
			PEM_write_bio_PKCS8PrivateKey(
				k, p->pkey, NULL, NULL, 0, NULL, NULL);
		else
			PEM_write_bio_PrivateKey_traditional(
				k, p->pkey, NULL, NULL, 0, NULL, NULL);
	}
	p->cert_len = bio_copy(c, p->cert, sizeof p->cert);
	p->key_len = bio_copy(k, p->key, sizeof p->key);
}

static EVP_PKEY *MAYBE make_key(int rsa_bits, const char *curve)
{
	return rsa_bits ? EVP_RSA_gen((unsigned)rsa_bits) : EVP_EC_gen(curve);
}

static struct pem *MAYBE identity_ec(void)
{
	static struct pem p;

	if (!p.pkey) {
		p.pkey = make_key(0, "P-256");
		p.x509 = make_x509(p.pkey, "gw.example", NULL, NULL);
		write_identity(&p, 0, 1);
	}
	return &p;
}

static MAYBE struct pem *identity_rsa(void)
{
	static struct pem p;

	if (!p.pkey) {
		p.pkey = make_key(2048, NULL);
		p.x509 = make_x509(p.pkey, "gw.example", NULL, NULL);
		write_identity(&p, 0, 0);
	}
	return &p;
}

static enum smtpd_tls_reason MAYBE server_config(
	struct smtpd_tls_config **c, const struct pem *p)
{
	struct smtpd_tls_identity id = {
		p->cert, p->cert_len, p->key, p->key_len};

	return smtpd_tls_config_server(c, &id);
}

/* ---- the wire ---- */

#define QUEUE 262144

struct queue {
	uint8_t data[QUEUE];
	size_t at, len;
};

static void MAYBE q_put(struct queue *q, const void *p, size_t n)
{
	if (q->at + q->len + n > QUEUE) {
		memmove(q->data, q->data + q->at, q->len);
		q->at = 0;
	}
	if (q->len + n > QUEUE) {
		printf("not ok %s: queue overflow\n", test_name);
		exit(1);
	}
	memcpy(q->data + q->at + q->len, p, n);
	q->len += n;
}

static size_t MAYBE q_peek(const struct queue *q, void *p, size_t n)
{
	n = n < q->len ? n : q->len;
	memcpy(p, q->data + q->at, n);
	return n;
}

static size_t MAYBE q_get(struct queue *q, void *p, size_t n)
{
	n = q_peek(q, p, n);
	q->at += n;
	q->len -= n;
	return n;
}

/* One connection: the engine on our side, OpenSSL on the other. */
struct wire {
	struct queue in;  /* what the engine can receive now */
	struct queue out; /* what it sent */
	size_t room;      /* octets `send` takes before it is full */
	size_t chunk;     /* at most so many at a time, 0 no limit */
	unsigned wakes;
	struct smtpd_tls *tls;
	SSL *ssl;
	int shaken; /* engine's handshake is done */
	int result; /* the last of the engine's */
};

static size_t wire_peek(void *arg, uint8_t *buf, size_t len)
{
	return q_peek(&((struct wire *)arg)->in, buf, len);
}

static size_t wire_recv(void *arg, uint8_t *buf, size_t len)
{
	return q_get(&((struct wire *)arg)->in, buf, len);
}

static size_t wire_send(void *arg, const uint8_t *buf, size_t len)
{
	struct wire *w = arg;
	size_t n = len < w->room ? len : w->room;

	if (w->chunk && n > w->chunk)
		n = w->chunk;
	q_put(&w->out, buf, n);
	w->room -= n;
	return n;
}

static void wire_wake(void *arg)
{
	((struct wire *)arg)->wakes++;
}

static const struct smtpd_tls_io wire_io = {
	wire_peek, wire_recv, wire_send, wire_wake};

/* On a slot that was taken, or NULL. */
static struct wire MAYBE *wire_on(
	struct smtpd_tls *tls, SSL_CTX *ctx, const char *host)
{
	struct wire *w = calloc(1, sizeof *w);

	w->room = SIZE_MAX;
	w->tls = tls;
	if (!tls || smtpd_tls_open(tls, &wire_io, w, host)) {
		smtpd_tls_close(w->tls);
		free(w);
		return NULL;
	}
	if (ctx) {
		w->ssl = SSL_new(ctx);
		SSL_set_bio(w->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
		if (host)
			SSL_set_accept_state(w->ssl);
		else
			SSL_set_connect_state(w->ssl);
	}
	return w;
}

static struct wire MAYBE *wire_new(
	struct smtpd_tls_config *c, SSL_CTX *ctx, const char *host)
{
	struct smtpd_tls *tls;

	smtpd_tls_take(c, false, &tls);
	return wire_on(tls, ctx, host);
}

static void MAYBE wire_free(struct wire *w)
{
	smtpd_tls_close(w->tls);
	/* else OpenSSL takes the session for broken and forgets its ticket */
	if (w->ssl)
		SSL_set_shutdown(
			w->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(w->ssl);
	free(w);
}

/* Move OpenSSL's output to the engine, at most n octets. */
static size_t MAYBE wire_up(struct wire *w, size_t n)
{
	uint8_t buf[20000];
	size_t moved = 0;

	while (moved < n) {
		size_t want = n - moved < sizeof buf ? n - moved : sizeof buf;
		int got = BIO_read(SSL_get_wbio(w->ssl), buf, (int)want);

		if (got <= 0)
			break;
		q_put(&w->in, buf, (size_t)got);
		moved += (size_t)got;
	}
	return moved;
}

static size_t MAYBE wire_down(struct wire *w, size_t n)
{
	uint8_t buf[20000];
	size_t moved = 0;

	while (moved < n && w->out.len) {
		size_t want = n - moved < sizeof buf ? n - moved : sizeof buf;
		size_t got = q_get(&w->out, buf, want);

		BIO_write(SSL_get_rbio(w->ssl), buf, (int)got);
		moved += got;
	}
	return moved;
}

/* Both sides in turn until both are done, one fails, or nothing moves. */
static int MAYBE wire_shake(struct wire *w, size_t step)
{
	unsigned quiet = 0;
	int peer = 0;

	if (!step)
		step = SIZE_MAX;
	while (quiet < 3) {
		size_t moved = 0;

		if (!peer)
			peer = SSL_do_handshake(w->ssl) == 1;
		moved += wire_up(w, step);
		if (!w->shaken) {
			w->result = smtpd_tls_handshake(w->tls);
			w->shaken = w->result == SMTPD_TLS_DONE;
		}
		moved += wire_down(w, step);
		if (w->shaken && peer && !w->out.len)
			return 1;
		if (w->result == SMTPD_TLS_FAILED && !w->out.len)
			return 0;
		quiet = moved ? 0 : quiet + 1;
	}
	return 0;
}

/* n octets each way, in steps; 1 when they arrived as they were. */
static int MAYBE wire_echo(struct wire *w, size_t n, size_t step)
{
	uint8_t *sent = malloc(n);
	uint8_t *got = malloc(n);
	size_t have = 0;
	size_t wrote = 0;
	size_t i;
	int same;

	for (i = 0; i < n; i++)
		sent[i] = (uint8_t)(i * 7 + (i >> 8));
	if (!step)
		step = SIZE_MAX;
	if (SSL_write(w->ssl, sent, (int)n) != (int)n)
		return 0;
	for (i = 0; have < n && i < 4 * n + 100; i++) {
		wire_up(w, step);
		w->result = smtpd_tls_read(w->tls, got + have, n - have);
		if (w->result > 0)
			have += (size_t)w->result;
		else if (w->result != SMTPD_TLS_AGAIN)
			break;
	}
	same = have == n && !memcmp(sent, got, n);
	memset(got, 0, n);
	have = 0;
	for (i = 0; have < n && i < 4 * n + 100; i++) {
		size_t len = n - wrote < SMTPD_TLS_WRITE_MAX
				     ? n - wrote
				     : SMTPD_TLS_WRITE_MAX;
		int r;

		if (len && smtpd_tls_write(w->tls, sent + wrote, len) ==
				   SMTPD_TLS_DONE)
			wrote += len;
		smtpd_tls_flush(w->tls);
		wire_down(w, step);
		r = SSL_read(w->ssl, got + have, (int)(n - have));
		if (r > 0)
			have += (size_t)r;
	}
	same = same && have == n && !memcmp(sent, got, n);
	free(sent);
	free(got);
	return same;
}

/* ---- running ---- */

static void MAYBE no_leaks(void)
{
	struct smtpd_tls_gauges g;

	smtpd_tls_get_gauges(&g);
	CHECK(g.slots_free == SMTPD_TLS_SLOTS);
	CHECK(g.records_lent == 0);
	CHECK(g.leaks == 0);
	CHECK(g.global_used == 0);
}

static void MAYBE run_test(const char *name, void (*fn)(void))
{
	test_name = name;
	test_failed = 0;
	fn();
	no_leaks();
	if (!test_failed)
		printf("ok %s\n", name);
	fflush(stdout);
}

#define RUN(fn) run_test(#fn, fn)

#endif
