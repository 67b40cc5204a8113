/*
 * clock.c - SysTick, sleep, interrupts of the NVIC, reset
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A SysTick of 100 Hz wakes the CPU seldom; what lies between two of them is
 * read from the counter itself.
 */
#include "cortex_m.h"

#define TICK_MS 10u

#define SYST_CSR  (*(volatile uint32_t *)0xe000e010u)
#define SYST_RVR  (*(volatile uint32_t *)0xe000e014u)
#define SYST_CVR  (*(volatile uint32_t *)0xe000e018u)
#define SCB_ICSR  (*(volatile uint32_t *)0xe000ed04u)
#define SCB_AIRCR (*(volatile uint32_t *)0xe000ed0cu)
#define NVIC_ISER ((volatile uint32_t *)0xe000e100u)
#define NVIC_IPR  ((volatile uint8_t *)0xe000e400u)

#define ICSR_PENDSTSET    (1u << 26)
#define AIRCR_SYSRESETREQ (0x05fa0000u | 1u << 2)

static volatile uint32_t ticks;
static uint32_t reload, per_ms;

__attribute__((weak)) void SysTick_Handler(void)
{
	ticks++;
}

__attribute__((weak)) void cortex_m_clock_start(uint32_t hz)
{
	per_ms = hz / 1000;
	reload = hz / (1000 / TICK_MS) - 1;
	SYST_RVR = reload;
	SYST_CVR = 0;
	SYST_CSR = 7;
}

__attribute__((weak)) uint32_t cortex_m_clock_ms(void)
{
	uint32_t count, left, pending;

	do {
		count = ticks;
		left = SYST_CVR;
		pending = SCB_ICSR & ICSR_PENDSTSET;
		if (pending)
			left = SYST_CVR;
	} while (count != ticks);
	if (pending)
		count++;
	return count * TICK_MS + (reload - left) / per_ms;
}

void cortex_m_idle(bool (*busy)(void))
{
	__asm volatile("cpsid i" ::: "memory");
	if (!busy())
		__asm volatile("dsb\n wfi" ::: "memory");
	__asm volatile("cpsie i\n isb" ::: "memory");
}

void cortex_m_irq_enable(unsigned n)
{
	NVIC_IPR[n] = 0xff;
	NVIC_ISER[n / 32] = 1u << (n % 32);
}

void cortex_m_reset(void)
{
	__asm volatile("dsb" ::: "memory");
	SCB_AIRCR = AIRCR_SYSRESETREQ;
	for (;;)
		;
}
