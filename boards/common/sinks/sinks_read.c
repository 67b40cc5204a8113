/*
 * sinks_read.c - what several sinks want to know of a message: route, alert
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "alerts/reader.h"
#include "auth.h"
#include "sinks_list.h"

/* ---- routes ---- */

/* see sinks_list.h */
void board_sinks_decide(struct board_message *m, const char *subject)
{
	struct smtpd_info info;
	struct board_route_mail mail = {
		.envelope = m->envelope,
		.rcpt_count = m->rcpt_count,
		.subject = subject,
		.peer = &info.peer,
	};
	uint8_t mask;
	unsigned i;

	smtpd_session_info(m->session, &info);
	mail.listener = board_sinks_config->port(info.listener);
	mail.user = info.authenticated ? board_auth_user(m->index) : "";
	m->undecided = board_sinks_route(&mail, &mask) == BOARD_ROUTE_UNKNOWN;
	for (i = 0; i < board_sink_count; i++)
		if (!(mask >> i & 1))
			board_sink_leave(m, i);
}

/* ---- alerts ---- */

#if SMTPD_ALERT
static bool reads; /* a sink wants alerts */

static void on_early(unsigned index)
{
	struct board_message *m = board_sinks_message(index);
	unsigned i;

	if (m->undecided)
		board_sinks_decide(m, board_reader_alert(index)->alert.subject);
	for (i = 0; i < board_sink_count; i++)
		if (board_sinks[i]->early && board_sink_has_part(m, i))
			board_sinks[i]->early(i, m, board_reader_alert(index));
}

static void on_picture(unsigned index, const struct smtpd_alert *a,
	const uint8_t *p, size_t len)
{
	struct board_message *m = board_sinks_message(index);
	unsigned i;

	for (i = 0; i < board_sink_count; i++)
		if (board_sinks[i]->picture && board_sink_has_part(m, i))
			board_sinks[i]->picture(i, m, a, p, len);
}

/* see sinks_list.h */
void board_sinks_read_open(void)
{
	static const struct board_reader_events events = {
		.early = on_early, .picture = on_picture};
	unsigned i;

	reads = *board_sinks_config->routes; /* for the subject */
	for (i = 0; i < board_sink_count; i++)
		reads = reads || board_sinks[i]->alerts;
	board_reader_open(&events, board_sinks_config->rules,
		(uint16_t)strlen(board_sinks_config->rules),
		board_sinks_config->charset);
}

static struct smtpd_str str(const char *s)
{
	struct smtpd_str span = {s, (uint16_t)strlen(s)};

	return span;
}

/* see sinks_list.h */
void board_sinks_read(const struct board_message *m)
{
	struct smtpd_info info;
	const char *to = m->envelope + strlen(m->envelope) + 1;

	if (!reads)
		return;
	smtpd_session_info(m->session, &info);
	board_reader_start(m->session, board_sinks_config->port(info.listener),
		str(m->envelope), str(to));
}
#else
void board_sinks_read_open(void)
{
}

void board_sinks_read(const struct board_message *m)
{
	(void)m;
}
#endif
