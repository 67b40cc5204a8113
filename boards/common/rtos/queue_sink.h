/*
 * queue_sink.h - a sink that hands messages to a task of the application
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * With an RTOS the server runs on lwIP's tcpip thread, where no callback may
 * block. This sink copies each message into a queue there and answers LATER; a
 * task of the application takes it out, may block as it likes, and its answers
 * are brought back to the tcpip thread. Only lwIP's sys_arch and tcpip.h are
 * used, so that it runs on every lwIP port with NO_SYS=0.
 *
 *	tcpip thread        message            the application's task
 *	mail, rcpt          envelope
 *	begin: LATER        ------>            open()   ACCEPT | REJECT
 *	data: ACCEPT, or
 *	  LATER when full   == octets ==>      data()   ACCEPT | REJECT
 *	end: LATER          ------>            end()    ACCEPT | REJECT
 *	250 or 4xx, 5xx     <------
 *	                    ------>            done(kept)
 *
 * Nothing waits for the task but the sessions it has not answered: those are
 * told 451 after verdict_ms, and their messages are dropped. A task that died
 * is replaced by one that calls board_queue_run() anew: messages that the dead
 * one had begun are refused with 451 4.3.0, the others stay as they are.
 *
 * Nothing is allocated but one semaphore and one struct tcpip_msg, both at the
 * start. RAM: BOARD_QUEUE_MESSAGES * (BOARD_QUEUE_OCTETS +
 * BOARD_QUEUE_ENVELOPE + some 150).
 */
#ifndef BOARD_QUEUE_SINK_H
#define BOARD_QUEUE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lwip/err.h"

#include "smtpd.h"

/* Messages at once. One more gets 451 4.3.2 to MAIL. A message that was
 * dropped keeps its place until the task has been told. */
#ifndef BOARD_QUEUE_MESSAGES
#define BOARD_QUEUE_MESSAGES SMTPD_MAX_SESSIONS
#endif

/* Octets of a message that can wait for the task, at least SMTPD_DATA_CHUNK;
 * twice that lets the network and the task work at the same time. */
#ifndef BOARD_QUEUE_OCTETS
#define BOARD_QUEUE_OCTETS (2 * SMTPD_DATA_CHUNK)
#endif

/* Octets for sender and recipients; what does not fit gets 452 4.5.3. */
#ifndef BOARD_QUEUE_ENVELOPE
#define BOARD_QUEUE_ENVELOPE 1024
#endif

/* A reply of the application's choice; see smtpd_session_verdict(). Texts of
 * static lifetime; code 0 is the default reply. */
struct board_queue_reply {
	uint16_t code;
	const char *enhanced;
	const char *text;
};

/*
 * A message on its way. The members above `private` are constant from open()
 * to done(), and the task may read them; the rest is the queue's.
 */
struct board_queue_message {
	unsigned index;   /* 0 to BOARD_QUEUE_MESSAGES - 1 */
	uint32_t session; /* counts connections */
	struct smtpd_peer peer;
	char helo[SMTPD_HELO_MAX + 1];
	const char *protocol; /* "ESMTPS", static */
	char tls_version[12]; /* "" without TLS */
	char tls_cipher[40];
	char user[65]; /* who has authenticated, see board_queue_user; or "" */
	uint32_t size; /* SIZE=, 0 when not given */
	uint16_t rcpt_count;
	/* sender, then recipients, each with its NUL */
	char envelope[BOARD_QUEUE_ENVELOPE];

	/* the reply of a refusal; code 0: the default, or none yet */
	struct board_queue_reply reply;

	/* private */
	uint16_t envelope_len;
	uint8_t phase, progress, wait;
	bool alone; /* the client left: nobody waits for the answer */
	smtpd_ref ref;
	size_t put, take, used;
	size_t received; /* octets of the Received: field not yet taken */
	uint8_t octets[BOARD_QUEUE_OCTETS];
};

/* What the application does with messages. Called by board_queue_run(), on its
 * task; every function may block, for less than verdict_ms of the listener. No
 * member may be NULL. None may call the functions of smtpd.h, of lwip_smtpd.h
 * or of lwIP's raw API. */
struct board_queue_app {
	/* Take this message? Before the client is told to send it. Default
	 * REJECT: 451 4.3.0. */
	enum smtpd_verdict (*open)(struct board_queue_message *);

	/* The next octets of it, at most BOARD_QUEUE_OCTETS. They stay the
	 * queue's and are valid during the call. `received`: they are of the
	 * Received: field that the server puts in front. After REJECT the rest
	 * is not shown. */
	enum smtpd_verdict (*data)(struct board_queue_message *,
		const uint8_t *p, size_t len, bool received);

	/* All of it is there. ACCEPT: it is kept, as far as the application is
	 * concerned, and will be even when the power fails now. */
	enum smtpd_verdict (*end)(struct board_queue_message *);

	/*
	 * The last of this message, once after each open(), whatever that
	 * answered. kept false: it never was. That may be so even after end()
	 * answered ACCEPT, when the client was told 451 in the meantime:
	 * forget it. Called again when the task died in it.
	 */
	void (*done)(struct board_queue_message *, bool kept);
};

/* From inside open(), data() or end(), before it returns REJECT: choose the
 * reply. Texts of static lifetime. */
void board_queue_reply(struct board_queue_message *, uint16_t code,
	const char *enhanced, const char *text);

/* Tells who the session in a slot has authenticated as, "" nobody. NULL: never
 * known. Called on the tcpip thread; set before the first listener. */
extern const char *(*board_queue_user)(unsigned index);

/* The sink, for struct smtpd_listener. A board that wants AUTH copies it and
 * sets `auth`. */
extern const struct smtpd_sink board_queue_sink;

/*
 * Make the queue. Once, after tcpip_init() and before the first listener.
 *
 * Returns ERR_OK, or ERR_MEM: no semaphore, or MEMP_NUM_TCPIP_MSG_API is 0.
 * Context: any task.
 */
err_t board_queue_init(void);

/*
 * The application's task: take messages out of the queue, for ever.
 *
 * One task at a time. When it has died, in a callback or anywhere else where
 * the RTOS allows that a task ends (FreeRTOS: vTaskDelete() by another task,
 * at any time), a new one calls this again.
 *
 * Does not return. Context: the task, not the tcpip thread.
 */
void board_queue_run(const struct board_queue_app *app);

/* Messages now in the queue, and the most there ever were. Any task. */
unsigned board_queue_count(unsigned *high);

#endif
