/*
 * tls_engine.h - TLS in memory: ciphertext in and out, plaintext in and out
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The engine knows no lwIP and no sockets; port/lwip and port/posix share it.
 * Conventions as in core/smtpd.h: one thread, pointers not NULL unless said,
 * octets, milliseconds. It calls smtpd_port_entropy(), smtpd_port_now_ms() and
 * smtpd_port_wall_s().
 *
 * A connection's life:
 *
 *   smtpd_tls_reserve()             before 220 to STARTTLS; may be left out
 *   smtpd_tls_take()                a slot
 *   smtpd_tls_open()                the handshake can begin
 *   smtpd_tls_handshake() ...       until SMTPD_TLS_DONE
 *   smtpd_tls_read() _write() ...   as the port's events come
 *   smtpd_tls_shutdown()            close_notify
 *   smtpd_tls_close()               the slot is free; also at any time before
 *
 * The engine pulls ciphertext through struct smtpd_tls_io and takes nothing
 * it cannot keep: a record longer than SMTPD_TLS_RECORD_SLOT_MAX needs one of
 * the shared record buffers, and while none is free its octets stay where
 * they are (SMTPD_TLS_WAITING). The port credits the TCP window as octets are
 * pulled, so the window need not hold a whole record.
 */
#ifndef SMTPD_TLS_ENGINE_H
#define SMTPD_TLS_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd.h"
#include "smtpd_port.h"
#include "smtpd_tls_config.h"

struct smtpd_tls;        /* a connection; opaque, from a static pool */
struct smtpd_tls_config; /* certificates and policy; the same */

/* What a call came to; 0 and up are successes of the call that says so. */
enum smtpd_tls_result {
	SMTPD_TLS_DONE = 0,     /* handshake complete; or all was sent */
	SMTPD_TLS_AGAIN = -1,   /* needs more input, or room to send */
	SMTPD_TLS_WAITING = -2, /* for a record buffer; `wake` will be called */
	SMTPD_TLS_CLOSED = -3,  /* the peer sent close_notify */
	SMTPD_TLS_TRUNCATED = -4, /* end of input without close_notify */
	SMTPD_TLS_FAILED = -5,    /* see smtpd_tls_reason(); close it */
};

/* Why a connection or configuration failed. Values are stable. */
enum smtpd_tls_reason {
	SMTPD_TLS_OK = 0,
	SMTPD_TLS_BAD_CERT = 1,    /* our certificate cannot be read */
	SMTPD_TLS_BAD_KEY = 2,     /* our key cannot be read */
	SMTPD_TLS_MISMATCH = 3,    /* key and certificate do not belong */
	SMTPD_TLS_BAD_CA = 4,      /* the CA's certificate cannot be read */
	SMTPD_TLS_NO_MEMORY = 5,   /* the arena is too small or full */
	SMTPD_TLS_NO_ENTROPY = 6,  /* smtpd_port_entropy() failed */
	SMTPD_TLS_BUSY = 7,        /* old certificate's connections still open,
				      or no free configuration */
	SMTPD_TLS_PEER_ALERT = 8,  /* the peer sent a fatal alert */
	SMTPD_TLS_PEER_GONE = 9,   /* the input ended in the handshake */
	SMTPD_TLS_VERSION = 10,    /* no TLS version in common, or no TLS */
	SMTPD_TLS_NO_COMMON = 11,  /* no cipher, group or signature in common */
	SMTPD_TLS_PROTOCOL = 12,   /* malformed or out of order */
	SMTPD_TLS_RECORD = 13,     /* record too long, forged or unknown */
	SMTPD_TLS_UNTRUSTED = 14,  /* the peer's certificate is of no authority
				      that is trusted, or malformed */
	SMTPD_TLS_WRONG_NAME = 15, /* it is somebody else's */
	SMTPD_TLS_FLOOD = 16,      /* too many records without data */
	SMTPD_TLS_HELD_RECORD = 17, /* SMTPD_TLS_RECORD_MS passed */
	SMTPD_TLS_INTERNAL = 18,
	SMTPD_TLS_NO_CERT = 19,    /* the peer showed no certificate */
	SMTPD_TLS_CERT_DATE = 20,  /* the peer's is expired, not yet valid, or
				      our clock is not set */
	SMTPD_TLS_CERT_UNFIT = 21, /* it is not for this use, its chain is too
				      long or its key too weak */
	SMTPD_TLS_TOO_LONG = 22,   /* a message of the handshake is, such as a
				      chain above SMTPD_TLS_PEER_CHAIN_SIZE */
};

