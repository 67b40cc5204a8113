/*
 * quirk.c - what devices do that the RFCs do not allow: forgiven or refused
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "session.h"

#if SMTPD_TOLERANT

static void tell(struct smtpd_session *s, enum smtpd_quirk q, bool forgiven)
{
	const struct smtpd_sink *sink = s->listener->sink;

	smtpd_peer_count(s, q);
	if (sink->quirk)
		sink->quirk(s, q, forgiven);
}

/* see session.h */
void smtpd_blame(struct smtpd_session *s, enum smtpd_quirk q)
{
	tell(s, q, false);
}

/* see session.h */
bool smtpd_forgive(struct smtpd_session *s, uint32_t quirks)
{
	uint32_t refused = quirks & (uint32_t)~s->listener->forgive;
	uint32_t left = (refused ? refused : quirks) & ~s->quirks;

	s->quirks |= left;
	for (unsigned q = 0; left; q++, left >>= 1) {
		if (left & 1)
			tell(s, (enum smtpd_quirk)q, !refused);
	}
	return !refused;
}

#if SMTPD_TLS_LEGACY
/* see session.h */
void smtpd_note_version(
	struct smtpd_session *s, const struct smtpd_tls_info *info)
{
	const char *version = info->version; /* TLSv1, TLSv1.1, TLSv1.2 ... */

	if (!version[5] || version[6] < '2')
		tell(s, SMTPD_QUIRK_TLS_VERSION, true);
}
#endif

#if SMTPD_TLS
/* The sink was told why the handshake failed; beyond all bits of quirks. */
#define TOLD_TLS 0x80000000u

/* With STARTTLS, which it might not have seen. */
static bool asked_for_tls(const struct smtpd_session *s)
{
	return !(s->listener->flags & SMTPD_LISTEN_TLS) &&
	       !(s->flags & F_TLS_FIRST);
}

/* Ours, or the client's: with less security it would not get better. */
static bool about_certificate(enum smtpd_quirk why)
{
	return why == SMTPD_QUIRK_TLS_CERTIFICATE ||
	       why > SMTPD_QUIRK_TLS_FAILED;
}

/* see smtpd.h */
void smtpd_session_tls_failed(struct smtpd_session *s, enum smtpd_quirk why,
	const struct smtpd_tls_offer *offer)
{
	if (s->state != ST_TLS || s->quirks & TOLD_TLS)
		return;
	s->quirks |= TOLD_TLS;
	if (asked_for_tls(s) && !about_certificate(why) &&
		why != SMTPD_QUIRK_NOT_TLS) /* it will stay so */
		smtpd_peer_tls(s, true);
	smtpd_pool.offer = offer;
	tell(s, why, false);
	smtpd_pool.offer = NULL;
}
#else
/* see smtpd.h */
void smtpd_session_tls_failed(struct smtpd_session *s, enum smtpd_quirk why,
	const struct smtpd_tls_offer *offer)
{
	(void)s, (void)why, (void)offer;
}
#endif

#define NAME(id, name, text) name,

/* see smtpd_quirk.h */
const char *smtpd_quirk_name(enum smtpd_quirk q)
{
	static const char *const names[] = {
		SMTPD_QUIRKS_FORGIVABLE(NAME) SMTPD_QUIRKS_REFUSED(NAME)};

	return (unsigned)q < SMTPD_QUIRK_COUNT ? names[q] : "";
}

#else

/* see smtpd.h */
void smtpd_session_tls_failed(struct smtpd_session *s, enum smtpd_quirk why,
	const struct smtpd_tls_offer *offer)
{
	(void)s, (void)why, (void)offer;
}

/* see smtpd_quirk.h */
const char *smtpd_quirk_name(enum smtpd_quirk q)
{
	(void)q;
	return "";
}

#endif

#if SMTPD_QUIRK_TEXT

#define TEXT_(id, name, text) text,

/* see smtpd_quirk.h */
const char *smtpd_quirk_text(enum smtpd_quirk q)
{
	static const char *const texts[] = {
		SMTPD_QUIRKS_FORGIVABLE(TEXT_) SMTPD_QUIRKS_REFUSED(TEXT_)};

	return (unsigned)q < SMTPD_QUIRK_COUNT ? texts[q] : "";
}

#else

/* see smtpd_quirk.h */
const char *smtpd_quirk_text(enum smtpd_quirk q)
{
	(void)q;
	return "";
}

#endif
