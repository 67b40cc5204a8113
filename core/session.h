/*
 * session.h - what the engine's own files share: the session and its parts
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * How the parts of a session move:
 *
 * line  holds the command line being read: line[0..line_len). While a
 *       question is LATER the spans given to the sink point into it. In an
 *       AUTH exchange it holds the decoded response instead, and at the start
 *       of a message the Received: field.
 * tx    holds replies: tx[tx_pos..tx_len) waits for the port. The reply that a
 *       sink chose stands behind it, tx[tx_len..tx_len + staged), and counts
 *       once the answer is settled.
 * left  octets still to come of a BDAT chunk, or that may still be thrown away
 *       of a line that is too long.
 *
 * input() asks ready(); then, by state: a command line is gathered, AUTH is
 * decoded, DATA is scanned, a chunk is passed on. A line is dispatched by the
 * table in command.c: allowed state, gates, then the command's function, which
 * checks the syntax and asks the sink. settle() turns the verdict into the
 * question's proceed or refuse, at once or later.
 */
#ifndef SMTPD_SESSION_H
#define SMTPD_SESSION_H

#include "base64.h"
#include "mem.h"
#include "scram.h"
#include "smtpd.h"
#include "smtpd_access.h"
#include "smtpd_counts.h"
#include "smtpd_peers.h"
#include "smtpd_port.h"
#include "unstuff.h"

enum state {
	ST_FREE,
	ST_CONNECT, /* the sink is asked whether it wants the client; or
			 the greeting waits for TLS */
	ST_TLS,     /* the port does the handshake; input is dropped */
	ST_START,   /* greeted, or TLS just started: no HELO yet */
	ST_READY,
	ST_MAIL,
	ST_RCPT,
	ST_AUTH,    /* a response of the exchange is being read */
	ST_DATA,    /* between 354 and the final dot */
	ST_CHUNK,   /* inside a BDAT chunk */
	ST_CHUNKS,  /* between BDAT chunks */
	ST_CLOSING, /* the last replies leave, then the port closes */
	ST_PENALTY, /* AUTH waits for having failed before; not closing */
};

#define IN(st) (1u << (st))

enum question {
	Q_CONNECT,
	Q_AUTH,
	Q_MAIL,
	Q_RCPT,
	Q_BEGIN,
	Q_DATA,
	Q_END,
#if SMTPD_SCRAM
	Q_SCRAM, /* the keys of a user */
#endif
};

#define F_PENDING   0x0001u /* the question awaits its answer */
#define F_LONG      0x0002u /* the line is too long and thrown away */
#define F_HELD      0x0004u /* the line waits for an empty reply buffer */
#define F_EXTENDED  0x0008u /* EHLO or LHLO, not HELO */
#define F_AUTHED    0x0010u
#define F_MAIL      0x0020u /* the sink accepted MAIL and awaits end or reset */
#define F_BINARY    0x0040u /* BODY=BINARYMIME: BDAT only */
#define F_UTF8      0x0080u /* SMTPUTF8 was given */
#define F_BDAT      0x0100u /* the message comes in chunks */
#define F_LAST      0x0200u /* this chunk is the last */
#define F_ENDED     0x0400u /* all octets are in; `end` is to be asked */
#define F_REFUSED   0x0800u /* the rest of the message is thrown away */
#define F_COMMITTED 0x1000u /* a message was accepted */
#define F_PEER_EOF  0x2000u
#define F_SECRET    0x4000u /* wipe the input that was just taken */
#define F_TLS_FIRST 0x8000u /* ST_TLS: the input is left to TLS */

/* Small members first: Thumb reaches those with short instructions. */
struct smtpd_session {
	uint8_t state;
	uint8_t question;
	uint8_t error_count;
	uint8_t idle_count;
	uint8_t why; /* enum smtpd_end, for ST_CLOSING */
#if SMTPD_CHUNKING
	uint8_t after_chunk; /* the state behind a refused chunk */
#endif
#if SMTPD_AUTH
	uint8_t auth_step;
	uint8_t auth_fail_count;
#endif
#if SMTPD_HELO_MAX > 0
	uint8_t helo_len;
#endif
	uint16_t flags; /* F_ */
	uint16_t line_len;
	uint16_t tx_pos;
	uint16_t tx_len;
	uint16_t staged;
	uint16_t commit_left;  /* octets of tx up to the last message's 250 */
	uint16_t since_commit; /* octets behind it that the port took */
	uint16_t rcpt_count;
	uint16_t mail_count;
#if SMTPD_AUTH
	uint16_t auth_len; /* octets of the response line so far */
#endif
#if SMTPD_LMTP
	uint16_t rcpt_next; /* whose reply comes next */
#endif
	const struct smtpd_listener *listener;
	struct smtpd_conn *conn;
#if SMTPD_TLS
	const struct smtpd_tls_info *tls;
#endif
	const char *refusal; /* the reply at the end of a refused message */
	smtpd_ref ref;       /* of the question being asked */
	uint32_t since_ms;   /* what the deadline counts from */
	uint32_t octets;     /* of this message */
	uint32_t left;       /* see above */
#if SMTPD_TOLERANT
	uint32_t quirks; /* bits of what the sink was told already */
#endif
	union {
		struct smtpd_unstuff unstuff; /* ST_DATA */
#if SMTPD_AUTH
		struct smtpd_base64 base64; /* ST_AUTH */
#endif
	} u;
	struct smtpd_peer peer;
#if SMTPD_HELO_MAX > 0
	char helo[SMTPD_HELO_MAX];
#endif
	char line[SMTPD_LINE_MAX + 1]; /* and a NUL */
	char tx[SMTPD_REPLY_BUF];
};

