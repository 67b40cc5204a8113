/*
 * fault.h - the handler of every fault of a Cortex-M
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef CORTEX_M_FAULT_H
#define CORTEX_M_FAULT_H

/* Print the registers and restart. A semihosting call that no host answers is
 * no fault: it returns -1 to its caller. Context: exception. */
void cortex_m_fault(void);

#endif
