/*
 * ns16550.h - the UART of PCs and of many microcontrollers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Registers of one octet, one after the other. Rate and format are those that
 * the device has: a board with a clock to divide sets them first.
 */
#ifndef NS16550_H
#define NS16550_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FIFOs on, interrupts for received characters on. base is its address. */
void ns16550_init(uintptr_t base);

/* Write n octets; waits for the device. Context: any. */
void ns16550_write(uintptr_t base, const char *s, size_t n);

/* The next character received, or -1: none; then the next one interrupts. */
int ns16550_read(uintptr_t base);

/* Whether a character waits. Context: any. */
bool ns16550_pending(uintptr_t base);

/* The device's interrupt: none any more before the next ns16550_read() that
 * finds nothing. Context: interrupt. */
void ns16550_isr(uintptr_t base);

#endif
