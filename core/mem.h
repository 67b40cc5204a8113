/*
 * mem.h - the six functions of libc that core uses
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * GCC expects the first four even of a freestanding program; every libc, and
 * every board's own start-up code, has all of them. Declared here so that core
 * compiles with no header but its own.
 */
#ifndef SMTPD_MEM_H
#define SMTPD_MEM_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *p, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *p, int c, size_t n);
size_t strlen(const char *s);

#endif
