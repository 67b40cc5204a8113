/*
 * start.S - reset, the interrupt vectors, and registers saved for a fault
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * RV32 in machine mode, one hart. Where things are says sections.ld.
 */
	.section .text.reset, "ax"
	.globl _start
_start:
	csrw mie, zero
	csrci mstatus, 8
	csrr t0, mhartid
	bnez t0, park
	.option push
	.option norelax
	la gp, __global_pointer$
	.option pop
	la sp, board_stack_top
	la t0, vectors + 1 /* one entry a cause */
	csrw mtvec, t0
	la t0, fault_frame
	csrw mscratch, t0
	call board_stack_paint

	la t0, data_load
	la t1, data_start
	la t2, data_end
1:	bgeu t1, t2, 2f
	lw t3, 0(t0)
	sw t3, 0(t1)
	addi t0, t0, 4
	addi t1, t1, 4
	j 1b
2:	la t1, bss_start
	la t2, bss_end
3:	bgeu t1, t2, 4f
	sw zero, 0(t1)
	addi t1, t1, 4
	j 3b
4:	call riscv_memory_protect
	call main
	call board_reset

park:	wfi
	j park

/* Entry 0 is for exceptions, the others for interrupts by their number. */
	.section .text.vectors, "ax"
	.balign 256
	.option push
	.option norvc
vectors:
	j exception
	j exception
	j exception
	j exception /* 3: software */
	j exception
	j exception
	j exception
	j exception /* 7: timer; mie has it only while wfi waits */
	j exception
	j exception
	j exception
	j riscv_isr_external /* 11 */
	.option pop

/* mscratch holds the frame; 0 while a fault is being told of. */
exception:
	csrrw sp, mscratch, sp
	beqz sp, again
	sw t0, 20(sp)
	sw t1, 24(sp)
	csrr t0, mepc
	la t1, semihosting_break
	beq t0, t1, no_host
	sw ra, 4(sp)
	sw gp, 12(sp)
	sw tp, 16(sp)
	sw t2, 28(sp)
	sw s0, 32(sp)
	sw s1, 36(sp)
	sw a0, 40(sp)
	sw a1, 44(sp)
	sw a2, 48(sp)
	sw a3, 52(sp)
	sw a4, 56(sp)
	sw a5, 60(sp)
	sw a6, 64(sp)
	sw a7, 68(sp)
	sw s2, 72(sp)
	sw s3, 76(sp)
	sw s4, 80(sp)
	sw s5, 84(sp)
	sw s6, 88(sp)
	sw s7, 92(sp)
	sw s8, 96(sp)
	sw s9, 100(sp)
	sw s10, 104(sp)
	sw s11, 108(sp)
	sw t3, 112(sp)
	sw t4, 116(sp)
	sw t5, 120(sp)
	sw t6, 124(sp)
	csrrw t0, mscratch, zero
	sw t0, 8(sp)
	mv a0, sp
	la sp, fault_stack_top
	j riscv_fault

/* A fault while telling of one. */
again:	la sp, fault_stack_top
	j board_reset

/* Nobody answers semihosting: the call returns -1. */
no_host:
	addi t0, t0, 4
	csrw mepc, t0
	li a0, -1
	lw t0, 20(sp)
	lw t1, 24(sp)
	csrrw sp, mscratch, sp
	mret

	.section .bss.fault, "aw", @nobits
	.balign 16
fault_frame:
	.space 128 /* x0 to x31; sp is in mscratch's place until it is known */
	.space 640
fault_stack_top:
