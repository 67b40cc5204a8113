/*
 * log.c - lines for people on stderr, and what smtpd_port_log() remembers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "log.h"
#include "page_events.h"
#include "rate.h"
#include "sinks.h"
#include "smtpd_port.h"

#define BURST 200u /* lines at once */
#define RATE  50u  /* lines a second, later on */

static enum board_level shown = BOARD_INFO;
static struct board_rate rate;

void board_log_level(enum board_level level)
{
	shown = level;
}

const char *board_log_time(void)
{
	static char text[40];
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof text - n, ".%03ldZ", now.tv_nsec / 1000000);
	return text;
}

/* One line, or nothing when stderr has no room for it now. */
static bool put(const char *line, size_t len)
{
	struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};

	if (poll(&fd, 1, 0) != 1 || !(fd.revents & POLLOUT))
		return false;
	return write(STDERR_FILENO, line, len) == (ssize_t)len;
}

static void put_line(const char *text)
{
	char line[1100];
	int n;

	if (rate.lost) {
		n = snprintf(line, sizeof line, "%s %u lines left out\n",
			board_log_time(), (unsigned)rate.lost);
		if (put(line, (size_t)n))
			rate.lost = 0;
	}
	n = snprintf(line, sizeof line, "%s %s\n", board_log_time(), text);
	if (!put(line, (size_t)n))
		rate.lost++;
}

void board_log(enum board_level level, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (level > shown)
		return;
	if (level != BOARD_ERROR &&
		!board_rate_take(&rate, RATE, BURST, smtpd_port_now_ms()))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	put_line(text);
}

int board_fail(const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	fprintf(stderr, "lwsmtpd: %s\n", text);
	return 2;
}

static enum board_level event_level(enum smtpd_event event)
{
	return board_event_routine(event) ? BOARD_DEBUG : BOARD_INFO;
}

/* see smtpd_port.h */
void smtpd_port_log(enum smtpd_event event, const struct smtpd_session *session,
	unsigned code)
{
	enum board_level level = event_level(event);
	const char *what = board_event_text(event);
	struct smtpd_info info;
	char peer[BOARD_PEER_MAX];

	board_events_note(event, session, code);
	if (!session) {
		board_log(level, "%s %u", what, code);
		return;
	}
	smtpd_session_info(session, &info);
	if (event == SMTPD_EV_ERROR)
		board_sinks_replied(session, code);
	if (level > shown)
		return;
	board_peer_text(&info.peer, peer);
	if (event == SMTPD_EV_REFUSED) /* it never got a number */
		board_log(level, "%s %s %u", peer, what, code);
	else if (event == SMTPD_EV_CLOSED)
		board_log(level, "[%llu] %s %s: %s",
			(unsigned long long)board_session_serial(info.index),
			peer, what, board_end_text((enum smtpd_end)code));
	else if (event == SMTPD_EV_TLS)
		board_log(level, "[%llu] %s %s: %s %s",
			(unsigned long long)board_session_serial(info.index),
			peer, what, info.tls ? info.tls->version : "?",
			info.tls ? info.tls->cipher : "?");
	else
		board_log(level, "[%llu] %s %s %u",
			(unsigned long long)board_session_serial(info.index),
			peer, what, code);
}

/* see log.h */
const char *board_peer_text(
	const struct smtpd_peer *peer, char text[BOARD_PEER_MAX])
{
	int family = peer->family == 6 ? AF_INET6 : AF_INET;

	if (!peer->family || !inet_ntop(family, peer->ip, text, BOARD_PEER_MAX))
		snprintf(text, BOARD_PEER_MAX, "unknown");
	return text;
}
