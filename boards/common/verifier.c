/*
 * verifier.c - stored passwords: see verifier.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "board_base64.h"
#include "smtpd_hmac.h"
#include "smtpd_port.h"
#include "verifier.h"

static const char scheme[] = "$pbkdf2-sha256$";

#if SMTPD_SCRAM
#define NOT_BEGIN                                                              \
	"the hash does not begin with $scram-sha-256$ or $pbkdf2-sha256$"
#else
#define NOT_BEGIN "the hash does not begin with $pbkdf2-sha256$"
#endif

/* see verifier.h */
bool board_user_ok(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((uint8_t)s[i] < 0x20 || s[i] == 0x7f || s[i] == ':')
			return false;
	return len > 0 && len <= BOARD_USER_MAX;
}

/* Cut what precedes the next `stop` off *rest. */
static bool cut(struct smtpd_str *rest, char stop, struct smtpd_str *out)
{
	const char *at = memchr(rest->s, stop, rest->len);

	if (!at)
		return false;
	out->s = rest->s;
	out->len = (uint16_t)(at - rest->s);
	rest->len = (uint16_t)(rest->len - out->len - 1);
	rest->s = at + 1;
	return true;
}

static uint32_t iterations(const struct smtpd_str *s)
{
	uint32_t n = 0;
	uint16_t i;

	for (i = 0; i < s->len; i++) {
		if (s->s[i] < '0' || s->s[i] > '9' || n > BOARD_ITERATE_MAX)
			return 0;
		n = n * 10 + (uint32_t)(s->s[i] - '0');
	}
	return n > BOARD_ITERATE_MAX ? 0 : n;
}

#if SMTPD_SCRAM
static const char scram[] = "$scram-sha-256$";

static bool key_ok(const struct smtpd_str *s, uint8_t key[32])
{
	return board_base64_decode(s->s, s->len, key, 32) == 32;
}
#endif

static bool has_prefix(struct smtpd_str *rest, const char *prefix)
{
	uint16_t n = (uint16_t)strlen(prefix);

	if (rest->len < n || memcmp(rest->s, prefix, n) != 0)
		return false;
	rest->s += n;
	rest->len = (uint16_t)(rest->len - n);
	return true;
}

/* ITERATIONS$SALT$ or ITERATIONS:SALT$, which `rest` is then behind. */
static const char *parse_cost(
	struct board_verifier *v, struct smtpd_str *rest, char between)
{
	struct smtpd_str count, salt;
	long n;

	if (!cut(rest, between, &count) || !cut(rest, '$', &salt))
		return between == '$' ? "the hash is not "
					"$pbkdf2-sha256$ITERATIONS$SALT$KEY"
				      : "the hash is not $scram-sha-256$"
					"ITERATIONS:SALT$STOREDKEY:SERVERKEY";
	v->iterations = iterations(&count);
	if (!v->iterations)
		return "the iteration count is not 1 to 1000000";
	n = board_base64_decode(salt.s, salt.len, v->salt, sizeof v->salt);
	if (n < 8)
		return "the salt is not 8 to 32 octets in base64";
	v->salt_len = (uint8_t)n;
	return NULL;
}

static const char *parse_pbkdf2(
	struct board_verifier *v, struct smtpd_str *rest)
{
	const char *why = parse_cost(v, rest, '$');

	if (!why && board_base64_decode(rest->s, rest->len, v->key,
			    sizeof v->key) != (long)sizeof v->key)
		why = "the key is not 32 octets in base64";
#if SMTPD_SCRAM
	v->scram = false;
	memset(v->server_key, 0, sizeof v->server_key);
#endif
	return why;
}

#if SMTPD_SCRAM
static const char *parse_scram(struct board_verifier *v, struct smtpd_str *rest)
{
	const char *why = parse_cost(v, rest, ':');
	struct smtpd_str stored;

	if (!why && (!cut(rest, ':', &stored) || !key_ok(&stored, v->key) ||
			    !key_ok(rest, v->server_key)))
		why = "the keys are not twice 32 octets in base64";
	v->scram = true;
	return why;
}
#endif

const char *board_verifier_parse(
	struct board_verifier *v, const char *line, size_t len)
{
	struct smtpd_str rest = {line, (uint16_t)len}, user;
	const char *why;

