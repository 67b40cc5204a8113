/*
 * test_tls_client_cert.c - who a TLS server of ours lets in by certificate
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/wolfssl wolfssl lwip ssl crypto
 */
#include <openssl/err.h>

#include "smtpd_tls_offer.h"
#include "tls_support.h"

#define DAY 86400

/* How a certificate differs from a good one of a client. */
struct wish {
	const char *cn;
	const char *eku;  /* NULL: none */
	long from, until; /* days from now; 0, 0: valid */
	int ca;
	int rsa_bits; /* 0: P-256 */
};

struct id {
	X509 *x;
	EVP_PKEY *key;
};

static struct id ca, other_ca;

static void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static struct id issue(const struct id *by, struct wish w)
{
	struct id id = {X509_new(), make_key(w.rsa_bits, "P-256")};
	X509_NAME *name = X509_get_subject_name(id.x);
	time_t now = (time_t)1800000000;

	if (!w.from && !w.until)
		w.from = -1, w.until = 365;
	X509_set_version(id.x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(id.x), rand());
	ASN1_TIME_set(X509_getm_notBefore(id.x), now + w.from * DAY);
	ASN1_TIME_set(X509_getm_notAfter(id.x), now + w.until * DAY);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
		(const unsigned char *)"Plant, 1", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		(const unsigned char *)w.cn, -1, -1, 0);
	X509_set_issuer_name(id.x, by ? X509_get_subject_name(by->x) : name);
	X509_set_pubkey(id.x, id.key);
	extend(id.x, by ? by->x : id.x, NID_basic_constraints,
		w.ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (w.ca) /* without it wolfSSL takes no intermediate */
		extend(id.x, id.x, NID_key_usage, "critical,keyCertSign");
	if (w.eku)
		extend(id.x, by ? by->x : id.x, NID_ext_key_usage, w.eku);
	X509_sign(id.x, by ? by->key : id.key, EVP_sha256());
	return id;
}

static void drop(struct id *id)
{
	X509_free(id->x);
	EVP_PKEY_free(id->key);
}

static struct id camera(void)
{
	return issue(&ca, (struct wish){.cn = "camera-1", .eku = "clientAuth"});
}

static size_t der_of(const struct id *id, uint8_t *to)
{
	int n = i2d_X509(id->x, &to);

	return n > 0 ? (size_t)n : 0;
}

static enum smtpd_tls_reason asking(
	struct smtpd_tls_config **c, enum smtpd_tls_ask ask)
{
	const struct pem *p = identity_ec();
	struct smtpd_tls_identity id = {
		p->cert, p->cert_len, p->key, p->key_len};
	uint8_t der[4096];

	return smtpd_tls_config_asking(c, &id, ask, der, der_of(&ca, der));
}

static SSL_CTX *client(int version, const struct id *id)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	SSL_CTX_set_security_level(ctx, 0);
	if (id) {
		SSL_CTX_use_certificate(ctx, id->x);
		SSL_CTX_use_PrivateKey(ctx, id->key);
	}
	return ctx;
}

static int last_alert;
static enum smtpd_quirk last_quirk;

static void on_message(const SSL *ssl, int where, int alert)
{
	(void)ssl;
	if (where == SSL_CB_READ_ALERT)
		last_alert = alert & 0xff;
}

/* A handshake with c. Returns its reason; *peer says who it was, if asked. */
static enum smtpd_tls_reason shake(
	struct smtpd_tls_config *c, SSL_CTX *ctx, struct smtpd_tls_peer *peer)
{
	struct wire *w;
	enum smtpd_tls_reason r = SMTPD_TLS_INTERNAL;
	struct smtpd_tls_offer offer;
	uint8_t octet;

