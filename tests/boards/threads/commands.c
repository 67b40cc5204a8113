/*
 * commands.c - what may be typed: statistics, wrong calls, the task's steps
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "lwip/memp.h"
#include "lwip/stats.h"
#include "lwip/sys.h"

#include "lwip_smtpd.h"
#include "queue_log.h"
#include "server.h"
#include "text.h"

static void stat(const char *name, size_t used, size_t high, size_t total)
{
	struct board_text t;
	char line[100];

	board_text_start(&t, line, sizeof line);
	board_text_str(&t, "stat ");
	board_text_str(&t, name);
	board_text_str(&t, " ");
	board_text_num(&t, used);
	board_text_str(&t, " ");
	board_text_num(&t, high);
	board_text_str(&t, " ");
	board_text_num(&t, total);
	say(line);
}

/* Other threads take and give as well. */
static void pool(const char *name, const struct stats_mem *of)
{
	struct stats_mem now;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	now = *of;
	SYS_ARCH_UNPROTECT(level);
	stat(name, now.used, now.max, now.avail);
}

static void statistics(void *arg)
{
	static const char *const names[] = {
#define LWIP_MEMPOOL(name, num, size, desc) #name,
#include "lwip/priv/memp_std.h"
	};
	unsigned i, count, high;

	(void)arg;
	for (i = 0; i < MEMP_MAX; i++)
		pool(names[i], memp_pools[i]->stats);
	pool("heap", &lwip_stats.mem);
	stat("sessions", smtpd_session_count(), 0, SMTPD_MAX_SESSIONS);
	stat("connections", lwip_smtpd_conn_count(), 0, 0);
	count = board_queue_count(&high);
	stat("queue", count, high, BOARD_QUEUE_MESSAGES);
	say("stat end");
}

void command(int c)
{
	if (c == 's')
		on_lwip(statistics, NULL);
	else if (c == 'w') /* what no thread but lwIP's may do */
		lwip_smtpd_conn_count();
	else
		board_queue_log_command(c);
}
