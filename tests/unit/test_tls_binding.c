/*
 * test_tls_binding.c - channel bindings as OpenSSL sees them; names in DER
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/wolfssl wolfssl lwip ssl crypto
 */
#include "tls_support.h"

#include "../../port/wolfssl/tls_der.h"

/* Both sides have the same 32 octets, and another connection has others. */
static void exporter_of(int version, int ems)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	struct smtpd_tls_config *c;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	uint8_t ours[SMTPD_BINDING_MAX], last[32] = {0}, theirs[32];
	unsigned i;

	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	if (!ems)
		SSL_CTX_set_options(ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_OK);
	for (i = 0; i < 2; i++) {
		struct wire *w = wire_new(c, ctx, NULL);
		int n;

		CHECK(smtpd_tls_get_binding(
			      w->tls, SMTPD_BINDING_EXPORTER, ours) < 0);
		CHECK(wire_shake(w, 0));
		n = smtpd_tls_get_binding(w->tls, SMTPD_BINDING_EXPORTER, ours);
		CHECK(n == (ems ? 32 : SMTPD_ENONE));
		CHECK(SSL_export_keying_material(w->ssl, theirs, 32, label,
			      sizeof label - 1, (const uint8_t *)"", 0,
			      1) == 1);
		if (ems)
			CHECK(!memcmp(ours, theirs, 32) &&
				memcmp(ours, last, 32));
		memcpy(last, theirs, 32);
		CHECK(wire_echo(w, 1000, 0));
		wire_free(w);
	}
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

static void rfc9266_exporter_tls13(void)
{
	exporter_of(TLS1_3_VERSION, 1);
}

static void rfc9266_exporter_tls12(void)
{
	exporter_of(TLS1_2_VERSION, 1);
}

static void rfc9266_4_2_no_extended_master_secret(void)
{
	exporter_of(TLS1_2_VERSION, 0);
}

/* ---- tls-server-end-point ---- */

/* The end point of a server with this certificate. */
static int end_point(const struct pem *p, uint8_t out[SMTPD_BINDING_MAX])
{
	struct smtpd_tls_config *c;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct wire *w;
	int n = -100;

	CHECK(server_config(&c, p) == SMTPD_TLS_OK);
	w = wire_new(c, ctx, NULL);
	if (w && wire_shake(w, 0))
		n = smtpd_tls_get_binding(w->tls, SMTPD_BINDING_END_POINT, out);
	wire_free(w);
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
	return n;
}

static void rfc5929_4_1_end_point(void)
{
	static const struct {
		const char *sign, *hash;
		int rsa, pss, der;
	} rows[] = {{"SHA256", "SHA256", 0, 0, 0},
		{"SHA256", "SHA256", 0, 0, 1}, {"SHA384", "SHA384", 0, 0, 0},
		{"SHA512", "SHA512", 0, 0, 0}, {"SHA1", "SHA256", 0, 0, 0},
		{"SHA256", "SHA256", 1, 0, 0}, {"SHA384", "SHA384", 1, 0, 1},
		{"SHA512", "SHA512", 1, 0, 0}, {"SHA1", "SHA256", 1, 0, 0},
		{"SHA384", "SHA384", 1, 1, 0}};
	unsigned i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pem *like =
			rows[i].rsa ? identity_rsa() : identity_ec();
		static struct pem p;
		uint8_t ours[SMTPD_BINDING_MAX], theirs[EVP_MAX_MD_SIZE];
		EVP_MD_CTX *md = EVP_MD_CTX_new();
		EVP_PKEY_CTX *pctx;
		unsigned n;

		p.pkey = like->pkey;
		p.x509 = X509_dup(like->x509);
		CHECK(EVP_DigestSignInit(md, &pctx,
			      EVP_get_digestbyname(rows[i].sign), NULL,
			      p.pkey) == 1);
		if (rows[i].pss)
			EVP_PKEY_CTX_set_rsa_padding(
				pctx, RSA_PKCS1_PSS_PADDING);
		CHECK(X509_sign_ctx(p.x509, md) > 0);
		write_identity(&p, rows[i].der, 0);
		X509_digest(
			p.x509, EVP_get_digestbyname(rows[i].hash), theirs, &n);
		CHECK(end_point(&p, ours) == (int)n);
		CHECK(!memcmp(ours, theirs, n));
		EVP_MD_CTX_free(md);
		X509_free(p.x509);
	}
}

