/*
 * lwip_freertos.h - lwIP's options for firmware with FreeRTOS
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For lwIP's contrib/ports/freertos. A board changes sizes with -D.
 */
#ifndef LWIP_FREERTOS_H
#define LWIP_FREERTOS_H

#define NO_SYS 0

/* Above the application's task, see freertos.h. Octets; 14,208 are used when
 * certificate and key are read, fewer in a handshake. */
#ifndef TCPIP_THREAD_STACKSIZE
#define TCPIP_THREAD_STACKSIZE 20480
#endif
#define TCPIP_THREAD_PRIO 2
#define TCPIP_THREAD_NAME "tcpip"
#define LWIP_COMPAT_MUTEX 0

/* A session whose task is behind keeps up to a window of frames. All of them
 * may be: the others must still get theirs. */
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE (SMTPD_MAX_SESSIONS * (TCP_WND / 512) + 16)
#endif

/* sys_now() is ours, with the offset of the settings. */
#define LWIP_FREERTOS_SYS_NOW_FROM_FREERTOS 0

/* What calls lwIP from a task that may not, fails: see its sys_arch.c. Costs
 * some 20 instructions for each call of lwIP. */
#define LWIP_FREERTOS_CHECK_CORE_LOCKING 1
void sys_check_core_locking(void);
void sys_mark_tcpip_thread(void);
#define LWIP_ASSERT_CORE_LOCKED() sys_check_core_locking()
#define LWIP_MARK_TCPIP_THREAD()  sys_mark_tcpip_thread()
#if LWIP_TCPIP_CORE_LOCKING
void sys_lock_tcpip_core(void);
void sys_unlock_tcpip_core(void);
#define LOCK_TCPIP_CORE()   sys_lock_tcpip_core()
#define UNLOCK_TCPIP_CORE() sys_unlock_tcpip_core()
#endif

#include "lwip_firmware.h"

#endif
