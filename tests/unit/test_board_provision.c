/*
 * test_board_provision.c - from a configuration file to a board's TLS and AUTH
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * boards/common/provision makes the blob, the firmware's code reads it, and a
 * client of OpenSSL connects.
 *
 * tests: link port/wolfssl wolfssl lwip ssl crypto
 * tests: sources boards/common/firmware/settings.c boards/common/blob.c
 * tests: sources boards/common/address.c boards/common/setting.c
 * tests: sources boards/common/certificate.c
 * tests: sources boards/common/policy.c boards/common/access.c
 * tests: sources boards/common/blocks.c
 * tests: sources boards/common/flags.c
 * tests: sources boards/common/text.c
 * tests: sources boards/common/verifier.c boards/common/board_base64.c
 */
#include "tls_support.h"
#include "no_sessions.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../boards/common/firmware/settings.h"

#define TOOL  TESTS_DIR "/../boards/common/provision"
#define FILES 7

static const char *const files[FILES] = {"unit.conf", "unit.bin", "chain.pem",
	"key.pem", "users", "unit.bin.cert.pem", "unit.bin.key.pem"};
static char folder[] = "provision-XXXXXX";

static struct board_settings o;
static uint8_t blob[65536];
static size_t blob_len;
static char said[4096];

static void say(const char *s)
{
	size_t len = strlen(said);

	snprintf(said + len, sizeof said - len, "%s\n", s);
}

static void write_text(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	CHECK(f && fputs(text, f) >= 0 && !fclose(f));
}

/* Run a program; returns its exit status. */
static int run(const char *const *argv)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Make the blob and let the board read it. */
static void provision(const char *more, const char *value)
{
	const char *argv[] = {TOOL, "--config", "unit.conf", "--out",
		"unit.bin", "--size", "64K", more, value, NULL};
	FILE *f;

	CHECK(run(argv) == 0);
	memset(blob, 0xff, sizeof blob);
	f = fopen("unit.bin", "rb");
	CHECK(f != NULL);
	blob_len = f ? fread(blob, 1, sizeof blob, f) : 0;
	if (f)
		fclose(f);
	said[0] = '\0';
	CHECK(board_settings_read(&o, blob, sizeof blob, say) == BOARD_BLOB_OK);
	if (*said) {
		printf("# %s", said);
		CHECK(!"said something");
	}
}

/* ---- options ---- */

static void options_arrive(void)
{
	write_text("unit.conf",
		"# every type\n"
		"smtpd_use_tls = no\nsmtpd_sasl_auth_enable = off\n"
		"smtp-port = 2525\nlmtp_port = 24\n"
		"smtpd_timeout = 90s\nsmtpd_data_timeout = 1500ms\n"
		"message_size_limit = 3M\nline_length_limit = 1000\n"
		"smtpd_hard_error_limit = 7\nsmtpd_min_data_rate = 0\n"
		"verbose = yes\nipv6 = no\nmtu = 1280\n"
		"ip = 192.0.2.25/26\ngateway = 192.0.2.1\n"
		"myhostname = mx.example\nmdns_name = mail-7\n"
		"sink = log\nsink = null\nclock_ms = 4294367296\n");
	provision(NULL, NULL);
	CHECK(!o.policy.use_tls && !o.policy.auth_enable);
	CHECK(o.policy.smtp_port == 2525 && o.policy.lmtp_port == 24);
	CHECK(o.policy.smtps_port == 465);
	CHECK(o.limits.command_ms == 90000 && o.limits.data_ms == 1500);
	CHECK(o.limits.message_max == 3u << 20);
	CHECK(o.limits.text_line_max == 1000 && o.limits.error_max == 7);
	CHECK(o.limits.min_rate == 0);
	CHECK(o.limits.rcpt_max == smtpd_limits_default.rcpt_max);
	CHECK(o.verbose && !o.quiet && !o.ipv6 && o.mtu == 1280);
	CHECK(!memcmp(o.ip4, "\300\0\2\31", 4));
	CHECK(!memcmp(o.mask4, "\377\377\377\300", 4));
	CHECK(!memcmp(o.gateway4, "\300\0\2\1", 4));
	CHECK(!strcmp(o.host_name, "mx.example"));
	CHECK(!strcmp(o.mdns_name, "mail-7"));
	CHECK(!strcmp(o.sinks, "log,null"));
	CHECK(o.clock_ms == 4294367296u);
}