/* A limit of the listener, or where they are fixed the option itself: then
 * what a 0 switches off is not even compiled. */
#if SMTPD_FIXED_LIMITS
#define LIMIT(s, name, option) ((void)(s), option)
#else
#define LIMIT(s, name, option) ((s)->listener->limits->name)
#endif

#if SMTPD_LOG && SMTPD_RELAY_CHECK
#define LOG(event, s, code)                                                    \
	(smtpd_pool.probing ? (void)(code) : smtpd_port_log(event, s, code))
#elif SMTPD_LOG
#define LOG(event, s, code) smtpd_port_log(event, s, code)
#else
#define LOG(event, s, code) ((void)(code))
#endif

/* A reply's code, and where the build has room for it, what it means. */
#if SMTPD_REPLY_TEXT
#define TEXT(code, text) code " " text
#else
#define TEXT(code, text) code
#endif

/* Room kept behind every reply for the one that ends the session. */
#define LAST_ROOM                                                              \
	(sizeof TEXT("421 4.7.0", "Too many commands without a message") + 1)

/* Octets of the longest Received: field but for the two names. */
#define RECEIVED_LEN 124

/* Room a command's reply may need; ready() keeps it free. */
#define REPLY_ROOM (LAST_ROOM + 80)

/* ---- quirk.c ---- */

#if SMTPD_TOLERANT

/* Does the listener forgive all of these (bits)? The sink is told, once. */
bool smtpd_forgive(struct smtpd_session *, uint32_t quirks);

/* The sink is told why the client is refused. */
void smtpd_blame(struct smtpd_session *, enum smtpd_quirk);

