/*
 * application.c - the application's task, its sink, and its lines
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "FreeRTOS.h"
#include "task.h"

#include <string.h>

#include "lwip/sys.h"

#include "auth.h"
#include "console.h"
#include "firmware.h"
#include "freertos.h"
#include "queue_log.h"
#include "record.h"
#include "sink.h"

static TaskHandle_t task;
static sys_sem_t released;
static volatile bool overflow;

/* ---- the sink ---- */

/* board_sink counts sessions, for log and statistics, and tells of quirks. */
static enum smtpd_verdict on_connect(struct smtpd_session *s)
{
	board_sink.connect(s);
	return board_queue_sink.connect(s);
}

static void on_closed(
	struct smtpd_session *s, enum smtpd_end why, bool unacknowledged)
{
	board_queue_sink.closed(s, why, unacknowledged);
	board_sink.closed(s, why, unacknowledged);
}

/* see freertos.h */
const struct smtpd_sink *board_rtos_sink(void)
{
	static struct smtpd_sink sink;

	sink = board_queue_sink;
	sink.connect = on_connect;
	sink.flags |= board_sink.flags;
	sink.auth = board_sink.auth;
#if SMTPD_SCRAM
	sink.scram = board_sink.scram;
#endif
	sink.closed = on_closed;
	sink.quirk = board_sink.quirk;
	board_queue_user = board_auth_user;
	board_queue_log_max = board_settings.sink_message_max;
	if (board_queue_init() != ERR_OK || sys_sem_new(&released, 0) != ERR_OK)
		return NULL;
	return &sink;
}

/* ---- lines; the tcpip thread, which has others, cannot come between ---- */

/* see queue_log.h */
void board_queue_log_say(const char *line)
{
	vTaskSuspendAll();
	board_put_line(line);
	xTaskResumeAll();
}

/* see queue_log.h */
void board_queue_log_print(const struct board_queue_record *r)
{
	const struct board_queue_message *m = r->message;
	struct smtpd_tls_info tls = {m->tls_version, m->tls_cipher};
	struct smtpd_info info = {.peer = m->peer,
		.helo = {m->helo, (uint16_t)strlen(m->helo)},
		.protocol = m->protocol,
		.tls = *m->tls_version ? &tls : NULL};
	struct board_record record = {.info = &info,
		.session = m->session,
		.user = m->user,
		.envelope = m->envelope,
		.rcpt_listed = m->rcpt_count,
		.rcpt_count = m->rcpt_count,
		.size = m->size,
		.octets = r->octets,
		.digest = r->digest,
		.verdict = r->verdict,
		.code = r->accepted ? 250 : m->reply.code};

	vTaskSuspendAll();
	board_record_print(&record);
	xTaskResumeAll();
}

/* ---- the task ---- */

/* Deeper and deeper, until the kernel sees it. */
static unsigned sink_down(unsigned n)
{
	volatile unsigned here = n;

	if (uxTaskGetStackHighWaterMark(NULL) > 0)
		return sink_down(n + 1) + here;
	vTaskDelay(1);
	return here;
}

static void run(void *arg)
{
	(void)arg;
	board_queue_run(&board_queue_log);
}

/* see queue_log.h */
void board_task_start(void)
{
	if (task)
		return;
	while (sys_arch_sem_wait(&released, 1) != SYS_ARCH_TIMEOUT)
		;
	if (xTaskCreate(run, "app", BOARD_TASK_STACK / sizeof(StackType_t),
		    NULL, BOARD_TASK_PRIO, &task) != pdPASS)
		task = NULL;
}

/* see queue_log.h */
void board_task_kill(void)
{
	if (task)
		vTaskDelete(task);
	task = NULL;
}

/* see queue_log.h */
void board_task_hold(void)
{
	sys_sem_wait(&released);
	if (overflow)
		sink_down(0);
}

/* see queue_log.h */
void board_task_release(void)
{
	sys_sem_signal(&released);
}

/* see freertos.h */
void board_task_overflow(void)
{
	overflow = true;
	board_task_release();
}

/* ---- statistics ---- */

static void stack(const char *name, TaskHandle_t of, uint32_t size)
{
	uint32_t left = uxTaskGetStackHighWaterMark(of) * sizeof(StackType_t);

	board_put_stat(name, 0, size - left, size);
}

/* see freertos.h */
void board_rtos_stats(void)
{
	const uint32_t heap = configTOTAL_HEAP_SIZE;
	unsigned high, count = board_queue_count(&high);

	stack("stack_tcpip", NULL, TCPIP_THREAD_STACKSIZE);
	if (task)
		stack("stack_app", task, BOARD_TASK_STACK);
	board_put_stat("rtos_heap", heap - (uint32_t)xPortGetFreeHeapSize(),
		heap - (uint32_t)xPortGetMinimumEverFreeHeapSize(), heap);
	board_put_stat("queue", count, high, BOARD_QUEUE_MESSAGES);
}