/* ---- TLS ---- */

struct chain {
	EVP_PKEY *root_key, *middle_key, *leaf_key;
	X509 *root, *middle, *leaf;
};

/* root (an authority) -> middle (one, too) -> leaf */
static void make_chain(struct chain *c, const char *curve)
{
	c->root_key = make_key(0, "P-384");
	c->middle_key = make_key(0, "P-256");
	c->leaf_key = make_key(0, curve);
	c->root = make_x509(c->root_key, "root.example", NULL, NULL);
	/* self-signed, then signed anew: basicConstraints stay CA:TRUE */
	c->middle = make_x509(c->middle_key, "middle.example", NULL, NULL);
	X509_set_issuer_name(c->middle, X509_get_subject_name(c->root));
	X509_sign(c->middle, c->root_key, EVP_sha256());
	c->leaf =
		make_x509(c->leaf_key, "gw.example", c->middle, c->middle_key);
}

static void free_chain(struct chain *c)
{
	X509_free(c->root);
	X509_free(c->middle);
	X509_free(c->leaf);
	EVP_PKEY_free(c->root_key);
	EVP_PKEY_free(c->middle_key);
	EVP_PKEY_free(c->leaf_key);
}

static void write_chain(const struct chain *c, int pkcs8)
{
	FILE *f = fopen("chain.pem", "w");

	CHECK(f && PEM_write_X509(f, c->leaf) && PEM_write_X509(f, c->middle));
	fclose(f);
	f = fopen("key.pem", "w");
	CHECK(f != NULL);
	if (pkcs8) {
		CHECK(PEM_write_PKCS8PrivateKey(
			f, c->leaf_key, NULL, NULL, 0, NULL, NULL));
	} else {
		BIO *b = BIO_new_fp(f, BIO_NOCLOSE);

		CHECK(PEM_write_bio_PrivateKey_traditional(
			b, c->leaf_key, NULL, NULL, 0, NULL, NULL));
		BIO_free(b);
	}
	fclose(f);
}

/* A client that trusts root alone gets through. */
static void client_verifies(X509 *root, unsigned chain_len)
{
	struct smtpd_tls_identity id = {o.cert, o.cert_len, o.key, o.key_len};
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct smtpd_tls_config *c = NULL;
	struct wire *w;

	CHECK(o.policy.use_tls);
	CHECK(o.cert > blob && o.key > blob && o.key < blob + blob_len);
	X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), root);
	X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(ctx), (time_t)fake_wall);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	CHECK(smtpd_tls_config_server(&c, &id) == SMTPD_TLS_OK);
	w = c ? wire_new(c, ctx, NULL) : NULL;
	CHECK(w != NULL);
	if (w) {
		CHECK(wire_shake(w, 0));
		CHECK(SSL_get_verify_result(w->ssl) == X509_V_OK);
		CHECK(sk_X509_num(SSL_get_peer_cert_chain(w->ssl)) ==
			(int)chain_len);
		CHECK(wire_echo(w, 20000, 0));
		wire_free(w);
	}
	smtpd_tls_config_free(c);
	SSL_CTX_free(ctx);
}

static void chain_is_sent_whole(void)
{
	struct chain c;
	int pkcs8;

	for (pkcs8 = 0; pkcs8 < 2; pkcs8++) {
		make_chain(&c, "P-256");
		write_chain(&c, pkcs8);
		write_text("unit.conf", "smtpd_tls_cert_file = chain.pem\n"
					"smtpd_tls_key_file = key.pem\n"
					"smtpd_sasl_auth_enable = no\n");
		provision(NULL, NULL);
		client_verifies(c.root, 2);
		free_chain(&c);
	}
}

static void certificate_of_our_own(void)
{
	const uint8_t *p;
	X509 *x;

	fake_wall = (int64_t)time(NULL) + 60;
	write_text("unit.conf", "smtpd_sasl_auth_enable = no\n");
	provision("--make-certificate", "gw.example");
	p = o.cert;
	x = d2i_X509(NULL, &p, (long)o.cert_len);
	CHECK(x != NULL && p == o.cert + o.cert_len);
	CHECK(X509_check_host(x, "gw.example", 0, 0, NULL) == 1);
	CHECK(X509_check_host(x, "localhost", 0, 0, NULL) == 1);
	CHECK(X509_check_ip_asc(x, "127.0.0.1", 0) == 1);
	if (x)
		client_verifies(x, 1);
	X509_free(x);
}

