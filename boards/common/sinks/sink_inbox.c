/*
 * sink_inbox.c - sink `inbox`: the last alerts, in RAM
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include "alerts/inbox.h"
#include "alerts/reader.h"
#include "sinks.h"

#if SMTPD_INBOX

static void on_picture(unsigned slot, struct board_message *m,
	const struct smtpd_alert *a, const uint8_t *p, size_t len)
{
	(void)slot;
	board_inbox_stage(m->index, a, p, len);
}

static const struct board_refusal *on_prepare(
	unsigned slot, struct board_message *m)
{
	(void)slot;
	board_reader_picture(m->index, board_inbox_staged(m->index));
	return NULL;
}

static const struct board_refusal *on_commit(
	unsigned slot, struct board_message *m)
{
	const struct board_alert *a = board_reader_alert(m->index);

	(void)slot;
	if (a)
		board_inbox_take(m->index, a);
	return NULL;
}

static void on_drop(unsigned slot, struct board_message *m)
{
	(void)slot;
	board_inbox_drop(m->index);
}

const struct board_sink_kind board_sink_inbox = {
	.name = "inbox",
	.order = BOARD_SINK_NEVER_FAILS,
	.alerts = true,
	.picture = on_picture,
	.prepare = on_prepare,
	.commit = on_commit,
	.drop = on_drop,
};

#endif
