/*
 * tls_config.c - certificates, keys and policy of TLS; see tls_engine.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <limits.h>
#include <string.h>

#include <wolfssl/error-ssl.h>

#include "smtpd_port.h"
#include "tls_der.h"
#include "tls_internal.h"

static struct smtpd_tls_config configs[SMTPD_TLS_CONFIGS];

/* Behind all others: what only old versions and old devices have. */
#if SMTPD_TLS_LEGACY
#define OLD_CIPHERS                                                            \
	":ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"                         \
	":AES128-GCM-SHA256:AES128-SHA"
#else
#define OLD_CIPHERS ""
#endif

/* Server's preference; a client of ours offers in the same order. */
static const char ciphers[] =
#if SMTPD_TLS_CHACHA && (SMTPD_TLS_PREFER_CHACHA || !SMTPD_TLS_AES)
	"TLS13-CHACHA20-POLY1305-SHA256"
#if SMTPD_TLS_AES
	":TLS13-AES128-GCM-SHA256"
#endif
#if SMTPD_TLS_12
	":ECDHE-ECDSA-CHACHA20-POLY1305"
#if SMTPD_TLS_RSA
	":ECDHE-RSA-CHACHA20-POLY1305"
#endif
#if SMTPD_TLS_AES
	":ECDHE-ECDSA-AES128-GCM-SHA256"
#if SMTPD_TLS_RSA
	":ECDHE-RSA-AES128-GCM-SHA256"
#endif
#endif
#endif
#else
	"TLS13-AES128-GCM-SHA256"
#if SMTPD_TLS_CHACHA
	":TLS13-CHACHA20-POLY1305-SHA256"
#endif
#if SMTPD_TLS_12
	":ECDHE-ECDSA-AES128-GCM-SHA256"
#if SMTPD_TLS_RSA
	":ECDHE-RSA-AES128-GCM-SHA256"
#endif
#if SMTPD_TLS_CHACHA
	":ECDHE-ECDSA-CHACHA20-POLY1305"
#if SMTPD_TLS_RSA
	":ECDHE-RSA-CHACHA20-POLY1305"
#endif
#endif
#endif
#endif
	OLD_CIPHERS;

/* X25519 before P-256: wolfSSL's default is the other way round. */
static int groups[] = {
#if SMTPD_TLS_X25519
	WOLFSSL_ECC_X25519,
#endif
	WOLFSSL_ECC_SECP256R1,
#if SMTPD_TLS_LARGE_KEYS
	WOLFSSL_ECC_SECP384R1,
#endif
};

static bool is_pem(const uint8_t *p, size_t len)
{
	size_t i;

	/* DER begins with SEQUENCE, 0x30, '0'; PEM may begin with a comment */
	if (len && p[0] == 0x30 && (len < 2 || p[1] >= 0x80))
		return false;
	for (i = 0; i + 11 <= len; i++)
		if (!memcmp(p + i, "-----BEGIN ", 11))
			return true;
	return false;
}

/* mbedTLS wants the NUL after PEM counted; so do programs written for it. */
static long length_of(const uint8_t *p, size_t len)
{
	while (len && !p[len - 1] && is_pem(p, len))
		len--;
	return len > LONG_MAX ? 0 : (long)len;
}

static int format_of(const uint8_t *p, size_t len)
{
	return is_pem(p, len) ? WOLFSSL_FILETYPE_PEM : WOLFSSL_FILETYPE_ASN1;
}

static enum smtpd_tls_reason use_identity(
	WOLFSSL_CTX *ctx, const struct smtpd_tls_identity *id)
{
	if (wolfSSL_CTX_use_certificate_chain_buffer_format(ctx, id->cert,
		    length_of(id->cert, id->cert_len),
		    format_of(id->cert, id->cert_len)) != WOLFSSL_SUCCESS)
		return SMTPD_TLS_BAD_CERT;
	if (wolfSSL_CTX_use_PrivateKey_buffer(ctx, id->key,
		    length_of(id->key, id->key_len),
		    format_of(id->key, id->key_len)) != WOLFSSL_SUCCESS)
		return SMTPD_TLS_BAD_KEY;
	return wolfSSL_CTX_check_private_key(ctx) == WOLFSSL_SUCCESS
		       ? SMTPD_TLS_OK
		       : SMTPD_TLS_MISMATCH;
}

