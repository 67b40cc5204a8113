/*
 * queue_log.c - an application's task: hashes each message, gives it a record
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "queue_log.h"

#include <string.h>

#include "lwip/sys.h"

#include "content.h"

#define SLOW_MS 5

enum step {
	STEP_NONE,
	STEP_OPEN,
	STEP_DATA,
	STEP_END,
};

/* The console's wishes; under SYS_ARCH_PROTECT. */
static struct {
	enum step hold; /* stop there, once */
	bool slow, refuse;
} wish;

/* The task's own, for each message. */
static struct content {
	struct board_content of;
	bool accepted;
} contents[BOARD_QUEUE_MESSAGES];

uint32_t board_queue_log_max;

/* ---- on the task ---- */

static bool stops_at(enum step step, bool *slow)
{
	bool stops;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	stops = wish.hold == step;
	*slow = wish.slow;
	if (stops)
		wish.hold = STEP_NONE;
	SYS_ARCH_UNPROTECT(level);
	return stops;
}

static bool is_refused(void)
{
	bool refuse;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	refuse = wish.refuse;
	wish.refuse = false;
	SYS_ARCH_UNPROTECT(level);
	return refuse;
}

/* As the console wants it. Returns whether the message is to be taken. */
static bool goes_on(struct board_queue_message *m, enum step step)
{
	static const char *const lines[] = {
		[STEP_OPEN] = "task: waits at open",
		[STEP_DATA] = "task: waits at data",
		[STEP_END] = "task: waits at end",
	};
	bool slow;

	if (stops_at(step, &slow)) {
		board_queue_log_say(lines[step]);
		board_task_hold();
	} else if (slow) {
		sys_msleep(SLOW_MS);
	}
	if (!is_refused())
		return true;
	board_queue_reply(m, 554, "5.6.0", "The application refuses it");
	return false;
}

static enum smtpd_verdict on_open(struct board_queue_message *m)
{
	struct content *c = &contents[m->index];

	memset(c, 0, sizeof *c);
	if (!goes_on(m, STEP_OPEN))
		return SMTPD_REJECT;
	return board_content_begin(&c->of) ? SMTPD_ACCEPT : SMTPD_REJECT;
}

static enum smtpd_verdict on_data(struct board_queue_message *m,
	const uint8_t *p, size_t len, bool received)
{
	struct board_content *c = &contents[m->index].of;

	if (!goes_on(m, STEP_DATA))
		return SMTPD_REJECT;
	if (received)
		return SMTPD_ACCEPT;
	if (board_queue_log_max && len > board_queue_log_max - c->octets) {
		board_queue_reply(m, 452, "4.3.1", "No room for the message");
		return SMTPD_REJECT;
	}
	return board_content_add(c, p, len) ? SMTPD_ACCEPT : SMTPD_REJECT;
}

static void print(
	const struct board_queue_message *m, const char *verdict, bool accepted)
{
	struct board_content *c = &contents[m->index].of;
	struct board_queue_record record = {.message = m,
		.octets = c->octets,
		.verdict = verdict,
		.accepted = accepted};
	uint8_t digest[32];

	if (board_content_end(c, digest))
		record.digest = digest;
	board_queue_log_print(&record);
}

static enum smtpd_verdict on_end(struct board_queue_message *m)
{
	if (!goes_on(m, STEP_END))
		return SMTPD_REJECT;
	print(m, "accepted", true);
	contents[m->index].accepted = true;
	return SMTPD_ACCEPT;
}

static void on_done(struct board_queue_message *m, bool kept)
{
	if (!kept)
		print(m, contents[m->index].accepted ? "dropped" : "refused",
			false);
}

const struct board_queue_app board_queue_log = {
	.open = on_open,
	.data = on_data,
	.end = on_end,
	.done = on_done,
};

/* ---- on the console's task ---- */

static void set_hold(enum step step)
{
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	wish.hold = step;
	SYS_ARCH_UNPROTECT(level);
	board_queue_log_say("task: will wait");
}

static void set_refuse(bool refuse)
{
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	wish.refuse = refuse;
	SYS_ARCH_UNPROTECT(level);
}

static void toggle_slow(void)
{
	bool slow;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	slow = wish.slow = !wish.slow;
	SYS_ARCH_UNPROTECT(level);
	board_queue_log_say(slow ? "task: slow" : "task: fast");
}

/* see queue_log.h */
bool board_queue_log_command(int c)
{
	switch (c) {
	case 'O':
		set_hold(STEP_OPEN);
		break;
	case 'D':
		set_hold(STEP_DATA);
		break;
	case 'E':
		set_hold(STEP_END);
		break;
	case 'G':
	case 'N':
		set_refuse(c == 'N');
		board_task_release();
		break;
	case 'Z':
		toggle_slow();
		break;
	case 'K':
		board_task_kill();
		board_queue_log_say("task: dead");
		break;
	case 'T':
		board_task_start();
		board_queue_log_say("task: new");
		break;
	default:
		return false;
	}
	return true;
}
