/*
 * page_open.c - the web page of this process, by its options
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "host_ports.h"
#include "net.h"
#include "options.h"
#include "page.h"
#include "page_open.h"
#include "server.h"
#include "tls_files.h"

/* see page_open.h */
bool board_page_used(void)
{
	return board_options.page_port &&
	       (board_options.page || *board_options.page_password);
}

/* see page_open.h */
bool board_page_tls(void)
{
	if (board_options.page_tls == BOARD_PAGE_TLS_AUTO)
		return !board_net_is_user() || !board_hosts_local();
	return board_options.page_tls == BOARD_PAGE_TLS_YES;
}

/* Password and mail would cross the network in clear text. */
int board_page_check(void)
{
	const struct board_options *o = &board_options;

	if (!board_page_used() || !board_page_tls())
		return 0;
	if (!BOARD_PAGE_TLS)
		return board_options_fail(&o->page_tls,
			"TLS for the page is not compiled in "
			"(SMTPD_TLS_OTHER_SLOTS); give no");
	if (o->policy.use_tls)
		return 0;
	return board_options_fail(&o->page_tls,
		"the page can be read from other machines and needs "
		"smtpd_use_tls = yes; with page_tls = no its password and mail "
		"are sent in clear text");
}

/* What of this process is in RAM: proc_pid_statm(5). */
static void memory(struct board_page_memory *m)
{
	const char *resident;
	char text[128];

	if (board_read_file("/proc/self/statm", text, sizeof text) <= 0)
		return;
	resident = strchr(text, ' ');
	if (resident)
		m->ram_used = (uint32_t)(strtoul(resident, NULL, 10) *
					 (unsigned long)sysconf(_SC_PAGESIZE));
}

/* see page_open.h */
int board_page_start(void)
{
	static struct board_page page;
	const struct board_options *o = &board_options;
	err_t error;

	if (!board_page_used())
		return 0;
	page.policy = &o->policy;
	page.host_name = o->host_name;
	page.local_name = "";
	page.password = o->page_password;
	page.tls = board_page_tls() ? &board_tls[0] : NULL;
	page.domains = page.addresses = "";
#if SMTPD_RECIPIENTS
	page.domains = o->mydestination;
	page.addresses = o->local_recipients;
#endif
	page.memory = memory;
	page.listener = board_server_listener;
	page.port = o->page_port;
	page.hidden = board_net_is_user();
	error = board_page_open(&page);
	if (error != ERR_OK)
		return board_options_fail(
			&o->page_port, "cannot listen: lwIP error %d", error);
	return 0;
}