/* Is it to be forgiven? The client did it. */
#define FORGIVE(s, id)                                                         \
	(SMTPD_FORGIVE_##id && smtpd_forgive(s, SMTPD_QUIRK_BIT(id)))
#define BLAME(s, id) smtpd_blame(s, SMTPD_QUIRK_##id)

#if SMTPD_TLS_LEGACY
/* The sink is told when TLS is older than 1.2. */
void smtpd_note_version(struct smtpd_session *, const struct smtpd_tls_info *);
#endif

#else
#define FORGIVE(s, id) ((void)(s), false)
#define BLAME(s, id)   ((void)(s))
#endif

/* The same for a reason that is not in what the client says. */
#if SMTPD_QUIRK_POLICY
#define BLAME_POLICY(s, id) BLAME(s, id)
#else
#define BLAME_POLICY(s, id) ((void)(s))
#endif

/* ---- pool.c ---- */

struct pool {
	struct smtpd_session session[SMTPD_MAX_SESSIONS];
	uint16_t count;
	bool stopping;
#if SMTPD_RELAY_CHECK
	bool probing; /* smtpd_relay_check() is the client */
#endif
#if SMTPD_COUNTS
	struct smtpd_counts counts;
#endif
#if SMTPD_PEERS > 0
	struct smtpd_peer_memory peers[SMTPD_PEERS];
#if SMTPD_DEBTS
	struct smtpd_debts floor; /* the most that anybody pushed out owes */
#endif
#endif
#if SMTPD_SCRAM
	struct smtpd_scram_pool scram;
#endif
#if SMTPD_TLS && SMTPD_TOLERANT
	const struct smtpd_tls_offer *offer; /* of the handshake that failed */
#endif
#if SMTPD_AUTH_DELAY
	const struct smtpd_session *waited; /* whose AUTH is done now */
#endif
};

extern struct pool smtpd_pool;

/* A free slot with listener, conn and peer set, or NULL. */
struct smtpd_session *smtpd_pool_take(
	const struct smtpd_listener *, struct smtpd_conn *);

/* Free the slot, of which the sink knows nothing yet. */
void smtpd_pool_free(struct smtpd_session *);

/* Tell the sink, free the slot. */
void smtpd_pool_release(
	struct smtpd_session *, enum smtpd_end why, bool unacknowledged);

/* The session whose question ref names, or NULL. */
struct smtpd_session *smtpd_pool_find(smtpd_ref ref);

/* At most a quarter of the slots is free. */
bool smtpd_pool_stressed(void);

/* ---- evict.c ---- */

/* All slots are taken: free one for this newcomer? */
#if SMTPD_EVICT
bool smtpd_evict(struct smtpd_conn *newcomer);
#else
#define smtpd_evict(newcomer) ((void)(newcomer), false)
#endif

/* ---- peers.c ---- */

#if SMTPD_PEERS > 0

/* The session's peer is here: remember it. */
void smtpd_peer_note(const struct smtpd_session *);

void smtpd_peer_count(const struct smtpd_session *, enum smtpd_quirk);

/* A handshake of it succeeded, or failed for want of something in common. */
void smtpd_peer_tls(const struct smtpd_session *, bool failed);

/* Has it failed so often that STARTTLS is better not offered? */
bool smtpd_peer_fails_tls(const struct smtpd_session *);

/* A message of it was accepted; has ever one been, of this address? */
void smtpd_peer_delivered(const struct smtpd_session *); /* SMTPD_EVICT */
bool smtpd_peer_delivers(const struct smtpd_peer *);

/* Does its TLS begin behind our greeting? */
void smtpd_peer_tls_late(const struct smtpd_session *, bool late);

#else
#define smtpd_peer_delivered(s)      ((void)(s))
#define smtpd_peer_delivers(peer)    ((void)(peer), false)
#define smtpd_peer_tls_late(s, late) ((void)(s), (void)(late))
#define smtpd_peer_tls(s, failed)    ((void)(s), (void)(failed))
#define smtpd_peer_fails_tls(s)      ((void)(s), false)
#define smtpd_peer_note(s)           ((void)(s))
#define smtpd_peer_count(s, q)       ((void)(s), (void)(q))
#endif

/* ---- session.c ---- */

/* The only place that changes state. */
void smtpd_enter(struct smtpd_session *, enum state);

/* The sink's answer to the question: proceed, refuse, or wait. */
void smtpd_settle(struct smtpd_session *, enum question, enum smtpd_verdict);

/* The sink's verdict on a question is about to be asked for. */
void smtpd_ask(struct smtpd_session *, enum question);

/* Queue `text` as the last reply (NULL: it is queued already), close when it
 * has left. */
void smtpd_finish(struct smtpd_session *, enum smtpd_end why, const char *text);

/* Forget the transaction; tell the sink if it holds one. */
void smtpd_forget(struct smtpd_session *, enum smtpd_end why);

/* Tell the sink to forget the message; its rest is read and thrown away, and
 * `text` is the reply at its end unless the sink chose one. */
void smtpd_refuse_rest(
	struct smtpd_session *, enum smtpd_end why, const char *text);

/* Is it the same address, or with IPv6 the same /64, of which one line has all
 * addresses? Those of a link (fe80::/10) are a host each. Not when it is not
 * known. */
bool smtpd_same_host(const struct smtpd_peer *, const struct smtpd_peer *);

/* ---- foreign.c ---- */

#define SMTPD_NOT_SMTP TEXT("421 4.7.0", "This is a mail server")

#if SMTPD_FOREIGN

/* The line p[0..n) will be refused. Is it another protocol's? Then the session
 * has ended. */
bool smtpd_foreign_line(struct smtpd_session *, const char *p, size_t n);

/* Can a command begin like that, or be an empty line? */
static inline bool smtpd_begins_text(uint8_t octet)
{
	return (octet >= ' ' && octet < 127) ||
	       (octet >= '\t' && octet <= '\r');
}

/* It does not: end the session. */
void smtpd_foreign_octet(struct smtpd_session *, uint8_t octet);

#else
#define smtpd_foreign_line(s, p, n) ((void)(s), (void)(p), (void)(n), false)
#endif

/* ---- reply.c ---- */

/* Queue one reply line; text is "250 2.0.0 OK". */
void smtpd_reply(struct smtpd_session *, const char *text);

/* Refuse: reply, count the error, and hang up after too many. */
void smtpd_refuse(struct smtpd_session *, const char *text);

/* The reply that the sink chose if its class is lo to hi ('2', or '4' to
 * '5'), otherwise text. Returns its code. */
unsigned smtpd_reply_staged(
	struct smtpd_session *, char lo, char hi, const char *text);

/* Refuse with the sink's reply, or text. Returns the code; the session may be
 * closing. */
unsigned smtpd_refuse_staged(struct smtpd_session *, const char *text);

/* Stage a reply as smtpd_session_reply() does. */
void smtpd_stage(struct smtpd_session *, const char *text);

/* Append to the reply being written, cut where the buffer is full. */
void smtpd_put(struct smtpd_session *, const char *text);
void smtpd_put_number(struct smtpd_session *, uint32_t);
void smtpd_put_eol(struct smtpd_session *);

/* ---- command.c ---- */

/* A whole line stands in s->line, without its CRLF. */
void smtpd_command(struct smtpd_session *);

/* A line that fills s->line without an end: true when it is an AUTH whose
 * response is decoded as it comes. */
#if SMTPD_AUTH
bool smtpd_command_streams(struct smtpd_session *);
#else
static inline bool smtpd_command_streams(struct smtpd_session *s)
{
	(void)s;
	return false;
}
#endif

/* ---- the commands; arg is NUL-terminated, in s->line ---- */

void smtpd_cmd_helo(struct smtpd_session *, char *arg); /* cmd_hello.c */
void smtpd_cmd_ehlo(struct smtpd_session *, char *arg);
void smtpd_cmd_mail(struct smtpd_session *, char *arg); /* cmd_mail.c */
void smtpd_cmd_rcpt(struct smtpd_session *, char *arg);
void smtpd_cmd_data(struct smtpd_session *, char *arg); /* cmd_data.c */
void smtpd_cmd_bdat(struct smtpd_session *, char *arg);
void smtpd_cmd_auth(struct smtpd_session *, char *arg); /* cmd_auth.c */
void smtpd_cmd_starttls(struct smtpd_session *, char *arg);
void smtpd_cmd_rset(struct smtpd_session *, char *arg);
void smtpd_cmd_noop(struct smtpd_session *, char *arg);
void smtpd_cmd_help(struct smtpd_session *, char *arg);
void smtpd_cmd_vrfy(struct smtpd_session *, char *arg);
void smtpd_cmd_expn(struct smtpd_session *, char *arg);
void smtpd_cmd_quit(struct smtpd_session *, char *arg);

/* What may be offered on this session now. */

static inline bool is_lmtp(const struct smtpd_session *s)
{
	return SMTPD_LMTP && s->listener->flags & SMTPD_LISTEN_LMTP;
}

static inline bool has_tls(const struct smtpd_session *s)
{
#if SMTPD_TLS
	return s->tls != NULL;
#else
	(void)s;
	return false;
#endif
}

static inline bool offers_starttls(const struct smtpd_session *s)
{
	return s->listener->flags & SMTPD_LISTEN_STARTTLS && !has_tls(s);
}

bool smtpd_offers_auth(const struct smtpd_session *); /* cmd_auth.c */

#if SMTPD_AUTH_MORE
/* Which mechanisms are offered where AUTH is: SMTPD_MECH_ bits. */
unsigned smtpd_auth_mechanisms(const struct smtpd_session *); /* cmd_auth.c */
#endif

/* ---- cmd_data.c ---- */

size_t smtpd_data_input(struct smtpd_session *, uint8_t *p, size_t n);
size_t smtpd_chunk_input(struct smtpd_session *, uint8_t *p, size_t n);
void smtpd_message_end(struct smtpd_session *);

/* ---- cmd_auth.c ---- */

size_t smtpd_auth_input(struct smtpd_session *, uint8_t *p, size_t n);

/* An AUTH whose line fills the buffer; arg up to end is what there is of its
 * argument. False: not acceptable now, treat it as a line too long. */
bool smtpd_auth_begin(struct smtpd_session *, char *arg, const char *end);

/* ---- the questions' two ways on ---- */

void smtpd_auth_accepted(struct smtpd_session *);
void smtpd_auth_refused(struct smtpd_session *);
void smtpd_scram_go_on(struct smtpd_session *);
void smtpd_scram_unknown(struct smtpd_session *);
void smtpd_mail_accepted(struct smtpd_session *);
void smtpd_mail_refused(struct smtpd_session *);
void smtpd_rcpt_accepted(struct smtpd_session *);
void smtpd_rcpt_refused(struct smtpd_session *);
void smtpd_begin_accepted(struct smtpd_session *);
void smtpd_begin_refused(struct smtpd_session *);
void smtpd_data_accepted(struct smtpd_session *);
void smtpd_data_refused(struct smtpd_session *);
void smtpd_end_accepted(struct smtpd_session *);
void smtpd_end_refused(struct smtpd_session *);

/* ---- received.c ---- */

/* Write the Received: field to s->line; returns its length. */
size_t smtpd_received(struct smtpd_session *);

/* The "with" keyword of RFC 3848 and RFC 6531. */
const char *smtpd_protocol(const struct smtpd_session *);

/* ---- text.c ---- */

/* Does s[0..n) equal the upper-case word, in any case? */
bool smtpd_is_word(const char *s, size_t n, const char *word);

/* Decimal digits of s[0..n) into *v; false when there are none, others, or
 * more than 2^32 - 1. */
bool smtpd_parse_number(const char *s, size_t n, uint32_t *v);

#endif
