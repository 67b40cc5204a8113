/*
 * csr.h - control and status registers of a RISC-V hart in machine mode
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The privileged architecture, volume II; names are the manual's.
 */
#ifndef RISCV_CSR_H
#define RISCV_CSR_H

#include <stdint.h>

#define RISCV_MSTATUS_MIE 0x8U   /* interrupts on */
#define RISCV_MIE_MSIE    0x8U   /* software interrupt */
#define RISCV_MIE_MTIE    0x80U  /* timer interrupt */
#define RISCV_MIE_MEIE    0x800U /* external interrupt: the PLIC's */

/* Read a register, by its name in assembly. */
#define riscv_csr_read(name)                                                   \
	__extension__({                                                        \
		uint32_t value_;                                               \
		__asm__ volatile("csrr %0, " #name : "=r"(value_));            \
		value_;                                                        \
	})

/* Write it; set or clear bits in it. */
#define riscv_csr_write(name, value)                                           \
	__asm__ volatile("csrw " #name ", %0" : : "rK"(value) : "memory")
#define riscv_csr_set(name, bits)                                              \
	__asm__ volatile("csrs " #name ", %0" : : "rK"(bits) : "memory")
#define riscv_csr_clear(name, bits)                                            \
	__asm__ volatile("csrc " #name ", %0" : : "rK"(bits) : "memory")

/* Clear bits in it, and give back what it was. */
#define riscv_csr_read_clear(name, bits)                                       \
	__extension__({                                                        \
		uint32_t value_;                                               \
		__asm__ volatile("csrrc %0, " #name ", %1"                     \
				 : "=r"(value_)                                \
				 : "rK"(bits)                                  \
				 : "memory");                                  \
		value_;                                                        \
	})

#endif
