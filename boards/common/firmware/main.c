/*
 * main.c - firmware on bare metal: one loop
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "lwip/init.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"

#include "board.h"
#include "firmware.h"

#define SLEEP_MS 100u /* at most: the watchdog wants to hear of us */

int main(void);

/* see lwip/sys.h */
u32_t sys_now(void)
{
	return board_clock_ms() + board_settings.clock_ms;
}

static void turn(void)
{
	uint32_t wait_ms;
	int c;

	board_watchdog_kick();
	board_netif_poll(&board_netif);
	sys_check_timeouts();
	while ((c = board_console_read()) >= 0)
		board_command(c);
	wait_ms = sys_timeouts_sleeptime();
	if (wait_ms)
		board_idle(wait_ms < SLEEP_MS ? wait_ms : SLEEP_MS);
}

int main(void)
{
	board_init();
	board_firmware_boot();
	lwip_init();
	board_firmware_start(NULL);
	for (;;)
		turn();
}