	last_alert = 0;
	SSL_CTX_set_info_callback(ctx, on_message);
	w = wire_new(c, ctx, NULL);
	CHECK(w != NULL);
	if (!w)
		return r;
	if (wire_shake(w, 0)) {
		CHECK(wire_echo(w, 1000, 0));
		r = SMTPD_TLS_OK;
		if (peer && smtpd_tls_get_peer(w->tls, peer))
			memset(peer, 0, sizeof *peer);
	} else {
		wire_down(w, SIZE_MAX);
		SSL_read(w->ssl, &octet, 1);
		r = smtpd_tls_reason(w->tls);
		CHECK(smtpd_tls_get_peer(w->tls,
			      peer ? peer
				   : &(struct smtpd_tls_peer){{0}, ""}) ==
			SMTPD_ENONE);
		last_quirk = smtpd_tls_explain(w->tls, &offer);
		printf("# %s: %s; alert %d\n", test_name,
			smtpd_tls_reason_text(r), last_alert);
	}
	ERR_clear_error();
	wire_free(w);
	return r;
}

static enum smtpd_quirk quirk_of(enum smtpd_tls_reason why)
{
	return why == SMTPD_TLS_NO_CERT     ? SMTPD_QUIRK_TLS_CERT_MISSING
	       : why == SMTPD_TLS_UNTRUSTED ? SMTPD_QUIRK_TLS_CERT_UNKNOWN
	       : why == SMTPD_TLS_CERT_DATE ? SMTPD_QUIRK_TLS_CERT_DATE
					    : SMTPD_QUIRK_TLS_CERT_UNFIT;
}

/* What both versions, and both ways of asking, make of a certificate. */
static void refused(const struct id *id, enum smtpd_tls_reason why, int alert)
{
	static const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};
	struct smtpd_tls_config *c;
	unsigned i;

	for (i = 0; i < 4; i++) {
		SSL_CTX *ctx = client(versions[i / 2], id);

		CHECK(asking(&c, i % 2 ? SMTPD_TLS_ASK : SMTPD_TLS_REQUIRE) ==
			SMTPD_TLS_OK);
		CHECK(shake(c, ctx, NULL) == why);
		CHECK(last_alert == alert);
		CHECK(last_quirk == quirk_of(why));
		smtpd_tls_config_free(c);
		SSL_CTX_free(ctx);
	}
}

static void taken(const struct id *id, const char *subject)
{
	static const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};
	struct smtpd_tls_config *c;
	struct smtpd_tls_peer peer;
	uint8_t digest[32];
	unsigned i, n;

	X509_digest(id->x, EVP_sha256(), digest, &n);
	for (i = 0; i < 4; i++) {
		SSL_CTX *ctx = client(versions[i / 2], id);

		CHECK(asking(&c, i % 2 ? SMTPD_TLS_ASK : SMTPD_TLS_REQUIRE) ==
			SMTPD_TLS_OK);
		CHECK(shake(c, ctx, &peer) == SMTPD_TLS_OK);
		CHECK(!strcmp(peer.subject, subject));
		CHECK(!memcmp(peer.fingerprint, digest, 32));
		smtpd_tls_config_free(c);
		SSL_CTX_free(ctx);
	}
}

static void good_certificate_is_known(void)
{
	struct id id = camera();

	taken(&id, "CN=camera-1,O=Plant\\, 1");
	drop(&id);
}

static void no_certificate(void)
{
	static const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};
	static const int alerts[] = {116, SSL_AD_HANDSHAKE_FAILURE};
	struct smtpd_tls_config *c;
	struct smtpd_tls_peer peer;
	unsigned i;

	for (i = 0; i < 2; i++) {
		SSL_CTX *ctx = client(versions[i], NULL);

		CHECK(asking(&c, SMTPD_TLS_REQUIRE) == SMTPD_TLS_OK);
		CHECK(shake(c, ctx, NULL) == SMTPD_TLS_NO_CERT);
		CHECK(last_alert == alerts[i]);
		CHECK(last_quirk == SMTPD_QUIRK_TLS_CERT_MISSING);
		smtpd_tls_config_free(c);
		CHECK(asking(&c, SMTPD_TLS_ASK) == SMTPD_TLS_OK);
		CHECK(shake(c, ctx, &peer) == SMTPD_TLS_OK);
		CHECK(!peer.subject[0] && !peer.fingerprint[0]);
		smtpd_tls_config_free(c);
		SSL_CTX_free(ctx);
	}
}

static void not_asked_is_nobody(void)
{
	struct smtpd_tls_config *c;
	struct smtpd_tls_peer peer;
	struct id id = camera();
	SSL_CTX *ctx = client(TLS1_3_VERSION, &id);

	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	CHECK(shake(c, ctx, &peer) == SMTPD_TLS_OK);
	CHECK(!peer.subject[0]);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
	drop(&id);
}

