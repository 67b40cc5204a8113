/*
 * altcp_tls_config.c - lwIP's altcp_tls.h with wolfSSL: configurations
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "lwip/opt.h"

#if LWIP_ALTCP && LWIP_ALTCP_TLS

#include "altcp_tls_internal.h"

static struct altcp_tls_config configs[SMTPD_TLS_CONFIGS];

static struct altcp_tls_config *new_config(void)
{
	unsigned i;

	for (i = 0; i < SMTPD_TLS_CONFIGS; i++)
		if (!configs[i].used) {
			configs[i].used = true;
			configs[i].engine = NULL;
			configs[i].host = NULL;
			return &configs[i];
		}
	return NULL;
}

void altcp_tls_free_config(struct altcp_tls_config *config)
{
	if (!config)
		return;
	smtpd_tls_config_free(config->engine);
	config->engine = NULL;
	config->used = false;
}

/* ---- servers ---- */

/* see altcp_tls_wolfssl.h */
struct altcp_tls_config *altcp_tls_config_identity(
	const struct smtpd_tls_identity *identity,
	enum smtpd_tls_reason *reason)
{
	return altcp_tls_config_asking(
		identity, SMTPD_TLS_ASK_NOT, NULL, 0, reason);
}

/* see altcp_tls_wolfssl.h */
struct altcp_tls_config *altcp_tls_config_asking(
	const struct smtpd_tls_identity *identity, enum smtpd_tls_ask ask,
	const u8_t *ca, size_t ca_len, enum smtpd_tls_reason *reason)
{
	struct altcp_tls_config *config = new_config();
	enum smtpd_tls_reason r = SMTPD_TLS_BUSY;

	if (config && ask == SMTPD_TLS_ASK_NOT)
		r = smtpd_tls_config_server(&config->engine, identity);
	else if (config)
		r = smtpd_tls_config_asking(
			&config->engine, identity, ask, ca, ca_len);
	if (reason)
		*reason = r;
	if (r == SMTPD_TLS_OK)
		return config;
	altcp_tls_free_config(config);
	return NULL;
}

/* see altcp_tls_wolfssl.h */
enum smtpd_tls_reason altcp_tls_config_oldest(
	struct altcp_tls_config *config, enum smtpd_tls_oldest oldest)
{
	return smtpd_tls_config_oldest(config->engine, oldest);
}

/* see altcp_tls_wolfssl.h */
enum smtpd_tls_reason altcp_tls_config_reload(struct altcp_tls_config *config,
	const struct smtpd_tls_identity *identity)
{
	return smtpd_tls_config_reload(config->engine, identity);
}

struct altcp_tls_config *altcp_tls_create_config_server(u8_t cert_count)
{
	return cert_count == 1 ? new_config() : NULL;
}

err_t altcp_tls_config_server_add_privkey_cert(struct altcp_tls_config *config,
	const u8_t *privkey, size_t privkey_len, const u8_t *privkey_pass,
	size_t privkey_pass_len, const u8_t *cert, size_t cert_len)
{
	struct smtpd_tls_identity id = {cert, cert_len, privkey, privkey_len};

	if (privkey_pass && privkey_pass_len)
		return ERR_VAL; /* encrypted keys are not built */
	if (config->engine)
		return ERR_MEM;
	return smtpd_tls_config_server(&config->engine, &id) == SMTPD_TLS_OK
		       ? ERR_OK
		       : ERR_VAL;
}

struct altcp_tls_config *altcp_tls_create_config_server_privkey_cert(
	const u8_t *privkey, size_t privkey_len, const u8_t *privkey_pass,
	size_t privkey_pass_len, const u8_t *cert, size_t cert_len)
{
	struct altcp_tls_config *config = altcp_tls_create_config_server(1);

	if (!config)
		return NULL;
	if (altcp_tls_config_server_add_privkey_cert(config, privkey,
		    privkey_len, privkey_pass, privkey_pass_len, cert,
		    cert_len) == ERR_OK)
		return config;
	altcp_tls_free_config(config);
	return NULL;
}

/* ---- clients ---- */

static struct altcp_tls_config *client(const u8_t *ca, size_t ca_len,
	const struct smtpd_tls_identity *identity)
{
	struct altcp_tls_config *config = new_config();

	if (!config)
		return NULL;
	if (smtpd_tls_config_client(&config->engine, ca, ca_len, identity) ==
		SMTPD_TLS_OK)
		return config;
	altcp_tls_free_config(config);
	return NULL;
}

struct altcp_tls_config *altcp_tls_create_config_client(
	const u8_t *ca, size_t ca_len)
{
	return client(ca, ca_len, NULL);
}

struct altcp_tls_config *altcp_tls_create_config_client_2wayauth(const u8_t *ca,
	size_t ca_len, const u8_t *privkey, size_t privkey_len,
	const u8_t *privkey_pass, size_t privkey_pass_len, const u8_t *cert,
	size_t cert_len)
{
	struct smtpd_tls_identity id = {cert, cert_len, privkey, privkey_len};

	if (!cert || !privkey || (privkey_pass && privkey_pass_len))
		return NULL;
	return client(ca, ca_len, &id);
}

/* see altcp_tls_wolfssl.h */
void altcp_tls_config_host(struct altcp_tls_config *config, const char *host)
{
	config->host = host;
}

/* ---- what is not offered ---- */

int altcp_tls_configure_alpn_protocols(
	struct altcp_tls_config *conf, const char **protos)
{
	LWIP_UNUSED_ARG(conf);
	LWIP_UNUSED_ARG(protos);
	return -1;
}

void altcp_tls_free_entropy(void)
{
}

void altcp_tls_init_session(struct altcp_tls_session *dest)
{
	LWIP_UNUSED_ARG(dest);
}

err_t altcp_tls_get_session(
	struct altcp_pcb *conn, struct altcp_tls_session *dest)
{
	LWIP_UNUSED_ARG(conn);
	LWIP_UNUSED_ARG(dest);
	return ERR_VAL;
}

err_t altcp_tls_set_session(
	struct altcp_pcb *conn, struct altcp_tls_session *from)
{
	LWIP_UNUSED_ARG(conn);
	LWIP_UNUSED_ARG(from);
	return ERR_VAL;
}

void altcp_tls_free_session(struct altcp_tls_session *dest)
{
	LWIP_UNUSED_ARG(dest);
}

#endif
