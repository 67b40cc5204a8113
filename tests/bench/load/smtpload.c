/*
 * smtpload.c - sends mail as fast as a server takes it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Output: one JSON object. Exit status 0 when every message was accepted, or
 * with -g when every connection was answered.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "load.h"

#define SILENCE_MS 10000 /* then the server is given up */
#define ERROR_MAX  1000

struct load_options load_options = {
	.to = {.sin_family = AF_INET},
	.sessions = 1,
	.opening = 64,
	.messages = 1,
	.per_session = 1,
	.length = 1024,
};
int load_epoll;

static void usage(void)
{
	fputs("usage: smtpload -a ADDRESS -p PORT [options]\n"
	      "  -s N       sessions at once (1)\n"
	      "  -m N       messages in all (1)\n"
	      "  -n N       messages in a session, 0: no limit (1)\n"
	      "  -l OCTETS  length of a message, 512 or more (1024)\n"
	      "  -x N       one line in N begins with a dot (0: none)\n"
	      "  -P         MAIL, RCPT and DATA at once\n"
	      "  -D         TCP_NODELAY\n"
	      "  -t starttls|tls\n"
	      "  -o N       connects in flight (64)\n"
	      "  -b PORT    first source port; the next are used in order\n"
	      "  -g MS      no mail: -s connects at once, count the greetings\n"
	      "             that come within MS\n",
		stderr);
	exit(2);
}

static long number(const char *text, long least)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < least)
		usage();
	return n;
}

static enum load_tls tls(const char *text)
{
	if (strcmp(text, "starttls") == 0)
		return LOAD_UPGRADE;
	if (strcmp(text, "tls") != 0)
		usage();
	return LOAD_WRAPPED;
}

static void option(int name, const char *value)
{
	struct load_options *o = &load_options;

	switch (name) {
	case 'a':
		if (inet_pton(AF_INET, value, &o->to.sin_addr) != 1)
			usage();
		break;
	case 'p':
		o->to.sin_port = htons((uint16_t)number(value, 1));
		break;
	case 's':
		o->sessions = (int)number(value, 1);
		break;
	case 'm':
		o->messages = number(value, 1);
		break;
	case 'n':
		o->per_session = number(value, 0);
		break;
	case 'l':
		o->length = (size_t)number(value, 512);
		break;
	case 'x':
		o->dotted = (unsigned)number(value, 0);
		break;
	case 'P':
		o->pipeline = true;
		break;
	case 'D':
		o->no_delay = true;
		break;
	case 't':
		o->tls = tls(value);
		break;
	case 'o':
		o->opening = (int)number(value, 1);
		break;
	case 'b':
		o->from = (int)number(value, 1);
		break;
	case 'g':
		o->greet_ms = (int)number(value, 1);
		break;
	default:
		usage();
	}
}

/* Wait for events and deal with them; false: nothing happened. */
static bool turn(int wait_ms)
{
	struct epoll_event events[256];
	int i, n = epoll_wait(load_epoll, events, 256, wait_ms);

	for (i = 0; i < n; i++)
		load_event(events[i].data.ptr, events[i].events);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Connect whoever is free while there is mail to send. */
static void refill(struct load_conn *conns)
{
	int i;

	for (i = 0; i < load_options.sessions; i++) {
		if (load_result.being_opened >= load_options.opening ||
			load_result.promised >= load_options.messages ||
			load_result.errors >= ERROR_MAX)
			return;
		if (conns[i].state == LOAD_FREE)
			load_connect(&conns[i]);
	}
}

static void give_up(const struct load_conn *conns)
{
	char text[200] = "nothing happens any more; states of sessions:";
	size_t len = strlen(text);
	int i;

	for (i = 0; i < load_options.sessions && len < sizeof text - 8; i++)
		if (conns[i].state != LOAD_FREE)
			len += (size_t)snprintf(text + len, sizeof text - len,
				" %d%s", conns[i].state,
				conns[i].out_len ? "+" : "");
	load_fail("wait", text);
}

static void send_all(struct load_conn *conns)
{
	for (;;) {
		refill(conns);
		if (!load_result.open)
			return;
		if (!turn(SILENCE_MS)) {
			give_up(conns);
			return;
		}
	}
}

/* All connect at once; those greeted stay until the last is answered. */
static void greet_all(struct load_conn *conns, uint64_t start_us)
{
	uint64_t end_us = start_us + (uint64_t)load_options.greet_ms * 1000u;
	uint64_t now_us;
	int i;

	for (i = 0; i < load_options.sessions; i++)
		load_connect(&conns[i]);
	while (load_result.being_opened > 0) {
		now_us = load_now_us();
		if (now_us >= end_us)
			return;
		turn((int)((end_us - now_us) / 1000u) + 1);
	}
}

int main(int argc, char **argv)
{
	struct load_conn *conns;
	uint64_t start_us;
	int ch;

	while ((ch = getopt(argc, argv, "a:p:s:m:n:l:x:PDt:o:b:g:")) != -1)
		option(ch, optarg);
	if (!load_options.to.sin_port || optind != argc)
		usage();
	conns = calloc((size_t)load_options.sessions, sizeof *conns);
	load_epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!conns || load_epoll < 0 ||
		(load_options.tls != LOAD_CLEAR && !load_tls_setup()))
		return 2;
	start_us = load_now_us();
	if (load_options.greet_ms) {
		greet_all(conns, start_us);
		load_result.last_us -= load_result.last_us ? start_us : 0;
	} else {
		send_all(conns);
	}
	load_print((double)(load_now_us() - start_us) / 1e6);
	if (load_options.greet_ms)
		return load_result.being_opened > 0 || load_result.errors;
	return load_result.errors ||
	       load_result.messages < load_options.messages;
}