static void self_signed(void)
{
	struct id id = issue(NULL, (struct wish){.cn = "camera-1"});
	struct id as_ca = issue(NULL, (struct wish){.cn = "x", .ca = 1});

	refused(&id, SMTPD_TLS_UNTRUSTED, SSL_AD_UNKNOWN_CA);
	refused(&as_ca, SMTPD_TLS_UNTRUSTED, SSL_AD_UNKNOWN_CA);
	drop(&id);
	drop(&as_ca);
}

/* An authority with the name of ours, and another key. */
static void authority_of_the_same_name(void)
{
	struct id id = issue(&other_ca, (struct wish){.cn = "camera-1"});

	refused(&id, SMTPD_TLS_UNTRUSTED, SSL_AD_BAD_CERTIFICATE);
	drop(&id);
}

static void issued_by_a_camera(void)
{
	struct id by = camera();
	struct id id = issue(&by, (struct wish){.cn = "camera-2"});
	SSL_CTX *ctx = client(TLS1_3_VERSION, &id);
	struct smtpd_tls_config *c;

	SSL_CTX_add1_chain_cert(ctx, by.x);
	CHECK(asking(&c, SMTPD_TLS_REQUIRE) == SMTPD_TLS_OK);
	CHECK(shake(c, ctx, NULL) == SMTPD_TLS_UNTRUSTED);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
	drop(&id);
	drop(&by);
}

static void wrong_use(void)
{
	struct id id = issue(
		&ca, (struct wish){.cn = "camera-1", .eku = "serverAuth"});

	refused(&id, SMTPD_TLS_CERT_UNFIT, SSL_AD_BAD_CERTIFICATE);
	drop(&id);
}

static void rsa_certificates(void)
{
	struct id big =
		issue(&ca, (struct wish){.cn = "big", .rsa_bits = 4096});
	struct id weak =
		issue(&ca, (struct wish){.cn = "weak", .rsa_bits = 768});

	taken(&big, "CN=big,O=Plant\\, 1");
	refused(&weak, SMTPD_TLS_CERT_UNFIT, SSL_AD_BAD_CERTIFICATE);
	drop(&big);
	drop(&weak);
}

/* ---- dates ---- */

static void dates(void)
{
	struct id good = camera();
	struct id old = issue(
		&ca, (struct wish){.cn = "old", .from = -10, .until = -1});
	struct id young = issue(
		&ca, (struct wish){.cn = "young", .from = 1, .until = 10});
	int64_t now = fake_wall;

	refused(&old, SMTPD_TLS_CERT_DATE, SSL_AD_CERTIFICATE_EXPIRED);
	refused(&young, SMTPD_TLS_CERT_DATE, SSL_AD_CERTIFICATE_EXPIRED);
	fake_wall = 0;
	refused(&good, SMTPD_TLS_CERT_DATE, SSL_AD_CERTIFICATE_EXPIRED);
	refused(&old, SMTPD_TLS_CERT_DATE, SSL_AD_CERTIFICATE_EXPIRED);
	smtpd_tls_clock_unset(SMTPD_TLS_CLOCK_IGNORE);
	taken(&good, "CN=camera-1,O=Plant\\, 1");
	taken(&old, "CN=old,O=Plant\\, 1");
	taken(&young, "CN=young,O=Plant\\, 1");
	fake_wall = now; /* set: dates count again */
	refused(&old, SMTPD_TLS_CERT_DATE, SSL_AD_CERTIFICATE_EXPIRED);
	refused(&young, SMTPD_TLS_CERT_DATE, SSL_AD_CERTIFICATE_EXPIRED);
	taken(&good, "CN=camera-1,O=Plant\\, 1");
	smtpd_tls_clock_unset(SMTPD_TLS_CLOCK_REFUSE);
	drop(&good);
	drop(&old);
	drop(&young);
}

/* ---- chains ---- */

static struct id chain[SMTPD_TLS_CHAIN_MAX + 2];

