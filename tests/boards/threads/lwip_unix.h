/*
 * lwip_unix.h - lwIP's options with its sys_arch for Unix: tcpip thread, checks
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef LWIP_UNIX_H
#define LWIP_UNIX_H

#define NO_SYS 0

/* What calls lwIP from a thread that may not, fails: see sys_arch.c. */
void sys_check_core_locking(void);
#define LWIP_ASSERT_CORE_LOCKED() sys_check_core_locking()

/* Pools are counted; frames and semaphores not: lwIP counts those without a
 * lock. */
#define LWIP_STATS         1
#define LWIP_STATS_DISPLAY 0
#define LINK_STATS         0
#define SYS_STATS          0

/* All sessions may have a window of frames that wait for the task. */
#define PBUF_POOL_SIZE (SMTPD_MAX_SESSIONS * (TCP_WND / 512) + 16)

/* A connection that the peer closed is forgotten sooner than after minutes. */
#define TCP_MSL 1000UL

#endif
