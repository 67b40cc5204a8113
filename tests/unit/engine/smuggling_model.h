/*
 * smuggling_model.h - what the server that sent a message meant by it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The sender knows one line end, CRLF, and one end of a message, CRLF.CRLF.
 * What somebody else wrote into the message is text to it, whatever it looks
 * like.
 */
#ifndef SMUGGLING_MODEL_H
#define SMUGGLING_MODEL_H

#include <stdbool.h>

#include "octets.h"

enum sender {
	SENDER_STUFFS,  /* a dot before each line that begins with one */
	SENDER_SPARING, /* only before a line that is a lone dot */
	SENDERS
};

/* What goes over the wire for a text, its end included. */
void model_send(struct octets *wire, enum sender, const struct octets *text);

/*
 * What the receiver has to make of it if it keeps it at all: lines are what
 * CRLF ends, a dot that begins one goes. crlf: bare LFs become CRLF; lf: while
 * all lines have ended in LF alone, a dot that begins one goes, too. False when
 * the wire does not have its one end where it ends.
 */
bool model_receive(
	struct octets *text, const struct octets *wire, bool crlf, bool lf);

/* Does the wire end a message whose lines all end in LF, before its own end? */
bool model_ends_with_lf(const struct octets *wire);

#endif
