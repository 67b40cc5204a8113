/*
 * queue_log.h - an application's task: hashes each message, gives it a record
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * It stands for what a product does with its mail: flash, a field bus, MQTT.
 * Each step of it can be stopped, slowed down, refused, and its task killed
 * from the console, to see what the server does then.
 */
#ifndef BOARD_QUEUE_LOG_H
#define BOARD_QUEUE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "queue_sink.h"

/* For board_queue_run(). */
extern const struct board_queue_app board_queue_log;

/* Octets of a message that it takes, without our Received:; 0: no limit. What
 * is longer gets 452 4.3.1. Set before the task starts. */
extern uint32_t board_queue_log_max;

/* What became of a message; used during the call only. */
struct board_queue_record {
	const struct board_queue_message *message;
	uint32_t octets;       /* of the content, without our Received: */
	const uint8_t *digest; /* SHA-256 of it, 32 octets; NULL: unknown */
	bool accepted;
	const char *verdict; /* "accepted", "refused", "dropped" */
};

/*
 * A character was typed:
 *
 *	O D E   stop before the next open, data, end, and say so
 *	G       go on
 *	N       go on, and refuse the message
 *	Z       from now on, each step takes 5 ms; again: no more
 *	K       kill the task, which stands still
 *	T       a new task
 *
 * Returns whether it was one of these. Context: one task, not the
 * application's.
 */
bool board_queue_log_command(int c);

/* ---- what the program supplies ---- */

/* Print a record; a message is accepted once this is done with it. Context:
 * the application's task. */
void board_queue_log_print(const struct board_queue_record *);

/* Say a line of static lifetime on the console. Context: any task. */
void board_queue_log_say(const char *line);

/* Start the application's task, whose body is board_queue_run(). */
void board_task_start(void);

/* End it, which waits in board_task_hold(). It is gone when this returns. */
void board_task_kill(void);

/* The application's task waits here until board_task_release(), or is killed
 * in here. */
void board_task_hold(void);
void board_task_release(void);

#endif
