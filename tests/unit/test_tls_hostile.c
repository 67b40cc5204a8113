/*
 * test_tls_hostile.c - the TLS engine against bad input, faults and attacks
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/wolfssl wolfssl lwip ssl crypto
 */
#include "tls_support.h"

static SSL_CTX *ctx;
static struct smtpd_tls_config *config;

static struct wire *raw(void)
{
	return wire_new(config, NULL, NULL);
}

static struct wire *shaken(int version)
{
	struct wire *w;

	SSL_CTX_set_max_proto_version(ctx, version);
	w = wire_new(config, ctx, NULL);
	CHECK(w && wire_shake(w, 0));
	return w;
}

static void put(struct wire *w, const void *p, size_t n)
{
	q_put(&w->in, p, n);
}

/* The plaintext alert that was sent, 0 for none. */
static int alert_of(const struct wire *w)
{
	const uint8_t *p = w->out.data + w->out.at;

	if (w->out.len != 7 || p[0] != 21 || p[1] != 3 || p[5] != 2)
		return 0;
	return p[6];
}

/* Octets as the first ones of a connection: refused, with this alert. */
static void first(
	const void *p, size_t n, int alert, enum smtpd_tls_reason reason)
{
	struct wire *w = raw();

	put(w, p, n);
	CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_FAILED);
	CHECK(smtpd_tls_reason(w->tls) == reason);
	CHECK(alert_of(w) == alert);
	CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_FAILED);
	CHECK(smtpd_tls_reason(w->tls) == reason);
	wire_free(w);
}

static void case_013_smtp_in_clear(void)
{
	first("EHLO client.example\r\n", 21, 70, SMTPD_TLS_VERSION);
}

static void case_072_sslv2_hello(void)
{
	static const uint8_t hello[] = {0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0,
		0x10, 1, 0, 0x80, 3, 0, 0x80, 7, 0, 0xc0};

	first(hello, sizeof hello, 70, SMTPD_TLS_VERSION);
}

static size_t old_hello(uint8_t *to, int version)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());
	SSL *ssl;
	int n;

	SSL_CTX_set_security_level(c, 0);
	SSL_CTX_set_min_proto_version(c, version);
	SSL_CTX_set_max_proto_version(c, version);
	SSL_CTX_set_cipher_list(c, "ALL:@SECLEVEL=0");
	ssl = SSL_new(c);
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_connect(ssl);
	n = BIO_read(SSL_get_wbio(ssl), to, 2000);
	SSL_free(ssl);
	SSL_CTX_free(c);
	return n > 0 ? (size_t)n : 0;
}

static void case_072_old_versions(void)
{
	static const int versions[] = {TLS1_VERSION, TLS1_1_VERSION};
	uint8_t hello[2000];
	unsigned i;

	for (i = 0; i < 2; i++) {
		size_t n = old_hello(hello, versions[i]);

		CHECK(n > 0);
		first(hello, n, 70, SMTPD_TLS_VERSION);
	}
}

/* SSL 3.0 in both versions: made from the hello of TLS 1.0. */
static void case_072_ssl3(void)
{
	uint8_t hello[2000];
	size_t n = old_hello(hello, TLS1_VERSION);

	hello[2] = 0;
	hello[10] = 0;
	first(hello, n, 70, SMTPD_TLS_VERSION);
}

static void nothing_in_common(SSL_CTX *c)
{
	struct wire *w = wire_new(config, c, NULL);

	CHECK(!wire_shake(w, 0));
	CHECK(w->result == SMTPD_TLS_FAILED);
	CHECK(smtpd_tls_reason(w->tls) == SMTPD_TLS_NO_COMMON);
	SSL_do_handshake(w->ssl);
	CHECK(ERR_GET_REASON(ERR_peek_last_error()) ==
			SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE ||
		ERR_GET_REASON(ERR_peek_last_error()) ==
			SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER);
	ERR_clear_error();
	wire_free(w);
	SSL_CTX_free(c);
}

