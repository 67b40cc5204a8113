/*
 * tls_files.c - certificate and key: from files, or made on the first run
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "altcp_tls_wolfssl.h"
#include "board_base64.h"
#include "files.h"
#include "options.h"
#include "smtpd_port.h"
#include "state.h"
#include "tls_engine.h"
#include "tls_files.h"

#define CERT_MAX 65536
#define KEY_MAX  16384

struct altcp_tls_config *board_tls[BOARD_TLS_WAYS];

static char cert[CERT_MAX], key[KEY_MAX], client_ca[CERT_MAX];
static char cert_path[BOARD_PATH_MAX + 16], key_path[BOARD_PATH_MAX + 16];
static char fingerprint[100];

/* What went wrong with which option. */
struct problem {
	const char *member; /* of board_options */
	char text[BOARD_PATH_MAX * 2 + 256];
};

static struct problem problem;

static bool made(void)
{
	return !*board_options.cert_file;
}

static void copy_path(char *path, size_t cap, const char *from)
{
	struct board_text t;

	board_text_start(&t, path, cap);
	board_text_str(&t, from);
}

static void find_paths(void)
{
	const struct board_options *o = &board_options;

	if (made()) {
		board_state_path("cert.pem", cert_path, sizeof cert_path);
		board_state_path("key.pem", key_path, sizeof key_path);
		return;
	}
	copy_path(cert_path, sizeof cert_path, o->cert_file);
	copy_path(key_path, sizeof key_path,
		*o->key_file ? o->key_file : o->cert_file);
}

/* ---- reading ---- */

static ssize_t read_one(const char *path, char *p, size_t cap,
	const char *member, const char *what)
{
	ssize_t len = board_read_file(path, p, cap);

	if (len >= 0)
		return len;
	problem.member = member;
	snprintf(problem.text, sizeof problem.text,
		"cannot read %s: %s; give a file with the %s in PEM", path,
		strerror((int)-len), what);
	return -1;
}

static int explain(enum smtpd_tls_reason reason)
{
	const struct board_options *o = &board_options;
	const char *key_member = *o->key_file ? o->key_file : o->cert_file;

	problem.member = key_member;
	switch (reason) {
	case SMTPD_TLS_BAD_CERT:
		problem.member = o->cert_file;
		snprintf(problem.text, sizeof problem.text,
			"no usable certificate in %s; give one in PEM, RSA or "
			"ECDSA, its chain behind it",
			cert_path);
		break;
	case SMTPD_TLS_BAD_KEY:
		snprintf(problem.text, sizeof problem.text,
			"no usable private key in %s; give one in PEM, RSA or "
			"ECDSA, without a passphrase",
			key_path);
		break;
	case SMTPD_TLS_MISMATCH:
		snprintf(problem.text, sizeof problem.text,
			"the key in %s does not belong to the certificate in "
			"%s; give the key that this certificate was made for",
			key_path, cert_path);
		break;
	case SMTPD_TLS_BAD_CA:
		problem.member = o->client_ca;
		snprintf(problem.text, sizeof problem.text,
			"no usable certificate in %.1023s; give those of the "
			"authorities in PEM",
			o->client_ca);
		break;
	default:
		problem.member = o->cert_file;
		snprintf(problem.text, sizeof problem.text, "%s: %s", cert_path,
			smtpd_tls_reason_text(reason));
	}
	return -1;
}

/* Read both files. Returns 0, or -1 with the problem noted. */
static int read_files(struct smtpd_tls_identity *id)
{
	const struct board_options *o = &board_options;
	const char *key_member = *o->key_file ? o->key_file : o->cert_file;
	ssize_t cert_len, key_len;

	cert_len = read_one(cert_path, cert, sizeof cert, o->cert_file,
		"certificate and its chain");
	if (cert_len < 0)
		return -1;
	key_len =
		read_one(key_path, key, sizeof key, key_member, "private key");
	if (key_len < 0)
		return -1;
	id->cert = (const uint8_t *)cert;
	id->cert_len = (size_t)cert_len;
	id->key = (const uint8_t *)key;
	id->key_len = (size_t)key_len;
	return 0;
}

/* see tls_files.h */
unsigned board_tls_way(unsigned i)
{
	unsigned way = board_options.client_cert[i];

#if SMTPD_TLS_LEGACY
	way += BOARD_CLIENT_CERT_MODES * board_options.tls_oldest[i];
#endif
	return way;
}

/* Does a port that is open want it so? */
static bool wanted(unsigned way)
{
	unsigned i;

	for (i = 0; i < BOARD_PORTS; i++)
		if (board_tls_way(i) == way &&
			board_policy_port(&board_options.policy, i))
			return true;
	return false;
}

/* Does a port that is open ask for certificates? */
static bool asks(void)
{
	unsigned way;

	for (way = 0; way < BOARD_TLS_WAYS; way++)
		if (way % BOARD_CLIENT_CERT_MODES && wanted(way))
			return true;
	return false;
}

/* Read the authorities of clients. Returns their octets; 0: nobody is asked;
 * -1 with the problem noted. */
static ssize_t read_client_ca(void)
{
	const char *path = board_options.client_ca;

	if (!asks())
		return 0;
	return read_one(path, client_ca, sizeof client_ca, path,
		"clients' authorities");
}

