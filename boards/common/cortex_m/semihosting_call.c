/*
 * semihosting_call.c - the call itself, as Cortex-M does it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "semihosting.h"

/* see semihosting.h */
long semihosting_call(unsigned operation, const void *argument)
{
	register long r0 __asm("r0") = (long)operation;
	register const void *r1 __asm("r1") = argument;

	__asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
	return r0;
}
