/*
 * text.h - a bounded text writer, for code that has no printf
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The writer appends to the caller's array and keeps it NUL-terminated. What
 * does not fit is left out and `full` is set; nothing is ever written past
 * the end. Context of every function: any.
 */
#ifndef BOARD_TEXT_H
#define BOARD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board_text {
	char *s;    /* NUL-terminated */
	size_t len; /* octets in s, without the NUL */
	size_t cap; /* octets of the array */
	bool full;  /* something did not fit */
};

/* Start writing into the array s of cap octets, at least 1. The array stays
 * the caller's and MUST outlive the writer. */
void board_text_start(struct board_text *, char *s, size_t cap);

/* Append len octets as they are. */
void board_text_put(struct board_text *, const void *p, size_t len);

/* Append a NUL-terminated string as it is. */
void board_text_str(struct board_text *, const char *s);

/* Append a number in decimal. */
void board_text_num(struct board_text *, uint64_t n);

/* Append a number in decimal, with zeros in front to fill `width` digits. */
void board_text_pad(struct board_text *, uint64_t n, unsigned width);

/* Append len octets as lower-case hexadecimal digits. */
void board_text_hex(struct board_text *, const uint8_t *p, size_t len);

/*
 * Append len octets as a JSON string with its quotes (RFC 8259 7).
 *
 * Valid UTF-8 passes as it is; controls (C0, DEL and C1) become \u00xx so
 * that a terminal or a log reader cannot be led astray; an octet that is not
 * part of valid UTF-8 becomes U+FFFD.
 */
void board_text_json(struct board_text *, const char *s, size_t len);

#endif
