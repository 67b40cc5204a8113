/*
 * message.h - what the files of the message parser share
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_CORE_MESSAGE_H
#define SMTPD_CORE_MESSAGE_H

#include "mem.h"
#include "smtpd_message.h"

#if SMTPD_MESSAGE

enum {
	M_BLOCK,      /* header block, at the beginning of a line */
	M_BLOCK_CR,   /* the same, after a CR */
	M_FIELD,      /* in a line of it */
	M_FIELD_SKIP, /* in a line of it that is no field */
	M_BLOCK_HOLD, /* in a line of it that may be a boundary */
	M_LINE,       /* body, at the beginning of a line */
	M_BODY,       /* in a line of it */
	M_HOLD,       /* in a line of it that may be a boundary */
};

enum { CODING_NONE, CODING_BASE64, CODING_QUOTED, CODING_SKIP };

enum { SEEN_TYPE = 1, SEEN_CODING = 2, SEEN_DISPOSITION = 4, SEEN_DIGEST = 8 };

#define EOL_CR   1 /* bits of `eol`; both: CRLF */
#define EOL_LF   2
#define DIGEST   0x80 /* in bound_len */
#define BOUND(n) ((n)&0x7f)

/* ---- charset.c ---- */

#define CONVERT_OUT_MAX (SMTPD_GBK ? 32 : 16)
#define REPLACEMENT     0xfffdu

/*
 * One octet of a text. Returns how many octets of UTF-8 are ready; fewer than
 * CONVERT_OUT_MAX.
 */
size_t smtpd_convert_octet(struct smtpd_convert *, uint8_t octet, uint8_t *out);

/* The text is over: what an incomplete character becomes. */
size_t smtpd_convert_end(struct smtpd_convert *, uint8_t *out);

/* The character's UTF-8; v is below 0x10000. Returns its length. */
size_t smtpd_utf8_put(uint32_t v, uint8_t *out);

/* The same as smtpd_convert_octet(), of a text in UTF-8. */
size_t smtpd_utf8_octet(struct smtpd_convert *, uint8_t octet, uint8_t *out);

/* ---- charset_gbk.c ---- */

/* The same of a text in GBK; and of one that is GBK where it is no UTF-8. */
size_t smtpd_gbk_octet(struct smtpd_convert *, uint8_t octet, uint8_t *out);
size_t smtpd_gbk_guess(struct smtpd_convert *, uint8_t octet, uint8_t *out);

/* The text that smtpd_gbk_guess() is asked about is over: what it has held
 * back, but for an incomplete character. */
size_t smtpd_gbk_end(struct smtpd_convert *, uint8_t *out);

/* ---- message_word.c ---- */

/* Text that is written where `limit` allows it. */
struct smtpd_words {
	char *out;
	const char *limit; /* fits until here */
	struct smtpd_convert convert;
	uint8_t charset; /* for octets of no known charset */
	bool moving;     /* the limit is what has been read */
	bool cut;
};

void smtpd_words_start(
	struct smtpd_words *, char *out, const char *limit, uint8_t charset);

/* One octet of text in the charset of `convert`. */
void smtpd_words_octet(struct smtpd_words *, uint8_t octet);

/* The octets that follow are of this charset. */
void smtpd_words_charset(struct smtpd_words *, uint8_t charset);

/*
 * A text with encoded words (RFC 2047). `limit` NULL: the text stands behind
 * `out` in the same array, and makes room as it is read.
 */
void smtpd_words_decode(struct smtpd_words *, const char *in, size_t len);

/* ---- message_param.c ---- */

/* Copy a parameter without its quotes, decoded (RFC 2231). Returns its length;
 * 0 when there is none; cap + 1 when it does not fit. */
size_t smtpd_mime_param(
	struct smtpd_str value, const char *name, char *out, size_t cap);

/* The same of a file name, decoded (RFC 2231; RFC 2047 as well). */
bool smtpd_mime_name(
	struct smtpd_message *, struct smtpd_str value, const char *name);

/* Is it this word, in any case? The word is in lower case. */
bool smtpd_is_lower(const char *s, size_t len, const char *word);

static inline char smtpd_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool smtpd_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The value of a hexadecimal digit; 16 for anything else. */
unsigned smtpd_hex_digit(uint8_t c);

/* ---- message_head.c ---- */

/* A header block begins. */
void smtpd_head_start(struct smtpd_message *);

/* Octets of a header block. Returns how many were used. */
size_t smtpd_head_push(struct smtpd_message *, uint8_t *p, size_t len);

/* The field that is read is complete; so is the block. */
void smtpd_head_field(struct smtpd_message *);
void smtpd_head_end(struct smtpd_message *);

/* ---- message_body.c ---- */

/* Octets of a part, as sent. They are overwritten. */
void smtpd_body_content(struct smtpd_message *, uint8_t *p, size_t len);

/* The part is over. */
void smtpd_body_end(struct smtpd_message *, unsigned flags);

/* ---- message.c ---- */

/* Octets of a body. Returns how many were used: all, or those up to the next
 * header block. */
size_t smtpd_body_push(struct smtpd_message *, uint8_t *p, size_t len);

/* The line in `hold`, without its line end: is it a boundary? If it is, go on
 * behind it. */
bool smtpd_boundary(struct smtpd_message *);

#endif

#endif
