/*
 * freertos.h - our firmware on FreeRTOS: what its files share
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_FREERTOS_H
#define BOARD_FREERTOS_H

#include <stdint.h>

/* The application's task: its priority, below the tcpip thread's, and octets
 * of its stack. */
#define BOARD_TASK_PRIO 1
#ifndef BOARD_TASK_STACK
#define BOARD_TASK_STACK 2048
#endif

struct smtpd_sink;

/* The firmware's sink: queues messages for the application's task, and lets
 * users AUTH. Makes the queue; NULL: no memory. Once, on the tcpip thread. */
const struct smtpd_sink *board_rtos_sink(void);

/* Print `stat` lines of stacks, the kernel's heap and the queue. On the tcpip
 * thread. */
void board_rtos_stats(void);

/* Let the application's task use all of its stack, to see it found out. */
void board_task_overflow(void);

#endif