/* A leaf below n - 1 intermediates, sent by the client. */
static SSL_CTX *chained(int version, unsigned n)
{
	SSL_CTX *ctx;
	unsigned i;
	const struct id *by = &ca;

	for (i = n; i-- > 1; by = &chain[i]) {
		char cn[] = "between a";

		cn[8] = (char)('a' + i);
		chain[i] = issue(by, (struct wish){.cn = cn, .ca = 1});
	}
	chain[0] = issue(by, (struct wish){.cn = "leaf"});
	ctx = client(version, &chain[0]);
	for (i = 1; i < n; i++)
		SSL_CTX_add1_chain_cert(ctx, chain[i].x);
	return ctx;
}

static void unchain(SSL_CTX *ctx, unsigned n)
{
	while (n--)
		drop(&chain[n]);
	SSL_CTX_free(ctx);
}

/* Nothing of one client's chain stays for the next. */
static void intermediates_are_forgotten(void)
{
	struct smtpd_tls_config *c;
	SSL_CTX *ctx = chained(TLS1_3_VERSION, 3);
	SSL_CTX *bare = client(TLS1_3_VERSION, &chain[0]);

	CHECK(asking(&c, SMTPD_TLS_REQUIRE) == SMTPD_TLS_OK);
	CHECK(shake(c, bare, NULL) == SMTPD_TLS_UNTRUSTED);
	CHECK(shake(c, ctx, NULL) == SMTPD_TLS_OK);
	CHECK(shake(c, bare, NULL) == SMTPD_TLS_UNTRUSTED);
	CHECK(shake(c, ctx, NULL) == SMTPD_TLS_OK);
	smtpd_tls_config_free(c);
	SSL_CTX_free(bare);
	unchain(ctx, 3);
}

static void chain_limit(void)
{
	static const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};
	struct smtpd_tls_config *c;
	unsigned i;

	for (i = 0; i < 2; i++) {
		SSL_CTX *ctx = chained(versions[i], SMTPD_TLS_CHAIN_MAX);

		CHECK(asking(&c, SMTPD_TLS_REQUIRE) == SMTPD_TLS_OK);
		CHECK(shake(c, ctx, NULL) == SMTPD_TLS_OK);
		unchain(ctx, SMTPD_TLS_CHAIN_MAX);
		ctx = chained(versions[i], SMTPD_TLS_CHAIN_MAX + 1);
		CHECK(shake(c, ctx, NULL) == SMTPD_TLS_CERT_UNFIT);
		CHECK(last_alert != 0);
		unchain(ctx, SMTPD_TLS_CHAIN_MAX + 1);
		smtpd_tls_config_free(c);
	}
}

/* A certificate padded so that the whole message has this many octets. */
static struct id padded(int version, size_t message)
{
	size_t head = version == TLS1_3_VERSION ? 1 + 3 + 3 + 2 : 3 + 3;
	size_t pad = message - 900;
	struct id id = {NULL, NULL};
	char *text = malloc(message);

	for (;;) {
		size_t len;

		id = camera();
		memset(text, 'x', pad);
		{
			ASN1_OBJECT *o = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
			ASN1_OCTET_STRING *v = ASN1_OCTET_STRING_new();
			X509_EXTENSION *e;

			ASN1_OCTET_STRING_set(
				v, (unsigned char *)text, (int)pad);
			e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, v);
			X509_add_ext(id.x, e, -1);
			X509_EXTENSION_free(e);
			ASN1_OCTET_STRING_free(v);
			ASN1_OBJECT_free(o);
		}
		X509_sign(id.x, ca.key, EVP_sha256());
		len = head + (size_t)i2d_X509(id.x, NULL);
		if (len == message)
			break;
		pad = pad + message - len;
		drop(&id);
	}
	free(text);
	return id;
}

static void size_limit(void)
{
	static const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};
	struct smtpd_tls_config *c;
	unsigned i;

	for (i = 0; i < 4; i++) {
		struct id id = padded(
			versions[i / 2], SMTPD_TLS_PEER_CHAIN_SIZE + i % 2);
		SSL_CTX *ctx = client(versions[i / 2], &id);

		CHECK(asking(&c, SMTPD_TLS_REQUIRE) == SMTPD_TLS_OK);
		CHECK(shake(c, ctx, NULL) ==
			(i % 2 ? SMTPD_TLS_TOO_LONG : SMTPD_TLS_OK));
		CHECK(!(i % 2) || last_alert != 0);
		smtpd_tls_config_free(c);
		SSL_CTX_free(ctx);
		drop(&id);
	}
}

