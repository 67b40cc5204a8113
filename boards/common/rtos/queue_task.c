/*
 * queue_task.c - messages out of the queue: the application's task
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "queue.h"

enum job {
	JOB_NONE,
	JOB_OPEN,
	JOB_DATA,
	JOB_END,
	JOB_DONE,
};

/* ---- what is to be done; under protection ---- */

static enum job job_of(const struct board_queue_message *m)
{
	if (m->phase == PHASE_KEPT || m->phase == PHASE_DROPPED)
		return JOB_DONE;
	if (m->phase != PHASE_DATA && m->phase != PHASE_ENDED)
		return JOB_NONE;
	if (m->progress == PROGRESS_NONE)
		return JOB_OPEN;
	if (m->progress != PROGRESS_OPEN)
		return JOB_NONE;
	if (m->used)
		return JOB_DATA;
	return m->phase == PHASE_ENDED ? JOB_END : JOB_NONE;
}

/* It is in the task's hands now: what dies with it must be known. */
static void take(struct board_queue_message *m, enum job job)
{
	if (job == JOB_OPEN)
		m->progress = PROGRESS_OPENING;
	else if (job == JOB_END)
		m->progress = PROGRESS_ENDING;
}

static void set_progress(struct board_queue_message *m, enum progress progress)
{
	m->progress = (uint8_t)progress;
	if (progress == PROGRESS_REFUSED) { /* nobody wants the rest */
		m->take = (m->take + m->used) % BOARD_QUEUE_OCTETS;
		m->used = 0;
	}
	if (!m->alone || m->phase != PHASE_ENDED)
		return;
	if (progress == PROGRESS_ACCEPTED)
		m->phase = PHASE_KEPT;
	else if (progress == PROGRESS_REFUSED)
		m->phase = PHASE_DROPPED;
}

/* ---- the tcpip thread is told ---- */

static void post(void)
{
	bool posted;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	posted = board_queue.posted;
	board_queue.posted = true;
	SYS_ARCH_UNPROTECT(level);
	if (posted)
		return;
	while (tcpip_callbackmsg_trycallback(board_queue.answers) != ERR_OK)
		sys_msleep(1); /* its mbox is full */
}

/* The task has come to an answer. */
static void answer(struct board_queue_message *m, enum progress progress)
{
	bool waits;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	set_progress(m, progress);
	waits = m->wait != WAIT_NONE;
	SYS_ARCH_UNPROTECT(level);
	if (waits)
		post();
}

/* ---- jobs ---- */

static void do_data(
	const struct board_queue_app *app, struct board_queue_message *m)
{
	size_t len, received;
	bool waits;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	len = LWIP_MIN(m->used, BOARD_QUEUE_OCTETS - m->take);
	received = m->received;
	SYS_ARCH_UNPROTECT(level);
	if (received)
		len = LWIP_MIN(len, received);
	if (app->data(m, m->octets + m->take, len, received > 0) !=
		SMTPD_ACCEPT) {
		answer(m, PROGRESS_REFUSED);
		return;
	}
	SYS_ARCH_PROTECT(level);
	m->take = (m->take + len) % BOARD_QUEUE_OCTETS;
	m->used -= len;
	if (received)
		m->received -= len;
	waits = m->wait == WAIT_ROOM && board_queue_has_room(m);
	SYS_ARCH_UNPROTECT(level);
	if (waits)
		post();
}

static void do_done(
	const struct board_queue_app *app, struct board_queue_message *m)
{
	SYS_ARCH_DECL_PROTECT(level);

	if (m->progress != PROGRESS_NONE)
		app->done(m, m->phase == PHASE_KEPT);
	SYS_ARCH_PROTECT(level);
	board_queue_free(m);
	SYS_ARCH_UNPROTECT(level);
}

static void do_job(const struct board_queue_app *app,
	struct board_queue_message *m, enum job job)
{
	switch (job) {
	case JOB_OPEN:
		answer(m, app->open(m) == SMTPD_ACCEPT ? PROGRESS_OPEN
						       : PROGRESS_REFUSED);
		break;
	case JOB_DATA:
		do_data(app, m);
		break;
	case JOB_END:
		answer(m, app->end(m) == SMTPD_ACCEPT ? PROGRESS_ACCEPTED
						      : PROGRESS_REFUSED);
		break;
	case JOB_DONE:
		do_done(app, m);
		break;
	case JOB_NONE:
		break;
	}
}

/* ---- the task ---- */

/* One piece of work; each message has its turn. */
static bool work(const struct board_queue_app *app)
{
	static unsigned turn;
	struct board_queue_message *m = NULL;
	enum job job = JOB_NONE;
	unsigned i;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	for (i = 0; i < BOARD_QUEUE_MESSAGES && job == JOB_NONE; i++) {
		turn = (turn + 1) % BOARD_QUEUE_MESSAGES;
		m = &board_queue.messages[turn];
		job = job_of(m);
	}
	if (job != JOB_NONE)
		take(m, job);
	SYS_ARCH_UNPROTECT(level);
	if (job == JOB_NONE)
		return false;
	do_job(app, m, job);
	return true;
}

/* What a task that died had in its hands: how far it came is not known. */
static void recover(void)
{
	static const struct board_queue_reply died = {
		451, "4.3.0", "Restarted meanwhile, try again"};
	struct board_queue_message *m;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	for (m = board_queue.messages;
		m < board_queue.messages + BOARD_QUEUE_MESSAGES; m++) {
		if (m->phase == PHASE_FREE || m->progress == PROGRESS_NONE ||
			m->progress >= PROGRESS_ACCEPTED)
			continue;
		m->reply = died;
		set_progress(m, PROGRESS_REFUSED);
	}
	board_queue.posted = false;
	SYS_ARCH_UNPROTECT(level);
	post();
}

/* see queue_sink.h */
void board_queue_run(const struct board_queue_app *app)
{
	recover();
	for (;;)
		if (!work(app))
			sys_sem_wait(&board_queue.work);
}

/* see queue_sink.h */
void board_queue_reply(struct board_queue_message *m, uint16_t code,
	const char *enhanced, const char *text)
{
	m->reply.code = code;
	m->reply.enhanced = enhanced;
	m->reply.text = text;
}
