/*
 * smtpd.h - the SMTP engine: octets in, octets out, callbacks to the sink
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Conventions of every function here:
 *
 * Memory    The engine allocates nothing. Sessions live in one static pool of
 *           SMTPD_MAX_SESSIONS; everything else belongs to the caller.
 * Pointers  MUST NOT be NULL unless the function says so.
 * Strings   struct smtpd_str is a span and not NUL-terminated; `const char *`
 *           is NUL-terminated.
 * Context   One thread only, the port's (with lwIP: the tcpip thread or the
 *           main loop). Never from an interrupt. Functions marked "any
 *           callback" may be called from inside a sink callback.
 * Units     Lengths in octets, times in milliseconds (suffix _ms).
 * Results   0 or a count is success; a negative enum smtpd_error says why not.
 *
 * A session's life:
 *
 *   port: smtpd_session_open() ...
 * smtpd_session_input()/_output()/_output_ack() core: connect auth mail rcpt
 * begin data... end | reset ... closed core: smtpd_port_close() -> the session
 * is gone, the port closes port: smtpd_session_lost() -> the session is gone
 * (reset, peer vanished)
 */
#ifndef SMTPD_H
#define SMTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd_client.h"
#include "smtpd_config.h"
#include "smtpd_listener.h"
#include "smtpd_quirk.h"

#define SMTPD_VERSION "0.1.0"

struct smtpd_session;   /* one client's connection; opaque */
struct smtpd_conn;      /* the port's side of it; defined by the port */
struct smtpd_tls_offer; /* see smtpd_tls_offer.h */

/* A session, or a question it asked, that may have ended meanwhile: pool index
 * and generation. 0 never names one. */
typedef uint32_t smtpd_ref;

enum smtpd_error {
	SMTPD_EGONE = -1,  /* the session, or the question, is over */
	SMTPD_EINVAL = -2, /* an argument is out of its range */
	SMTPD_EBUSY = -3,  /* no slot free now */
	SMTPD_ENONE = -4,  /* not built, not configured, or not available */
};

enum smtpd_verdict {
	SMTPD_ACCEPT,
	SMTPD_REJECT,
	SMTPD_LATER, /* settled by smtpd_session_verdict() or _resume() */
};

/* A peer's address and port in host order; IPv4 uses the first 4 octets. */
struct smtpd_peer {
	uint8_t ip[SMTPD_IPV6 ? 16 : 4];
	uint8_t family; /* 4, 6, or 0 when unknown */
	uint16_t port;
};

/* How a TLS connection came out; pointers stay valid while it is open. */
struct smtpd_tls_info {
	const char *version; /* "TLSv1.3" */
	const char *cipher;  /* "TLS_CHACHA20_POLY1305_SHA256" */
};

/* Why a session, or a message of it, ended. */
enum smtpd_end {
	SMTPD_END_QUIT,     /* the client said QUIT */
	SMTPD_END_PEER,     /* the connection was closed or reset by the peer */
	SMTPD_END_TIMEOUT,  /* a deadline passed */
	SMTPD_END_REFUSED,  /* limit passed, connect refused, or protocol error
			     */
	SMTPD_END_TLS,      /* the TLS handshake or TLS itself failed */
	SMTPD_END_SHUTDOWN, /* smtpd_shutdown() */
	SMTPD_END_RESET, /* messages only: RSET, EHLO, or refused at its end */
};

/* ---- the sink: what the application supplies ---- */

#define SMTPD_SINK_DSN 1u /* honours RFC 3461: the DSN extension is offered */
#define SMTPD_SINK_EXTERNAL                                                    \
	2u /* `auth` knows users by their certificates: EXTERNAL is offered    \
	    */

/* `end` of a message to all its recipients at once: SMTP, not LMTP. */
#define SMTPD_ALL_RCPTS UINT16_MAX

/*
 * The application's side. Core calls; the sink answers ACCEPT, REJECT (with
 * the reply of smtpd_session_reply(), or a default) or LATER. NULL members
 * accept, but `data` and `end` MUST be set.
 *
 * A callback must not block. It may call any function marked "any callback".
 */
struct smtpd_sink {
	uint8_t flags; /* SMTPD_SINK_ */

	/* A client has connected; before the greeting. REJECT: 554 5.7.1 and
	 * close, or what smtpd_session_reply() says. */
	enum smtpd_verdict (*connect)(struct smtpd_session *);

