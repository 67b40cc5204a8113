/*
 * test_tls_engine.c - the TLS engine against OpenSSL: what must work
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/wolfssl wolfssl lwip ssl crypto
 */
#include "tls_support.h"

static SSL_CTX *client_ctx(void)
{
	return SSL_CTX_new(TLS_client_method());
}

/* Handshake and an echo with what the client offers; checks what came out. */
static void works(struct pem *id, SSL_CTX *ctx, const char *version,
	const char *cipher, size_t step)
{
	struct smtpd_tls_config *c;
	struct wire *w;

	CHECK(server_config(&c, id) == SMTPD_TLS_OK);
	w = wire_new(c, ctx, NULL);
	CHECK(w != NULL);
	if (w) {
		const struct smtpd_tls_info *info;

		CHECK(wire_shake(w, step));
		info = smtpd_tls_get_info(w->tls);
		CHECK(info && !strcmp(info->version, version));
		CHECK(info && !strcmp(info->cipher, cipher));
		CHECK(wire_echo(w, step == 1 ? 300 : 70000, step));
		wire_free(w);
	}
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

static void tls13_ecdsa(void)
{
	works(identity_ec(), client_ctx(), "TLSv1.3",
		SMTPD_TLS_PREFER_CHACHA ? "TLS_CHACHA20_POLY1305_SHA256"
					: "TLS_AES_128_GCM_SHA256",
		0);
}

static void tls13_rsa(void)
{
	works(identity_rsa(), client_ctx(), "TLSv1.3", "TLS_AES_128_GCM_SHA256",
		0);
}

static void tls12_ecdsa(void)
{
	SSL_CTX *ctx = client_ctx();

	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	works(identity_ec(), ctx, "TLSv1.2",
		"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0);
}

static void tls12_rsa_chacha(void)
{
	SSL_CTX *ctx = client_ctx();

	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(ctx, "ECDHE-RSA-CHACHA20-POLY1305");
	works(identity_rsa(), ctx, "TLSv1.2",
		"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0);
}

static void tls13_chacha_only(void)
{
	SSL_CTX *ctx = client_ctx();

	SSL_CTX_set_ciphersuites(ctx, "TLS_CHACHA20_POLY1305_SHA256");
	works(identity_ec(), ctx, "TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256", 0);
}

static void tls13_aes_only(void)
{
	SSL_CTX *ctx = client_ctx();

	SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256");
	works(identity_ec(), ctx, "TLSv1.3", "TLS_AES_128_GCM_SHA256", 0);
}

static void tls13_one_octet_at_a_time(void)
{
	works(identity_ec(), client_ctx(), "TLSv1.3", "TLS_AES_128_GCM_SHA256",
		1);
}

static void tls12_one_octet_at_a_time(void)
{
	SSL_CTX *ctx = client_ctx();

	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	works(identity_ec(), ctx, "TLSv1.2",
		"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 1);
}

/* The group that was agreed on, without a HelloRetryRequest. */
static void group(const char *offer, int nid)
{
	SSL_CTX *ctx = client_ctx();
	struct smtpd_tls_config *c;
	struct wire *w;

	SSL_CTX_set1_groups_list(ctx, offer);
	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	w = wire_new(c, ctx, NULL);
	CHECK(wire_shake(w, 0));
	CHECK(SSL_get_negotiated_group(w->ssl) == nid);
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

static void tls13_x25519_first(void)
{
	group("X25519:P-256", NID_X25519);
}

static void tls13_p256_only(void)
{
	group("P-256", NID_X9_62_prime256v1);
}

/* X448 first: the server has to ask again (RFC 8446 4.1.4). */
static void tls13_hello_retry(void)
{
	group("X448:X25519", NID_X25519);
}

/* A flight goes out in one piece: two writes cost the peer 40 ms. */
static void flight_is_one_send(void)
{
	SSL_CTX *ctx = client_ctx();
	struct smtpd_tls_config *c;
	struct wire *w;

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	w = wire_new(c, ctx, NULL);
	SSL_do_handshake(w->ssl);
	wire_up(w, SIZE_MAX);
	w->room = 100000;
	CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_AGAIN);
	CHECK(w->out.len > 500);
	CHECK(100000 - w->room == w->out.len);
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

/* `send` takes a few octets at a time, in the handshake and after it. */
static void send_takes_little(void)
{
	SSL_CTX *ctx = client_ctx();
	struct smtpd_tls_config *c;
	struct wire *w;
	uint8_t text[600];
	uint8_t got[600];
	size_t have = 0;
	int i;

	memset(text, 'x', sizeof text);
	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	w = wire_new(c, ctx, NULL);
	for (i = 0; i < 2000 && !(w->shaken && SSL_is_init_finished(w->ssl));
		i++) {
		w->room = 7;
		SSL_do_handshake(w->ssl);
		wire_up(w, SIZE_MAX);
		if (!w->shaken)
			w->shaken = !smtpd_tls_handshake(w->tls);
		wire_down(w, SIZE_MAX);
	}
	CHECK(w->shaken);
	w->room = 10;
	CHECK(smtpd_tls_write(w->tls, text, sizeof text) == SMTPD_TLS_DONE);
	CHECK(smtpd_tls_held(w->tls) > 500);
	CHECK(smtpd_tls_write(w->tls, text, 1) == SMTPD_TLS_AGAIN);
	for (i = 0; i < 200 && smtpd_tls_held(w->tls); i++) {
		w->room = 7;
		smtpd_tls_flush(w->tls);
	}
	w->room = SIZE_MAX;
	CHECK(smtpd_tls_write(w->tls, text, 1) == SMTPD_TLS_DONE);
	wire_down(w, SIZE_MAX);
	for (i = 0; i < 10; i++) {
		int r = SSL_read(w->ssl, got + have, (int)(sizeof got - have));

		have += r > 0 ? (size_t)r : 0;
		if (have == sizeof got)
			break;
	}
	CHECK(have == sizeof got && !memcmp(text, got, have));
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

/* The engine as client of OpenSSL's server. */
static SSL_CTX *server_ctx(struct pem *p)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	SSL_CTX_use_certificate(ctx, p->x509);
	SSL_CTX_use_PrivateKey(ctx, p->pkey);
	return ctx;
}

static int as_client(struct pem *p, const char *host, int max_version,
	enum smtpd_tls_reason *reason)
{
	SSL_CTX *ctx = server_ctx(p);
	struct smtpd_tls_config *c;
	struct wire *w;
	int ok;

	SSL_CTX_set_max_proto_version(ctx, max_version);
	CHECK(smtpd_tls_config_client(&c, identity_ec()->cert,
		      identity_ec()->cert_len, NULL) == SMTPD_TLS_OK);
	w = wire_new(c, ctx, host);
	CHECK(w != NULL);
	ok = wire_shake(w, 0);
	if (ok) {
		const char *sni =
			SSL_get_servername(w->ssl, TLSEXT_NAMETYPE_host_name);

		CHECK(sni && !strcmp(sni, host));
		CHECK(wire_echo(w, 40000, 0));
	}
	*reason = smtpd_tls_reason(w->tls);
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
	return ok;
}

static void client_tls13(void)
{
	enum smtpd_tls_reason r;

	CHECK(as_client(identity_ec(), "gw.example", TLS1_3_VERSION, &r));
}

static void client_tls12(void)
{
	enum smtpd_tls_reason r;

	CHECK(as_client(identity_ec(), "gw.example", TLS1_2_VERSION, &r));
}

static void client_refuses_wrong_name(void)
{
	enum smtpd_tls_reason r;

	CHECK(!as_client(identity_ec(), "other.example", TLS1_3_VERSION, &r));
	CHECK(r == SMTPD_TLS_WRONG_NAME);
}

static void client_refuses_unknown_issuer(void)
{
	enum smtpd_tls_reason r;

	CHECK(!as_client(identity_rsa(), "gw.example", TLS1_3_VERSION, &r));
	CHECK(r == SMTPD_TLS_UNTRUSTED);
}

/* Before every certificate's first day: the clock was never set. */
static void client_refuses_while_clock_is_unset(void)
{
	enum smtpd_tls_reason r;
	int64_t wall = fake_wall;
	SSL_CTX *ctx = server_ctx(identity_ec());
	struct smtpd_tls_config *c;
	struct wire *w;

	CHECK(smtpd_tls_config_client(&c, identity_ec()->cert,
		      identity_ec()->cert_len, NULL) == SMTPD_TLS_OK);
	fake_wall = 0;
	w = wire_new(c, ctx, "gw.example");
	CHECK(!wire_shake(w, 0));
	r = smtpd_tls_reason(w->tls);
	CHECK(r == SMTPD_TLS_CERT_DATE);
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
	fake_wall = wall;
}

/* ---- configurations ---- */

static void config_der(void)
{
	struct pem p = *identity_ec();
	struct smtpd_tls_config *c;

	write_identity(&p, 1, 0);
	CHECK(server_config(&c, &p) == SMTPD_TLS_OK);
	smtpd_tls_config_free(c);
	p = *identity_rsa();
	write_identity(&p, 1, 0);
	CHECK(server_config(&c, &p) == SMTPD_TLS_OK);
	smtpd_tls_config_free(c);
}

static void config_refusals(void)
{
	struct pem p = *identity_ec();
	struct smtpd_tls_config *c;

	memcpy(p.key, identity_rsa()->key, sizeof p.key);
	p.key_len = identity_rsa()->key_len;
	CHECK(server_config(&c, &p) == SMTPD_TLS_MISMATCH);
	p.pkey = make_key(0, "P-256");
	write_identity(&p, 0, 1);
	CHECK(server_config(&c, &p) == SMTPD_TLS_MISMATCH);
	EVP_PKEY_free(p.pkey);
	p.key[40] = '!';
	CHECK(server_config(&c, &p) == SMTPD_TLS_BAD_KEY);
	CHECK(c == NULL);
	p = *identity_ec();
	p.cert_len = 100;
	CHECK(server_config(&c, &p) == SMTPD_TLS_BAD_CERT);
	p.cert_len = 0;
	CHECK(server_config(&c, &p) == SMTPD_TLS_BAD_CERT);
	CHECK(smtpd_tls_config_client(&c, (const uint8_t *)"nothing", 7,
		      NULL) == SMTPD_TLS_BAD_CA);
}

/* The issuer's certificate goes along. */
static void config_chain(void)
{
	EVP_PKEY *ca_key = make_key(0, "P-384");
	X509 *ca = make_x509(ca_key, "ca.example", NULL, NULL);
	struct pem p = *identity_ec();
	struct smtpd_tls_config *c;
	SSL_CTX *ctx = client_ctx();
	struct wire *w;
	BIO *b;

	p.x509 = make_x509(p.pkey, "gw.example", ca, ca_key);
	write_identity(&p, 0, 1);
	b = BIO_new(BIO_s_mem());
	PEM_write_bio_X509(b, ca);
	p.cert_len +=
		bio_copy(b, p.cert + p.cert_len, sizeof p.cert - p.cert_len);
	CHECK(server_config(&c, &p) == SMTPD_TLS_OK);
	w = wire_new(c, ctx, NULL);
	CHECK(wire_shake(w, 0));
	CHECK(sk_X509_num(SSL_get_peer_cert_chain(w->ssl)) == 2);
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
	X509_free(p.x509);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
}

static int serves(struct wire *w, struct pem *p)
{
	X509 *x = SSL_get1_peer_certificate(w->ssl);
	int same = x && !X509_cmp(x, p->x509);

	X509_free(x);
	return same;
}

static void reload_keeps_old_connections(void)
{
	SSL_CTX *ctx = client_ctx();
	struct pem *rsa = identity_rsa();
	struct smtpd_tls_identity next = {
		rsa->cert, rsa->cert_len, rsa->key, rsa->key_len};
	struct smtpd_tls_identity bad = {
		rsa->cert, rsa->cert_len, identity_ec()->key, 100};
	struct smtpd_tls_config *c;
	struct wire *old;
	struct wire *young;

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	old = wire_new(c, ctx, NULL);
	CHECK(wire_shake(old, 0));
	CHECK(smtpd_tls_config_reload(c, &bad) != SMTPD_TLS_OK);
	CHECK(smtpd_tls_config_reload(c, &next) == SMTPD_TLS_OK);
	young = wire_new(c, ctx, NULL);
	CHECK(wire_shake(young, 0));
	CHECK(serves(old, identity_ec()) && serves(young, rsa));
	CHECK(wire_echo(old, 1000, 0) && wire_echo(young, 1000, 0));
	CHECK(smtpd_tls_config_reload(c, &next) == SMTPD_TLS_BUSY);
	wire_free(old);
	CHECK(smtpd_tls_config_reload(c, &next) == SMTPD_TLS_OK);
	smtpd_tls_config_free(c);
	CHECK(wire_echo(young, 1000, 0));
	wire_free(young);
	SSL_CTX_free(ctx);
}

/* ---- slots and closing ---- */

static void slots_run_out(void)
{
	struct smtpd_tls_config *c;
	struct smtpd_tls *t[SMTPD_TLS_SLOTS];
	struct smtpd_tls *more;
	int i;

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	CHECK(smtpd_tls_take(NULL, false, &more) == SMTPD_ENONE);
	CHECK(smtpd_tls_reserve() == 0);
	for (i = 1; i < SMTPD_TLS_SLOTS; i++)
		CHECK(smtpd_tls_take(c, false, &t[i]) == 0);
	CHECK(smtpd_tls_take(c, false, &more) == SMTPD_EBUSY && !more);
	CHECK(smtpd_tls_reserve() == SMTPD_EBUSY);
	CHECK(smtpd_tls_take(c, true, &t[0]) == 0);
	CHECK(smtpd_tls_take(c, true, &more) == SMTPD_EBUSY);
	for (i = 0; i < SMTPD_TLS_SLOTS; i++)
		smtpd_tls_close(t[i]);
	CHECK(smtpd_tls_reserve() == 0);
	smtpd_tls_unreserve();
	CHECK(smtpd_tls_take(c, false, &more) == 0);
	smtpd_tls_close(more);
	smtpd_tls_config_free(c);
}

/* Neither mail nor the others take a slot that is not theirs. */
static void others_have_slots_of_their_own(void)
{
	struct smtpd_tls *t[SMTPD_TLS_SLOTS], *o[SMTPD_TLS_OTHER_SLOTS], *more;
	struct smtpd_tls_gauges g;
	struct smtpd_tls_config *c;
	int i;

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	CHECK(smtpd_tls_take_other(NULL, &more) == SMTPD_ENONE);
	for (i = 0; i < SMTPD_TLS_OTHER_SLOTS; i++)
		CHECK(smtpd_tls_take_other(c, &o[i]) == 0);
	CHECK(smtpd_tls_take_other(c, &more) == SMTPD_EBUSY && !more);
	for (i = 0; i < SMTPD_TLS_SLOTS; i++)
		CHECK(smtpd_tls_take(c, false, &t[i]) == 0);
	CHECK(smtpd_tls_take(c, false, &more) == SMTPD_EBUSY);
	smtpd_tls_close(o[0]);
	CHECK(smtpd_tls_take(c, false, &more) == SMTPD_EBUSY);
	smtpd_tls_close(t[0]);
	CHECK(smtpd_tls_take_other(c, &o[0]) == 0);
	CHECK(smtpd_tls_take_other(c, &more) == SMTPD_EBUSY);
	smtpd_tls_get_gauges(&g);
	CHECK(g.slots_free == 1 && g.slots_low == 0);
	CHECK(g.others == SMTPD_TLS_OTHER_SLOTS && g.others_high == g.others);
	for (i = 0; i < SMTPD_TLS_OTHER_SLOTS; i++)
		smtpd_tls_close(o[i]);
	for (i = 1; i < SMTPD_TLS_SLOTS; i++)
		smtpd_tls_close(t[i]);
	smtpd_tls_get_gauges(&g);
	CHECK(g.slots_free == SMTPD_TLS_SLOTS && !g.others);
	smtpd_tls_config_free(c);
}

static void close_notify_both_ways(void)
{
	SSL_CTX *ctx = client_ctx();
	struct smtpd_tls_config *c;
	struct wire *w;
	uint8_t buf[100];

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	w = wire_new(c, ctx, NULL);
	CHECK(wire_shake(w, 0));
	SSL_write(w->ssl, "QUIT", 4);
	SSL_shutdown(w->ssl);
	wire_up(w, SIZE_MAX);
	CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) == 4);
	CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) == SMTPD_TLS_CLOSED);
	CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) == SMTPD_TLS_CLOSED);
	/* half-closed: the reply still goes out */
	CHECK(smtpd_tls_write(w->tls, (const uint8_t *)"221", 3) ==
		SMTPD_TLS_DONE);
	CHECK(smtpd_tls_shutdown(w->tls) == SMTPD_TLS_DONE);
	CHECK(smtpd_tls_shutdown(w->tls) == SMTPD_TLS_DONE);
	CHECK(smtpd_tls_write(w->tls, buf, 1) == SMTPD_TLS_FAILED);
	wire_down(w, SIZE_MAX);
	CHECK(SSL_read(w->ssl, buf, sizeof buf) == 3);
	CHECK(SSL_read(w->ssl, buf, sizeof buf) == 0);
	CHECK(SSL_get_shutdown(w->ssl) & SSL_RECEIVED_SHUTDOWN);
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

