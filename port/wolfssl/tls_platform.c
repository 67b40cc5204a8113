/*
 * tls_platform.c - entropy and time for wolfSSL, from smtpd_port.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_port.h"
#include "tls_internal.h"

/* wolfSSL's names; its own prototypes are private */
unsigned int LowResTimer(void);
long long TimeNowInMilliseconds(void);
#ifdef NO_ECC_VERIFY
int wc_ecc_verify_hash(const byte *sig, word32 sig_len, const byte *hash,
	word32 hash_len, int *result, ecc_key *key);
#endif

/* The seed of Hash_DRBG. Failure makes wolfSSL refuse, never guess. */
int smtpd_tls_seed(unsigned char *output, unsigned int len)
{
	return smtpd_port_entropy(output, len) ? -1 : 0;
}

enum smtpd_tls_reason smtpd_tls_check_entropy(void)
{
	uint8_t probe[16];

	if (smtpd_port_entropy(probe, sizeof probe))
		return SMTPD_TLS_NO_ENTROPY;
	smtpd_wipe(probe, sizeof probe);
	return SMTPD_TLS_OK;
}

/* The 32-bit clock carried on to 64 bits; needs a call in 49 days, which
 * smtpd_tls_tick() makes. */
static uint64_t uptime_ms(void)
{
	static uint64_t total;
	static uint32_t last;
	static bool begun;
	uint32_t now = smtpd_port_now_ms();

	if (begun)
		total += now - last;
	begun = true;
	last = now;
	return total + 1;
}

uint32_t smtpd_tls_uptime_s(void)
{
	return (uint32_t)(uptime_ms() / 1000);
}

unsigned int LowResTimer(void)
{
	return smtpd_tls_uptime_s() + 1;
}

/* The ages of tickets (RFC 8446 4.2.11.1). */
long long TimeNowInMilliseconds(void)
{
	return (long long)uptime_ms();
}

#if SMTPD_TLS_CHECK_DATES
time_t smtpd_tls_wall(time_t *timer);
int wc_ValidateDate(const byte *date, byte format, int type);

static enum smtpd_tls_clock unset;

/* see tls_engine.h */
void smtpd_tls_clock_unset(enum smtpd_tls_clock meaning)
{
	unset = meaning;
}

/* Is it valid now? 1: yes. wolfSSL asks for notBefore and for notAfter. */
int smtpd_tls_date(const unsigned char *date, unsigned char format, int type)
{
	if (!smtpd_port_wall_s())
		return unset == SMTPD_TLS_CLOCK_IGNORE;
	return wc_ValidateDate(date, format, type);
}

time_t smtpd_tls_wall(time_t *timer)
{
	time_t now = (time_t)smtpd_port_wall_s();

	if (timer)
		*timer = now;
	return now;
}
#else
/* see tls_engine.h */
void smtpd_tls_clock_unset(enum smtpd_tls_clock meaning)
{
	(void)meaning;
}
#endif

#ifdef NO_ECC_VERIFY
/* wolfSSL's handler of CertificateVerify wants it, which a server that asks
 * for no certificate refuses before. No signature is ever right here. */
int wc_ecc_verify_hash(const byte *sig, word32 sig_len, const byte *hash,
	word32 hash_len, int *result, ecc_key *key)
{
	(void)sig;
	(void)sig_len;
	(void)hash;
	(void)hash_len;
	(void)key;
	*result = 0;
	return NOT_COMPILED_IN;
}
#endif
