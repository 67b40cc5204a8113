/*
 * semihosting.h - entropy and time from the host that runs the board
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For boards in QEMU or under a debugger. Without a host the call returns -1
 * at once, see the architecture's fault handler, and so do these.
 */
#ifndef BOARD_SEMIHOSTING_H
#define BOARD_SEMIHOSTING_H

#include <stddef.h>
#include <stdint.h>

/* The call: an operation of ARM's "Semihosting for AArch32 and AArch64", its
 * argument block. Supplied by the architecture. Returns -1: no host. */
long semihosting_call(unsigned operation, const void *argument);

/* n octets of the host's random device. Returns 0, or -1: no host, or it has
 * none; for board_entropy(). */
int semihosting_entropy(void *p, size_t n);

/* Seconds since 1970, 0 without a host; for board_time_s(). */
uint32_t semihosting_time_s(void);

/* End the emulator with this exit status; comes back without a host. */
void semihosting_exit(unsigned status);

#endif
