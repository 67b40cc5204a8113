/*
 * server.c - the server with NO_SYS=0 on Linux: threads, listeners, TLS
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * server CERTIFICATE KEY [VERDICT_MS]
 *
 * lwIP runs on its tcpip thread, its driver for TAP devices on another, the
 * application's task on a third; the main thread reads commands.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/tcpip.h"
#include "netif/tapif.h"

#include "altcp_tls_wolfssl.h"
#include "lwip_smtpd.h"
#include "queue_log.h"
#include "server.h"
#include "smtpd_port.h"

static struct netif netif;
static struct smtpd_limits limits;
static struct altcp_tls_config *tls;
static char cert[8192], key[8192];
static struct lwip_smtpd_listener plain = {
	.smtpd = {.sink = &board_queue_sink,
		.limits = &limits,
		.host_name = "localhost",
		.flags = SMTPD_LISTEN_STARTTLS},
	.port = 25,
	.tls = &tls};
static struct lwip_smtpd_listener smtps = {.smtpd = {.sink = &board_queue_sink,
						   .limits = &limits,
						   .host_name = "localhost",
						   .flags = SMTPD_LISTEN_TLS},
	.port = 465,
	.tls = &tls};

/* ---- what the engine and lwIP ask of a board ---- */

int64_t smtpd_port_wall_s(void)
{
	return (int64_t)time(NULL);
}

int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	return getrandom(buf, len, 0) == (ssize_t)len ? 0 : SMTPD_ENONE;
}

void smtpd_port_log(
	enum smtpd_event event, const struct smtpd_session *s, unsigned code)
{
	(void)event;
	(void)s;
	(void)code;
}

void board_assert(const char *what, const char *file, int line)
{
	(void)file;
	(void)line;
	say("assert: ");
	say(what);
	_exit(3);
}

/* ---- where lwIP may be used ---- */

void on_lwip(void (*function)(void *), void *arg)
{
	if (tcpip_callback_wait(function, arg) != ERR_OK)
		abort();
}

/* ---- start ---- */

static size_t read_file(const char *path, char *to, size_t cap)
{
	FILE *file = fopen(path, "rb");
	size_t len = file ? fread(to, 1, cap, file) : 0;

	if (!len || len == cap) {
		fprintf(stderr, "server: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	fclose(file);
	return len;
}

static void fail(const char *what)
{
	fprintf(stderr, "server: %s\n", what);
	exit(1);
}

static void open_netif(void)
{
	ip4_addr_t ip, mask, none;

	IP4_ADDR(&ip, 10, 9, 0, 2);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	IP4_ADDR(&none, 0, 0, 0, 0);
	if (!netif_add(
		    &netif, &ip, &mask, &none, NULL, tapif_init, tcpip_input))
		fail("no netif");
	netif_set_default(&netif);
	netif_set_up(&netif);
}

/* On the tcpip thread, with lwIP locked. */
static void start(void *arg)
{
	struct smtpd_tls_identity *id = arg;

	open_netif();
	lwip_smtpd_init();
	tls = altcp_tls_config_identity(id, NULL);
	if (!tls)
		fail("no TLS");
	if (board_queue_init() != ERR_OK)
		fail("no queue");
	ip_addr_copy(plain.ip, *IP_ANY_TYPE);
	ip_addr_copy(smtps.ip, *IP_ANY_TYPE);
	if (lwip_smtpd_listen(&plain) != ERR_OK ||
		lwip_smtpd_listen(&smtps) != ERR_OK)
		fail("cannot listen");
	board_task_start();
	say("ready 10.9.0.2:25, 465");
}

int main(int argc, char **argv)
{
	static struct smtpd_tls_identity id;
	char c;

	if (argc < 3)
		fail("give certificate and key");
	id.cert = (const uint8_t *)cert;
	id.cert_len = read_file(argv[1], cert, sizeof cert);
	id.key = (const uint8_t *)key;
	id.key_len = read_file(argv[2], key, sizeof key);
	limits = smtpd_limits_default;
	if (argc > 3)
		limits.verdict_ms = (uint32_t)strtoul(argv[3], NULL, 10);
	tcpip_init(start, &id);
	while (read(STDIN_FILENO, &c, 1) == 1)
		command(c);
	return 0;
}