	/* Are these credentials right? NULL: AUTH is not offered. Default
	 * REJECT: 535 5.7.8. Busy: smtpd_session_reply(s, 454, "4.7.0", ..). */
	enum smtpd_verdict (*auth)(
		struct smtpd_session *, const struct smtpd_auth *);

#if SMTPD_SCRAM
	/*
	 * The keys of this user, whose name is 1 to 255 octets of UTF-8; NULL:
	 * SCRAM is not offered. ACCEPT: *keys is filled in. REJECT without a
	 * reply: nobody of that name; the exchange goes on with a salt made
	 * up and fails at its end. Set salt_len and iterations to what users
	 * have, so that nobody can tell; 0: 16 and 4096. REJECT with a reply:
	 * the exchange ends with it. LATER: smtpd_session_scram() has the
	 * keys, or smtpd_session_verdict() a reply. `auth` follows with how
	 * the exchange came out.
	 */
	enum smtpd_verdict (*scram)(struct smtpd_session *,
		const struct smtpd_str *authcid, struct smtpd_scram_keys *keys);
#endif

	/* Take a message from this sender? Default REJECT: 550 5.7.1. */
	enum smtpd_verdict (*mail)(
		struct smtpd_session *, const struct smtpd_mail *);

	/* Take it for this recipient? Default REJECT: 550 5.1.1. */
	enum smtpd_verdict (*rcpt)(
		struct smtpd_session *, const struct smtpd_rcpt *);

	/* The message's octets come now: before 354 or the first BDAT chunk.
	 * Default REJECT: 451 4.3.0. */
	enum smtpd_verdict (*begin)(struct smtpd_session *);

	/*
	 * The next octets of the message, dot-unstuffed, at most
	 * SMTPD_DATA_CHUNK of them; they point into the port's buffer and are
	 * valid during the call. All are taken. ACCEPT: more. LATER: no more
	 * until smtpd_session_resume(). REJECT: the rest of the message is
	 * read and dropped, then the refusal is its reply (default 451
	 * 4.3.0); `reset` follows at once.
	 */
	enum smtpd_verdict (*data)(
		struct smtpd_session *, const uint8_t *p, size_t len);

	/*
	 * All octets are there: the message counts from now on. After ACCEPT
	 * it is the sink's and the client reads 250. After REJECT it never
	 * was (default 451 4.3.0); `reset` does not follow. While the answer
	 * is LATER: `reset` means the client was told 451, forget it;
	 * `closed` without `reset` means that the client left unanswered,
	 * keep it. rcpt is SMTPD_ALL_RCPTS; with LMTP `end` is called for
	 * each accepted recipient, 0 first (RFC 2033 4.2).
	 */
	enum smtpd_verdict (*end)(struct smtpd_session *, uint16_t rcpt);

	/* The transaction that an accepted `mail` opened is over without an
	 * ACCEPT of `end`: forget it. With LMTP, recipients whose `end`
	 * accepted keep theirs. NULL: nothing to forget. */
	void (*reset)(struct smtpd_session *, enum smtpd_end why);

	/* The session is over; exactly once after each `connect`. When
	 * `unacknowledged`, the 250 of the last accepted message may not have
	 * reached the client, who will send it again (RFC 1047). */
	void (*closed)(struct smtpd_session *, enum smtpd_end why,
		bool unacknowledged);

	/* The client did something that the RFCs do not allow, or that is why
	 * it is refused now; what can be forgiven is told once a session. A
	 * client that gets no session is told of as well: neither `connect`
	 * nor `closed` is called for it. MUST NOT call smtpd_session_reply().
	 */
	void (*quirk)(struct smtpd_session *, enum smtpd_quirk, bool forgiven);
};

/* ---- the port's calls: a connection's life ---- */

/*
 * Check a listener before it is used.
 *
 * Returns 0; SMTPD_EINVAL when the sink lacks `data` or `end`, host_name is
 * empty or not of letters, digits, '-', '.', '[', ']', ':', or the EHLO reply
 * would not fit SMTPD_REPLY_BUF, or AUTH is required and any will do, or
 * greet_delay_ms is out of its range;
 * SMTPD_ENONE when flags or `forgive` ask for what this build lacks.
 * Context: any.
 */
int smtpd_listener_check(const struct smtpd_listener *);

/*
 * Open a session for a connection that the port has accepted.
 *
 * The greeting is queued unless the listener speaks TLS first; then the port
 * starts TLS and calls smtpd_session_tls_started(). The sink's `connect` is
 * called before the greeting.
 *
 * conn     the port's; handed back in every smtpd_port_ call.
 * refusal  receives a complete reply of static lifetime when NULL is
 *          returned: the port sends it (not on a TLS-first listener) and
 *          closes.
 *
 * Returns the session; or NULL: all slots taken (421 4.3.2), too many
 * sessions from this peer (421 4.7.0), shutting down (421 4.3.2), too
 * many sessions a minute (421 4.7.0), kept out by the listener's `access`
 * (554 5.7.1).
 *
 * Ownership: the session is the pool's; the port may use the pointer until
 * smtpd_port_close() is called for conn or it calls smtpd_session_lost().
 * RFC 5321 3.1, 4.2.
 */
