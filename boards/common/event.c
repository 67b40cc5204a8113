/*
 * event.c - what the engine tells the log, in words
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "event.h"

const char *board_event_text(enum smtpd_event event)
{
	static const char *const words[] = {
		[SMTPD_EV_OPEN] = "connected",
		[SMTPD_EV_REFUSED] = "connection refused",
		[SMTPD_EV_TLS] = "TLS is up",
		[SMTPD_EV_AUTH] = "AUTH",
		[SMTPD_EV_ERROR] = "refused",
		[SMTPD_EV_ACCEPTED] = "message accepted",
		[SMTPD_EV_TIMEOUT] = "timed out",
		[SMTPD_EV_CLOSED] = "closed",
	};

	return words[event];
}

bool board_event_routine(enum smtpd_event event)
{
	return event == SMTPD_EV_OPEN || event == SMTPD_EV_TLS ||
	       event == SMTPD_EV_CLOSED;
}

const char *board_end_text(enum smtpd_end why)
{
	static const char *const words[] = {
		[SMTPD_END_QUIT] = "quit",
		[SMTPD_END_PEER] = "peer",
		[SMTPD_END_TIMEOUT] = "timeout",
		[SMTPD_END_REFUSED] = "refused",
		[SMTPD_END_TLS] = "tls",
		[SMTPD_END_SHUTDOWN] = "shutdown",
		[SMTPD_END_RESET] = "reset",
	};

	return words[why];
}
