/*
 * version.c - --version: versions, options compiled in, memory by pool
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>

#include <libslirp.h>

/* wolfSSL's settings come first */
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/version.h>

#include "lwip/init.h"
#include "lwip/memp.h"
#include "lwip/priv/memp_priv.h"

#include "sinks.h"
#include "smtpd.h"
#include "smtpd_lwip_config.h"
#include "smtpd_tls_config.h"
#include "users.h"
#include "verifier.h"
#include "version.h"

/* The linker's: where zeroed memory begins and ends. See end(3). */
extern char edata[], end[];

static size_t lwip_pools(void)
{
	size_t sum = MEM_SIZE;
	unsigned i;

	for (i = 0; i < MEMP_MAX; i++)
		sum += (size_t)memp_pools[i]->num * memp_pools[i]->size;
	return sum;
}

static size_t print_pool(const char *name, size_t octets)
{
	printf("  %-28s %9zu\n", name, octets);
	return octets;
}

static void print_memory(void)
{
	size_t total = (uintptr_t)end - (uintptr_t)edata, pools = 0;

	puts("RAM, static, octets:");
	pools += print_pool(
		"sessions", smtpd_session_size() * SMTPD_MAX_SESSIONS);
	pools += print_pool("lwIP pools and heap", lwip_pools());
#if SMTPD_TLS
	pools += print_pool(
		"TLS slots", (size_t)SMTPD_TLS_SLOTS * SMTPD_TLS_SLOT_SIZE);
	pools += print_pool(
		"TLS record buffers", (size_t)SMTPD_TLS_RECORD_BUFFERS * 16640);
	pools += print_pool("TLS certificates", SMTPD_TLS_GLOBAL_SIZE);
#endif
	pools += print_pool("messages in progress",
		sizeof(struct board_message) * SMTPD_MAX_SESSIONS);
	pools += print_pool("users", board_users_size());
	print_pool("other", total > pools ? total - pools : 0);
	print_pool("total", total);
}

int board_version(void)
{
	const char *name;
	uint32_t value;
	unsigned i;

	puts("lwsmtpd " SMTPD_VERSION);
	printf("lwIP %s, wolfSSL %s, libslirp %s\n", LWIP_VERSION_STRING,
		LIBWOLFSSL_VERSION_STRING, slirp_version_string());
	puts("compiled with:");
	for (i = 0; (name = smtpd_config_report(i, &value)) != NULL; i++)
		printf("  %s=%lu\n", name, (unsigned long)value);
	print_memory();
	return fflush(stdout) ? 1 : 0;
}
