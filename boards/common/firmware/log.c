/*
 * log.c - what happens, as lines for people on the console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "log.h"
#include "console.h"
#include "event.h"
#include "firmware.h"
#include "page/page_events.h"
#include "rate.h"
#include "sink.h"
#include "smtpd_port.h"

#define BURST 100u /* lines at once */
#define RATE  20u  /* lines a second, later on */

bool board_log_may(void)
{
	static struct board_rate rate;

	if (!board_rate_take(&rate, RATE, BURST, smtpd_port_now_ms()))
		return false;
	if (rate.lost) {
		board_put_num(rate.lost);
		board_put_line(" lines left out");
		rate.lost = 0;
	}
	return true;
}

/* Shown with `verbose` only; a message that was accepted has a line of its
 * own. */
static bool often(enum smtpd_event event)
{
	return event == SMTPD_EV_ACCEPTED || board_event_routine(event);
}

static void put_session(const struct smtpd_session *session, bool refused)
{
	struct smtpd_info info;

	smtpd_session_info(session, &info);
	if (!refused) { /* who is has no number */
		board_put("[");
		board_put_num((uint32_t)board_session_serial(info.index));
		board_put("] ");
	}
	board_put_peer(&info.peer);
	board_put(" ");
}

/* see smtpd_port.h */
void smtpd_port_log(enum smtpd_event event, const struct smtpd_session *session,
	unsigned code)
{
#if SMTPD_PAGE
	board_events_note(event, session, code);
#endif
	if (event == SMTPD_EV_ERROR && session)
		board_sinks_replied(session, code);
	if (board_settings.quiet || (often(event) && !board_settings.verbose) ||
		!board_log_may())
		return;
	if (session)
		put_session(session, event == SMTPD_EV_REFUSED);
	board_put(board_event_text(event));
	board_put(" ");
	if (event == SMTPD_EV_CLOSED)
		board_put(board_end_text((enum smtpd_end)code));
	else
		board_put_num(code);
	board_put_end();
}
