/*
 * queue.h - what both ends of the queue share; private
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A member of a message is one end's alone, or is used under SYS_ARCH_PROTECT:
 * `phase` and `wait`, which the tcpip thread sets, `progress` and `reply`,
 * which the task sets, `alone`, `used` and `received`. Octets between `take`
 * and `put` are the task's, the others the tcpip thread's.
 */
#ifndef BOARD_QUEUE_H
#define BOARD_QUEUE_H

#include "lwip/opt.h"
#include "lwip/sys.h"
#include "lwip/tcpip.h"

#include "queue_sink.h"

#if NO_SYS || !SYS_LIGHTWEIGHT_PROT
#error "boards/common/rtos: needs NO_SYS 0 and SYS_LIGHTWEIGHT_PROT 1"
#endif
#if BOARD_QUEUE_OCTETS < SMTPD_DATA_CHUNK
#error "BOARD_QUEUE_OCTETS: at least SMTPD_DATA_CHUNK"
#endif

/* What the client's side has come to. */
enum phase {
	PHASE_FREE,
	PHASE_ENVELOPE, /* MAIL, RCPT: not yet the task's to see */
	PHASE_DATA,
	PHASE_ENDED,   /* all of it is there */
	PHASE_KEPT,    /* the client was told 250, or left unanswered */
	PHASE_DROPPED, /* the client was told no, or left before the end */
};

/* What the task has come to; those without an answer are in its hands. */
enum progress {
	PROGRESS_NONE,
	PROGRESS_OPENING,
	PROGRESS_OPEN,
	PROGRESS_ENDING,
	PROGRESS_ACCEPTED,
	PROGRESS_REFUSED,
};

/* What the session waits for. */
enum wait {
	WAIT_NONE,
	WAIT_OPEN,
	WAIT_ROOM,
	WAIT_END,
};

struct board_queue {
	struct board_queue_message messages[BOARD_QUEUE_MESSAGES];
	sys_sem_t work;                     /* there is some for the task */
	struct tcpip_callback_msg *answers; /* there are some */
	bool posted; /* it is in the tcpip thread's mbox */
	unsigned count, high;
};

extern struct board_queue board_queue;

/* Room for the longest span that the engine gives. Under protection. */
static inline bool board_queue_has_room(const struct board_queue_message *m)
{
	return BOARD_QUEUE_OCTETS - m->used >= SMTPD_DATA_CHUNK;
}

/* Nobody's any more. Under protection. */
static inline void board_queue_free(struct board_queue_message *m)
{
	m->phase = PHASE_FREE;
	board_queue.count--;
}

#endif
