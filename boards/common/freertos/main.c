/*
 * main.c - firmware on FreeRTOS: the tcpip thread does what the loop did
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * An interrupt notes that there is work, as on bare metal, and posts a message
 * to the tcpip thread, which takes frames and characters. No driver has a
 * thread of its own.
 */
#include "FreeRTOS.h"
#include "task.h"

#include "lwip/sys.h"
#include "lwip/tcpip.h"
#include "lwip/timeouts.h"

#include "board.h"
#include "console.h"
#include "cortex_m.h"
#include "firmware.h"
#include "freertos.h"
#include "queue_log.h"

#define ALIVE_MS 100u /* the watchdog wants to hear of us */

/* what sys_mbox_trypost_fromisr() of contrib's FreeRTOS port may return */
#ifndef ERR_NEED_SCHED
#define ERR_NEED_SCHED 123
#endif

uint32_t board_cpu_hz;

static struct tcpip_callback_msg *work;
static volatile bool posted; /* it is in the tcpip thread's mbox */

int main(void);
void vApplicationIdleHook(void);
void vApplicationMallocFailedHook(void);
void vApplicationStackOverflowHook(TaskHandle_t task, char *name);

/* ---- time: the kernel's tick; see cortex_m.h ---- */

void cortex_m_clock_start(uint32_t hz)
{
	board_cpu_hz = hz; /* the scheduler starts it */
}

uint32_t cortex_m_clock_ms(void)
{
	return xTaskGetTickCount() * portTICK_PERIOD_MS;
}

/* see lwip/sys.h */
u32_t sys_now(void)
{
	return board_clock_ms() + board_settings.clock_ms;
}

/* ---- on the tcpip thread ---- */

static void command(int c)
{
	if (c == 'X')
		board_task_overflow();
	else if (c == 's')
		board_rtos_stats();
	if (!board_queue_log_command(c))
		board_command(c);
}

static void on_work(void *arg)
{
	int c;

	(void)arg;
	posted = false;
	board_netif_poll(&board_netif);
	while ((c = board_console_read()) >= 0)
		command(c);
	if (!board_busy() || posted)
		return;
	posted = true; /* others may have their turn first */
	if (tcpip_callbackmsg_trycallback(work) != ERR_OK)
		posted = false;
}

/* Also finds what an interrupt could not post. */
static void on_alive(void *arg)
{
	board_watchdog_kick();
	on_work(arg);
	sys_timeout(ALIVE_MS, on_alive, NULL);
}

static void start(void *arg)
{
	const struct smtpd_sink *sink = board_rtos_sink();

	(void)arg;
	work = tcpip_callbackmsg_new(on_work, NULL);
	if (!sink || !work)
		board_assert("no memory at the start", __FILE__, __LINE__);
	board_firmware_start(sink);
	board_task_start();
	on_alive(NULL);
}

/* ---- interrupts; see cortex_m.h ---- */

void cortex_m_irq_done(void)
{
	err_t err;

	if (!work || posted)
		return;
	posted = true;
	err = tcpip_callbackmsg_trycallback_fromisr(work);
	if (err == ERR_NEED_SCHED) {
		portYIELD_FROM_ISR(pdTRUE);
	} else if (err != ERR_OK) {
		posted = false;
	}
}

/* ---- what the kernel calls ---- */

void vApplicationIdleHook(void)
{
	__asm volatile("dsb\n wfi" ::: "memory");
}

void vApplicationMallocFailedHook(void)
{
	board_assert("configTOTAL_HEAP_SIZE is too small", __FILE__, __LINE__);
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
	(void)task;
	board_put("\r\nstack overflow: task ");
	board_put_line(name);
	board_reset();
}

int main(void)
{
	board_init();
	board_firmware_boot();
	tcpip_init(start, NULL);
	vTaskStartScheduler();
	board_assert("the scheduler has ended", __FILE__, __LINE__);
	return 0;
}
