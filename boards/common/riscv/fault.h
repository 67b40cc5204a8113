/*
 * fault.h - what start.S calls
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef RISCV_FAULT_H
#define RISCV_FAULT_H

#include <stdint.h>

/*
 * An exception happened: writes what, where and all registers to the console,
 * and resets. regs is x0 to x31. Context: fault, on a stack of its own of
 * 640 octets.
 */
void riscv_fault(const uint32_t regs[32]) __attribute__((noreturn));

/*
 * The board's: closes memory, after .data and .bss are there and before
 * main(). Context: start.
 */
void riscv_memory_protect(void);

/* The board's: the external interrupt. Context: interrupt; defined with
 * __attribute__((interrupt)). */
void riscv_isr_external(void);

#endif