/* ---- record buffers ---- */

static int write_record(struct wire *w, uint8_t fill)
{
	static uint8_t text[16384];

	memset(text, fill, sizeof text);
	return SSL_write(w->ssl, text, sizeof text) == sizeof text;
}

static size_t drain(struct wire *w, uint8_t fill)
{
	uint8_t buf[4000];
	size_t sum = 0;
	int n;

	while ((n = smtpd_tls_read(w->tls, buf, sizeof buf)) > 0) {
		CHECK(buf[0] == fill && buf[n - 1] == fill);
		sum += (size_t)n;
	}
	w->result = n;
	return sum;
}

/* What a browser sends is no mail's record buffer's. */
static void others_take_no_record_buffer(void)
{
	SSL_CTX *ctx = client_ctx();
	struct smtpd_tls_config *c;
	struct smtpd_tls_gauges g;
	struct smtpd_tls *tls;
	struct wire *w;

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	CHECK(smtpd_tls_take_other(c, &tls) == 0);
	w = wire_on(tls, ctx, NULL);
	CHECK(wire_shake(w, 0));
	CHECK(write_record(w, 7));
	wire_up(w, 9000);
	CHECK(drain(w, 7) == 0 && w->result == SMTPD_TLS_AGAIN);
	smtpd_tls_get_gauges(&g);
	CHECK(g.records_lent == 0);
	wire_up(w, SIZE_MAX);
	CHECK(drain(w, 7) == 16384);
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

/* One more connection than buffers, each with half a 16 KB record: the last
 * waits, takes nothing, and goes on when one is done. */
static void record_buffers_are_lent(void)
{
	enum { N = SMTPD_TLS_RECORD_BUFFERS + 1 };
	SSL_CTX *ctx = client_ctx();
	struct smtpd_tls_config *c;
	struct smtpd_tls_gauges g;
	struct wire *w[N];
	struct wire *last;
	size_t before;
	int i;

	CHECK(SMTPD_TLS_SLOTS >= N);
	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	for (i = 0; i < N; i++) {
		w[i] = wire_new(c, ctx, NULL);
		CHECK(wire_shake(w[i], 0));
		CHECK(write_record(w[i], (uint8_t)i));
		wire_up(w[i], 8000);
		before = w[i]->in.len;
		CHECK(drain(w[i], (uint8_t)i) == 0);
		if (i < N - 1) {
			CHECK(w[i]->result == SMTPD_TLS_AGAIN);
			CHECK(w[i]->in.len == 0);
		}
	}
	last = w[N - 1];
	CHECK(last->result == SMTPD_TLS_WAITING);
	CHECK(last->in.len == before && before == 8000);
	smtpd_tls_get_gauges(&g);
	CHECK(g.records_lent == SMTPD_TLS_RECORD_BUFFERS);
	CHECK(last->wakes == 0);
	wire_up(w[0], SIZE_MAX);
	CHECK(drain(w[0], 0) == 16384);
	CHECK(last->wakes == 1);
	/* the next record of the first one does not overtake */
	CHECK(write_record(w[0], 0));
	wire_up(w[0], SIZE_MAX);
	CHECK(drain(w[0], 0) == 0 && w[0]->result == SMTPD_TLS_WAITING);
	wire_up(last, SIZE_MAX);
	CHECK(drain(last, N - 1) == 16384);
	CHECK(w[0]->wakes == 1);
	CHECK(drain(w[0], 0) == 16384);
	for (i = 1; i < N - 1; i++) {
		wire_up(w[i], SIZE_MAX);
		CHECK(drain(w[i], (uint8_t)i) == 16384);
	}
	smtpd_tls_get_gauges(&g);
	CHECK(g.records_lent == 0);
	for (i = 0; i < N; i++)
		wire_free(w[i]);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

/* Short records need no record buffer, even while none is free. */
static void short_records_do_not_wait(void)
{
	enum { N = SMTPD_TLS_RECORD_BUFFERS + 1 };
	SSL_CTX *ctx = client_ctx();
	struct smtpd_tls_config *c;
	struct wire *w[N];
	uint8_t buf[10];
	int i;

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	for (i = 0; i < N; i++) {
		w[i] = wire_new(c, ctx, NULL);
		CHECK(wire_shake(w[i], 0));
		if (i == N - 1)
			break;
		CHECK(write_record(w[i], 0));
		wire_up(w[i], 100);
		CHECK(drain(w[i], 0) == 0);
	}
	SSL_write(w[i]->ssl, "NOOP", 4);
	wire_up(w[i], SIZE_MAX);
	CHECK(smtpd_tls_read(w[i]->tls, buf, sizeof buf) == 4);
	for (i = 0; i < N; i++)
		wire_free(w[i]);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

/* Who holds a buffer while others wait loses it, and the connection. */
static void record_buffer_deadline(void)
{
	enum { N = SMTPD_TLS_RECORD_BUFFERS + 1 };
	SSL_CTX *ctx = client_ctx();
	struct smtpd_tls_config *c;
	struct wire *w[N];
	int i;

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	for (i = 0; i < N; i++) {
		w[i] = wire_new(c, ctx, NULL);
		CHECK(wire_shake(w[i], 0));
		CHECK(write_record(w[i], 0));
	}
	for (i = 0; i < N - 1; i++) {
		wire_up(w[i], 100);
		CHECK(drain(w[i], 0) == 0);
	}
	fake_now += SMTPD_TLS_RECORD_MS + 1;
	smtpd_tls_tick(); /* nobody waits: nobody is hurt */
	CHECK(drain(w[0], 0) == 0 && w[0]->result == SMTPD_TLS_AGAIN);
	wire_up(w[N - 1], SIZE_MAX);
	CHECK(drain(w[N - 1], 0) == 0 && w[N - 1]->result == SMTPD_TLS_WAITING);
	smtpd_tls_tick();
	CHECK(w[0]->wakes == 1 && w[N - 1]->wakes == 1);
	CHECK(drain(w[0], 0) == 0 && w[0]->result == SMTPD_TLS_FAILED);
	CHECK(smtpd_tls_reason(w[0]->tls) == SMTPD_TLS_HELD_RECORD);
	CHECK(drain(w[N - 1], 0) == 16384);
	for (i = 0; i < N; i++)
		wire_free(w[i]);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

/* ---- tickets ---- */

static SSL_SESSION *session;

static int keep_session(SSL *ssl, SSL_SESSION *s)
{
	(void)ssl;
	SSL_SESSION_free(session);
	session = s;
	return 1;
}

static int resumes(struct smtpd_tls_config *c, SSL_CTX *ctx, const char *sni)
{
	struct wire *w = wire_new(c, ctx, NULL);
	int reused;

	if (session)
		SSL_set_session(w->ssl, session);
	SSL_set_tlsext_host_name(w->ssl, sni);
	CHECK(wire_shake(w, 0));
	CHECK(wire_echo(w, 1000, 0));
	reused = SSL_session_reused(w->ssl);
	wire_free(w);
	return reused;
}

static SSL_CTX *ticket_ctx(int version)
{
	SSL_CTX *ctx = client_ctx();

	SSL_CTX_set_max_proto_version(ctx, version);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(ctx, keep_session);
	return ctx;
}

static void forget(SSL_CTX *ctx)
{
	SSL_SESSION_free(session);
	session = NULL;
	SSL_CTX_free(ctx);
}

/* The session as it is, with one bit of its ticket changed. */
static void forge(size_t at)
{
	const unsigned char *t;
	unsigned char *der = NULL;
	const unsigned char *p;
	size_t len;
	int n = i2d_SSL_SESSION(session, &der);
	int i;

	SSL_SESSION_get0_ticket(session, &t, &len);
	for (i = 0; i + (int)len <= n; i++)
		if (!memcmp(der + i, t, len))
			der[i + (int)(at < len ? at : len - 1)] ^= 1;
	SSL_SESSION_free(session);
	p = der;
	session = d2i_SSL_SESSION(NULL, &p, n);
	CHECK(session != NULL);
	OPENSSL_free(der);
}

static void case_077_ticket(int version)
{
	SSL_CTX *ctx = ticket_ctx(version);
	struct smtpd_tls_config *c;

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	CHECK(!resumes(c, ctx, "gw.example"));
	CHECK(session != NULL);
	CHECK(resumes(c, ctx, "gw.example"));
	CHECK(!resumes(c, ctx, "other.example"));
	forget(ctx);
	/* another configuration has other keys */
	ctx = ticket_ctx(version);
	CHECK(!resumes(c, ctx, "gw.example"));
	smtpd_tls_config_free(c);
	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	CHECK(!resumes(c, ctx, "gw.example"));
	smtpd_tls_config_free(c);
	forget(ctx);
}

static void case_077_ticket_tls13(void)
{
	case_077_ticket(TLS1_3_VERSION);
}

static void case_077_ticket_tls12(void)
{
	case_077_ticket(TLS1_2_VERSION);
}

/* A forged ticket is a full handshake: name, nonce, length, text, tag. */
static void case_077_forged_ticket(void)
{
	static const size_t at[] = {0, 20, 33, 40, 60, 110};
	int version;
	unsigned i;

	for (version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++)
		for (i = 0; i < sizeof at / sizeof *at; i++) {
			SSL_CTX *ctx = ticket_ctx(version);
			struct smtpd_tls_config *c;

			CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
			CHECK(!resumes(c, ctx, "gw.example"));
			forge(at[i]);
			CHECK(!resumes(c, ctx, "gw.example"));
			smtpd_tls_config_free(c);
			forget(ctx);
		}
}

/* The next key seals after an hour; a ticket is good for its own hour. */
static void case_077_ticket_keys_rotate(void)
{
	SSL_CTX *ctx = ticket_ctx(TLS1_2_VERSION);
	struct smtpd_tls_config *c;
	SSL_SESSION *later;

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	CHECK(!resumes(c, ctx, "gw.example"));
	SSL_SESSION_free(session);
	session = NULL;
	fake_now += 1800 * 1000;
	CHECK(!resumes(c, ctx, "gw.example"));
	later = session;
	session = NULL;
	fake_now += 1900 * 1000;
	CHECK(!resumes(c, ctx, "gw.example"));
	CHECK(resumes(c, ctx, "gw.example"));
	SSL_SESSION_free(session);
	session = later;
	CHECK(resumes(c, ctx, "gw.example"));
	fake_now += 1900 * 1000;
	CHECK(!resumes(c, ctx, "gw.example"));
	smtpd_tls_config_free(c);
	forget(ctx);
}

/* What a connection needs of its slot; port/wolfssl/README.md quotes it. */
static void footprint_of(struct pem *id, const char *key, int version,
	const char *ciphersuite, const char *name)
{
	SSL_CTX *ctx = client_ctx();
	struct smtpd_tls_config *c;
	struct smtpd_tls_gauges g;
	struct wire *w;
	uint32_t high;
	uint32_t open;

	SSL_CTX_set_max_proto_version(ctx, version);
	SSL_CTX_set_ciphersuites(ctx, ciphersuite);
	if (server_config(&c, id) != SMTPD_TLS_OK) {
		SSL_CTX_free(ctx);
		return; /* not built */
	}
	w = wire_new(c, ctx, NULL);
	smtpd_tls_get_gauges(&g);
	if (wire_shake(w, 0)) {
		open = smtpd_tls_slot_used(w->tls, &high);
		CHECK(high < SMTPD_TLS_SLOT_SIZE && open < high);
		CHECK(wire_echo(w, 20000, 0));
		CHECK(smtpd_tls_slot_used(w->tls, NULL) == open);
		printf("# slot, %s %s %s: handshake %u, open %u octets; "
		       "configuration %u\n",
			name, key, ciphersuite, (unsigned)high, (unsigned)open,
			(unsigned)g.global_used);
	} else {
		CHECK(!"handshake");
	}
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

static void footprint(void)
{
	static const char chacha[] = "TLS_CHACHA20_POLY1305_SHA256";
	static const char aes[] = "TLS_AES_128_GCM_SHA256";

	footprint_of(identity_ec(), "P-256", TLS1_3_VERSION, chacha, "TLS 1.3");
	footprint_of(identity_ec(), "P-256", TLS1_3_VERSION, aes, "TLS 1.3");
	footprint_of(identity_ec(), "P-256", TLS1_2_VERSION, aes, "TLS 1.2");
	footprint_of(
		identity_rsa(), "RSA-2048", TLS1_3_VERSION, aes, "TLS 1.3");
}

int main(void)
{
	RUN(footprint);
	RUN(tls13_ecdsa);
	RUN(tls13_rsa);
	RUN(tls12_ecdsa);
	RUN(tls12_rsa_chacha);
	RUN(tls13_chacha_only);
	RUN(tls13_aes_only);
	RUN(tls13_one_octet_at_a_time);
	RUN(tls12_one_octet_at_a_time);
	RUN(tls13_x25519_first);
	RUN(tls13_p256_only);
	RUN(tls13_hello_retry);
	RUN(flight_is_one_send);
	RUN(send_takes_little);
	RUN(client_tls13);
	RUN(client_tls12);
	RUN(client_refuses_wrong_name);
	RUN(client_refuses_unknown_issuer);
	RUN(client_refuses_while_clock_is_unset);
	RUN(config_der);
	RUN(config_refusals);
	RUN(config_chain);
	RUN(reload_keeps_old_connections);
	RUN(slots_run_out);
	RUN(others_have_slots_of_their_own);
	RUN(others_take_no_record_buffer);
	RUN(close_notify_both_ways);
	RUN(record_buffers_are_lent);
	RUN(short_records_do_not_wait);
	RUN(record_buffer_deadline);
	RUN(case_077_ticket_tls13);
	RUN(case_077_ticket_tls12);
	RUN(case_077_forged_ticket);
	RUN(case_077_ticket_keys_rotate);
	return failures != 0;
}
