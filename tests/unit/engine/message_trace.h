/*
 * message_trace.h - what the message parser makes of a mail, as text
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The same for every way to split the mail.
 */
#ifndef MESSAGE_TRACE_H
#define MESSAGE_TRACE_H

#include "octets.h"
#include "smtpd_message.h"

/* How a mail is split: the length of the next piece; at least 1. */
typedef size_t message_split(void *ctx, size_t at, size_t len);

/* A mail to push(to, piece, octets of it), piece by piece; each is a copy that
 * the sanitizer watches. */
void in_pieces(const void *mail, size_t len, message_split *split, void *ctx,
	void (*push)(void *to, uint8_t *piece, size_t n), void *to);

/*
 * Append the trace of a mail: a line for each event, octets of a part in one.
 * `split` NULL: all at once.
 */
void message_trace(struct octets *, const void *mail, size_t len,
	enum smtpd_charset charset, message_split *split, void *ctx);

/* Pieces of *(size_t *)ctx octets. */
size_t split_every(void *ctx, size_t at, size_t len);

/* Two pieces, the first of *(size_t *)ctx octets. */
size_t split_at(void *ctx, size_t at, size_t len);

/* Pieces of a length that depends on where they are, and on *(unsigned *). */
size_t split_random(void *ctx, size_t at, size_t len);

#endif