static void case_072_no_common_cipher(void)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_ciphersuites(c, "TLS_AES_256_GCM_SHA384");
	SSL_CTX_set_cipher_list(c, "ECDHE-ECDSA-AES256-GCM-SHA384");
	nothing_in_common(c);
	c = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(c, "ECDHE-ECDSA-AES256-GCM-SHA384");
	nothing_in_common(c);
}

static void case_072_no_common_group(void)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set1_groups_list(c, "X448:P-521");
	nothing_in_common(c);
}

static void case_072_no_common_signature(void)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set1_sigalgs_list(c, "rsa_pss_rsae_sha256");
	nothing_in_common(c);
}

static void case_073_oversize_first_record(void)
{
	static const uint8_t head[] = {22, 3, 1, 0x41, 0x01, 1, 0, 0};

	/* 2^14 + 257 */
	first(head, sizeof head, 22, SMTPD_TLS_RECORD);
}

static void case_073_unknown_first_record(void)
{
	static const uint8_t head[] = {99, 3, 1, 0, 5, 1, 2, 3, 4, 5};
	static const uint8_t beat[] = {24, 3, 1, 0, 3, 1, 0x40, 0};

	first(head, sizeof head, 10, SMTPD_TLS_RECORD);
	first(beat, sizeof beat, 10, SMTPD_TLS_RECORD);
}

static void case_073_empty_first_records(void)
{
	static const uint8_t empty[] = {22, 3, 1, 0, 0};
	struct wire *w = raw();
	int i;

	for (i = 0; i < 5000; i++)
		put(w, empty, sizeof empty);
	CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_FAILED);
	wire_free(w);
}

/* An open connection gets a header of our choice, then len octets. */
static void in_open(int version, const uint8_t head[5], size_t len, int alert,
	enum smtpd_tls_reason reason)
{
	struct wire *w = shaken(version);
	uint8_t buf[100];
	int r;

	put(w, head, 5);
	memset(buf, 7, sizeof buf);
	put(w, buf, len);
	r = smtpd_tls_read(w->tls, buf, sizeof buf);
	CHECK(r == SMTPD_TLS_FAILED);
	CHECK(smtpd_tls_reason(w->tls) == reason);
	CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) == SMTPD_TLS_FAILED);
	CHECK(smtpd_tls_write(w->tls, buf, 1) == SMTPD_TLS_FAILED);
	wire_down(w, SIZE_MAX);
	if (alert) {
		CHECK(SSL_read(w->ssl, buf, sizeof buf) <= 0);
		CHECK(ERR_GET_REASON(ERR_peek_last_error()) ==
			SSL_AD_REASON_OFFSET + alert);
		ERR_clear_error();
	}
	wire_free(w);
}

static void case_073_oversize_in_open(void)
{
	static const uint8_t head[] = {23, 3, 3, 0x41, 0x01};
	static const uint8_t longest[] = {23, 3, 3, 0xff, 0xff};

	in_open(TLS1_3_VERSION, head, 100, 22, SMTPD_TLS_RECORD);
	in_open(TLS1_2_VERSION, head, 100, 22, SMTPD_TLS_RECORD);
	in_open(TLS1_3_VERSION, longest, 100, 22, SMTPD_TLS_RECORD);
}

static void case_073_forged_in_open(void)
{
	static const uint8_t head[] = {23, 3, 3, 0, 60};

	in_open(TLS1_3_VERSION, head, 60, 20, SMTPD_TLS_RECORD);
	in_open(TLS1_2_VERSION, head, 60, 20, SMTPD_TLS_RECORD);
}

static void case_073_unknown_in_open(void)
{
	static const uint8_t head[] = {99, 3, 3, 0, 60};

	in_open(TLS1_3_VERSION, head, 60, 0, SMTPD_TLS_RECORD);
	in_open(TLS1_2_VERSION, head, 60, 0, SMTPD_TLS_RECORD);
}

