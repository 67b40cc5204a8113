/*
 * board.c - LM3S6965 evaluation board: clocks, console, watchdog, Ethernet
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Addresses and bits from the data sheet of the LM3S6965.
 */
#include "board.h"
#include "cortex_m.h"
#include "drivers/stellaris_enet.h"
#include "semihosting.h"

#define CPU_HZ      50000000u
#define WATCHDOG_S  4u /* twice: the first time only interrupts */
#define MII_DIVIDER (CPU_HZ / 5000000u - 1)

#define REG(address) (*(volatile uint32_t *)(address))

/* ---- system control ---- */

#define RIS   REG(0x400fe050u)
#define RCC   REG(0x400fe060u)
#define RCGC0 REG(0x400fe100u)
#define RCGC1 REG(0x400fe104u)
#define RCGC2 REG(0x400fe108u)
#define USER0 REG(0x400fe1e0u)
#define USER1 REG(0x400fe1e4u)

#define RIS_PLL_LOCKED (1u << 6)
#define RCC_8_MHZ      (0xeu << 6)
#define RCC_BYPASS     (1u << 11)
#define RCC_DIVIDE_4   (3u << 23 | 1u << 22) /* of 200 MHz */
#define RCGC0_WATCHDOG (1u << 3)
#define RCGC1_UART0    (1u << 0)
#define RCGC2_GPIOA    (1u << 0)
#define RCGC2_GPIOF    (1u << 5)
#define RCGC2_MAC      (1u << 28)
#define RCGC2_PHY      (1u << 30)
#define LOCK_TRIES     100000

/* ---- pins: the console's on port A, the Ethernet's lamps on port F ---- */

#define GPIOA_AFSEL REG(0x40004420u)
#define GPIOA_DEN   REG(0x4000451cu)
#define GPIOF_AFSEL REG(0x40025420u)
#define GPIOF_DEN   REG(0x4002551cu)
#define PINS_UART0  0x03u
#define PINS_LAMPS  0x0cu

/* ---- UART0 ---- */

#define UART_DR   REG(0x4000c000u)
#define UART_FR   REG(0x4000c018u)
#define UART_IBRD REG(0x4000c024u)
#define UART_FBRD REG(0x4000c028u)
#define UART_LCRH REG(0x4000c02cu)
#define UART_CTL  REG(0x4000c030u)
#define UART_IM   REG(0x4000c038u)
#define UART_ICR  REG(0x4000c044u)

#define UART_RX_EMPTY (1u << 4)
#define UART_TX_FULL  (1u << 5)
#define UART_8N1_FIFO 0x70u
#define UART_ENABLE   0x301u
#define UART_RECEIVED (1u << 4 | 1u << 6) /* some, or some and then silence */
#define BAUD          115200u

/* ---- watchdog ---- */

#define WDT_LOAD REG(0x40000000u)
#define WDT_CTL  REG(0x40000008u)
#define WDT_ICR  REG(0x4000000cu)

#define WDT_ENABLE 0x3u

/* ---- interrupts ---- */

#define IRQ_UART0    5u
#define IRQ_ETHERNET 42u

extern const uint8_t board_settings_start[], board_settings_size[];

const struct board_flash board_settings_flash = {
	board_settings_start, (size_t)board_settings_size};

/* see cortex_m.h */
void board_irq(unsigned n)
{
	if (n == IRQ_ETHERNET)
		stellaris_enet_isr();
	else if (n == IRQ_UART0)
		UART_IM = 0; /* until board_console_read() found no more */
}

/* ---- start ---- */

/* The crystal's 8 MHz to the PLL's 200, and a quarter of it to all. */
static void start_pll(void)
{
	int tries = LOCK_TRIES;

	RCC = RCC_8_MHZ | RCC_DIVIDE_4 | RCC_BYPASS;
	while (!(RIS & RIS_PLL_LOCKED) && --tries)
		;
	RCC = RCC_8_MHZ | RCC_DIVIDE_4;
}

