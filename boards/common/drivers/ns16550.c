/*
 * ns16550.c - the UART of PCs and of many microcontrollers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "ns16550.h"

#define DATA              0U
#define INTERRUPTS        1U
#define INTERRUPT_RECEIVE 1U
#define FIFO              2U
#define FIFO_ON_AND_CLEAR 7U
#define LINE_STATUS       5U
#define LINE_RECEIVED     1U
#define LINE_ROOM         0x20U

static volatile uint8_t *reg(uintptr_t base, unsigned offset)
{
	return (volatile uint8_t *)base + offset;
}

/* see ns16550.h */
void ns16550_init(uintptr_t base)
{
	*reg(base, FIFO) = FIFO_ON_AND_CLEAR;
	*reg(base, INTERRUPTS) = INTERRUPT_RECEIVE;
}

/* see ns16550.h */
void ns16550_write(uintptr_t base, const char *s, size_t n)
{
	while (n--) {
		while (!(*reg(base, LINE_STATUS) & LINE_ROOM))
			;
		*reg(base, DATA) = (uint8_t)*s++;
	}
}

/* see ns16550.h */
int ns16550_read(uintptr_t base)
{
	if (ns16550_pending(base))
		return *reg(base, DATA);
	*reg(base, INTERRUPTS) = INTERRUPT_RECEIVE;
	return -1;
}

/* see ns16550.h */
bool ns16550_pending(uintptr_t base)
{
	return *reg(base, LINE_STATUS) & LINE_RECEIVED;
}

/* see ns16550.h */
void ns16550_isr(uintptr_t base)
{
	*reg(base, INTERRUPTS) = 0;
}
