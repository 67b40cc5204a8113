/*
 * verifier.c - stored passwords: user:$pbkdf2-sha256$ITERATIONS$SALT$KEY
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "board_base64.h"
#include "smtpd_port.h"
#include "verifier.h"

static const char scheme[] = "$pbkdf2-sha256$";

static bool user_ok(const char *s, size_t len)
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

const char *board_verifier_parse(
	struct board_verifier *v, const char *line, size_t len)
{
	struct smtpd_str rest = {line, (uint16_t)len}, user, count, salt;
	long n;

	if (len >= BOARD_VERIFIER_TXT)
		return "the line is too long";
	if (!cut(&rest, ':', &user))
		return "no ':' between user and hash";
	if (!user_ok(user.s, user.len))
		return "the user name is empty, too long or has controls";
	if (rest.len < sizeof scheme - 1 ||
		memcmp(rest.s, scheme, sizeof scheme - 1) != 0)
		return "the hash does not begin with $pbkdf2-sha256$";
	rest.s += sizeof scheme - 1;
	rest.len = (uint16_t)(rest.len - (sizeof scheme - 1));
	if (!cut(&rest, '$', &count) || !cut(&rest, '$', &salt))
		return "the hash is not $pbkdf2-sha256$ITERATIONS$SALT$KEY";
	v->iterations = iterations(&count);
	if (!v->iterations)
		return "the iteration count is not 1 to 1000000";
	n = board_base64_decode(salt.s, salt.len, v->salt, sizeof v->salt);
	if (n < 8)
		return "the salt is not 8 to 32 octets in base64";
	v->salt_len = (uint8_t)n;
	n = board_base64_decode(rest.s, rest.len, v->key, sizeof v->key);
	if (n != (long)sizeof v->key)
		return "the key is not 32 octets in base64";
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

bool board_verifier_check(
	const struct board_verifier *v, const struct smtpd_str *password)
{
	uint8_t key[32];
	bool right;

	right = derive(v, password, key) == 0 &&
		smtpd_equal(key, v->key, sizeof key);
	smtpd_wipe(key, sizeof key);
	return right;
}

int board_verifier_make(struct board_verifier *v, struct smtpd_str user,
	struct smtpd_str password)
{
	if (!user_ok(user.s, user.len) || !password.len)
		return SMTPD_EINVAL;
	memcpy(v->user, user.s, user.len);
	v->user_len = (uint8_t)user.len;
	v->salt_len = BOARD_SALT_LEN;
	v->iterations = BOARD_ITERATIONS;
	if (smtpd_port_entropy(v->salt, v->salt_len) != 0)
		return SMTPD_ENONE;
	return derive(v, &password, v->key);
}

void board_verifier_text(const struct board_verifier *v, struct board_text *t)
{
	board_text_put(t, v->user, v->user_len);
	board_text_str(t, ":");
	board_text_str(t, scheme);
	board_text_num(t, v->iterations);
	board_text_str(t, "$");
	board_base64_encode(t, v->salt, v->salt_len);
	board_text_str(t, "$");
	board_base64_encode(t, v->key, sizeof v->key);
}