static void start_peripherals(void)
{
	RCGC0 |= RCGC0_WATCHDOG;
	RCGC1 |= RCGC1_UART0;
	RCGC2 |= RCGC2_GPIOA | RCGC2_GPIOF | RCGC2_MAC | RCGC2_PHY;
	(void)RCGC2; /* they want some cycles */
	GPIOA_AFSEL |= PINS_UART0;
	GPIOA_DEN |= PINS_UART0;
	GPIOF_AFSEL |= PINS_LAMPS;
	GPIOF_DEN |= PINS_LAMPS;
}

static void start_console(void)
{
	uint32_t divisor_64 = (CPU_HZ * 4 + BAUD / 2) / BAUD;

	UART_CTL = 0;
	UART_IBRD = divisor_64 / 64;
	UART_FBRD = divisor_64 % 64;
	UART_LCRH = UART_8N1_FIFO;
	UART_CTL = UART_ENABLE;
	UART_IM = UART_RECEIVED;
}

static void start_watchdog(void)
{
	WDT_LOAD = CPU_HZ * WATCHDOG_S;
	WDT_CTL = WDT_ENABLE;
}

/* see board.h */
void board_init(void)
{
	start_pll();
	start_peripherals();
	start_console();
	start_watchdog();
	cortex_m_clock_start(CPU_HZ);
	cortex_m_irq_enable(IRQ_UART0);
	cortex_m_irq_enable(IRQ_ETHERNET);
}

/* see board.h */
const char *board_name(void)
{
	return "lm3s6965evb";
}

/* ---- time, sleep, reset ---- */

/* see board.h */
uint32_t board_clock_ms(void)
{
	return cortex_m_clock_ms();
}

/* see board.h */
uint32_t board_time_s(void)
{
	return semihosting_time_s();
}

static bool busy(void)
{
	return stellaris_enet_waiting() || !(UART_FR & UART_RX_EMPTY);
}

/* see board.h */
void board_idle(uint32_t ms)
{
	(void)ms; /* SysTick comes earlier */
	cortex_m_idle(busy);
}

/* see board.h */
void board_watchdog_kick(void)
{
	WDT_ICR = 1;
}

/* see board.h */
void board_reset(void)
{
	cortex_m_reset();
}

/* see board.h: the chip has no source of its own */
int board_entropy(void *p, size_t n)
{
	return semihosting_entropy(p, n);
}

/* ---- console ---- */

/* see board.h */
void board_console_write(const char *s, size_t n)
{
	while (n--) {
		while (UART_FR & UART_TX_FULL)
			;
		UART_DR = (uint8_t)*s++;
	}
}

/* see board.h */
int board_console_read(void)
{
	if (UART_FR & UART_RX_EMPTY) {
		UART_ICR = UART_RECEIVED;
		UART_IM = UART_RECEIVED;
		return -1;
	}
	return (int)(UART_DR & 0xff);
}

/* ---- network ---- */

/* The address that the maker has burnt in; else a local one. */
static void read_mac(uint8_t mac[6])
{
	static const uint8_t none[6] = {0x02, 0x6c, 0x6d, 0x33, 0x73, 0x01};
	uint32_t low = USER0 & 0xffffff;
	uint32_t high = USER1 & 0xffffff;
	unsigned i;

	for (i = 0; i < 6; i++)
		mac[i] = (uint8_t)(i < 3 ? low >> 8 * i : high >> 8 * (i - 3));
	if (low == 0xffffff || low == 0)
		for (i = 0; i < 6; i++)
			mac[i] = none[i];
}

/* see board.h */
err_t board_netif_init(struct netif *netif)
{
	uint8_t mac[6];

	read_mac(mac);
	return stellaris_enet_init(netif, mac, MII_DIVIDER);
}

/* see board.h */
void board_netif_poll(struct netif *netif)
{
	stellaris_enet_poll(netif);
}
