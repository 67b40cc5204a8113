/*
 * engine.h - a port and a sink that run the engine alone, and watch it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The clock stands still until engine_wait(). The client's octets are given
 * and its replies are taken as a struct plan says; the sink answers as rules
 * say, at once or some turns later. What the sink was told is written down
 * as lines of text, and checked against its contract in smtpd.h: the first
 * violation is kept and fails the test in engine_end().
 *
 *	engine_begin();
 *	world.limits.rcpt_max = 2;
 *	c = engine_open();
 *	engine_send(c, "EHLO a\r\nMAIL FROM:<a@b>\r\n");
 *	... engine_reply(c), c->calls ...
 *	why = engine_end();
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>

#include "octets.h"
#include "smtpd.h"
#include "smtpd_port.h"

enum call {
	CALL_CONNECT,
	CALL_AUTH,
	CALL_MAIL,
	CALL_RCPT,
	CALL_BEGIN,
	CALL_DATA,
	CALL_END,
	CALL_SCRAM,
	CALLS
};

extern const char *const engine_call_names[CALLS];
extern const char *const engine_end_names[];

enum answer {
	ANSWER_ACCEPT,
	ANSWER_REJECT,
	ANSWER_NEVER, /* LATER, settled by engine_settle() or a deadline */
};

/* How the sink answers the nth `call` of a session, 0: each. */
struct rule {
	enum call call;
	unsigned nth;
	enum answer answer;
	unsigned code; /* 0: the default reply */
	const char *enhanced, *text;
};

/* How octets go in and out. All 0: everything at once. */
struct plan {
	size_t in;     /* octets given in one call, 0: all there are */
	size_t split;  /* and none across this place of the stream */
	size_t out;    /* octets taken in one turn, 0: all there are */
	bool hold;     /* they are taken only when nothing else moves */
	bool deaf;     /* they are not taken at all */
	unsigned late; /* the sink answers so many turns later, 0: at once */
};

struct world {
	uint32_t now_ms;
	int64_t wall_s;
	int tls_reserve; /* what smtpd_port_tls_reserve() says */
	struct smtpd_limits limits;
	struct smtpd_sink sink;
	struct smtpd_listener listener;
	struct smtpd_peer peer;
	struct plan plan;
	struct rule rules[8];
	unsigned rule_count;
	bool fatal;            /* a violation aborts: for fuzzing */
	unsigned events[16];   /* smtpd_port_log(), by event */
	unsigned code;         /* the last one's */
	unsigned open_count;   /* sessions that were opened */
	unsigned closed_count; /* `closed` calls */
	char violation[400];   /* the first; "" while all is well */
	/* Called inside each sink call, before its answer. */
	void (*inside)(struct smtpd_session *, enum call);
	/* Called inside `reset` and `closed`. */
	void (*inside_end)(struct smtpd_session *, bool closed);
};

extern struct world world;

enum stage {
	STAGE_NONE,
	STAGE_MAIL, /* MAIL was accepted */
	STAGE_DATA, /* begin was accepted */
	STAGE_ENDING,
	STAGE_DEAD, /* refused in `data`: reset must come at once */
};

struct smtpd_conn {
	struct smtpd_conn *next;
	struct smtpd_session *session; /* NULL once it is gone */
	struct octets in;              /* what the client sent */
	size_t in_at;                  /* how much of it was taken */
	struct octets out;             /* all replies so far */
	size_t out_read;               /* of them, given by engine_reply() */
	struct octets calls;           /* what the sink was told: lines */
	struct octets quirks;   /* the same of quirks, "+name" forgiven */
	struct octets data;     /* of the message so far */
	struct octets received; /* its Received: field */
	size_t taken;           /* octets of the stream */
	unsigned asked[CALLS];
	unsigned kept;     /* messages accepted at their end */
	unsigned activity; /* calls of sink and port */
	bool woken;
	bool tls_wanted; /* the engine wants a handshake */
	bool tls_done;
	bool closed;         /* smtpd_port_close() was called */
	bool sink_closed;    /* `closed` was called */
	bool unacknowledged; /* as `closed` said */
	enum smtpd_end why;  /* as `closed` said */
	enum smtpd_close how;
	/* the question that waits */
	bool pending;
	enum call question;
	bool unknown; /* the user that `scram` asks for */
	const struct rule *rule;
	smtpd_ref ref;
	unsigned turns;      /* until it is settled, 0: by hand */
	struct octets later; /* where in the stream questions became late */
	/* the transaction, for the contract */
	enum stage stage;
	unsigned rcpts;
	size_t verdict_at;  /* in `out`, of the reply to the last end */
	char verdict_class; /* it must begin with, 0: unknown */
};

/* A fresh world with a listener of flags 0, no limits changed. */
void engine_begin(void);

/* Offer SCRAM. There is one user, "user" with the password "pencil" and what
 * RFC 7677 3 has of it; ANSWER_REJECT to CALL_SCRAM: there is none. */
void engine_scram(void);

/* Clients have shown a certificate, and the sink knows EXTERNAL. */
void engine_certificate(const char *subject);
extern const struct smtpd_scram_keys engine_scram_keys;

/* Close what is open; NULL, or what was wrong: a violation, a session left
 * in the pool. */
const char *engine_end(void);

/* A client connects; NULL when it was refused. */
struct smtpd_conn *engine_open(void);
extern const char *engine_refusal; /* of the last engine_open() */

/* Answer `call` number nth (0: each) so from now on. */
void engine_rule(enum call, unsigned nth, enum answer, unsigned code,
	const char *enhanced, const char *text);

/* The client sends; the engine runs until nothing moves. */
void engine_send(struct smtpd_conn *, const char *text);
void engine_send_octets(struct smtpd_conn *, const void *p, size_t len);
void engine_run(struct smtpd_conn *);

/* Take up to len octets of output, no more; returns how many. */
size_t engine_take(struct smtpd_conn *, size_t len);

/* The next whole reply not yet seen, lines with CRLF, or "" when there is
 * none. Valid until the next call. */
const char *engine_reply(struct smtpd_conn *);

/* The code of the next reply, 0 when there is none; of the last of n. */
unsigned engine_code(struct smtpd_conn *);
unsigned engine_codes(struct smtpd_conn *, unsigned n);

/* Open, greet, EHLO; the replies are passed over. */
struct smtpd_conn *engine_hello(void);

/* The answer to the question that waits. Returns the engine's result. */
int engine_settle(struct smtpd_conn *, enum smtpd_verdict, unsigned code,
	const char *enhanced, const char *text);

/* Time passes, in one step, then a tick and all sessions run. */
void engine_wait(uint32_t ms);

/* The handshake that the engine asked for is done. */
void engine_tls(struct smtpd_conn *);

void engine_eof(struct smtpd_conn *);
void engine_lost(struct smtpd_conn *, enum smtpd_end, uint32_t unacknowledged);
void engine_shutdown(void);

/* Note a violation. */
void engine_violation(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Well-formed replies: each line 512 octets at most, US-ASCII, CRLF, one code
 * in all lines of a reply. Returns why not, or NULL. */
const char *engine_check_replies(const struct octets *);

/* ---- between the files of this folder ---- */

void sink_install(struct smtpd_sink *);
void sink_answered(struct smtpd_conn *, enum call, bool accepted);
bool engine_still_asked(struct smtpd_conn *);
struct smtpd_conn *engine_conn(struct smtpd_session *);

#endif
