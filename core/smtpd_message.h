/*
 * smtpd_message.h - a mail's fields and parts, as they arrive
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A push parser of RFC 5322 and MIME (RFC 2045 to 2047, 2231): octets in,
 * events out. It needs neither sessions nor a port, and takes what devices
 * really send: no header block, stray dashes around boundaries, no final
 * boundary, base64 of any padding and line length, text of no known charset.
 *
 * Memory    One struct smtpd_message a mail, the caller's; nothing else, and
 *           nothing grows. What does not fit is cut and said to be cut.
 * Time      Linear in the octets pushed; no recursion.
 * Chunks    However the octets are split into pushes, the events are the
 *           same, but that the octets of a part come in other pieces.
 * Text      All text in events is valid UTF-8. It may have any character of
 *           Unicode, controls and NUL too: who shows it escapes it.
 * Context   Any, one thread at a time for each struct. Callbacks MUST NOT call
 *           the functions below for the same struct.
 */
#ifndef SMTPD_MESSAGE_H
#define SMTPD_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd.h"

/* Charsets that are turned into UTF-8. */
enum smtpd_charset {
	SMTPD_CHARSET_UNKNOWN, /* or not named: see struct smtpd_message */
	SMTPD_CHARSET_UTF8,    /* and US-ASCII */
	SMTPD_CHARSET_8859_1,
	SMTPD_CHARSET_8859_15,
	SMTPD_CHARSET_1252,
	/* and GB 2312, and of GB 18030 what has two octets; the name is not
	 * known without SMTPD_GBK */
	SMTPD_CHARSET_GBK,
};

/* The charset of this name in any case; SMTPD_CHARSET_UNKNOWN if none. */
enum smtpd_charset smtpd_charset_find(const char *name, size_t len);

enum smtpd_disposition {
	SMTPD_DISPOSITION_NONE, /* none given */
	SMTPD_DISPOSITION_INLINE,
	SMTPD_DISPOSITION_ATTACHMENT, /* and every other (RFC 2183 2.8) */
};

/* A header field. Spans are valid during the callback. */
struct smtpd_field {
	struct smtpd_str name;  /* as it came, without the colon */
	struct smtpd_str value; /* unfolded, RFC 2047 words decoded */
	uint8_t level; /* 0: the mail's own; else of a part or of a mail in it
			*/
	bool cut;      /* longer than SMTPD_MESSAGE_FIELD_MAX */
};

/* A part that is no container: multipart and message/rfc822 have events for
 * what is in them only. Spans are valid during the callback. */
struct smtpd_part {
	struct smtpd_str type; /* type/subtype, lower case; never empty */
	struct smtpd_str name; /* file name (RFC 2183, 2231) or empty */
	enum smtpd_disposition disposition;
	enum smtpd_charset charset; /* as named, for text */
	uint16_t index;             /* 0 is the first part of the mail */
	uint8_t level; /* containers around it; 0: the mail has one part */
	bool text;     /* type text: its octets are UTF-8, line ends as sent */
	bool cut;      /* type or name did not fit; or a container too deep */
};

/* How a part, or the mail, ended. */
#define SMTPD_MESSAGE_BAD_CODING                                               \
	0x01u /* base64 or quoted-printable was not well-formed */
#define SMTPD_MESSAGE_BAD_CHARSET                                              \
	0x02u                         /* octets that are not of the charset    \
				       */
#define SMTPD_MESSAGE_NO_END    0x04u /* without its final boundary */
#define SMTPD_MESSAGE_TOO_DEEP  0x08u /* a container was not opened */
#define SMTPD_MESSAGE_CUT       0x10u /* a field, type or name was cut */
#define SMTPD_MESSAGE_NO_HEADER 0x20u /* there was no header block */

/* Each may be NULL. `ctx` is that of smtpd_message_start(). */
struct smtpd_message_events {
	/* A field is complete. Those of the mail come before all parts. */
	void (*field)(void *ctx, const struct smtpd_field *);
	/* The mail's own fields are over; once, also when there were none. */
	void (*header_end)(void *ctx);
	void (*part_begin)(void *ctx, const struct smtpd_part *);
	/* Octets of the part that began last, at least 1; decoded, and text
	 * as UTF-8. The span is valid during the callback. */
	void (*octets)(void *ctx, const uint8_t *p, size_t len);
	/* `flags`: SMTPD_MESSAGE_BAD_CODING, _BAD_CHARSET, _NO_END. */
	void (*part_end)(void *ctx, unsigned flags);
	/* Once, the last. `flags`: all of SMTPD_MESSAGE_. */
	void (*end)(void *ctx, unsigned flags);
};