/* The ClientHello in records of `size` octets each. */
static struct wire *in_records(size_t size)
{
	struct wire *w;
	uint8_t hello[2000];
	size_t n;
	size_t i;

	SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
	w = wire_new(config, ctx, NULL);
	SSL_do_handshake(w->ssl);
	n = (size_t)BIO_read(SSL_get_wbio(w->ssl), hello, sizeof hello);
	for (i = 5; i < n; i += size) {
		size_t len = n - i < size ? n - i : size;
		uint8_t head[5] = {22, 3, 1, 0, (uint8_t)len};

		put(w, head, sizeof head);
		put(w, hello + i, len);
	}
	return w;
}

static void case_073_handshake_in_small_records(void)
{
	static const size_t sizes[] = {4, 5, 6, 7, 16, 100};
	unsigned i;

	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct wire *w = in_records(sizes[i]);

		CHECK(wire_shake(w, 0));
		CHECK(wire_echo(w, 100, 0));
		wire_free(w);
	}
}

/* wolfSSL wants the 4 octets of a message's header in one record. */
static void case_073_handshake_in_one_octet_records(void)
{
	struct wire *w = in_records(1);

	CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_FAILED);
	CHECK(alert_of(w) != 0);
	wire_free(w);
}

/* A handshake message of 16 MB, announced in small records. */
static void case_074_huge_message(void)
{
	static const uint8_t head[] = {22, 3, 1, 0x04, 0, 1, 0xff, 0xff, 0xff};
	uint8_t body[1024] = {0};
	struct wire *w = raw();
	int r = SMTPD_TLS_AGAIN;
	int i;

	put(w, head, sizeof head);
	put(w, body, 1020);
	for (i = 0; i < 100 && r == SMTPD_TLS_AGAIN; i++) {
		put(w, head, 5);
		put(w, body, 1024);
		r = smtpd_tls_handshake(w->tls);
	}
	CHECK(r == SMTPD_TLS_FAILED);
	wire_free(w);
}

/* Finished before anything else; change_cipher_spec for ever. */
static void case_075_out_of_order(void)
{
	static const uint8_t finished[] = {22, 3, 3, 0, 16, 20, 0, 0, 12, 1, 2,
		3, 4, 5, 6, 7, 8, 9, 1, 2, 3};
	static const uint8_t ccs[] = {20, 3, 3, 0, 1, 1};
	struct wire *w;
	int i;

	w = raw();
	put(w, finished, sizeof finished);
	CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_FAILED);
	CHECK(alert_of(w) == 10);
	wire_free(w);
	w = raw();
	for (i = 0; i < 20000; i++)
		put(w, ccs, sizeof ccs);
	CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_FAILED);
	wire_free(w);
}

static void case_076_renegotiation(void)
{
	struct wire *w = shaken(TLS1_2_VERSION);
	uint8_t buf[100];

	CHECK(SSL_renegotiate(w->ssl) == 1);
	SSL_do_handshake(w->ssl);
	CHECK(wire_up(w, SIZE_MAX) > 0);
	CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) == SMTPD_TLS_FAILED);
	wire_free(w);
}

static void case_076_few_key_updates(void)
{
	struct wire *w = shaken(TLS1_3_VERSION);
	int i;

	for (i = 0; i < 100; i++) {
		CHECK(SSL_key_update(w->ssl, SSL_KEY_UPDATE_REQUESTED));
		CHECK(wire_echo(w, 100, 0));
	}
	wire_free(w);
}

static void case_076_key_update_flood(void)
{
	struct wire *w = shaken(TLS1_3_VERSION);
	uint8_t buf[100];
	int i;

	for (i = 0; i < 1000; i++) {
		SSL_key_update(w->ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
		SSL_do_handshake(w->ssl);
	}
	wire_up(w, SIZE_MAX);
	CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) == SMTPD_TLS_FAILED);
	CHECK(smtpd_tls_reason(w->tls) == SMTPD_TLS_FLOOD);
	CHECK(w->in.len > 10000);
	wire_free(w);
}

