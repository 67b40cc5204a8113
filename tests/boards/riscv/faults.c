/*
 * faults.c - does on the RISC-V board what no program should, when told to
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For test_riscv_virt_machine. A letter typed on the console says what;
 * whatever is no fault prints a line that says so.
 */
#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "console.h"
#include "drivers/virtio_net.h"
#include "stack.h"

#define FLASH    0x80000000U
#define SETTINGS 0x80100000U
#define RAM      0x80200000U
#define RAM_END  0x80280000U

int main(void);

/* ---- no network here ---- */

bool virtio_net_probe(uintptr_t base)
{
	(void)base;
	return false;
}

err_t virtio_net_init(struct netif *netif, uintptr_t base)
{
	(void)netif, (void)base;
	return ERR_IF;
}

void virtio_net_poll(struct netif *netif)
{
	(void)netif;
}

bool virtio_net_pending(void)
{
	return false;
}

void virtio_net_isr(void)
{
}

/* ---- deeds ---- */

static void write_to(uintptr_t address)
{
	*(volatile uint32_t *)address = 0;
}

static void read_from(uintptr_t address)
{
	(void)*(volatile uint32_t *)address;
}

static void jump_to(uintptr_t address)
{
	((void (*)(void))address)();
}

/* Each call's room is known to the next, so that none can share another's. */
static uint32_t deeper(const volatile uint8_t *above)
{
	volatile uint8_t room[512];

	room[0] = 1;
	return *above ? deeper(room) + room[0] : 0;
}

static void entropy(void)
{
	uint32_t word = 0;

	board_put(board_entropy(&word, sizeof word) ? "entropy none"
						    : "entropy ");
	board_put_hex32(word);
	board_put_end();
}

/* Sleeps of 50 ms until 500 are over, and how many there were. */
static void sleep(void)
{
	uint32_t start = board_clock_ms(), count = 0;

	while (board_clock_ms() - start < 500) {
		board_idle(50);
		count++;
	}
	board_put("sleeps ");
	board_put_num(count);
	board_put_end();
}

/* A character that came before is not slept over. */
static void sleep_on_character(void)
{
	uint32_t start;

	board_put_line("waiting");
	start = board_clock_ms();
	while (board_console_read() < 0)
		board_idle(600000);
	board_put_line(board_clock_ms() - start < 300000 ? "woken" : "late");
}

static void overflow(uintptr_t unused)
{
	(void)unused;
	board_put_num(deeper((const uint8_t *)"x"));
}

static void illegal(uintptr_t unused)
{
	(void)unused;
	__asm__ volatile("unimp");
}

static const struct {
	int key;
	void (*deed)(uintptr_t);
	uintptr_t address;
} deeds[] = {
	{'f', write_to, FLASH + 0x1000},
	{'s', write_to, SETTINGS},
	{'x', jump_to, RAM + 0x1000},
	{'X', jump_to, SETTINGS},
	{'o', read_from, RAM_END},
	{'b', read_from, RAM - 4},
	{'n', read_from, 8},
	{'0', jump_to, 0},
	{'d', overflow, 0},
	{'i', illegal, 0},
};

static void act(int c)
{
	for (unsigned i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
		if (deeds[i].key == c) {
			deeds[i].deed(deeds[i].address);
			board_put_line("no fault");
		}
	if (c == 'e')
		entropy();
	else if (c == 'z')
		sleep();
	else if (c == 'w')
		sleep_on_character();
	else if (c == 'q')
		board_reset();
}

int main(void)
{
	board_init();
	board_put("up, date ");
	board_put_num(board_time_s());
	board_put_end();
	for (;;) {
		int c = board_console_read();

		if (c >= 0)
			act(c);
		else
			board_idle(1000);
	}
}