#if SMTPD_MESSAGE

/* Octets of a boundary, RFC 2046 5.1.1, and of a line that may be one. */
#define SMTPD_MESSAGE_BOUNDARY_MAX 70
#define SMTPD_MESSAGE_HOLD_MAX     96

/* Text on its way to UTF-8; zero-filled at the start of each text. */
struct smtpd_convert {
	uint8_t charset; /* enum smtpd_charset */
	uint8_t other;   /* for octets that are no UTF-8; or 0 */
	uint8_t have;    /* octets of a character that is not complete */
	bool bad;        /* an octet of no character; replaced by U+FFFD */
#if SMTPD_GBK
	uint8_t run; /* what the octets above 127 in a row are */
	uint8_t held[8];
#else
	uint8_t held[4];
#endif
};

/* Private to core/message*.c. */
struct smtpd_message {
	const struct smtpd_message_events *events;
	void *ctx;
	uint8_t charset; /* see smtpd_message_start() */
	uint8_t state;
	uint8_t eol;  /* a line end that is held back: it may be a boundary's */
	uint8_t seen; /* which fields of MIME this header block had */
	uint8_t coding; /* of the part */
	uint8_t coded;  /* state of its decoder */
	uint8_t bits;   /* the same: what is not yet a whole octet */
	uint8_t disposition;
	uint8_t part_charset;
	uint8_t levels; /* containers that are open */
	uint8_t flags, part_flags;
	bool headed;  /* the mail's own header block is over */
	bool in_part; /* else: before the first part, behind the last */
	bool text;
	bool part_cut;
	bool fields; /* the block has some, but for Received: */
	bool field_cut;
	uint16_t index;
	uint16_t field_len;
	uint16_t name_len; /* 0: the colon has not come */
	struct smtpd_convert convert;
	uint8_t hold_len, type_len, file_len;
	uint8_t bound_len[SMTPD_MESSAGE_DEPTH]; /* 0: a message/rfc822 */
	char type[SMTPD_MESSAGE_TYPE_MAX];
	char file[SMTPD_MESSAGE_NAME_MAX];
	char hold[SMTPD_MESSAGE_HOLD_MAX]; /* a line that may be a boundary */
	char bound[SMTPD_MESSAGE_DEPTH][SMTPD_MESSAGE_BOUNDARY_MAX];
	char field[SMTPD_MESSAGE_FIELD_MAX]; /* name, then value */
};

/*
 * Begin a mail.
 *
 * charset  what to take octets above 127 for that are no UTF-8 and whose
 *          charset is not named or not known, in fields and in text: for
 *          example SMTPD_CHARSET_8859_1 for a device that is known to send
 *          Latin-1. SMTPD_CHARSET_UNKNOWN: they become U+FFFD. With
 *          SMTPD_CHARSET_GBK it is told for each run of such octets whether
 *          they are UTF-8: they are if the first 8 are, with a character of
 *          three or four octets among them. Without SMTPD_GBK it means
 *          SMTPD_CHARSET_UNKNOWN.
 *
 * Ownership: events and ctx stay the caller's and MUST outlive the mail. A
 * struct may be started again at any time; there is nothing to release.
 */
void smtpd_message_start(struct smtpd_message *,
	const struct smtpd_message_events *events, void *ctx,
	enum smtpd_charset charset);

/*
 * Take the mail's next octets, without dot-stuffing; line ends are CRLF or LF.
 *
 * p, len  any number, also 0. They are overwritten: transfer encodings are
 *         undone in place. The spans of events point there or into the struct.
 */
void smtpd_message_push(struct smtpd_message *, uint8_t *p, size_t len);

/* The mail is complete: the events that were held back, and `end`. */
void smtpd_message_finish(struct smtpd_message *);

#endif

#endif