/* The same, each wanting an answer that nobody takes. */
static void case_076_key_update_flood_unread(void)
{
	struct wire *w = shaken(TLS1_3_VERSION);
	uint8_t buf[100];
	int i;

	for (i = 0; i < 1000; i++) {
		SSL_key_update(w->ssl, SSL_KEY_UPDATE_REQUESTED);
		SSL_do_handshake(w->ssl);
		wire_up(w, SIZE_MAX);
	}
	w->room = 0;
	CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) < 0);
	CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) < 0);
	CHECK(smtpd_tls_held(w->tls) < 2000);
	wire_free(w);
}

static void case_079_truncated(void)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	unsigned i;

	for (i = 0; i < 4; i++) {
		struct wire *w = shaken(versions[i & 1]);
		uint8_t buf[100];

		SSL_write(w->ssl, "MAIL", 4);
		SSL_write(w->ssl, "half of this one is lost", 24);
		wire_up(w, i < 2 ? 40 : SIZE_MAX);
		smtpd_tls_eof(w->tls);
		CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) == 4);
		if (i >= 2)
			CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) == 24);
		CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) ==
			SMTPD_TLS_TRUNCATED);
		CHECK(smtpd_tls_read(w->tls, buf, sizeof buf) ==
			SMTPD_TLS_TRUNCATED);
		wire_free(w);
	}
}

static void case_071_peer_leaves_in_handshake(void)
{
	size_t n;

	for (n = 0; n < 300; n += 7) {
		struct wire *w = wire_new(config, ctx, NULL);

		SSL_do_handshake(w->ssl);
		wire_up(w, n);
		smtpd_tls_eof(w->tls);
		CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_FAILED ||
			n > 200);
		if (n < 200)
			CHECK(smtpd_tls_reason(w->tls) == SMTPD_TLS_PEER_GONE);
		wire_free(w);
	}
}

static void peer_sends_alert(void)
{
	static const uint8_t alert[] = {21, 3, 3, 0, 2, 2, 48};
	struct wire *w = wire_new(config, ctx, NULL);

	SSL_do_handshake(w->ssl);
	wire_up(w, SIZE_MAX);
	CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_AGAIN);
	put(w, alert, sizeof alert);
	CHECK(smtpd_tls_handshake(w->tls) == SMTPD_TLS_FAILED);
	CHECK(smtpd_tls_reason(w->tls) == SMTPD_TLS_PEER_ALERT ||
		smtpd_tls_reason(w->tls) == SMTPD_TLS_PROTOCOL);
	wire_free(w);
}

/* ---- faults of our own ---- */

static void case_080_handshake(struct smtpd_tls_config *c, int version)
{
	uint32_t total;
	uint32_t n;

	SSL_CTX_set_max_proto_version(ctx, version);
	smtpd_tls_memory_fail(0);
	for (n = 1;; n++) {
		struct smtpd_tls_gauges before;
		struct smtpd_tls_gauges after;
		struct wire *w;
		int ok;

		smtpd_tls_get_gauges(&before);
		smtpd_tls_memory_fail(n);
		w = wire_new(c, ctx, NULL);
		ok = w && wire_shake(w, 0) && wire_echo(w, 3000, 0);
		if (w && !ok)
			CHECK(smtpd_tls_reason(w->tls) != SMTPD_TLS_OK ||
				!w->shaken || !SSL_is_init_finished(w->ssl));
		if (w)
			wire_free(w);
		total = smtpd_tls_memory_fail(0);
		smtpd_tls_get_gauges(&after);
		CHECK(after.leaks == 0);
		CHECK(after.slots_free == before.slots_free);
		CHECK(after.global_used == before.global_used);
		CHECK(after.records_lent == 0);
		if (total < n)
			break;
	}
	CHECK(n > 20);
	/* the engine works as before */
	{
		struct wire *w = wire_new(c, ctx, NULL);

		CHECK(w && wire_shake(w, 0) && wire_echo(w, 3000, 0));
		wire_free(w);
	}
}