struct smtpd_session *smtpd_session_open(const struct smtpd_listener *,
	struct smtpd_conn *conn, const char **refusal);

/*
 * Give received octets to a session.
 *
 * p is writable and may be overwritten up to the count returned. len may be 0:
 * the session goes on with what it had to put off; call so after
 * smtpd_session_output_ack() and after smtpd_port_wake().
 *
 * Returns the octets taken; fewer than len means: offer the rest again after
 * the replies were taken or the port was woken. The session may be gone after
 * the call: smtpd_port_close() was called then.
 *
 * Context: not from a sink callback.
 * RFC 5321 2.3.8, 4.1.1; RFC 2920 3.2.
 */
size_t smtpd_session_input(struct smtpd_session *, uint8_t *p, size_t len);

/*
 * Replies for the peer that the port has not taken yet.
 *
 * Returns a pointer to *len octets, valid until the next call for this
 * session; *len is 0 when there are none.
 */
const uint8_t *smtpd_session_output(const struct smtpd_session *, size_t *len);

/*
 * The port has taken len octets of smtpd_session_output(): they are in order
 * on their way to the peer. May start TLS or close: see smtpd_port.h.
 */
void smtpd_session_output_ack(struct smtpd_session *, size_t len);

/*
 * The TLS handshake is done: forget what was learnt in clear text and read on.
 *
 * info  kept by pointer; MUST stay valid while the session is open.
 * RFC 3207 4.2.
 */
void smtpd_session_tls_started(
	struct smtpd_session *, const struct smtpd_tls_info *info);

/*
 * The handshake failed: call it before smtpd_session_lost(), if the port can
 * tell why.
 *
 * why    SMTPD_QUIRK_NOT_TLS, or one of SMTPD_QUIRK_TLS_.
 * offer  what the client offered; NULL: not known. Used during the call.
 */
void smtpd_session_tls_failed(struct smtpd_session *, enum smtpd_quirk why,
	const struct smtpd_tls_offer *offer);

/*
 * Octets of the peer have come, and the port cannot hand them over for want of
 * something of its own (with port/wolfssl: a record buffer). While it lasts,
 * call it at least once a second: the peer's deadline starts anew each time.
 * That of a sink, or of a reply not read, goes on.
 */
void smtpd_session_held(struct smtpd_session *);

/*
 * The peer has closed its sending side and all its octets were taken.
 *
 * A pending reply is still sent; then the session closes. An unfinished
 * message is dropped.
 */
void smtpd_session_eof(struct smtpd_session *);

/*
 * The connection is gone (reset, TLS error, abort by the port). The session
 * ends at once; smtpd_port_close() is not called.
 *
 * why             SMTPD_END_PEER or SMTPD_END_TLS.
 * unacknowledged  octets taken by the port which the peer has not
 *                 acknowledged; 0 when the port cannot tell.
 */
void smtpd_session_lost(
	struct smtpd_session *, enum smtpd_end why, uint32_t unacknowledged);

/*
 * Enforce all deadlines. Call at least once a second, and when it pleases a
 * client whose greeting waits (greet_ms, greet_delay_ms) after the milliseconds
 * returned, 1 to 1000, counted from now or from a session opened since.
 * Context: the port's thread, not from a sink callback.
 */
uint32_t smtpd_tick(void);

/*
 * Stop taking sessions. Idle ones get 421 4.3.2; unfinished messages are
 * dropped; a message whose end is with the sink is answered first.
 * Context: the port's thread, not from a sink callback.
 */
void smtpd_shutdown(void);

/* How many sessions are open. Any callback. */
unsigned smtpd_session_count(void);

/* The session in slot i, 0 to SMTPD_MAX_SESSIONS - 1; NULL: the slot is free,
 * or there is no such slot. Valid during the callback. Any callback. */
const struct smtpd_session *smtpd_session_at(unsigned i);

/* What a session is at, for people. */
enum smtpd_phase {
	SMTPD_PHASE_CONNECT,  /* not greeted yet */
	SMTPD_PHASE_TLS,      /* the handshake */
	SMTPD_PHASE_COMMAND,  /* between messages */
	SMTPD_PHASE_AUTH,     /* AUTH is going on, or has to wait */
	SMTPD_PHASE_ENVELOPE, /* MAIL was accepted */
	SMTPD_PHASE_MESSAGE,  /* octets of a message, to their end's reply */
	SMTPD_PHASE_SINK,     /* the sink has not answered yet */
	SMTPD_PHASE_CLOSING,
};