/* ---- tickets ---- */

/* Two handshakes with one session: does the second resume? */
static int resumed(struct smtpd_tls_config *first,
	struct smtpd_tls_config *second, SSL_CTX *ctx, int *let_in)
{
	struct wire *w = wire_new(first, ctx, NULL);
	SSL_SESSION *session;
	uint8_t octet;
	int yes;

	CHECK(w && wire_shake(w, 0) && wire_echo(w, 100, 0));
	SSL_read(w->ssl, &octet, 1);
	session = SSL_get1_session(w->ssl);
	wire_free(w);
	w = wire_new(second, ctx, NULL);
	CHECK(w != NULL);
	SSL_set_session(w->ssl, session);
	*let_in = wire_shake(w, 0);
	yes = *let_in && SSL_session_reused(w->ssl);
	wire_free(w);
	SSL_SESSION_free(session);
	ERR_clear_error();
	return yes;
}

static void no_ticket_leads_past_require(void)
{
	static const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};
	struct smtpd_tls_config *open, *ask, *require;
	unsigned i;
	int in;

	for (i = 0; i < 2; i++) {
		struct id id = camera();
		SSL_CTX *none = client(versions[i], NULL);
		SSL_CTX *with = client(versions[i], &id);

		CHECK(server_config(&open, identity_ec()) == SMTPD_TLS_OK);
		CHECK(asking(&ask, SMTPD_TLS_ASK) == SMTPD_TLS_OK);
		CHECK(asking(&require, SMTPD_TLS_REQUIRE) == SMTPD_TLS_OK);
		CHECK(resumed(open, open, none, &in) && in);
		CHECK(!resumed(open, require, none, &in) && !in);
		CHECK(!resumed(open, ask, none, &in) && in);
		CHECK(!resumed(ask, require, none, &in) && !in);
		CHECK(!resumed(ask, ask, none, &in) && in);
		CHECK(!resumed(require, require, with, &in) && in);
		CHECK(!resumed(require, open, with, &in) && in);
		smtpd_tls_config_free(open);
		smtpd_tls_config_free(ask);
		smtpd_tls_config_free(require);
		SSL_CTX_free(none);
		SSL_CTX_free(with);
		drop(&id);
	}
}

/* ---- after the handshake ---- */

/* The client asks for another handshake, or offers to authenticate later. */
static void no_second_handshake(void)
{
	struct id id = camera();
	struct smtpd_tls_config *c;
	SSL_CTX *ctx = client(TLS1_2_VERSION, &id);
	struct wire *w;
	uint8_t buf[100];
	unsigned i;

	CHECK(asking(&c, SMTPD_TLS_REQUIRE) == SMTPD_TLS_OK);
	w = wire_new(c, ctx, NULL);
	CHECK(w && wire_shake(w, 0));
	SSL_renegotiate(w->ssl);
	SSL_do_handshake(w->ssl);
	for (i = 0; i < 4; i++) {
		wire_up(w, SIZE_MAX);
		w->result = smtpd_tls_read(w->tls, buf, sizeof buf);
		wire_down(w, SIZE_MAX);
	}
	CHECK(w->result == SMTPD_TLS_FAILED || w->result == SMTPD_TLS_AGAIN);
	CHECK(SSL_do_handshake(w->ssl) != 1);
	wire_free(w);
	SSL_CTX_free(ctx);
	ctx = client(TLS1_3_VERSION, NULL);
	SSL_CTX_set_post_handshake_auth(ctx, 1);
	CHECK(shake(c, ctx, NULL) == SMTPD_TLS_NO_CERT);
	SSL_CTX_free(ctx);
	smtpd_tls_config_free(c);
	drop(&id);
	ERR_clear_error();
}