#if SMTPD_TLS_LEGACY
static bool set_versions(WOLFSSL_CTX *ctx, enum smtpd_tls_oldest oldest)
{
	static const int versions[] = {
		[SMTPD_TLS_OLDEST_12] = WOLFSSL_TLSV1_2,
		[SMTPD_TLS_OLDEST_11] = WOLFSSL_TLSV1_1,
		[SMTPD_TLS_OLDEST_10] = WOLFSSL_TLSV1,
	};
	char list[sizeof ciphers];

	memcpy(list, ciphers, sizeof ciphers);
	if (oldest == SMTPD_TLS_OLDEST_12)
		list[sizeof ciphers - sizeof OLD_CIPHERS] = '\0';
	return wolfSSL_CTX_SetMinVersion(ctx, versions[oldest]) ==
		       WOLFSSL_SUCCESS &&
	       wolfSSL_CTX_set_cipher_list(ctx, list) == WOLFSSL_SUCCESS;
}
#else
static bool set_versions(WOLFSSL_CTX *ctx, enum smtpd_tls_oldest oldest)
{
	(void)oldest;
	return wolfSSL_CTX_set_cipher_list(ctx, ciphers) == WOLFSSL_SUCCESS;
}
#endif

static enum smtpd_tls_reason set_policy(
	WOLFSSL_CTX *ctx, enum smtpd_tls_oldest oldest)
{
	int ret = wolfSSL_CTX_new_rng(ctx);

	if (ret == MEMORY_E)
		return SMTPD_TLS_NO_MEMORY;
	if (ret != WOLFSSL_SUCCESS)
		return SMTPD_TLS_NO_ENTROPY;
	wolfSSL_CTX_SetIORecv(ctx, smtpd_tls_rx);
	wolfSSL_CTX_SetIOSend(ctx, smtpd_tls_tx);
	if (!set_versions(ctx, oldest))
		return SMTPD_TLS_NO_MEMORY;
	if (wolfSSL_CTX_set_groups(ctx, groups,
		    (int)(sizeof groups / sizeof *groups)) != WOLFSSL_SUCCESS)
		return SMTPD_TLS_NO_MEMORY;
#if !SMTPD_TLS_SMALL
	/* One write for a flight: two in a row cost peers 40 ms. With lwIP it
	 * is the output that counts, and wolfSSL would need room for the
	 * flight twice. */
	wolfSSL_CTX_set_group_messages(ctx);
#endif
	wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_NONE, NULL);
	return SMTPD_TLS_OK;
}

/*
 * wolfSSL completes a context with its first connection; what it adds must not
 * be in a connection's arena, so that one is made here. On a microcontroller,
 * where it adds nothing, a free slot lends the room.
 */
static enum smtpd_tls_reason complete(WOLFSSL_CTX *ctx)
{
	int slot = SMTPD_TLS_SMALL ? smtpd_tls_scratch() : SMTPD_TLS_GLOBAL;
	int before = smtpd_tls_select(slot);
	WOLFSSL *ssl = wolfSSL_new(ctx);
	bool added;

	if (ssl)
		wolfSSL_free(ssl);
	added = slot != SMTPD_TLS_GLOBAL && smtpd_tls_arena(slot)->blocks;
	smtpd_tls_select(before);
	if (!ssl)
		return SMTPD_TLS_NO_MEMORY;
	return added ? SMTPD_TLS_INTERNAL : SMTPD_TLS_OK;
}

static WOLFSSL_CTX *new_context(bool client)
{
#if SMTPD_TLS_CLIENT
	if (client)
		return wolfSSL_CTX_new(wolfSSLv23_client_method());
#endif
	return client ? NULL : wolfSSL_CTX_new(wolfSSLv23_server_method());
}

