/*
 * pmp.h - physical memory protection: regions that bind machine mode too
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef RISCV_PMP_H
#define RISCV_PMP_H

#include <stdint.h>

#include "csr.h"

#define RISCV_PMP_R 0x1U
#define RISCV_PMP_W 0x2U
#define RISCV_PMP_X 0x4U

/* For pmpaddr: size octets at address; size is a power of two, 8 or more, and
 * address a multiple of it. */
#define RISCV_PMP_NAPOT(address, size)                                         \
	((uint32_t)(address) >> 2 | (((uint32_t)(size) >> 3) - 1))

/* Eight bits of pmpcfg: such a region, locked until reset. */
#define RISCV_PMP_LOCKED(permissions) (0x98U | (permissions))

#endif