/* The client goes at each octet of its flights: nothing is left behind. */
static void truncated(void)
{
	struct id id = camera();
	struct smtpd_tls_config *c;
	SSL_CTX *ctx = client(TLS1_3_VERSION, &id);
	size_t n;
	int done = 0;

	CHECK(asking(&c, SMTPD_TLS_REQUIRE) == SMTPD_TLS_OK);
	for (n = 0; !done && n < 3000; n += 37) {
		struct wire *w = wire_new(c, ctx, NULL);
		unsigned i;
		size_t left = n;

		for (i = 0; i < 4; i++) {
			SSL_do_handshake(w->ssl);
			left -= wire_up(w, left);
			if (!left)
				smtpd_tls_eof(w->tls);
			w->result = smtpd_tls_handshake(w->tls);
			wire_down(w, SIZE_MAX);
		}
		done = left > 0;
		CHECK((w->result == SMTPD_TLS_DONE) == done);
		if (!done)
			CHECK(smtpd_tls_reason(w->tls) == SMTPD_TLS_PEER_GONE);
		wire_free(w);
	}
	CHECK(done);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
	drop(&id);
}

/* Any allocation may fail: refused, nothing left, and never let in unknown. */
static void memory_runs_out(void)
{
	struct smtpd_tls_config *c;
	SSL_CTX *ctx = chained(TLS1_3_VERSION, 2);
	uint32_t n, count;

	CHECK(asking(&c, SMTPD_TLS_REQUIRE) == SMTPD_TLS_OK);
	smtpd_tls_memory_fail(0);
	CHECK(shake(c, ctx, NULL) == SMTPD_TLS_OK);
	count = smtpd_tls_memory_fail(0);
	for (n = 1; n <= count; n++) {
		struct wire *w;
		struct smtpd_tls_peer peer;

		smtpd_tls_memory_fail(n);
		w = wire_new(c, ctx, NULL);
		if (w && wire_shake(w, 0))
			CHECK(!smtpd_tls_get_peer(w->tls, &peer) &&
				!strncmp(peer.subject, "CN=leaf", 7));
		smtpd_tls_memory_fail(0);
		if (w)
			wire_free(w);
	}
	CHECK(shake(c, ctx, NULL) == SMTPD_TLS_OK);
	smtpd_tls_config_free(c);
	unchain(ctx, 2);
	ERR_clear_error();
}

static void config_refusals(void)
{
	static const uint8_t junk[] = "junk";
	const struct pem *p = identity_ec();
	struct smtpd_tls_identity id = {
		p->cert, p->cert_len, p->key, p->key_len};
	struct smtpd_tls_config *c;
	uint8_t der[8192];
	size_t len = der_of(&ca, der);

	CHECK(smtpd_tls_config_asking(&c, &id, SMTPD_TLS_ASK, junk,
		      sizeof junk - 1) == SMTPD_TLS_BAD_CA);
	CHECK(smtpd_tls_config_asking(&c, &id, SMTPD_TLS_ASK, der, len - 1) ==
		SMTPD_TLS_BAD_CA);
	CHECK(smtpd_tls_config_asking(&c, &id, SMTPD_TLS_ASK, der, 0) ==
		SMTPD_TLS_BAD_CA);
	CHECK(c == NULL);
	len += der_of(&other_ca, der + len);
	CHECK(smtpd_tls_config_asking(&c, &id, SMTPD_TLS_REQUIRE, der, len) ==
		SMTPD_TLS_OK);
	CHECK(smtpd_tls_config_reload(c, &id) == SMTPD_TLS_INTERNAL);
	smtpd_tls_config_free(c);
}

int main(void)
{
	struct wish root = {.cn = "Devices", .ca = 1};

	ca = issue(NULL, root);
	other_ca = issue(NULL, root);
	RUN(good_certificate_is_known);
	RUN(no_certificate);
	RUN(not_asked_is_nobody);
	RUN(self_signed);
	RUN(authority_of_the_same_name);
	RUN(issued_by_a_camera);
	RUN(wrong_use);
	RUN(rsa_certificates);
	RUN(dates);
	RUN(intermediates_are_forgotten);
	RUN(chain_limit);
	RUN(size_limit);
	RUN(no_ticket_leads_past_require);
	RUN(no_second_handshake);
	RUN(truncated);
	RUN(memory_runs_out);
	RUN(config_refusals);
	drop(&ca);
	drop(&other_ca);
	return failures != 0;
}