static enum smtpd_tls_reason trust(
	WOLFSSL_CTX *ctx, const uint8_t *ca, size_t ca_len)
{
#if SMTPD_TLS_CLIENT || SMTPD_TLS_CLIENT_CERT
	struct smtpd_der rest = {ca, ca_len}, one = {ca, ca_len};
	int ret;

	do {
		if (!is_pem(ca, ca_len) && !smtpd_der_next(&rest, &one, NULL))
			return SMTPD_TLS_BAD_CA;
		/* whose dates are those of the root, RFC 5280 6.1 (d) */
		ret = wolfSSL_CTX_load_verify_buffer_ex(ctx, one.p,
			length_of(one.p, one.len), format_of(one.p, one.len), 0,
			WOLFSSL_LOAD_FLAG_DATE_ERR_OKAY);
	} while (ret == WOLFSSL_SUCCESS && !is_pem(ca, ca_len) && rest.len);
	if (ret != WOLFSSL_SUCCESS)
		return SMTPD_TLS_BAD_CA;
	wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, NULL);
	return SMTPD_TLS_OK;
#else
	(void)ctx;
	(void)ca;
	(void)ca_len;
	return SMTPD_TLS_INTERNAL;
#endif
}

struct order {
	const uint8_t *ca;
	size_t ca_len;
	const struct smtpd_tls_identity *identity;
	enum smtpd_tls_ask ask;
};

static enum smtpd_tls_reason fill_context(
	WOLFSSL_CTX *ctx, struct smtpd_tls_config *c, const struct order *o)
{
	enum smtpd_tls_reason r = set_policy(ctx, OLDEST(c));

	if (r == SMTPD_TLS_OK && o->ca)
		r = trust(ctx, o->ca, o->ca_len);
	if (r == SMTPD_TLS_OK && o->identity)
		r = use_identity(ctx, o->identity);
#if SMTPD_TLS_CLIENT_CERT
	if (r == SMTPD_TLS_OK && o->ask)
		smtpd_tls_ask(ctx, o->ask);
#endif
#if SMTPD_TLS_TICKETS
	if (r == SMTPD_TLS_OK && !c->client && !o->ask)
		smtpd_tls_ticket_setup(c, ctx);
#else
	(void)c;
#endif
	return r == SMTPD_TLS_OK ? complete(ctx) : r;
}

static enum smtpd_tls_reason make_generation(
	struct smtpd_tls_config *c, struct generation *g, const struct order *o)
{
	enum smtpd_tls_reason r = smtpd_tls_check_entropy();
	int before;

	if (r != SMTPD_TLS_OK)
		return r;
	before = smtpd_tls_select(SMTPD_TLS_GLOBAL);
	smtpd_tls_memory_short();
	g->refs = 0;
	wolfSSL_Init();
	g->ctx = new_context(c->client);
	r = g->ctx ? fill_context(g->ctx, c, o) : SMTPD_TLS_NO_MEMORY;
#if SMTPD_TLS_BINDING
	if (r == SMTPD_TLS_OK && o->identity)
		smtpd_tls_end_point(
			g, o->identity->cert, o->identity->cert_len);
#endif
	/* wolfSSL may say that the key is wrong when it had no room for it */
	if (r != SMTPD_TLS_OK && smtpd_tls_memory_short())
		r = SMTPD_TLS_NO_MEMORY;
	if (r != SMTPD_TLS_OK && g->ctx) {
		wolfSSL_CTX_free(g->ctx);
		g->ctx = NULL;
	}
	smtpd_tls_select(before);
	return r;
}

static void free_generation(struct generation *g)
{
	int before;

	if (!g->ctx || g->refs)
		return;
	before = smtpd_tls_select(SMTPD_TLS_GLOBAL);
	wolfSSL_CTX_free(g->ctx);
	g->ctx = NULL;
	smtpd_tls_select(before);
}

static enum smtpd_tls_reason make(
	struct smtpd_tls_config **out, bool client, const struct order *o)
{
	enum smtpd_tls_reason r;
	unsigned i;

