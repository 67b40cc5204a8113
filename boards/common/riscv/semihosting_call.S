/*
 * semihosting_call.S - the call itself, as RISC-V does it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * RISC-V Semihosting 0.4: an ebreak between two instructions that do nothing,
 * none of them compressed, all within one page. Where nobody answers, start.S
 * makes it return -1.
 */
	.section .text.semihosting_call, "ax"
	.balign 16
	.option norvc
	.globl semihosting_call
	.globl semihosting_break
semihosting_call:
	slli zero, zero, 0x1f
semihosting_break:
	ebreak
	srai zero, zero, 7
	ret
