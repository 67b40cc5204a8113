/*
 * scram_client.c - see scram_client.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "scram_client.h"
#include "port_crypto.h"
#include "smtpd_hmac.h"

static void to_base64(const void *p, size_t n, char *out)
{
	*smtpd_scram_base64(out, p, n) = '\0';
}

static size_t from_base64(const char *p, size_t n, char *out)
{
	struct smtpd_base64 b;

	memset(&b, 0, sizeof b);
	n = smtpd_base64_push(&b, p, n, (uint8_t *)out);
	assert_true(smtpd_base64_done(&b));
	out[n] = '\0';
	return n;
}

/* SaltedPassword of "pencil" with the keys' salt. */
static const uint8_t *salted(const struct smtpd_scram_keys *k)
{
	static uint8_t out[32];
	uint8_t key[32] = "pencil", u[36];

	memcpy(u, k->salt, k->salt_len);
	memcpy(u + k->salt_len, "\0\0\0\1", 4);
	assert_int_equal(smtpd_hmac(key, u, k->salt_len + 4u, u), 0);
	memcpy(out, u, 32);
	for (unsigned i = 1; i < k->iterations; i++) {
		assert_int_equal(smtpd_hmac(key, u, 32, u), 0);
		for (unsigned j = 0; j < 32; j++)
			out[j] ^= u[j];
	}
	return out;
}

void scram_send(
	struct smtpd_conn *c, const char *before, const char *text, size_t n)
{
	char line[2000];

	to_base64(text, n, line);
	engine_send(c, before);
	engine_send(c, line);
	engine_send(c, "\r\n");
}

void scram_first(
	struct scram_client *k, const char *mechanism, const char *name)
{
	char text[800], command[64];
	const char *reply;
	size_t n;

	snprintf(k->bare, sizeof k->bare, "n=%s,r=" NONCE, name);
	snprintf(text, sizeof text, "%s%s", k->header, k->bare);
	snprintf(command, sizeof command, "AUTH %s ", mechanism);
	scram_send(k->c, command, text, strlen(text));
	reply = engine_reply(k->c);
	if (strncmp(reply, "334 ", 4) != 0)
		fail_msg("no challenge: %s", reply);
	n = from_base64(reply + 4, strlen(reply) - 6, k->server);
	assert_int_equal(n, strlen(k->server));
	assert_memory_equal(k->server, "r=" NONCE, 2 + strlen(NONCE));
	snprintf(k->nonce, sizeof k->nonce, "%.*s",
		(int)strcspn(k->server + 2, ","), k->server + 2);
}

void scram_append(char *text, const char *format, const char *value)
{
	size_t n = strlen(text);

	snprintf(text + n, SCRAM_TEXT - n, format, value);
}

/* client-final-message-without-proof, and the proof of it. */
void scram_prove(struct scram_client *k, char *bare)
{
	static uint8_t client_key[32];
	static bool has_key;
	char auth[1600], cbind[200];
	uint8_t key[32], stored[32], mac[32];
	size_t n = strlen(k->header);

	if (!has_key)
		smtpd_hmac(salted(&engine_scram_keys), "Client Key", 10,
			client_key);
	has_key = true;
	memcpy(cbind, k->header, n);
	if (k->data_len)
		memcpy(cbind + n, k->data, k->data_len);
	memcpy(bare, "c=", 2);
	to_base64(cbind, n + k->data_len, bare + 2);
	scram_append(bare, ",r=%s", k->nonce);
	snprintf(auth, sizeof auth, "%s,%s,%s", k->bare, k->server, bare);
	memcpy(key, client_key, 32);
	smtpd_sha256(key, 32, stored);
	smtpd_hmac(stored, auth, strlen(auth), mac);
	for (unsigned i = 0; i < 32; i++)
		key[i] ^= mac[i];
	to_base64(key, 32, k->proof);
	smtpd_hmac(engine_scram_keys.server_key, auth, strlen(auth), mac);
	to_base64(mac, 32, k->signature);
}

void scram_final(struct scram_client *k)
{
	char text[SCRAM_TEXT];

	scram_prove(k, text);
	scram_append(text, ",p=%s", k->proof);
	scram_send(k->c, "", text, strlen(text));
}

/* The server proves itself, too; then it is done. */
void scram_outcome(struct scram_client *k)
{
	char text[200];
	const char *reply = engine_reply(k->c);

	if (strncmp(reply, "334 ", 4) != 0)
		fail_msg("no server-final-message: %s", reply);
	from_base64(reply + 4, strlen(reply) - 6, text);
	assert_memory_equal(text, "v=", 2);
	assert_string_equal(text + 2, k->signature);
	engine_send(k->c, "\r\n");
	expect_reply(k->c, 235, "2.7.0");
}

void scram_listen(unsigned flags)
{
	engine_scram();
	world.listener.flags =
		(uint16_t)(SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR | flags);
}

struct scram_client scram_in_clear(void)
{
	struct scram_client k = {.header = "n,,"};

	scram_listen(0);
	k.c = engine_hello();
	return k;
}

struct scram_client scram_in_tls(void)
{
	struct scram_client k = {.header = "p=tls-exporter,,"};

	scram_listen(SMTPD_LISTEN_STARTTLS);
	port_crypto.binding_len[SMTPD_BINDING_EXPORTER] = 32;
	memset(port_crypto.binding[SMTPD_BINDING_EXPORTER], 0xe5, 32);
	port_crypto.binding_len[SMTPD_BINDING_END_POINT] = 64;
	memset(port_crypto.binding[SMTPD_BINDING_END_POINT], 0x2c, 64);
	k.data = port_crypto.binding[SMTPD_BINDING_EXPORTER];
	k.data_len = 32;
	k.c = engine_hello();
	engine_send(k.c, "STARTTLS\r\n");
	expect_reply(k.c, 220, "");
	engine_tls(k.c);
	return k;
}

unsigned scram_exchanges(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SMTPD_SCRAM_EXCHANGES; i++)
		n += smtpd_pool.scram.exchange[i].session != NULL;
	return n;
}

bool scram_authenticated(const struct smtpd_conn *c)
{
	struct smtpd_info info;

	smtpd_session_info(c->session, &info);
	return info.authenticated;
}