/* Any callback. */
enum smtpd_phase smtpd_session_phase(const struct smtpd_session *);

/* ---- the application's calls ---- */

/*
 * Choose the reply of the answer about to be given. From inside the callback
 * that asks, before it returns ACCEPT or REJECT; the texts are copied.
 *
 * code      200..299 with ACCEPT, 400..599 with REJECT; otherwise the default
 *           reply is used. 421 also ends the session.
 * enhanced  RFC 3463 code such as "5.7.1"; its class is checked, no more.
 * text      printable US-ASCII, cut where the reply line is full.
 *
 * Returns 0, or SMTPD_EINVAL (bad code, class, or control characters).
 * RFC 5321 4.2; RFC 2034.
 */
int smtpd_session_reply(struct smtpd_session *, unsigned code,
	const char *enhanced, const char *text);

/*
 * Name the question that the sink is about to answer with LATER, for
 * smtpd_session_verdict() or smtpd_session_resume().
 *
 * Lifetime: may be kept for ever; it never names a later question or session.
 * Context: from inside the callback that asks.
 */
smtpd_ref smtpd_session_ref(const struct smtpd_session *);

/*
 * The late answer to connect, auth, mail, rcpt, begin or end.
 *
 * verdict  SMTPD_ACCEPT or SMTPD_REJECT.
 * code, enhanced, text  as in smtpd_session_reply(); code 0 for the default.
 *
 * The reply is queued and the port is woken. Returns 0; SMTPD_EGONE when the
 * peer left, the deadline passed or the answer was given before: nothing was
 * done; SMTPD_EINVAL for a bad verdict or reply, or for ACCEPT of
 * `scram`: still unanswered.
 *
 * Context: any callback but the one that asked.
 * RFC 5321 4.2; RFC 2920 3.2.
 */
int smtpd_session_verdict(smtpd_ref ref, enum smtpd_verdict verdict,
	unsigned code, const char *enhanced, const char *text);

#if SMTPD_SCRAM
/*
 * The late answer to `scram`.
 *
 * verdict  SMTPD_ACCEPT: *keys are the user's. SMTPD_REJECT: there is no such
 *          user; of *keys only salt_len and iterations count.
 *
 * keys are copied. Returns 0; SMTPD_EGONE as smtpd_session_verdict(), or when
 * something else is being asked; SMTPD_EINVAL for a bad verdict or keys out of
 * their range: still unanswered.
 *
 * Context: any callback but the one that asked.
 */
int smtpd_session_scram(smtpd_ref ref, enum smtpd_verdict verdict,
	const struct smtpd_scram_keys *keys);
#endif

/*
 * More data, please: after `data` answered LATER. Returns 0 or SMTPD_EGONE.
 * Context: any callback but the one that asked.
 */
int smtpd_session_resume(smtpd_ref ref);

/* What is known of a session. */
struct smtpd_info {
	const struct smtpd_listener *listener;
	struct smtpd_peer peer;
	struct smtpd_str helo;            /* as kept, printable; may be empty */
	const char *protocol;             /* "SMTP" ... "ESMTPSA" (RFC 3848) */
	const struct smtpd_tls_info *tls; /* NULL without TLS */
	const struct smtpd_tls_offer *tls_offer; /* inside `quirk` of a
						    failed handshake; or NULL */
	unsigned index; /* slot, 0 to SMTPD_MAX_SESSIONS - 1 */
	bool authenticated;
	uint16_t rcpt_count; /* accepted recipients of this message */
	uint16_t mail_count; /* messages accepted in this session */
	uint32_t octets;     /* of the message so far, without Received: */
};

/* Fill *info. Spans and pointers are valid during the callback. Any
 * callback. */
void smtpd_session_info(const struct smtpd_session *, struct smtpd_info *info);

/*
 * The options this build was made with.
 *
 * i  0 and up. Returns the option's name, with its value in *value, or NULL
 * past the last. Static lifetime. Any callback.
 */
const char *smtpd_config_report(unsigned i, uint32_t *value);

/* Octets of RAM of one session, and of the whole pool. Any callback. */
size_t smtpd_session_size(void);

/* ---- small things that sinks need as well ---- */

/* Compare len octets in a time that depends on len alone. */
bool smtpd_equal(const void *a, const void *b, size_t len);

/* Overwrite len octets in a way that the compiler keeps. */
void smtpd_wipe(void *p, size_t len);

#endif