/* The transport, supplied by the port. `arg` is that of smtpd_tls_open(). */
struct smtpd_tls_io {
	/* Copy up to len received octets to buf and leave them there. Returns
	 * the count, 0 when there are none. */
	size_t (*peek)(void *arg, uint8_t *buf, size_t len);
	/* The same, and they are gone: credit the window. */
	size_t (*recv)(void *arg, uint8_t *buf, size_t len);
	/* Take up to len octets for the peer. Returns the count, 0: no room
	 * now, smtpd_tls_flush() or _handshake() will be called again. */
	size_t (*send)(void *arg, const uint8_t *buf, size_t len);
	/* smtpd_tls_read() or _handshake() has something to say: call it
	 * soon, not from here. Called from any function for any other
	 * connection, and from smtpd_tls_tick(). */
	void (*wake)(void *arg);
};

/* A certificate with its key; PEM or DER each, told by their first octets.
 * The chain: PEM blocks or DER one after the other, ours first. */
struct smtpd_tls_identity {
	const uint8_t *cert;
	size_t cert_len;
	const uint8_t *key;
	size_t key_len;
};

/* ---- configurations ---- */

/*
 * Make a server's configuration. The contents are copied into the arena.
 *
 * Returns SMTPD_TLS_OK and sets *config; or BAD_CERT, BAD_KEY, MISMATCH,
 * NO_MEMORY, NO_ENTROPY, BUSY and *config is NULL.
 * Ownership: smtpd_tls_config_free().
 */
enum smtpd_tls_reason smtpd_tls_config_server(struct smtpd_tls_config **config,
	const struct smtpd_tls_identity *identity);

/* Are clients asked for a certificate? */
enum smtpd_tls_ask {
	SMTPD_TLS_ASK_NOT,
	SMTPD_TLS_ASK,     /* none is fine, one that is refused is not */
	SMTPD_TLS_REQUIRE, /* no connection without one */
};

/*
 * Make a server's configuration that asks clients for a certificate.
 *
 * ask      SMTPD_TLS_ASK or _REQUIRE.
 * ca       PEM or DER, one after the other, of the authorities whose
 *          certificates are taken; their own dates are not checked. They are
 *          not named to the client.
 *
 * Connections issue and take no tickets: each handshake verifies anew. What
 * does not verify is refused with an alert, also with SMTPD_TLS_ASK.
 *
 * Returns as smtpd_tls_config_server(), or BAD_CA; INTERNAL when not built
 * (SMTPD_TLS_CLIENT_CERT). RFC 8446 4.3.2, 4.4.2.4; RFC 5246 7.4.6.
 */
enum smtpd_tls_reason smtpd_tls_config_asking(struct smtpd_tls_config **config,
	const struct smtpd_tls_identity *identity, enum smtpd_tls_ask ask,
	const uint8_t *ca, size_t ca_len);

/* The oldest version of TLS that a server speaks. */
enum smtpd_tls_oldest {
	SMTPD_TLS_OLDEST_12, /* TLS 1.2; the default */
	SMTPD_TLS_OLDEST_11, /* TLS 1.1; AES-CBC and RSA key exchange, too */
	SMTPD_TLS_OLDEST_10, /* TLS 1.0; the same */
};

/*
 * Speak older versions with clients that know nothing else, in connections
 * opened from now on and after a reload. Both sides still take the newest
 * version that they share. RSA key exchange needs an RSA key of ours.
 *
 * Returns SMTPD_TLS_OK; NO_MEMORY, and it is as before; INTERNAL when not
 * built (SMTPD_TLS_LEGACY). RFC 8996 forbids it.
 */
enum smtpd_tls_reason smtpd_tls_config_oldest(
	struct smtpd_tls_config *, enum smtpd_tls_oldest oldest);

