/*
 * tls_guard.h - AddressSanitizer is told what is free in our static memory
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * wolfSSL's blocks lie in arrays of ours, where a sanitizer would not see that
 * it reads behind one or uses one that was freed. Nothing without sanitizer.
 * Internal to port/wolfssl.
 */
#ifndef SMTPD_TLS_GUARD_H
#define SMTPD_TLS_GUARD_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SMTPD_TLS_GUARD 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(SMTPD_TLS_GUARD)
#define SMTPD_TLS_GUARD 1
#endif

#ifdef SMTPD_TLS_GUARD
void __asan_poison_memory_region(const volatile void *p, size_t len);
void __asan_unpoison_memory_region(const volatile void *p, size_t len);

/* Nobody may touch these octets, but for those of a last unit of 8 that is not
 * whole. p is aligned to 8. */
static inline void smtpd_tls_forbid(const void *p, size_t len)
{
	__asan_poison_memory_region(p, len & ~(size_t)7);
}

/* These may be used. */
static inline void smtpd_tls_permit(const void *p, size_t len)
{
	__asan_unpoison_memory_region(p, len);
}
#else
#define smtpd_tls_forbid(p, len) ((void)(p), (void)(len))
#define smtpd_tls_permit(p, len) ((void)(p), (void)(len))
#endif

#endif
