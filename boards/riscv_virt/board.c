/*
 * board.c - QEMU's RISC-V virt machine
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Addresses and interrupt numbers are those of QEMU's documentation of the
 * machine, "Virt": CLINT, PLIC, NS16550, virtio over MMIO, goldfish RTC, and
 * the device that ends or resets the machine.
 */
#include "board.h"

#include "csr.h"
#include "drivers/ns16550.h"
#include "drivers/virtio_net.h"
#include "fault.h"
#include "mtimer.h"
#include "plic.h"
#include "pmp.h"
#include "semihosting.h"

#define FINISHER       0x100000U
#define FINISHER_RESET 0x7777U
#define RTC            0x101000U
#define CLINT          0x2000000U
#define PLIC           0xc000000U
#define UART           0x10000000U
#define VIRTIO         0x10001000U
#define VIRTIO_STRIDE  0x1000U
#define VIRTIO_COUNT   8U

#define IRQ_VIRTIO 1U /* and the next ones */
#define IRQ_UART   10U

#define DRAM      0x80000000U
#define DRAM_SIZE 0x80000000U
#define NULL_SIZE 0x1000U /* what a null pointer may lead to */

static const struct riscv_mtimer timer = {
	.mtime = CLINT + 0xbff8, .mtimecmp = CLINT + 0x4000, .hz = 10000000};

/* memory.ld and sections.ld; sizes are addresses too */
extern const uint8_t board_settings_start[], board_settings_size[],
	flash_start[], flash_size[], ram_start[], ram_size[];

const struct board_flash board_settings_flash = {
	board_settings_start, (size_t)board_settings_size};

/* ---- the machine ---- */

static uint32_t region(const uint8_t *start, const uint8_t *size)
{
	return RISCV_PMP_NAPOT((uintptr_t)start, (uintptr_t)size);
}

/* see fault.h. The first region that holds an address decides; peripherals
 * are in none. */
void riscv_memory_protect(void)
{
	riscv_csr_write(pmpaddr0, region(flash_start, flash_size));
	riscv_csr_write(
		pmpaddr1, region(board_settings_start, board_settings_size));
	riscv_csr_write(pmpaddr2, region(ram_start, ram_size));
	riscv_csr_write(pmpaddr3, RISCV_PMP_NAPOT(DRAM, DRAM_SIZE));
	riscv_csr_write(pmpaddr4, RISCV_PMP_NAPOT(0, NULL_SIZE));
	riscv_csr_write(pmpcfg0,
		RISCV_PMP_LOCKED(RISCV_PMP_R | RISCV_PMP_X) |
			RISCV_PMP_LOCKED(RISCV_PMP_R) << 8 |
			RISCV_PMP_LOCKED(RISCV_PMP_R | RISCV_PMP_W) << 16 |
			RISCV_PMP_LOCKED(0) << 24);
	riscv_csr_write(pmpcfg1, RISCV_PMP_LOCKED(0));
}

/* see fault.h */
__attribute__((interrupt)) void riscv_isr_external(void)
{
	unsigned irq = riscv_plic_claim(PLIC);

	if (irq == IRQ_UART)
		ns16550_isr(UART);
	else if (irq)
		virtio_net_isr();
	if (irq)
		riscv_plic_complete(PLIC, irq);
}

/* see board.h */
void board_init(void)
{
	ns16550_init(UART);
	riscv_plic_init(PLIC);
	riscv_plic_enable(PLIC, IRQ_UART);
	riscv_csr_set(mie, RISCV_MIE_MEIE);
	riscv_csr_set(mstatus, RISCV_MSTATUS_MIE);
}

/* see board.h */
const char *board_name(void)
{
	return "riscv_virt";
}

/* see board.h */
uint32_t board_clock_ms(void)
{
	return riscv_mtimer_ms(&timer);
}

/* see board.h. The RTC counts nanoseconds; reading the low half keeps the
 * high one. */
uint32_t board_time_s(void)
{
	uint32_t low = *(volatile uint32_t *)RTC;
	uint64_t high = *(volatile uint32_t *)(RTC + 4);

	return (uint32_t)((high << 32 | low) / 1000000000);
}

/* see board.h */
void board_idle(uint32_t ms)
{
	riscv_csr_clear(mstatus, RISCV_MSTATUS_MIE);
	if (ms && !virtio_net_pending() && !ns16550_pending(UART))
		riscv_mtimer_sleep(&timer, ms);
	riscv_csr_set(mstatus, RISCV_MSTATUS_MIE);
}

/* see board.h. The machine has none. */
void board_watchdog_kick(void)
{
}

/* see board.h */
void board_reset(void)
{
	*(volatile uint32_t *)FINISHER = FINISHER_RESET;
	for (;;)
		__asm__ volatile("wfi");
}

/* see board.h */
int board_entropy(void *p, size_t n)
{
	return semihosting_entropy(p, n);
}

/* ---- the console ---- */

/* see board.h */
void board_console_write(const char *s, size_t n)
{
	ns16550_write(UART, s, n);
}

/* see board.h */
int board_console_read(void)
{
	return ns16550_read(UART);
}

/* ---- the network ---- */

/* see board.h. QEMU fills the places from the last one. */
err_t board_netif_init(struct netif *netif)
{
	for (unsigned i = VIRTIO_COUNT; i-- > 0;) {
		uintptr_t base = VIRTIO + i * VIRTIO_STRIDE;

		if (!virtio_net_probe(base))
			continue;
		riscv_plic_enable(PLIC, IRQ_VIRTIO + i);
		return virtio_net_init(netif, base);
	}
	return ERR_IF;
}

/* see board.h */
void board_netif_poll(struct netif *netif)
{
	virtio_net_poll(netif);
}
