/*
 * tls_io.c - wolfSSL's I/O callbacks: records in, octets out
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * wolfSSL asks for the 5 octets of a record's header, allocates its body and
 * asks for that. The header is given to it only once the body has a place, so
 * what it has begun it can always finish.
 */
#include <string.h>

#include "tls_internal.h"

/* An alert that is not encrypted, RFC 8446 6. A TLS 1.3 client that refuses
 * our certificate sends it so, and wolfSSL does not tell it from noise. */
static void look_for_alert(struct smtpd_tls *t)
{
	static const uint8_t fatal[] = {21, 3, 3, 0, 2, 2};
	uint8_t p[sizeof fatal + 1];

	if (t->io->peek(t->arg, p, sizeof p) == sizeof p &&
		!memcmp(p, fatal, sizeof fatal))
		t->alert = p[sizeof fatal];
}

static int ended(const struct smtpd_tls *t)
{
	return t->eof ? WOLFSSL_CBIO_ERR_CONN_CLOSE
		      : WOLFSSL_CBIO_ERR_WANT_READ;
}

/* RFC 8446 5.1: change_cipher_spec to heartbeat, version 3.x. Others are
 * refused by wolfSSL before it reads the body. */
static bool looks_like_tls(const uint8_t *h)
{
	return h[0] >= 20 && h[0] <= 24 && h[1] == 3;
}

/* Is one more record without data tolerable? */
static bool within_bounds(struct smtpd_tls *t)
{
	unsigned max = t->state == TLS_HANDSHAKE ? SMTPD_TLS_HANDSHAKE_RECORDS
						 : SMTPD_TLS_IDLE_RECORDS;

	if (t->records >= max) {
		t->reason = SMTPD_TLS_FLOOD;
		return false;
	}
	t->records++;
	t->fresh = true;
	return true;
}

static bool place_for(struct smtpd_tls *t, size_t len)
{
	int slot = smtpd_tls_slot(t);

#if SMTPD_TLS_OTHER_SLOTS
	/* record buffers are for mail */
	if (t->other) {
		if (smtpd_arena_fits(smtpd_tls_arena(slot), len))
			return true;
		t->reason = SMTPD_TLS_RECORD;
		return false;
	}
#endif
	if (len <= SMTPD_TLS_RECORD_SLOT_MAX &&
		smtpd_arena_fits(smtpd_tls_arena(slot), len))
		return true;
	return smtpd_tls_lend(slot);
}

static int header(struct smtpd_tls *t, uint8_t *buf)
{
	uint8_t h[RECORD_HEADER];
	size_t len;

	if (t->io->peek(t->arg, h, sizeof h) < sizeof h)
		return ended(t);
	if (!t->sent_any && h[1] != 3) {
		t->reason = SMTPD_TLS_VERSION; /* SSL 2.0, SMTP, HTTP */
		t->not_tls = h[0] < 0x80;
		return WOLFSSL_CBIO_ERR_GENERAL;
	}
	len = (size_t)(h[3] << 8 | h[4]);
	if (t->state == TLS_HANDSHAKE)
		look_for_alert(t);
	if (looks_like_tls(h) && len <= SMTPD_TLS_RECORD_SIZE) {
		if (!place_for(t, len))
			return t->reason ? WOLFSSL_CBIO_ERR_GENERAL
					 : WOLFSSL_CBIO_ERR_WANT_READ;
		t->body_left = (uint16_t)len;
	}
	smtpd_tls_unwait(smtpd_tls_slot(t));
	if (!within_bounds(t))
		return WOLFSSL_CBIO_ERR_GENERAL;
	if (t->io->recv(t->arg, buf, sizeof h) != sizeof h)
		return WOLFSSL_CBIO_ERR_GENERAL;
	/* wolfSSL answers a length of 65535 with its own, encrypted,
	 * record_overflow; between our limit and its own it would read on */
	if (len > SMTPD_TLS_RECORD_SIZE)
		memset(buf + 3, 0xff, 2);
	return (int)sizeof h;
}

static int body(struct smtpd_tls *t, uint8_t *buf, size_t len)
{
	size_t n = t->io->recv(
		t->arg, buf, len < t->body_left ? len : t->body_left);

	if (!n)
		return ended(t);
	t->body_left = (uint16_t)(t->body_left - n);
	if (t->state == TLS_HANDSHAKE && !t->sent_any)
		smtpd_tls_look(t, buf, n);
	return (int)n;
}

int smtpd_tls_rx(WOLFSSL *ssl, char *buf, int len, void *tls)
{
	struct smtpd_tls *t = tls;

	(void)ssl;
	if (len <= 0 || t->reason)
		return WOLFSSL_CBIO_ERR_GENERAL;
	if (t->body_left)
		return body(t, (uint8_t *)buf, (size_t)len);
	if (len < (int)RECORD_HEADER)
		return WOLFSSL_CBIO_ERR_GENERAL;
	return header(t, (uint8_t *)buf);
}

/* Append to what `send` has not taken. */
static bool hold(struct smtpd_tls *t, const uint8_t *p, size_t len)
{
	struct smtpd_arena *a = smtpd_tls_arena(smtpd_tls_slot(t));
	size_t kept = t->held_len - t->held_at;
	uint8_t *q = smtpd_arena_alloc(a, kept + len);

	if (!q)
		return false;
	if (t->held) {
		memcpy(q, t->held + t->held_at, kept);
		smtpd_arena_free(a, t->held);
	}
	memcpy(q + kept, p, len);
	t->held = q;
	t->held_len = (uint32_t)(kept + len);
	t->held_at = 0;
	return true;
}

/*
 * In the handshake wolfSSL keeps a flight itself and goes on with it. Later it
 * would want the same smtpd_tls_write() again, even where a KeyUpdate made it
 * send: so all is taken, and what `send` refuses is held.
 */
int smtpd_tls_tx(WOLFSSL *ssl, char *buf, int len, void *tls)
{
	struct smtpd_tls *t = tls;
	const uint8_t *p = (const uint8_t *)buf;
	size_t n = 0;

	(void)ssl;
	if (len <= 0)
		return WOLFSSL_CBIO_ERR_GENERAL;
	if (!t->held)
		n = t->io->send(t->arg, p, (size_t)len);
	t->sent_any |= n > 0;
	if (n == (size_t)len)
		return len;
	if (t->state == TLS_HANDSHAKE)
		return n ? (int)n : WOLFSSL_CBIO_ERR_WANT_WRITE;
	if (!hold(t, p + n, (size_t)len - n)) {
		t->reason = SMTPD_TLS_NO_MEMORY;
		return WOLFSSL_CBIO_ERR_GENERAL;
	}
	return len;
}

/* see tls_engine.h */
size_t smtpd_tls_flush(struct smtpd_tls *t)
{
	size_t n;

	if (!t->held)
		return 0;
	n = t->io->send(t->arg, t->held + t->held_at, t->held_len - t->held_at);
	t->held_at += (uint32_t)n;
	if (t->held_at < t->held_len)
		return t->held_len - t->held_at;
	smtpd_arena_free(smtpd_tls_arena(smtpd_tls_slot(t)), t->held);
	t->held = NULL;
	t->held_len = 0;
	t->held_at = 0;
	return 0;
}

/* see tls_engine.h */
size_t smtpd_tls_held(const struct smtpd_tls *t)
{
	return t->held_len - t->held_at;
}