	*out = NULL;
	for (i = 0; i < SMTPD_TLS_CONFIGS && configs[i].used; i++)
		;
	if (i == SMTPD_TLS_CONFIGS)
		return SMTPD_TLS_BUSY;
	memset(&configs[i], 0, sizeof configs[i]);
	configs[i].client = client;
	configs[i].ask = (uint8_t)o->ask;
	r = make_generation(&configs[i], &configs[i].gen[0], o);
	if (r != SMTPD_TLS_OK)
		return r;
	configs[i].used = true;
	*out = &configs[i];
	return SMTPD_TLS_OK;
}

/* see tls_engine.h */
enum smtpd_tls_reason smtpd_tls_config_server(struct smtpd_tls_config **config,
	const struct smtpd_tls_identity *identity)
{
	struct order o = {NULL, 0, identity, SMTPD_TLS_ASK_NOT};

	return make(config, false, &o);
}

/* see tls_engine.h */
enum smtpd_tls_reason smtpd_tls_config_asking(struct smtpd_tls_config **config,
	const struct smtpd_tls_identity *identity, enum smtpd_tls_ask ask,
	const uint8_t *ca, size_t ca_len)
{
	struct order o = {ca, ca_len, identity, ask};

	*config = NULL;
	return SMTPD_TLS_CLIENT_CERT ? make(config, false, &o)
				     : SMTPD_TLS_INTERNAL;
}

/* see tls_engine.h */
enum smtpd_tls_reason smtpd_tls_config_client(struct smtpd_tls_config **config,
	const uint8_t *ca, size_t ca_len,
	const struct smtpd_tls_identity *identity)
{
	struct order o = {ca, ca_len, identity, SMTPD_TLS_ASK_NOT};

	*config = NULL;
	return SMTPD_TLS_CLIENT ? make(config, true, &o) : SMTPD_TLS_INTERNAL;
}

/* see tls_engine.h */
enum smtpd_tls_reason smtpd_tls_config_oldest(
	struct smtpd_tls_config *c, enum smtpd_tls_oldest oldest)
{
#if SMTPD_TLS_LEGACY
	int before = smtpd_tls_select(SMTPD_TLS_GLOBAL);
	bool set = set_versions(c->gen[c->current].ctx, oldest);

	if (set)
		c->oldest = (uint8_t)oldest;
	smtpd_tls_select(before);
	return set ? SMTPD_TLS_OK : SMTPD_TLS_NO_MEMORY;
#else
	(void)c;
	return oldest == SMTPD_TLS_OLDEST_12 ? SMTPD_TLS_OK
					     : SMTPD_TLS_INTERNAL;
#endif
}

/* see tls_engine.h */
enum smtpd_tls_reason smtpd_tls_config_reload(
	struct smtpd_tls_config *c, const struct smtpd_tls_identity *identity)
{
	struct generation *next = &c->gen[!c->current];
	struct order o = {NULL, 0, identity, SMTPD_TLS_ASK_NOT};
	enum smtpd_tls_reason r;

	if (c->ask)
		return SMTPD_TLS_INTERNAL;
	free_generation(next);
	if (next->ctx)
		return SMTPD_TLS_BUSY;
	r = make_generation(c, next, &o);
	if (r != SMTPD_TLS_OK)
		return r;
	c->current = !c->current;
	free_generation(&c->gen[!c->current]);
	return SMTPD_TLS_OK;
}

static void free_if_unused(struct smtpd_tls_config *c)
{
	if (!c->freed)
		return;
	free_generation(&c->gen[0]);
	free_generation(&c->gen[1]);
	if (c->gen[0].ctx || c->gen[1].ctx)
		return;
	smtpd_wipe(c, sizeof *c);
}

/* see tls_engine.h */
void smtpd_tls_config_free(struct smtpd_tls_config *c)
{
	if (!c)
		return;
	c->freed = true;
	free_if_unused(c);
}

struct generation *smtpd_tls_generation(const struct smtpd_tls *t)
{
	return &t->config->gen[t->generation];
}

/* A connection ends: its generation goes when it is the last of an old one. */
void smtpd_tls_config_unref(struct smtpd_tls *t)
{
	struct smtpd_tls_config *c = t->config;

	c->gen[t->generation].refs--;
	if (t->generation != c->current)
		free_generation(&c->gen[t->generation]);
	free_if_unused(c);
}