/* ---- names ---- */

/* Adds an attribute; loc and set as X509_NAME_add_entry(). */
static void add(X509_NAME *n, const char *type, int tag, const char *value,
	int len, int set)
{
	ASN1_OBJECT *o = OBJ_txt2obj(type, 0);

	CHECK(X509_NAME_add_entry_by_OBJ(n, o, tag,
		      (const unsigned char *)value, len, -1, set) == 1);
	ASN1_OBJECT_free(o);
}

static const char *written(X509 *x, size_t cap)
{
	static char text[600];
	static uint8_t der[4096];
	uint8_t *q = der;
	struct smtpd_der cert = {der, 0};

	cert.len = (size_t)i2d_X509(x, &q);
	smtpd_der_subject(&cert, text, cap);
	return text;
}

static void rfc4514_names(void)
{
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);
	char *whole;

	X509_set_pubkey(x, identity_ec()->pkey);
	X509_sign(x, identity_ec()->pkey, EVP_sha256());
	CHECK(!*written(x, 256));
	add(n, "DC", V_ASN1_IA5STRING, "net", -1, 0);
	add(n, "C", V_ASN1_PRINTABLESTRING, "DE", -1, 0);
	add(n, "O", V_ASN1_UTF8STRING, "James \"Jim\" Smith, III", -1, 0);
	add(n, "OU", V_ASN1_UTF8STRING, "#a+b;<c>\\ ", -1, 0);
	add(n, "UID", V_ASN1_UTF8STRING, " x", -1, -1);
	add(n, "CN", V_ASN1_UTF8STRING, "L\xc3\xbc\xc4\x8di\xc4\x87\r\0d", 11,
		0);
	X509_sign(x, identity_ec()->pkey, EVP_sha256());

	CHECK(!strcmp(written(x, 256),
		"CN=L\xc3\xbc\xc4\x8di\xc4\x87\\0D\\00d,UID=\\ x+OU=\\#a\\+b"
		"\\;\\<c\\>\\\\\\ ,O=James \\\"Jim\\\" Smith\\, "
		"III,C=DE,DC=net"));
	whole = strdup(written(x, 256));
	CHECK(!strcmp(written(x, strlen(whole) + 1), whole));
	CHECK(!*written(x, strlen(whole))); /* one octet short */
	free(whole);
	X509_free(x);
}

/* What is no text, or has no name in RFC 4514, is in hexadecimal. */
static void rfc4514_2_4_hexadecimal(void)
{
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);

	X509_set_pubkey(x, identity_ec()->pkey);
	add(n, "emailAddress", V_ASN1_IA5STRING, "a@b", -1, 0);
	add(n, "CN", V_ASN1_T61STRING, "x", -1, 0);
	add(n, "O", V_ASN1_PRINTABLESTRING, "\xff", -1, 0);
	X509_sign(x, identity_ec()->pkey, EVP_sha256());
	CHECK(!strcmp(written(x, 256), "O=#1301FF,CN=#140178,"
				       "1.2.840.113549.1.9.1=#1603614062"));
	X509_free(x);
}

int main(void)
{
	RUN(rfc9266_exporter_tls13);
	RUN(rfc9266_exporter_tls12);
	RUN(rfc9266_4_2_no_extended_master_secret);
	RUN(rfc5929_4_1_end_point);
	RUN(rfc4514_names);
	RUN(rfc4514_2_4_hexadecimal);
	return failures != 0;
}
