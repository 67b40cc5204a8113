/*
 * sinks.h - several sinks behind one: all of them take a message, or none
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * At the end of a message every sink first prepares (what can fail does so
 * here: written and synced, but not visible), then every sink commits. When a
 * commit fails, those done before it are rolled back. The sink whose commit
 * cannot be taken back (log) commits last.
 * A sink whose commit cannot fail (inbox) comes behind that.
 *
 * Everything is static: one struct board_message for each session slot.
 */
#ifndef BOARD_SINKS_H
#define BOARD_SINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerts/alert.h"
#include "smtpd.h"

#define BOARD_MAX_SINKS 8

/* Octets of the addresses of a message; and of an item of the list of sinks. */
#ifndef BOARD_ENVELOPE_MAX
#define BOARD_ENVELOPE_MAX 32768
#endif
#ifndef BOARD_SINK_ITEM_MAX
#define BOARD_SINK_ITEM_MAX 4096
#endif

/* The reply of a sink that does not take a message. Static. */
struct board_refusal {
	unsigned code;
	const char *enhanced;
	const char *text;
};

/* The message in progress of a session. */
struct board_message {
	struct smtpd_session *session;       /* NULL: the slot has none */
	const struct board_refusal *refusal; /* what a sink said, or NULL */
	const char *why; /* not accepted: who or what ended it */
	uint64_t serial; /* of the session, 1 and up since the start */
	size_t envelope_len;
	unsigned index; /* the session's slot */
	unsigned code;  /* the reply that ended it; 0: none */
	unsigned rcpt_count;
	uint32_t size;   /* declared, 0 when not */
	smtpd_ref ref;   /* the question that `waiting` are asked */
	uint8_t waiting; /* a bit for each sink that has not prepared yet */
	uint8_t off;     /* a bit for each that has no part in the message */
	bool undecided;  /* its subject decides which sinks those are */
	bool goes_on;    /* inside `drop`: only this sink forgets it */
	bool open;       /* MAIL was accepted and nothing has ended it */
	bool refused;    /* the engine refused it; the reply follows */
	/* from, then each recipient, each with a NUL behind it */
	char envelope[BOARD_ENVELOPE_MAX];
};

/* `prepare` says neither yes nor no yet: board_sinks_settle() does. */
extern const struct board_refusal board_sink_later;

/* Who commits when. */
enum board_sink_order {
	BOARD_SINK_ROLLS_BACK,  /* a commit can be taken back */
	BOARD_SINK_FINAL,       /* it cannot */
	BOARD_SINK_NEVER_FAILS, /* nor needs it to */
	BOARD_SINK_ORDERS,
};

/*
 * A kind of sink. `slot` numbers the instances, 0 to BOARD_MAX_SINKS - 1.
 * Each of the questions about a message returns NULL for yes. NULL members
 * do nothing and say yes.
 */
struct board_sink_kind {
	const char *name;     /* as in --sink NAME or --sink NAME:ARGUMENT */
	const char *argument; /* said when it is missing; NULL: takes none */
	const char *usage;    /* with an argument: NAME:WHAT */
	uint8_t order;        /* of commits, enum board_sink_order */
	bool alerts;          /* mails are read for it: board_reader_alert() */
	/* Is the argument right? Returns NULL or why not; makes nothing. */
	const char *(*check)(const char *argument);
	/* Make ready. Returns NULL or why not. */
	const char *(*open)(unsigned slot, const char *argument);
	const struct board_refusal *(*mail)(
		unsigned slot, struct board_message *);
	const struct board_refusal *(*begin)(
		unsigned slot, struct board_message *);
	/* `received`: these octets are our Received: field, not the client's */
	const struct board_refusal *(*data)(unsigned slot,
		struct board_message *, const uint8_t *p, size_t len,
		bool received);
	/* With `alerts`: as struct board_reader_events has them. */
	void (*early)(unsigned slot, struct board_message *,
		const struct board_alert *);
	void (*picture)(unsigned slot, struct board_message *,
		const struct smtpd_alert *, const uint8_t *p, size_t len);
	/* Where `alerts` is set, the alert is full here and in commit. */
	const struct board_refusal *(*prepare)(
		unsigned slot, struct board_message *);
	const struct board_refusal *(*commit)(
		unsigned slot, struct board_message *);
	/* Take a commit back. */
	void (*rollback)(unsigned slot, struct board_message *);
	/* The client did something odd, which was forgiven or refused. */
	void (*quirk)(unsigned slot, struct board_message *,
		enum smtpd_quirk quirk, bool forgiven);
	/* The message is not taken: forget it. m->why and m->code say why;
	 * with m->goes_on other sinks may still take it. */
	void (*drop)(unsigned slot, struct board_message *);
};

/* Kinds of every board: with SMTPD_INBOX, with SMTPD_MQTT, nowhere. */
extern const struct board_sink_kind board_sink_inbox;
extern const struct board_sink_kind board_sink_mqtt;
extern const struct board_sink_kind board_sink_null;

/* What a board gives. Texts are options, "" when not given. Everything is kept
 * by pointer. */
struct board_sinks_config {
	const struct board_sink_kind *const *kinds; /* NULL behind the last */
	const char *routes;                         /* sink_route */
	const char *rules;                          /* alert_rules */
	const char *charset;                        /* alert_charset */
	/* Which port it is, BOARD_SMTP to BOARD_LMTP; else BOARD_PORTS. */
	unsigned (*port)(const struct smtpd_listener *);
	/* Each may be NULL: a session begins. */
	void (*connected)(const struct board_message *);
	/* For people: a sink of best effort has failed; a client left before
	 * its 250; a client did something odd. */
	void (*left_out)(const struct board_message *, const char *sink,
		const struct board_refusal *);
	void (*unacknowledged)(const struct board_message *);
	void (*quirk)(const struct board_message *, enum smtpd_quirk quirk,
		bool forgiven);
};

/* Use this from now on; before all that follows. */
void board_sinks_use(const struct board_sinks_config *);

/* The sink to give to the listeners. */
extern const struct smtpd_sink board_sink;

/* The list where none is given: log; who has a page, or a broker, wants to see
 * alerts there. Of kinds that are built in; static. */
const char *board_sinks_default(bool page, bool mqtt);

/*
 * Check, or check and open, the sinks of a comma list such as
 * "log,maildir:/var/mail/in". Returns NULL, or what is wrong as a text that
 * the next call overwrites.
 */
const char *board_sinks_check(const char *list);
const char *board_sinks_open(const char *list);

/* After these: check the routes of the configuration, and the list of sinks
 * of best effort, which is taken over. Returns the same. */
const char *board_sinks_check_routes(void);
const char *board_sinks_take_best_effort(const char *list);

/* Is a sink of this kind open? */
bool board_sinks_have(const char *kind);

/*
 * The late answer to `prepare`, for the session in slot `index`, of the sink
 * instance `slot`: NULL for yes. When the message is over by now, nothing
 * happens. Not from inside `prepare`.
 */
void board_sinks_settle(
	unsigned index, unsigned slot, const struct board_refusal *);

/* The session was refused something with this reply. */
void board_sinks_replied(const struct smtpd_session *, unsigned code);

/* The number of the session in this slot, counted since the start. */
uint64_t board_session_serial(unsigned index);

/* The message of the session. */
struct board_message *board_message(struct smtpd_session *);

#endif
