/*
 * plic.c - the platform-level interrupt controller, one hart's machine mode
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "plic.h"

#define PRIORITY  0x0U
#define ENABLE    0x2000U
#define THRESHOLD 0x200000U
#define CLAIM     0x200004U

#define SOURCE_WORDS 32 /* 1024 sources */

static volatile uint32_t *reg(uintptr_t base, uintptr_t offset)
{
	return (volatile uint32_t *)(base + offset);
}

/* see plic.h */
void riscv_plic_init(uintptr_t base)
{
	for (unsigned i = 0; i < SOURCE_WORDS; i++)
		*reg(base, ENABLE + 4 * i) = 0;
	*reg(base, THRESHOLD) = 0;
}

/* see plic.h */
void riscv_plic_enable(uintptr_t base, unsigned irq)
{
	volatile uint32_t *enable = reg(base, ENABLE + 4 * (irq / 32));

	*reg(base, PRIORITY + 4 * irq) = 1;
	*enable = *enable | UINT32_C(1) << irq % 32;
}

/* see plic.h */
unsigned riscv_plic_claim(uintptr_t base)
{
	return *reg(base, CLAIM);
}

/* see plic.h */
void riscv_plic_complete(uintptr_t base, unsigned irq)
{
	*reg(base, CLAIM) = irq;
}