	if (len >= BOARD_VERIFIER_TXT)
		return "the line is too long";
	if (!cut(&rest, ':', &user))
		return "no ':' between user and hash";
	if (!board_user_ok(user.s, user.len))
		return "the user name is empty, too long or has controls";
	if (has_prefix(&rest, scheme))
		why = parse_pbkdf2(v, &rest);
#if SMTPD_SCRAM
	else if (has_prefix(&rest, scram))
		why = parse_scram(v, &rest);
#endif
	else
		why = NOT_BEGIN;
	if (why)
		return why;
	memcpy(v->user, user.s, user.len);
	v->user_len = (uint8_t)user.len;
	return NULL;
}

static int derive(const struct board_verifier *v,
	const struct smtpd_str *password, uint8_t key[32])
{
	return smtpd_port_pbkdf2(password->s, password->len, v->salt,
		v->salt_len, v->iterations, key);
}

#if SMTPD_SCRAM
/* RFC 5802 3 */
static int derive_keys(
	const uint8_t salted[32], uint8_t stored[32], uint8_t server[32])
{
	int ret = smtpd_hmac(salted, "Client Key", 10, stored);

	if (!ret)
		ret = smtpd_sha256(stored, 32, stored);
	return ret ? ret : smtpd_hmac(salted, "Server Key", 10, server);
}

int board_verifier_keys(
	const struct board_verifier *v, struct smtpd_scram_keys *keys)
{
	int ret = derive_keys(v->key, keys->stored_key, keys->server_key);

	if (v->scram) {
		memcpy(keys->stored_key, v->key, sizeof v->key);
		memcpy(keys->server_key, v->server_key, sizeof v->server_key);
	}
	memcpy(keys->salt, v->salt, sizeof v->salt);
	keys->salt_len = v->salt_len;
	keys->iterations = v->iterations;
	return ret;
}
#endif

bool board_verifier_match(
	const struct board_verifier *v, const uint8_t salted[32])
{
#if SMTPD_SCRAM
	uint8_t stored[32], server[32];
	bool right = derive_keys(salted, stored, server) == 0;

	right &= smtpd_equal(v->scram ? stored : salted, v->key, 32);
	smtpd_wipe(stored, sizeof stored);
	smtpd_wipe(server, sizeof server);
	return right;
#else
	return smtpd_equal(salted, v->key, 32);
#endif
}

bool board_verifier_check(
	const struct board_verifier *v, const struct smtpd_str *password)
{
	uint8_t key[32];
	bool right;

	right = derive(v, password, key) == 0 && board_verifier_match(v, key);
	smtpd_wipe(key, sizeof key);
	return right;
}

int board_verifier_make(struct board_verifier *v, struct smtpd_str user,
	struct smtpd_str password)
{
	if (!board_user_ok(user.s, user.len) || !password.len)
		return SMTPD_EINVAL;
	memcpy(v->user, user.s, user.len);
	v->user_len = (uint8_t)user.len;
	v->salt_len = BOARD_SALT_LEN;
	v->iterations = BOARD_ITERATIONS;
	if (smtpd_port_entropy(v->salt, v->salt_len) != 0)
		return SMTPD_ENONE;
#if SMTPD_SCRAM
	uint8_t salted[32];
	int ret = derive(v, &password, salted);

	if (!ret)
		ret = derive_keys(salted, v->key, v->server_key);
	v->scram = true;
	smtpd_wipe(salted, sizeof salted);
	return ret;
#else
	return derive(v, &password, v->key);
#endif
}

void board_verifier_text(const struct board_verifier *v, struct board_text *t)
{
	const char *begin = scheme, *between = "$";

#if SMTPD_SCRAM
	if (v->scram) {
		begin = scram;
		between = ":";
	}
#endif
	board_text_put(t, v->user, v->user_len);
	board_text_str(t, ":");
	board_text_str(t, begin);
	board_text_num(t, v->iterations);
	board_text_str(t, between);
	board_base64_encode(t, v->salt, v->salt_len);
	board_text_str(t, "$");
	board_base64_encode(t, v->key, sizeof v->key);
#if SMTPD_SCRAM
	if (!v->scram)
		return;
	board_text_str(t, ":");
	board_base64_encode(t, v->server_key, sizeof v->server_key);
#endif
}
