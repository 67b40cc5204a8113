/*
 * board.c - Arm MPS2 with the images AN385 (Cortex-M3) or AN500 (Cortex-M7)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Both images have the peripherals of the Cortex-M System Design Kit (CMSDK)
 * at the same places; board.cmake says where the Ethernet controller is.
 */
#include "board.h"
#include "cortex_m.h"
#include "drivers/lan9118.h"
#include "semihosting.h"

#define CPU_HZ 25000000u

/* seconds until the watchdog bites: a TLS handshake with an RSA key on a busy
 * host must not be taken for a hang */
#define WATCHDOG_S 30u

#define UART_RX_IRQ  0u
#define ETHERNET_IRQ 13u

/* CMSDK APB UART */
struct uart {
	volatile uint32_t data, state, control, interrupt, divider;
};

#define UART          ((struct uart *)0x40004000u)
#define UART_TX_FULL  1u
#define UART_RX_FULL  2u
#define UART_TX_RX_ON 3u
#define UART_RX_INT   (1u << 3) /* in control */
#define UART_RX_CLEAR 2u        /* in interrupt */

/* CMSDK APB watchdog */
struct watchdog {
	volatile uint32_t load, value, control, clear;
};

#define WATCHDOG      ((struct watchdog *)0x40008000u)
#define WATCHDOG_LOCK (*(volatile uint32_t *)0x40008c00u)
#define WATCHDOG_KEY  0x1acce551u
#define WATCHDOG_ON   3u /* an interrupt (NMI) first, then reset */

extern const uint8_t board_settings_start[], board_settings_size[];

const struct board_flash board_settings_flash = {
	board_settings_start, (size_t)board_settings_size};

/* ---- the machine ---- */

void board_init(void)
{
	UART->divider = CPU_HZ / 115200;
	UART->control = UART_TX_RX_ON | UART_RX_INT;
	WATCHDOG_LOCK = WATCHDOG_KEY;
	WATCHDOG->load = WATCHDOG_S * CPU_HZ;
	WATCHDOG->control = WATCHDOG_ON;
	cortex_m_clock_start(CPU_HZ);
	cortex_m_irq_enable(UART_RX_IRQ);
}

const char *board_name(void)
{
	return BOARD_NAME;
}

uint32_t board_clock_ms(void)
{
	return cortex_m_clock_ms();
}

uint32_t board_time_s(void)
{
	return semihosting_time_s();
}

int board_entropy(void *p, size_t n)
{
	return semihosting_entropy(p, n);
}

void board_watchdog_kick(void)
{
	WATCHDOG->load = WATCHDOG_S * CPU_HZ;
}

void board_reset(void)
{
	cortex_m_reset();
}

bool board_busy(void)
{
	return lan9118_busy() || UART->state & UART_RX_FULL;
}

void board_idle(uint32_t ms)
{
	(void)ms; /* SysTick comes before that matters */
	cortex_m_idle(board_busy);
}

void board_irq(unsigned n)
{
	if (n == UART_RX_IRQ)
		UART->interrupt = UART_RX_CLEAR;
	else if (n == ETHERNET_IRQ)
		lan9118_irq();
}

/* ---- the console ---- */

void board_console_write(const char *s, size_t n)
{
	while (n--) {
		while (UART->state & UART_TX_FULL)
			;
		UART->data = (uint8_t)*s++;
	}
}

int board_console_read(void)
{
	return UART->state & UART_RX_FULL ? (int)(UART->data & 0xff) : -1;
}

/* ---- the network ---- */

/* Before it is set up, the controller's interrupt is active low: always on. */
err_t board_netif_init(struct netif *netif)
{
	err_t error;

	netif->state = (void *)BOARD_LAN9118;
	error = lan9118_init(netif);
	if (error == ERR_OK)
		cortex_m_irq_enable(ETHERNET_IRQ);
	return error;
}

void board_netif_poll(struct netif *netif)
{
	lan9118_poll(netif);
}
