/*
 * tls_explain.c - why a handshake failed, for whoever installs the client
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The first octets of a ClientHello are kept as wolfSSL reads them: those of
 * one connection at a time, which is enough to explain a device that is being
 * installed.
 */
#include <string.h>

#include "smtpd_tls_offer.h"
#include "tls_internal.h"

#if SMTPD_TLS_PEEK > 0 && SMTPD_TOLERANT

static uint8_t hello[SMTPD_TLS_PEEK];
static size_t hello_len;
static const struct smtpd_tls *owner;

/* see tls_internal.h */
void smtpd_tls_look(const struct smtpd_tls *t, const uint8_t *p, size_t len)
{
	size_t room;

	if (owner != t && owner && owner->state == TLS_HANDSHAKE &&
		!owner->sent_any)
		return; /* its ClientHello is still coming */
	if (owner != t)
		hello_len = 0;
	owner = t;
	room = sizeof hello - hello_len;
	if (len > room)
		len = room;
	memcpy(hello + hello_len, p, len);
	hello_len += len;
}

/* see tls_internal.h */
void smtpd_tls_look_away(const struct smtpd_tls *t)
{
	if (owner == t)
		owner = NULL;
}

static const uint16_t versions[] = {
	0x0304,
#if SMTPD_TLS_12
	0x0303,
#endif
};

static const uint16_t groups[] = {
	23,
#if SMTPD_TLS_LARGE_KEYS
	24,
#endif
#if SMTPD_TLS_X25519
	29,
#endif
};

static const uint16_t signatures[] = {
	0x0403,
#if SMTPD_TLS_RSA
	0x0804,
	0x0401,
#endif
#if SMTPD_TLS_LARGE_KEYS
	0x0503,
	0x0805,
	0x0501,
#endif
};

#define LACKS(list, ours)                                                      \
	((list).count && !smtpd_tls_offer_has(&(list), ours,                   \
				 sizeof(ours) / sizeof *(ours)))

#if SMTPD_TLS_LEGACY
static bool lacks_version(
	const struct smtpd_tls_offer *o, enum smtpd_tls_oldest oldest)
{
	static const uint16_t old[] = {0x0302, 0x0301};

	return LACKS(o->versions, versions) &&
	       !smtpd_tls_offer_has(&o->versions, old, oldest);
}
#else
#define lacks_version(o, oldest) LACKS((o)->versions, versions)
#endif

/* What there is nothing in common of. */
static enum smtpd_quirk missing(const struct smtpd_tls *t,
	const struct smtpd_tls_offer *o, enum smtpd_tls_reason reason)
{
	if (lacks_version(o, OLDEST(t->config)))
		return SMTPD_QUIRK_TLS_VERSION;
	if (o->suites.count &&
		!smtpd_tls_has_suite(&o->suites, OLDEST(t->config)))
		return SMTPD_QUIRK_TLS_CIPHER;
	if (LACKS(o->groups, groups))
		return SMTPD_QUIRK_TLS_GROUP;
	if (LACKS(o->signatures, signatures))
		return SMTPD_QUIRK_TLS_SIGNATURE;
	if (reason == SMTPD_TLS_VERSION)
		return SMTPD_QUIRK_TLS_VERSION;
	/* all there is, and yet: our certificate is of another kind */
	return reason == SMTPD_TLS_NO_COMMON ? SMTPD_QUIRK_TLS_SIGNATURE
					     : SMTPD_QUIRK_TLS_FAILED;
}

/* RFC 8446 6.2: bad_certificate to unknown_ca, access_denied */
static bool about_certificate(uint8_t alert)
{
	return (alert >= 41 && alert <= 46) || alert == 48 || alert == 49;
}

/* What is wrong with the client's certificate, or TLS_FAILED: nothing. */
static enum smtpd_quirk refused(const struct smtpd_tls *t)
{
#if SMTPD_TLS_CLIENT_CERT
	if (!t->config->ask)
		return SMTPD_QUIRK_TLS_FAILED;
	switch (t->reason) {
	case SMTPD_TLS_NO_CERT:
		return SMTPD_QUIRK_TLS_CERT_MISSING;
	case SMTPD_TLS_UNTRUSTED:
		return SMTPD_QUIRK_TLS_CERT_UNKNOWN;
	case SMTPD_TLS_CERT_DATE:
		return SMTPD_QUIRK_TLS_CERT_DATE;
	case SMTPD_TLS_CERT_UNFIT:
	case SMTPD_TLS_TOO_LONG:
		return SMTPD_QUIRK_TLS_CERT_UNFIT;
	default:
		break;
	}
#else
	(void)t;
#endif
	return SMTPD_QUIRK_TLS_FAILED;
}

/* see tls_engine.h */
enum smtpd_quirk smtpd_tls_explain(
	const struct smtpd_tls *t, struct smtpd_tls_offer *offer)
{
	memset(offer, 0, sizeof *offer);
	if (owner == t)
		smtpd_tls_offer_read(offer, hello, hello_len);
	if (t->not_tls)
		return SMTPD_QUIRK_NOT_TLS;
	if (about_certificate(t->alert))
		return SMTPD_QUIRK_TLS_CERTIFICATE;
	switch (t->reason) {
	case SMTPD_TLS_VERSION:
	case SMTPD_TLS_NO_COMMON:
	case SMTPD_TLS_PEER_ALERT:
	case SMTPD_TLS_PROTOCOL:
		return missing(t, offer, (enum smtpd_tls_reason)t->reason);
	default:
		return refused(t);
	}
}

#else

/* see tls_engine.h */
enum smtpd_quirk smtpd_tls_explain(
	const struct smtpd_tls *t, struct smtpd_tls_offer *offer)
{
	memset(offer, 0, sizeof *offer);
	return t->not_tls ? SMTPD_QUIRK_NOT_TLS : SMTPD_QUIRK_TLS_FAILED;
}

#endif
