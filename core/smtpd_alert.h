/*
 * smtpd_alert.h - from a mail to an alert: who, which channel, what, a picture
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * On top of smtpd_message.h: picks from a mail what an alert is made of, and
 * what is particular to a brand by rules that are text (see below). Two
 * stages: `early` when the header block is over, `full` when the mail is.
 *
 * Memory    One struct smtpd_alert_reader a mail, the caller's.
 * Text      Strings are NUL-terminated, valid UTF-8, without control
 *           characters (`text` has LF), cut between characters. They come from
 *           mail: whoever shows them escapes them, whoever makes a topic of
 *           them removes its wildcards.
 * Context   As in smtpd_message.h.
 */
#ifndef SMTPD_ALERT_H
#define SMTPD_ALERT_H

#include "smtpd_message.h"

/* Octets of a brand and of a picture's type, with NUL. */
#define SMTPD_ALERT_BRAND_MAX 24

enum smtpd_alert_state {
	SMTPD_ALERT_EVENT, /* neither of these is said */
	SMTPD_ALERT_START,
	SMTPD_ALERT_END,
	SMTPD_ALERT_TEST, /* the device's test mail */
};

/* "event", "start", "end" or "test". */
const char *smtpd_alert_state_name(enum smtpd_alert_state);

/* What was cut, in `cut`. */
#define SMTPD_ALERT_CUT_FROM    0x01u
#define SMTPD_ALERT_CUT_TO      0x02u
#define SMTPD_ALERT_CUT_SUBJECT 0x04u
#define SMTPD_ALERT_CUT_TEXT    0x08u
#define SMTPD_ALERT_CUT_WORD    0x10u /* one of the short ones */

struct smtpd_alert {
	char from[SMTPD_ALERT_ADDRESS_MAX]; /* the address of From: alone */
	char to[SMTPD_ALERT_ADDRESS_MAX];   /* the first address of To: */
	char subject[SMTPD_ALERT_SUBJECT_MAX];
	char text[SMTPD_ALERT_TEXT_MAX];   /* the first text; HTML as text */
	char brand[SMTPD_ALERT_BRAND_MAX]; /* "hikvision"; empty: no rule */
	char device[SMTPD_ALERT_WORD_MAX]; /* what the device calls itself */
	char channel[SMTPD_ALERT_WORD_MAX];
	char event[SMTPD_ALERT_WORD_MAX]; /* "Motion Detection" */
	char picture_name[SMTPD_ALERT_WORD_MAX];
	char picture_type[SMTPD_ALERT_BRAND_MAX]; /* image/...; empty: none */
	int64_t date_s;          /* of Date:, seconds since 1970 in UTC */
	int16_t zone_min;        /* its zone, minutes east of UTC */
	bool dated;              /* Date: was there and could be read */
	uint8_t state;           /* enum smtpd_alert_state */
	uint8_t cut;             /* SMTPD_ALERT_CUT_ bits */
	uint8_t flags;           /* SMTPD_MESSAGE_ bits, full stage */
	uint16_t parts;          /* parts so far */
	uint16_t pictures;       /* of them pictures; the first one is given */
	uint32_t picture_octets; /* of the first one, decoded, so far */
	uint32_t octets;         /* of the mail as sent, full stage */
};

/* Each may be NULL. */
struct smtpd_alert_events {
	/* The header block is over: from, to, subject, date, and what rules
	 * find in them. */
	void (*early)(void *ctx, const struct smtpd_alert *);
	/* The first picture begins with its name and type known, has octets,
	 * ends: len is 0 then. */
	void (*picture)(void *ctx, const struct smtpd_alert *, const uint8_t *p,
		size_t len);
	/* The mail is complete. Not called for one that is given up. */
	void (*full)(void *ctx, const struct smtpd_alert *);
};

/*
 * Rules are lines of text. In each: conditions, then what is set where all of
 * them hold. All rules are tried in order, the user's first; what is set
 * already stays as it is.
 *
 *   rule      = *( condition SP ) 1*( setting SP ) ; '#' begins a comment
 *   condition = where "~" words        ; one of the words is in there
 *   setting   = what "=" ( word / where ":" words )
 *   where     = "from" / "subject" / "text" / "brand"
 *   what      = "brand" / "device" / "channel" / "event" / "state"
 *   words     = word *( "|" word )
 *   word      = 1*( any but SP " | ; # ) / <"> 1*( any but <"> ) <">
 *
 * Words are found in any case; `from` is the address and the name before it.
 * `what=where:words` takes what stands behind the first of the words that is
 * found, up to the end of the line, without white space and colons around it;
 * `what=word` the word itself. State is one of start, end, test.
 *
 *   text~"EVENT TYPE:" brand=hikvision event=text:"EVENT TYPE:"
 *   brand~hikvision channel=text:"CHANNEL NAME:"|"CHANNEL NUMBER:"
 *   subject~"test mail" state=test
 */

/* What is wrong with a rule. */
struct smtpd_alert_error {
	const char *why; /* a sentence without a full stop */
	uint16_t at;     /* octets from the beginning of the text */
};

/*
 * Look at rules, of len octets, before they are used; lines end in LF, CRLF
 * or ';', none of which may stand inside quotes. Rules that were not looked at
 * are safe as well: a line ends at what is wrong with it.
 *
 * Returns 0; or SMTPD_EINVAL, and *error says what is wrong.
 */
int smtpd_alert_rules_check(
	const char *rules, size_t len, struct smtpd_alert_error *error);

#if SMTPD_ALERT

/* Private to core/alert*.c, but for `alert`. */
struct smtpd_alert_reader {
	struct smtpd_message message;
	struct smtpd_alert alert;
	const struct smtpd_alert_events *events;
	void *ctx;
	const char *rules;
	uint32_t octets;
	uint16_t rules_len;
	uint16_t text_len;
	uint8_t seen;     /* which fields there were */
	uint8_t part;     /* what the part is that is read */
	uint8_t html;     /* where in HTML we are */
	uint8_t tag_len;  /* of a tag's name, or of a character's */
	bool hidden;      /* in a script, a style or a title */
	bool blank, line; /* white space, or a line end, comes before text */
	bool named;       /* `device` is the name in From: */
	char tag[9];
};

/*
 * Begin a mail.
 *
 * rules    the user's rules, checked, of rules_len octets; NULL: none. Those
 *          of the known brands come behind them.
 * charset  as for smtpd_message_start().
 *
 * Ownership: events, ctx and rules stay the caller's and MUST outlive the
 * mail. There is nothing to release; a mail that is given up is just not ended.
 */
void smtpd_alert_start(struct smtpd_alert_reader *,
	const struct smtpd_alert_events *events, void *ctx, const char *rules,
	uint16_t rules_len, enum smtpd_charset charset);

/* The envelope's addresses, for a mail that has no From: or To:. At any time
 * before its header block is over. Either may be empty. */
void smtpd_alert_envelope(struct smtpd_alert_reader *, struct smtpd_str from,
	struct smtpd_str to);

/* The mail's next octets; see smtpd_message_push(): they are overwritten. */
void smtpd_alert_push(struct smtpd_alert_reader *, uint8_t *p, size_t len);

/* The mail is complete. */
void smtpd_alert_finish(struct smtpd_alert_reader *);

#endif

#endif
