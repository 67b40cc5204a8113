/*
 * FreeRTOSConfig.h - how the kernel is built for our firmware
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For kernels from V9.0.0 on. Sizes of stacks stand in freertos.h.
 */
#ifndef FREERTOS_CONFIG_H
#define FREERTOS_CONFIG_H

#include <stdint.h>

/* Hz, noted by board_init() through cortex_m_clock_start(). */
extern uint32_t board_cpu_hz;

void board_assert(const char *what, const char *file, int line);

#define configCPU_CLOCK_HZ          board_cpu_hz
#define configTICK_RATE_HZ          1000
#define configUSE_16_BIT_TICKS      0
#define configUSE_PREEMPTION        1
#define configUSE_TIME_SLICING      1
#define configMAX_PRIORITIES        4
#define configMAX_TASK_NAME_LEN     8
#define configMINIMAL_STACK_SIZE    128 /* words, of the idle task */
#define configSTACK_DEPTH_TYPE      uint16_t
#define configUSE_MUTEXES           1
#define configUSE_RECURSIVE_MUTEXES 1
#define configUSE_TIMERS            0
#define configUSE_CO_ROUTINES       0

/* heap_4, a static array: tasks, queues and semaphores, made at the start. */
#ifndef configTOTAL_HEAP_SIZE
#define configTOTAL_HEAP_SIZE 32768
#endif
#define configSUPPORT_DYNAMIC_ALLOCATION 1
#define configUSE_MALLOC_FAILED_HOOK     1

/* The idle task sleeps. */
#define configUSE_IDLE_HOOK     1
#define configUSE_TICK_HOOK     0
#define configUSE_TICKLESS_IDLE 0

/* The last octets of a stack are looked at whenever its task stops running. */
#define configCHECK_FOR_STACK_OVERFLOW      2
#define INCLUDE_uxTaskGetStackHighWaterMark 1

#define INCLUDE_vTaskDelay                1
#define INCLUDE_vTaskDelete               1
#define INCLUDE_vTaskSuspend              1
#define INCLUDE_xTaskGetCurrentTaskHandle 1

#define configASSERT(x)                                                        \
	do {                                                                   \
		if (!(x))                                                      \
			board_assert(#x, __FILE__, __LINE__);                  \
	} while (0)

/* Priorities of interrupts, in the upper bits. The board's have the lowest,
 * 0xff: see cortex_m_irq_enable(). */
#define configKERNEL_INTERRUPT_PRIORITY      255
#define configMAX_SYSCALL_INTERRUPT_PRIORITY 64

/* The names of boards/common/cortex_m/start.c. */
#define vPortSVCHandler     SVC_Handler
#define xPortPendSVHandler  PendSV_Handler
#define xPortSysTickHandler SysTick_Handler

#endif
