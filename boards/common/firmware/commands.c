/*
 * commands.c - what characters typed on the console do
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "board.h"
#include "console.h"
#include "firmware.h"
#include "inbox_list.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "lwip_smtpd.h"
#include "page.h"
#include "server.h"

#define DRAIN_MS 5000u /* for clients to read their last reply */
#define LOOK_MS  20u

static uint32_t stopped_ms;

/* ---- shutdown ---- */

static void drain(void *arg)
{
	(void)arg;
	if (lwip_smtpd_conn_count() && sys_now() - stopped_ms < DRAIN_MS) {
		sys_timeout(LOOK_MS, drain, NULL);
		return;
	}
	board_stats();
	board_put_line("restarting");
	board_reset();
}

void board_shutdown(void)
{
	static bool begun;

	if (begun)
		return;
	begun = true;
	board_put_line("shutting down");
	stopped_ms = sys_now();
	board_server_close();
#if SMTPD_PAGE
	board_page_close();
#endif
	smtpd_shutdown();
	sys_timeout(LOOK_MS, drain, NULL);
}

/* ---- commands ---- */

static void hang(void)
{
	for (;;)
		board_idle(1000);
}

static void crash(void)
{
	/* undefined on every CPU this is for: faults, or traps */
	__builtin_trap();
}

static void help(void);

struct command {
	char c;
	const char *what;
	void (*run)(void);
};

static const struct command commands[] = {
	{'s', "statistics", board_stats},
#if SMTPD_INBOX
	{'i', "the inbox: its alerts, the newest first", board_inbox_list},
#endif
	{'q', "shut down: 421 to all, statistics, restart", board_shutdown},
	{'r', "restart at once", board_reset},
	{'f', "fault: an undefined instruction", crash},
	{'w', "hang, until the watchdog bites", hang},
	{'h', "this list", help},
};

#define COMMANDS (sizeof commands / sizeof *commands)

static void help(void)
{
	unsigned i;

	for (i = 0; i < COMMANDS; i++) {
		board_console_write(&commands[i].c, 1);
		board_put("  ");
		board_put_line(commands[i].what);
	}
}

void board_command(int c)
{
	unsigned i;

	for (i = 0; i < COMMANDS; i++)
		if (commands[i].c == c) {
			commands[i].run();
			return;
		}
}
