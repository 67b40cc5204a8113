/*
 * page_open.c - the firmware's web page, by its settings
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#if SMTPD_PAGE

#include "console.h"
#include "firmware.h"
#include "page.h"
#include "page_open.h"
#include "server.h"
#include "stack.h"

/* The linker script's. */
extern const uint8_t flash_start[], flash_size[], ram_start[], ram_size[];
extern const uint8_t data_load[], data_start[], data_end[], bss_end[];

static struct board_page page;

static void memory(struct board_page_memory *m)
{
	m->flash_used =
		(uint32_t)((uintptr_t)data_load - (uintptr_t)flash_start +
			   (uintptr_t)data_end - (uintptr_t)data_start);
	m->flash_size = (uint32_t)(uintptr_t)flash_size;
	m->ram_used = (uint32_t)((uintptr_t)bss_end - (uintptr_t)ram_start);
	m->ram_size = (uint32_t)(uintptr_t)ram_size;
	m->stack_used = board_stack_used();
	m->stack_high = board_stack_high();
	m->stack_size = board_stack_size();
}

static void fill(void)
{
	const struct board_settings *s = &board_settings;

	page.policy = &s->policy;
	page.host_name = s->host_name;
	page.local_name = LWIP_MDNS_RESPONDER ? s->mdns_name : "";
	page.password = s->page_password;
	page.domains = page.addresses = "";
#if SMTPD_RECIPIENTS
	page.domains = s->mydestination;
	page.addresses = s->local_recipients;
#endif
	page.memory = memory;
	page.listener = board_server_listener;
	page.port = s->page_port;
}

static void complain(const char *why)
{
	board_put("settings: page: ");
	board_put(why);
	board_put_line("; it stays closed");
}

/* see page_open.h */
void board_page_start(void)
{
	const struct board_settings *s = &board_settings;
	err_t error;

	if (!*s->page_password || !s->page_port)
		return;
	fill();
	if (s->page_tls != BOARD_PAGE_TLS_NO) {
		page.tls = BOARD_PAGE_TLS ? board_server_tls() : NULL;
		if (!page.tls) {
			complain("TLS is off, and page_tls is not no");
			return;
		}
	}
	error = board_page_open(&page);
	if (error == ERR_OK)
		return;
	complain(error == ERR_ARG   ? "page_password has more than 63 octets"
		 : error == ERR_USE ? "its port is taken"
				    : "no memory");
}

/* see page_open.h */
const char *board_page_scheme(void)
{
	if (!board_page_is_open())
		return NULL;
	return page.tls ? "https://" : "http://";
}

#else
typedef int board_no_page; /* ISO C wants a declaration */
#endif
