/*
 * page_events.c - what the engine's log has told since the start, counted
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "page_events.h"

#include "lwip/sys.h"
#include "lwip_smtpd.h"

static struct board_events all;
static struct {
	uint32_t since_ms;
	bool greeted;
} slots_since[SMTPD_MAX_SESSIONS];

static void opened(unsigned index)
{
	unsigned sessions = smtpd_session_count();
	unsigned connections = lwip_smtpd_conn_count();

	all.sessions++;
	if (sessions > all.sessions_high)
		all.sessions_high = sessions;
	if (connections > all.connections_high)
		all.connections_high = connections;
	slots_since[index].since_ms = sys_now();
	slots_since[index].greeted = true;
}

static void count(enum smtpd_event event, const struct smtpd_session *s,
	const struct smtpd_info *info, unsigned code)
{
	switch (event) {
	case SMTPD_EV_OPEN:
		opened(info->index);
		break;
	case SMTPD_EV_TLS:
		all.tls_handshakes++;
		break;
	case SMTPD_EV_AUTH:
		if (code == 235)
			all.auth_accepted++;
		else
			all.auth_failed++;
		break;
	case SMTPD_EV_ERROR:
		if (smtpd_session_phase(s) == SMTPD_PHASE_MESSAGE)
			all.messages_refused++;
		else
			all.commands_refused++;
		break;
	case SMTPD_EV_ACCEPTED:
		all.messages_accepted++;
		all.octets += info->octets;
		break;
	case SMTPD_EV_CLOSED:
		all.tls_failures += smtpd_session_phase(s) == SMTPD_PHASE_TLS;
		slots_since[info->index].greeted = false;
		break;
	default:
		break;
	}
}

/* see page_events.h */
void board_events_note(
	enum smtpd_event event, const struct smtpd_session *s, unsigned code)
{
	struct smtpd_info info;

	all.refused += event == SMTPD_EV_REFUSED;
	all.timeouts += event == SMTPD_EV_TIMEOUT;
	if (!s)
		return;
	smtpd_session_info(s, &info);
	count(event, s, &info, code);
}

/* see page_events.h */
const struct board_events *board_events(void)
{
	return &all;
}

/* see page_events.h */
bool board_events_since(unsigned i, uint32_t *since_ms)
{
	*since_ms = slots_since[i].since_ms;
	return slots_since[i].greeted;
}
