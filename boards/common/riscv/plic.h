/*
 * plic.h - the platform-level interrupt controller, one hart's machine mode
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The PLIC specification 1.0.0, context 0. base is the controller's address.
 */
#ifndef RISCV_PLIC_H
#define RISCV_PLIC_H

#include <stdint.h>

/* Let every interrupt with a priority pass; none is enabled yet. */
void riscv_plic_init(uintptr_t base);

/* Enable the interrupt source irq, 1 to 1023, with the lowest priority. */
void riscv_plic_enable(uintptr_t base, unsigned irq);

/*
 * Take the pending interrupt of the highest priority; 0: none. It is given
 * again only after riscv_plic_complete(). Context: the external interrupt.
 */
unsigned riscv_plic_claim(uintptr_t base);
void riscv_plic_complete(uintptr_t base, unsigned irq);

#endif