/* ---- users ---- */

static struct smtpd_str str(const char *s)
{
	return (struct smtpd_str){s, (uint16_t)strlen(s)};
}

static void users_arrive(void)
{
	char text[2 * BOARD_VERIFIER_TXT];
	struct smtpd_str secret = str("secret"), other = str("Secret");
	struct board_verifier v;
	struct board_text t;

	board_text_start(&t, text, sizeof text);
	CHECK(board_verifier_make(&v, str("alice"), secret) == 0);
	board_verifier_text(&v, &t);
	board_text_str(&t, "\n# a comment\n");
	CHECK(board_verifier_make(&v,
		      str("B\xc3\xb6"
			  "b"),
		      other) == 0);
	board_verifier_text(&v, &t);
	board_text_str(&t, "\n");
	CHECK(!t.full);
	write_text("users", text);
	write_text("unit.conf", "smtpd_use_tls = no\nusers_file = users\n"
				"smtpd_tls_auth_only = no\n");
	provision(NULL, NULL);
	CHECK(o.user_count == 2 && !o.policy.no_users);
	CHECK(board_policy_port(&o.policy, BOARD_SUBMISSION) == 587);
	CHECK(board_settings_user(&o, str("alice"), &v));
	CHECK(board_verifier_check(&v, &secret));
	CHECK(!board_verifier_check(&v, &other));
	CHECK(board_settings_user(&o,
		str("B\xc3\xb6"
		    "b"),
		&v));
	CHECK(board_verifier_check(&v, &other));
	CHECK(!board_settings_user(&o, str("bob"), &v));
}

/* The client is who the line says, by either kind of line. */
static void certificates_of_users_arrive(void)
{
	struct smtpd_str user, nobody = str("");
	struct smtpd_tls_peer peer = {{0}, "CN=caf\xc3\xa9,O=b"};
	struct board_text t;
	char text[256];

	memset(peer.fingerprint, 0xab, sizeof peer.fingerprint);
	board_text_start(&t, text, sizeof text);
	board_text_str(&t, "porch:$cert-sha256$");
	board_text_hex(&t, peer.fingerprint, sizeof peer.fingerprint);
	board_text_str(&t, "\nhall:$cert-subject$");
	board_text_str(&t, peer.subject);
	board_text_str(&t, "\n");
	CHECK(!t.full);
	write_text("users", text);
	write_text("unit.conf", "users_file = users\n"
				"tls_client_ca = unit.bin.cert.pem\n"
				"smtpd_sasl_external = yes\n"
				"submission_client_cert = ask\n");
	provision("--make-certificate", "gw.example");
	CHECK(o.policy.external && o.certificate_count == 2 &&
		!o.policy.no_users);
	CHECK(board_settings_owner(&o, &peer, nobody, &user));
	CHECK(user.len == 5 && !memcmp(user.s, "porch", 5));
	peer.fingerprint[31] ^= 1;
	CHECK(board_settings_owner(&o, &peer, nobody, &user));
	CHECK(user.len == 4 && !memcmp(user.s, "hall", 4));
	CHECK(!board_settings_owner(&o, &peer, str("porch"), &user));
	peer.subject[0] ^= 1;
	CHECK(!board_settings_owner(&o, &peer, nobody, &user));
}

/* Unlinks what was made; what a test forgot makes rmdir() fail. */
static void clean_up(void)
{
	unsigned i;

	for (i = 0; i < FILES; i++)
		unlink(files[i]);
	if (chdir("..") != 0 || rmdir(folder) != 0)
		printf("# %s is left\n", folder);
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)identity_ec, (void)identity_rsa;
	if (chdir(tmp ? tmp : "/tmp") != 0 || !mkdtemp(folder) ||
		chdir(folder) != 0)
		return 1;
	RUN(options_arrive);
	RUN(chain_is_sent_whole);
	RUN(certificate_of_our_own);
	RUN(users_arrive);
	RUN(certificates_of_users_arrive);
	clean_up();
	return failures != 0;
}
