/*
 * log.c - what happens, as lines for people on the console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "log.h"
#include "console.h"
#include "firmware.h"
#include "sink.h"
#include "smtpd_port.h"

#define BURST 100u /* lines at once */
#define RATE  20u  /* lines a second, later on */

bool board_log_may(void)
{
	static uint32_t credit = BURST * 1000, last_ms, lost;
	uint32_t now_ms = smtpd_port_now_ms(), earned = now_ms - last_ms;

	earned = earned < BURST * 1000 / RATE ? earned * RATE : BURST * 1000;
	credit =
		credit + earned < BURST * 1000 ? credit + earned : BURST * 1000;
	last_ms = now_ms;
	if (credit < 1000) {
		lost++;
		return false;
	}
	credit -= 1000;
	if (lost) {
		board_put_num(lost);
		board_put_line(" lines left out");
		lost = 0;
	}
	return true;
}

struct event {
	bool often; /* shown with `verbose` only */
	const char *what;
};

static const struct event events[] = {
	[SMTPD_EV_OPEN] = {true, "connected"},
	[SMTPD_EV_REFUSED] = {false, "connection refused"},
	[SMTPD_EV_TLS] = {true, "TLS is up"},
	[SMTPD_EV_AUTH] = {false, "AUTH"},
	[SMTPD_EV_ERROR] = {false, "refused"},
	[SMTPD_EV_ACCEPTED] = {true, "message accepted"},
	[SMTPD_EV_TIMEOUT] = {false, "timed out"},
	[SMTPD_EV_CLOSED] = {true, "closed"},
};

static void put_session(const struct smtpd_session *session)
{
	struct smtpd_info info;

	smtpd_session_info(session, &info);
	board_put("[");
	board_put_num(board_sink_serial(info.index));
	board_put("] ");
	board_put_peer(&info.peer);
	board_put(" ");
}

/* see smtpd_port.h */
void smtpd_port_log(enum smtpd_event event, const struct smtpd_session *session,
	unsigned code)
{
	if (event == SMTPD_EV_ERROR && session)
		board_sink_replied(session, code);
	if (board_settings.quiet ||
		(events[event].often && !board_settings.verbose) ||
		!board_log_may())
		return;
	if (session)
		put_session(session);
	board_put(events[event].what);
	board_put(" ");
	if (event == SMTPD_EV_CLOSED)
		board_put(board_end_text((enum smtpd_end)code));
	else
		board_put_num(code);
	board_put_end();
}
