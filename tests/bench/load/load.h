/*
 * load.h - an SMTP load generator, what its files share
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * One thread, one epoll loop; each connection is a small state machine
 * (dialogue.c) over a socket that may be in TLS (wire.c).
 */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum load_state {
	LOAD_FREE,
	LOAD_CONNECT,
	LOAD_HANDSHAKE,
	LOAD_GREETING,
	LOAD_EHLO,
	LOAD_STARTTLS,
	LOAD_MAIL,
	LOAD_RCPT,
	LOAD_DATA,
	LOAD_DOT,
	LOAD_QUIT,
};

enum load_tls {
	LOAD_CLEAR,
	LOAD_UPGRADE, /* STARTTLS */
	LOAD_WRAPPED, /* TLS from the first octet */
};

struct load_conn {
	int fd;
	enum load_state state;
	bool secure;          /* octets go through ssl */
	bool wants_out;       /* EPOLLOUT is asked for */
	bool greeted;         /* counts no longer as being opened */
	bool offers_tls;      /* EHLO said STARTTLS */
	bool offers_pipeline; /* EHLO said PIPELINING */
	long left;            /* messages this connection has promised */
	SSL *ssl;
	const char *out; /* still to be sent */
	size_t out_len;
	char command[512];
	char in[4096]; /* replies, the last line maybe incomplete */
	size_t in_len;
	uint64_t since_us;     /* of this connection */
	uint64_t message_us;   /* of this message */
	uint64_t handshake_us; /* of the TLS handshake */
};

struct load_options {
	struct sockaddr_in to;
	int sessions;     /* at once */
	int opening;      /* connects in flight */
	long messages;    /* in all */
	long per_session; /* 0: as many as there are */
	size_t length;    /* octets of a message */
	unsigned dotted;  /* one line in so many begins with a dot; 0: none */
	bool pipeline;
	bool no_delay; /* TCP_NODELAY */
	enum load_tls tls;
	int greet_ms; /* only count greetings, so long; 0: send mail */
	int from;     /* the next source port; 0: the kernel's choice */
};

/* Octets of time, sorted when printed. */
struct load_times {
	const char *name;
	uint32_t *us;
	size_t count, room;
};

struct load_result {
	long messages, sessions, errors;
	int open;          /* connections now */
	int being_opened;  /* of those, not greeted yet */
	long promised;     /* messages that connections have promised to send */
	char first[256];   /* error */
	int greeted, busy; /* 220 and 421, when only greetings are counted */
	uint64_t last_us;  /* the last of those */
	struct load_times message, session, handshake;
};

extern struct load_options load_options;
extern struct load_result load_result;
extern int load_epoll;

/* ---- message.c ---- */

/* The message with its final dot; made once. */
const char *load_message(size_t *len);

/* ---- dialogue.c ---- */

/* A reply's last line; false: the connection is over. */
bool load_reply(struct load_conn *, int code, const char *line);

/* A line of the reply to EHLO. */
void load_capability(struct load_conn *, const char *line);

/* The handshake is done; false: the connection is over. */
bool load_secured(struct load_conn *);

/* ---- wire.c ---- */

/* TLS for all connections. Returns whether there is any. */
bool load_tls_setup(void);

void load_connect(struct load_conn *);
void load_close(struct load_conn *, bool good);

/* Send; what does not go at once goes when it can. False: closed. */
bool load_send(struct load_conn *, const char *p, size_t len);

/* Start the client's handshake. False: closed. */
bool load_handshake(struct load_conn *);

/* epoll says so. */
void load_event(struct load_conn *, uint32_t events);

/* ---- result.c ---- */

uint64_t load_now_us(void);
void load_time(struct load_times *, uint64_t since_us);
void load_fail(const char *what, const char *detail);
void load_print(double seconds);

#endif