static void case_080_allocation_failures(void)
{
	case_080_handshake(config, TLS1_3_VERSION);
	case_080_handshake(config, TLS1_2_VERSION);
}

static void case_080_allocation_failures_rsa(void)
{
	struct smtpd_tls_config *c;

	CHECK(server_config(&c, identity_rsa()) == SMTPD_TLS_OK);
	case_080_handshake(c, TLS1_3_VERSION);
	smtpd_tls_config_free(c);
}

static void case_080_configuration_failures(void)
{
	struct smtpd_tls_gauges before;
	struct smtpd_tls_gauges after;
	struct smtpd_tls_config *c;
	uint32_t n;

	smtpd_tls_get_gauges(&before);
	for (n = 1; n < 10000; n++) {
		enum smtpd_tls_reason r;

		smtpd_tls_memory_fail(0);
		smtpd_tls_memory_fail(n);
		r = server_config(&c, identity_ec());
		smtpd_tls_config_free(c);
		CHECK((r == SMTPD_TLS_OK) == (c != NULL));
		if (smtpd_tls_memory_fail(0) < n)
			break;
		smtpd_tls_get_gauges(&after);
		CHECK(after.global_used == before.global_used);
	}
	CHECK(n > 10);
}

static void case_081_no_entropy(void)
{
	struct smtpd_tls_config *c;
	struct smtpd_tls *t;

	entropy_fails = 1;
	CHECK(server_config(&c, identity_ec()) == SMTPD_TLS_NO_ENTROPY);
	CHECK(smtpd_tls_reserve() == SMTPD_ENONE);
	CHECK(smtpd_tls_take(config, false, &t) == SMTPD_ENONE && !t);
	entropy_fails = 0;
	CHECK(smtpd_tls_take(config, false, &t) == 0);
	smtpd_tls_close(t);
	CHECK(entropy_calls > 0);
}

/* ---- running ---- */

static void with_config(const char *name, void (*fn)(void))
{
	struct smtpd_tls_gauges g;

	test_name = name;
	test_failed = 0;
	ctx = SSL_CTX_new(TLS_client_method());
	CHECK(server_config(&config, identity_ec()) == SMTPD_TLS_OK);
	fn();
	smtpd_tls_get_gauges(&g);
	CHECK(g.slots_free == SMTPD_TLS_SLOTS);
	smtpd_tls_config_free(config);
	SSL_CTX_free(ctx);
	no_leaks();
	if (!test_failed)
		printf("ok %s\n", name);
	fflush(stdout);
}

#undef RUN
#define RUN(fn) with_config(#fn, fn)

int main(void)
{
	RUN(case_013_smtp_in_clear);
	RUN(case_071_peer_leaves_in_handshake);
	RUN(case_072_sslv2_hello);
	RUN(case_072_ssl3);
	RUN(case_072_old_versions);
	RUN(case_072_no_common_cipher);
	RUN(case_072_no_common_group);
	RUN(case_072_no_common_signature);
	RUN(case_073_oversize_first_record);
	RUN(case_073_unknown_first_record);
	RUN(case_073_empty_first_records);
	RUN(case_073_oversize_in_open);
	RUN(case_073_forged_in_open);
	RUN(case_073_unknown_in_open);
	RUN(case_073_handshake_in_small_records);
	RUN(case_073_handshake_in_one_octet_records);
	RUN(case_074_huge_message);
	RUN(case_075_out_of_order);
	RUN(case_076_renegotiation);
	RUN(case_076_few_key_updates);
	RUN(case_076_key_update_flood);
	RUN(case_076_key_update_flood_unread);
	RUN(case_079_truncated);
	RUN(peer_sends_alert);
	RUN(case_080_allocation_failures);
	RUN(case_080_allocation_failures_rsa);
	RUN(case_080_configuration_failures);
	RUN(case_081_no_entropy);
	return failures != 0;
}