/* What dates of peers' certificates mean while smtpd_port_wall_s() is 0. */
enum smtpd_tls_clock {
	SMTPD_TLS_CLOCK_REFUSE, /* none is valid: all are refused */
	SMTPD_TLS_CLOCK_IGNORE, /* all are; dates count once the clock is set */
};

/* For all configurations, from now on. SMTPD_TLS_CLOCK_REFUSE until called.
 * Without SMTPD_TLS_CHECK_DATES, dates are never looked at. */
void smtpd_tls_clock_unset(enum smtpd_tls_clock);

/*
 * Make a client's configuration.
 *
 * ca        PEM or DER of the authorities that are trusted. NULL: any server
 *           is taken, which protects against eavesdroppers only.
 * identity  shown when the server asks; or NULL.
 *
 * Returns as above, or BAD_CA; INTERNAL when not built (SMTPD_TLS_CLIENT).
 */
enum smtpd_tls_reason smtpd_tls_config_client(struct smtpd_tls_config **config,
	const uint8_t *ca, size_t ca_len,
	const struct smtpd_tls_identity *identity);

/*
 * Use another identity for new connections; those open finish with the old.
 *
 * Returns as smtpd_tls_config_server(); the old one stays when it is not OK.
 * BUSY: connections of the generation before the last are still open.
 * INTERNAL: it asks clients for certificates; make a new one instead.
 */
enum smtpd_tls_reason smtpd_tls_config_reload(
	struct smtpd_tls_config *, const struct smtpd_tls_identity *identity);

/* Release it; its memory goes with the last of its connections. NULL is
 * nothing. */
void smtpd_tls_config_free(struct smtpd_tls_config *);

/* ---- connections ---- */

/*
 * Set a slot aside without saying for which connection: what stands behind
 * 220 to STARTTLS must be there.
 *
 * Returns 0; SMTPD_EBUSY: no slot free; SMTPD_ENONE: no entropy.
 * Ownership: smtpd_tls_take() with `reserved`, or smtpd_tls_unreserve().
 */
int smtpd_tls_reserve(void);

/* A slot set aside is not needed after all. */
void smtpd_tls_unreserve(void);

/*
 * Take a slot.
 *
 * config    NULL: refused, for no certificate.
 * reserved  one of those set aside, which there must be; else one that is not.
 *
 * Returns 0 and sets *tls; SMTPD_EBUSY: no slot free; SMTPD_ENONE: no
 * configuration or no entropy. *tls is NULL then.
 * Ownership: smtpd_tls_close().
 */
int smtpd_tls_take(
	struct smtpd_tls_config *, bool reserved, struct smtpd_tls **tls);

#if SMTPD_TLS_OTHER_SLOTS
/*
 * Take one of SMTPD_TLS_OTHER_SLOTS, for a connection that is not mail's. It
 * has no use of the shared record buffers: a record for which its slot has no
 * room fails it (SMTPD_TLS_RECORD).
 *
 * Returns and ownership as smtpd_tls_take().
 */
int smtpd_tls_take_other(struct smtpd_tls_config *, struct smtpd_tls **tls);
#endif

/*
 * Start on a slot taken, as server or client as configured.
 *
 * io    static; arg is handed back in its calls.
 * host  clients: the server's name, for SNI and the check of its certificate
 *       (RFC 6066 3, RFC 6125 6.4); NULL: neither. Copied.
 *
 * Returns SMTPD_TLS_OK, NO_MEMORY, or INTERNAL (host longer than 255). The slot
 * stays taken when it failed.
 */
enum smtpd_tls_reason smtpd_tls_open(struct smtpd_tls *,
	const struct smtpd_tls_io *io, void *arg, const char *host);

/* Go on with the handshake. Returns DONE, AGAIN, WAITING or FAILED (an alert
 * was sent where there is one to send). */
enum smtpd_tls_result smtpd_tls_handshake(struct smtpd_tls *);

/*
 * Read up to len octets of plaintext, len at most 65535.
 *
 * Returns the count, 1 or more; or AGAIN, WAITING, CLOSED, TRUNCATED, FAILED.
 * After CLOSED, writing is still possible.
 */
int smtpd_tls_read(struct smtpd_tls *, uint8_t *buf, size_t len);

/* It waits for a record buffer. */
bool smtpd_tls_waiting(const struct smtpd_tls *);

