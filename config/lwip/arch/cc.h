/*
 * cc.h - what lwIP asks of compiler and platform, for every board
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Only the compiler is assumed to be gcc or clang. With NO_SYS=0 lwIP also
 * wants arch/sys_arch.h: that comes from the RTOS's lwIP port, on the include
 * path behind this folder.
 */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

#include <stdint.h>

#if defined(__linux__)
#include <endian.h>
#endif
#ifndef BYTE_ORDER
#define BYTE_ORDER __BYTE_ORDER__
#endif

#if !NO_SYS
#ifndef LWIP_ERRNO_STDINCLUDE
#define LWIP_ERRNO_STDINCLUDE 1
#endif
#if defined(__unix__)
typedef unsigned int sys_prot_t; /* elsewhere sys_arch.h has it */
#endif
#endif

/* lwIP's own are smaller and need no locale table. */
#ifndef LWIP_NO_CTYPE_H
#define LWIP_NO_CTYPE_H 1
#endif

/* port/lwip/random.c: from smtpd_port_entropy() while that works. Not for
 * secrets. */
uint32_t lwip_smtpd_rand(void);

#ifndef LWIP_RAND
#define LWIP_RAND() lwip_smtpd_rand()
#endif

/* The board supplies it unless it defines LWIP_NOASSERT: says what broke and
 * does not return. */
void board_assert(const char *what, const char *file, int line);

#ifndef LWIP_PLATFORM_ASSERT
#define LWIP_PLATFORM_ASSERT(x) board_assert((x), __FILE__, __LINE__)
#endif

/* lwIP's diagnostics pass printf arguments in one pair of parentheses. A board
 * that wants them defines this to a function of its own. */
#ifndef LWIP_PLATFORM_DIAG
#define LWIP_PLATFORM_DIAG(x) ((void)0)
#endif

#endif
