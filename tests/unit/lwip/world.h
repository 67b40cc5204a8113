/*
 * world.h - lwIP, server and clients in one process, with a clock of our own
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * One netif whose wire leads back to itself carries everything. Frames lie on
 * the wire as exact-size copies until world_run() delivers them; a test can
 * look at them, lose them, or inject its own. Time passes only in world_run().
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lwip/tcp.h"
#include "lwip_smtpd.h"

#define PORT 25

/* ---- the wire ---- */

struct wire {
	bool cut;           /* all frames are lost */
	unsigned frames;    /* delivered so far */
	unsigned answers;   /* segments with data from the server */
	unsigned resets;    /* segments with RST from the server */
	unsigned syn_acks;  /* from the server */
	bool silent;        /* clients' bare acknowledgements are lost */
	void (*each)(void); /* called before each frame is delivered */
};

extern struct wire wire;

/* Put a TCP segment on the wire, from 10.0.0.9; options and data may be
 * empty. */
void wire_inject(uint16_t from, uint8_t flags, uint32_t seq, uint32_t ack,
	const uint8_t *options, size_t options_len);

/* ---- time ---- */

extern uint32_t world_now;

/* Deliver all that is on the wire, and run what is due, until nothing moves;
 * then let ms milliseconds pass the same way. */
void world_run(uint32_t ms);

/* Let the clock go on to t, which may be far, in few steps. */
void world_skip_to(uint32_t t);

/* Deliver until *flag, for at most ms. Returns *flag. */
bool world_until(const bool *flag, uint32_t ms);

/* ---- clients ---- */

struct client {
	struct tcp_pcb *pcb; /* NULL: gone */
	const char *out;     /* to be sent; not copied */
	size_t out_len;
	size_t out_pos;
	size_t step;     /* octets in one segment; 0: as many as fit */
	bool hold;       /* does not open its window */
	uint16_t window; /* octets of it, from connecting on; 0: TCP_WND */
	bool fin;        /* FIN behind the last octet */
	bool closes;     /* answers FIN with FIN; the default */
	bool up;         /* connected */
	bool eof;        /* the server's FIN came */
	bool failed;     /* reset, or never connected */
	size_t got;
	char in[16384]; /* the first of what came, NUL-terminated */
};

/* Start to connect; `out` is sent as it gets through. Returns false when lwIP
 * has no pcb. */
bool client_open(struct client *c, const char *out);

/* The same from a port of the client's choice; 0: any. */
bool client_open_from(struct client *c, const char *out, uint16_t port);

/* Send more, or go on. */
void client_send(struct client *c, const char *out);

/* Go on sending. */
void client_push(struct client *c);

/* Read what was held back. */
void client_read(struct client *c);

void client_reset(struct client *c);

/* A reply that begins with code has come; run for up to ms until then. */
bool client_expect(struct client *c, const char *text, uint32_t ms);

/* How often text is in what came. */
unsigned client_count(const struct client *c, const char *text);

/* ---- the server ---- */

/* What the sink does, and has seen since server_start(). */
struct server {
	enum smtpd_verdict connect, mail, rcpt, begin, data, end;
	bool answer_in_other; /* settle `end` inside another session's `mail` */
	smtpd_ref ref;        /* of the last LATER */
	unsigned connected, closed, unacknowledged;
	unsigned mails, ended, resets;
	enum smtpd_end why; /* of the last closed */
	struct smtpd_peer peer;
	uint32_t octets;  /* of message data */
	uint32_t sum;     /* over them, in order */
	unsigned refused; /* SMTPD_EV_REFUSED */
	unsigned tls;     /* SMTPD_EV_TLS */
	bool no_entropy;
};

extern struct server server;
extern struct smtpd_limits server_limits;
extern struct lwip_smtpd_listener server_listener;

uint32_t server_sum(uint32_t sum, const void *p, size_t len);

/* A clean world, listening on PORT; also checks that the last one left
 * nothing. */
void world_start(void);

/* All connections are gone after enough time, every pool is back at its
 * level, each session was closed once. Returns NULL, or what is wrong. */
const char *world_end(void);

/* A whole session with one message goes through. */
bool world_serves(void);

/* ---- faults ---- */

enum fault {
	FAULT_NONE,
	FAULT_MEMP,     /* lwIP's pools, timers excepted */
	FAULT_MEM,      /* lwIP's heap */
	FAULT_PBUF,     /* pbuf_alloc() */
	FAULT_WRITE,    /* tcp_write() */
	FAULT_BROKEN,   /* the same, and not for want of memory */
	FAULT_OUTPUT,   /* tcp_output() */
	FAULT_CLOSE,    /* tcp_close() */
	FAULT_SHUTDOWN, /* tcp_shutdown() */
	FAULT_COUNT
};

/* Let calls from, from + 1, ... from + many - 1 of this kind fail. */
void fault_set(enum fault kind, unsigned from, unsigned many);

/* Calls so far. */
unsigned fault_calls(void);

extern const char *const fault_names[FAULT_COUNT];

#endif