/* Octets of plaintext that can be read without more input. */
size_t smtpd_tls_pending(const struct smtpd_tls *);

/*
 * Write len octets of plaintext, 1 to SMTPD_TLS_WRITE_MAX: all or nothing.
 *
 * Ask `send`'s side first whether there is room for len +
 * smtpd_tls_overhead() octets; what it does not take after all is kept, and
 * goes first.
 *
 * Returns DONE; AGAIN: nothing was taken, since older octets are still kept,
 * the arena is full or len is too large; FAILED.
 */
enum smtpd_tls_result smtpd_tls_write(
	struct smtpd_tls *, const uint8_t *p, size_t len);

/* Octets that encryption adds to len octets, at the most. */
size_t smtpd_tls_overhead(struct smtpd_tls *, size_t len);

/* Offer kept octets to `send` again. Returns how many are still kept. */
size_t smtpd_tls_flush(struct smtpd_tls *);

/* Octets kept because `send` did not take them. */
size_t smtpd_tls_held(const struct smtpd_tls *);

/* Say close_notify, once; nothing can be written after it. Returns DONE, AGAIN
 * when `send` has not taken it all (smtpd_tls_flush()), FAILED. */
enum smtpd_tls_result smtpd_tls_shutdown(struct smtpd_tls *);

/* The peer sends no more: what `recv` can still give is the last. */
void smtpd_tls_eof(struct smtpd_tls *);

/* Free the slot, in any state, and wipe it. `io` is not called any more. NULL
 * is nothing. */
void smtpd_tls_close(struct smtpd_tls *);

/* Version and cipher once the handshake is done, else NULL. Static lifetime. */
const struct smtpd_tls_info *smtpd_tls_get_info(const struct smtpd_tls *);

/* Why it failed, and the text for a log. Static lifetime. */
enum smtpd_tls_reason smtpd_tls_reason(const struct smtpd_tls *);
const char *smtpd_tls_reason_text(enum smtpd_tls_reason);

/*
 * Why a server's handshake failed, for whoever installs the client, and what
 * the client offered (all lists empty when it is not known, and without
 * SMTPD_TLS_PEEK). Between FAILED and smtpd_tls_close().
 */
struct smtpd_tls_offer;
enum smtpd_quirk smtpd_tls_explain(
	const struct smtpd_tls *, struct smtpd_tls_offer *offer);

/* Who the client is by its certificate. Returns 0 and fills *peer; SMTPD_ENONE:
 * it showed none or was not asked, the handshake is not done, or not built. */
int smtpd_tls_get_peer(const struct smtpd_tls *, struct smtpd_tls_peer *peer);

/* Channel binding data. Returns as smtpd_port_tls_binding(); needs
 * SMTPD_TLS_BINDING. */
int smtpd_tls_get_binding(const struct smtpd_tls *, enum smtpd_binding kind,
	uint8_t out[SMTPD_BINDING_MAX]);

/* wolfSSL's own object, for what the engine does not offer; may be NULL. */
void *smtpd_tls_native(struct smtpd_tls *);

/* Enforce SMTPD_TLS_RECORD_MS. Call at least once a second. */
void smtpd_tls_tick(void);

/* ---- gauges ---- */

struct smtpd_tls_gauges {
	uint16_t slots_free; /* neither taken nor set aside */
	uint16_t slots_low;  /* the fewest that ever were free */
#if SMTPD_TLS_OTHER_SLOTS
	uint16_t others; /* of SMTPD_TLS_OTHER_SLOTS in use */
	uint16_t others_high;
#endif
	uint16_t records_lent; /* record buffers in use */
	uint16_t records_high; /* the most that ever were */
	uint32_t global_used;  /* octets of SMTPD_TLS_GLOBAL_SIZE */
	uint32_t global_high;
	uint32_t slot_high; /* the most octets a slot ever used */
	uint32_t leaks;     /* blocks wolfSSL did not free; 0 */
};

void smtpd_tls_get_gauges(struct smtpd_tls_gauges *);

/* Octets a connection uses of its slot now, and the most it used since it was
 * taken. */
uint32_t smtpd_tls_slot_used(const struct smtpd_tls *, uint32_t *high);

#endif