/* The configuration of one way; NULL with the problem noted. */
static struct altcp_tls_config *make_config(
	const struct smtpd_tls_identity *id, unsigned way, size_t ca_len)
{
	unsigned oldest = way / BOARD_CLIENT_CERT_MODES;
	enum smtpd_tls_reason reason;
	struct altcp_tls_config *config = altcp_tls_config_asking(id,
		(enum smtpd_tls_ask)(way % BOARD_CLIENT_CERT_MODES),
		(const uint8_t *)client_ca, ca_len, &reason);

	if (config && oldest) {
		reason = altcp_tls_config_oldest(
			config, (enum smtpd_tls_oldest)oldest);
		if (reason != SMTPD_TLS_OK) {
			altcp_tls_free_config(config);
			config = NULL;
		}
	}
	if (!config)
		explain(reason);
	return config;
}

static void free_configs(struct altcp_tls_config **configs)
{
	unsigned i;

	for (i = 0; i < BOARD_TLS_WAYS; i++)
		altcp_tls_free_config(configs[i]);
}

/* Read all files and make of them what the ports need. Returns 0, or -1 with
 * the problem noted; call smtpd_wipe() on the key in any case. */
static int make_configs(struct altcp_tls_config **configs)
{
	struct smtpd_tls_identity id;
	ssize_t ca_len;
	unsigned i;

	for (i = 0; i < BOARD_TLS_WAYS; i++)
		configs[i] = NULL;
	ca_len = read_client_ca();
	if (ca_len < 0 || read_files(&id) != 0)
		return -1;
	for (i = 0; i < BOARD_TLS_WAYS; i++) {
		if (i && !wanted(i))
			continue;
		configs[i] = make_config(&id, i, (size_t)ca_len);
		if (!configs[i]) {
			free_configs(configs);
			return -1;
		}
	}
	return 0;
}

static int fail(void)
{
	smtpd_wipe(key, sizeof key);
	return board_options_fail(problem.member, "%s", problem.text);
}

int board_tls_check(void)
{
	const struct board_options *o = &board_options;
	struct altcp_tls_config *configs[BOARD_TLS_WAYS];

	if (made() && *o->key_file)
		return board_options_fail(o->key_file,
			"a key without a certificate; give "
			"smtpd_tls_cert_file too");
	if (made() || !o->policy.use_tls)
		return 0;
	find_paths();
	if (make_configs(configs) != 0)
		return fail();
	free_configs(configs);
	smtpd_wipe(key, sizeof key);
	return 0;
}

/* ---- our own certificate ---- */

static int put(const char *path, const char *text, mode_t mode)
{
	int error = board_write_file(path, text, strlen(text), mode);

	if (!error)
		return 0;
	return board_options_fail(board_options.state_dir,
		"cannot write %s: %s; give a directory that is writable", path,
		strerror(error));
}

/* The key is there before the certificate that needs it. */
static int make_files(void)
{
	int status;

	if (access(cert_path, F_OK) == 0 && access(key_path, F_OK) == 0)
		return 0;
	if (board_self_signed(board_options.host_name, cert, sizeof cert, key,
		    sizeof key) != 0)
		return board_options_fail(board_options.cert_file,
			"no certificate can be made here; give "
			"smtpd_tls_cert_file and smtpd_tls_key_file");
	status = put(key_path, key, 0600);
	if (!status)
		status = put(cert_path, cert, 0644);
	smtpd_wipe(key, sizeof key);
	return status;
}

/* SHA-256 of the first certificate's DER, as browsers show it. */
static void find_fingerprint(void)
{
	static uint8_t der[8192];
	const char *begin = strstr(cert, "-----BEGIN CERTIFICATE-----");
	const char *end = strstr(cert, "-----END CERTIFICATE-----");
	struct smtpd_hash hash;
	uint8_t digest[32];
	size_t i;
	long n;

	*fingerprint = '\0';
	if (!begin || !end || begin > end)
		return;
	begin += strlen("-----BEGIN CERTIFICATE-----");
	n = board_base64_decode(begin, (size_t)(end - begin), der, sizeof der);
	if (n <= 0 || smtpd_port_hash_start(&hash) != 0 ||
		smtpd_port_hash_update(&hash, der, (size_t)n) != 0 ||
		smtpd_port_hash_finish(&hash, digest) != 0)
		return;
	for (i = 0; i < sizeof digest; i++)
		snprintf(fingerprint + 3 * i, 4, "%02X%s", digest[i],
			i + 1 < sizeof digest ? ":" : "");
}

const char *board_tls_fingerprint(void)
{
	return made() && *fingerprint ? fingerprint : NULL;
}

/* ---- for the listeners ---- */

/* Put the files in use. Returns 0, or -1 with the problem noted. */
static int load(void)
{
	struct altcp_tls_config *configs[BOARD_TLS_WAYS];

	if (make_configs(configs) != 0)
		return -1;
	free_configs(board_tls);
	memcpy(board_tls, configs, sizeof configs);
	smtpd_tls_clock_unset((enum smtpd_tls_clock)board_options.clock_unset);
	return 0;
}

int board_tls_open(void)
{
	int status;

	find_paths();
	status = made() ? make_files() : 0;
	if (status)
		return status;
	if (load() != 0)
		return fail();
	smtpd_wipe(key, sizeof key);
	find_fingerprint();
	return 0;
}

const char *board_tls_reload(void)
{
	int status = load();

	smtpd_wipe(key, sizeof key);
	find_fingerprint();
	return status ? problem.text : NULL;
}
