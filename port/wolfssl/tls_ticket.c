/*
 * tls_ticket.c - session tickets under keys of our own
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * RFC 5077 4, RFC 8446 4.6.1. wolfSSL's own callback would allocate in the
 * arena of whichever connection comes first; this one allocates nothing. A key
 * seals for an hour and opens for one more, so that a ticket is good for the
 * hour the client is told; keys are the
 * configuration's own, so a ticket of one service is nothing to another. A
 * ticket opens only under the server name it was issued for.
 */
#include "tls_internal.h"

#if SMTPD_TLS_TICKETS

#include <string.h>

#include <wolfssl/wolfcrypt/aes.h>
#include <wolfssl/wolfcrypt/chacha20_poly1305.h>

#include "smtpd_port.h"

#define KEY_LIFE_S 3600u
#define NAME       16u
#define TAG        16u
#define SNI_MAX    255u

/* Additional data: the key's name and the server's. */
struct aad {
	uint8_t octets[NAME + SNI_MAX];
	uint32_t len;
};

static void make_aad(struct aad *a, WOLFSSL *ssl, const struct ticket_key *key)
{
	void *host = NULL;
	size_t len = 0;

#ifdef HAVE_SNI
	len = wolfSSL_SNI_GetRequest(ssl, WOLFSSL_SNI_HOST_NAME, &host);
#else
	(void)ssl;
#endif
	memcpy(a->octets, key->name, NAME);
	if (len > SNI_MAX)
		len = SNI_MAX;
	if (host && len)
		memcpy(a->octets + NAME, host, len);
	a->len = (uint32_t)(NAME + len);
}

#if SMTPD_TLS_CHACHA

static int seal(const struct ticket_key *key, const uint8_t *iv,
	const struct aad *a, uint8_t *text, uint32_t len, uint8_t *tag)
{
	return wc_ChaCha20Poly1305_Encrypt(
		key->key, iv, a->octets, a->len, text, len, text, tag);
}

static int unseal(const struct ticket_key *key, const uint8_t *iv,
	const struct aad *a, uint8_t *text, uint32_t len, const uint8_t *tag)
{
	return wc_ChaCha20Poly1305_Decrypt(
		key->key, iv, a->octets, a->len, text, len, tag, text);
}

#else

static int with_aes(Aes *aes, const struct ticket_key *key)
{
	int ret = wc_AesInit(aes, NULL, INVALID_DEVID);

	return ret ? ret : wc_AesGcmSetKey(aes, key->key, 16);
}

static int seal(const struct ticket_key *key, const uint8_t *iv,
	const struct aad *a, uint8_t *text, uint32_t len, uint8_t *tag)
{
	Aes aes;
	int ret = with_aes(&aes, key);

	if (!ret)
		ret = wc_AesGcmEncrypt(&aes, text, text, len, iv, 12, tag, TAG,
			a->octets, a->len);
	wc_AesFree(&aes);
	return ret;
}

static int unseal(const struct ticket_key *key, const uint8_t *iv,
	const struct aad *a, uint8_t *text, uint32_t len, const uint8_t *tag)
{
	Aes aes;
	int ret = with_aes(&aes, key);

	if (!ret)
		ret = wc_AesGcmDecrypt(&aes, text, text, len, iv, 12, tag, TAG,
			a->octets, a->len);
	wc_AesFree(&aes);
	return ret;
}

#endif

static bool alive(const struct ticket_key *key, uint32_t life_s)
{
	return key->valid && smtpd_tls_uptime_s() - key->made_s < life_s;
}

/* The key for new tickets, made when there is none young enough. */
static struct ticket_key *current_key(struct smtpd_tls_config *c)
{
	struct ticket_key fresh;

	if (alive(&c->ticket[0], KEY_LIFE_S))
		return &c->ticket[0];
	fresh.valid = true;
	fresh.made_s = smtpd_tls_uptime_s();
	if (smtpd_port_entropy(fresh.name, sizeof fresh.name) ||
		smtpd_port_entropy(fresh.key, sizeof fresh.key))
		return NULL;
	c->ticket[1] = c->ticket[0];
	c->ticket[0] = fresh;
	smtpd_wipe(&fresh, sizeof fresh);
	return &c->ticket[0];
}

static const struct ticket_key *key_named(
	const struct smtpd_tls_config *c, const uint8_t *name)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		if (alive(&c->ticket[i], 2 * KEY_LIFE_S) &&
			!memcmp(c->ticket[i].name, name, NAME))
			return &c->ticket[i];
	return NULL;
}

/* wolfSSL's SessionTicketEncCb: in place; mac has 32 octets, the tag 16. */
static int ticket(WOLFSSL *ssl, unsigned char *name, unsigned char *iv,
	unsigned char *mac, int encrypt, unsigned char *text, int len,
	int *out_len, void *config)
{
	struct smtpd_tls_config *c = config;
	const struct ticket_key *key;
	struct aad a;

	*out_len = len;
	if (encrypt) {
		key = current_key(c);
		if (!key || smtpd_port_entropy(iv, 16))
			return WOLFSSL_TICKET_RET_FATAL;
		memcpy(name, key->name, NAME);
		memset(mac, 0, WOLFSSL_TICKET_MAC_SZ);
		make_aad(&a, ssl, key);
		return seal(key, iv, &a, text, (uint32_t)len, mac)
			       ? WOLFSSL_TICKET_RET_FATAL
			       : WOLFSSL_TICKET_RET_OK;
	}
	key = key_named(c, name);
	if (!key)
		return WOLFSSL_TICKET_RET_REJECT;
	make_aad(&a, ssl, key);
	return unseal(key, iv, &a, text, (uint32_t)len, mac)
		       ? WOLFSSL_TICKET_RET_REJECT
		       : WOLFSSL_TICKET_RET_OK;
}

/* wolfSSL 5.7 looks into its session cache when a ticket is none of ours, also
 * where NO_SESSION_CACHE left it out. Nothing is ever found. */
int TlsSessionCacheGetAndRdLock(const unsigned char *id,
	const WOLFSSL_SESSION **found, unsigned int *row, unsigned char side);
void TlsSessionCacheUnlockRow(unsigned int row);

__attribute__((weak)) int TlsSessionCacheGetAndRdLock(const unsigned char *id,
	const WOLFSSL_SESSION **found, unsigned int *row, unsigned char side)
{
	(void)id;
	(void)side;
	*found = NULL;
	*row = 0;
	return -1;
}

__attribute__((weak)) void TlsSessionCacheUnlockRow(unsigned int row)
{
	(void)row;
}

void smtpd_tls_ticket_setup(struct smtpd_tls_config *c, WOLFSSL_CTX *ctx)
{
	wolfSSL_CTX_set_TicketEncCb(ctx, ticket);
	wolfSSL_CTX_set_TicketEncCtx(ctx, c);
	wolfSSL_CTX_set_TicketHint(ctx, (int)KEY_LIFE_S - 60);
	/* OpenSSL's servers send two; one is enough and half the octets */
	wolfSSL_CTX_set_num_tickets(ctx, 1);
}

#else

typedef int smtpd_tls_no_tickets; /* ISO C wants something here */

#endif
