/*
 * inbox_list.c - the inbox on the console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "inbox_list.h"

#if SMTPD_INBOX

#include "alerts/inbox.h"
#include "console.h"
#include "smtpd_port.h"

/* Alerts have no control characters but LF: an octet becomes two at most. */
#define LINE_MAX_LEN (2 * sizeof(struct board_alert) + 1024)

static void put_picture(const struct board_picture *p)
{
	struct smtpd_hash hash;
	uint8_t digest[32];

	if (smtpd_port_hash_start(&hash) ||
		smtpd_port_hash_update(&hash, p->octets, p->len) ||
		smtpd_port_hash_finish(&hash, digest))
		return;
	board_put("picture ");
	board_put_num(p->id);
	board_put(" ");
	board_put_num(p->len);
	board_put(" ");
	board_put_hex(digest, sizeof digest);
	board_put_end();
}

void board_inbox_list(void)
{
	static char line[LINE_MAX_LEN];
	const struct board_picture *p;
	const struct board_alert *a;
	struct board_text t;
	unsigned i;

	for (i = 0; (a = board_inbox_at(i)) != NULL; i++) {
		board_text_start(&t, line, sizeof line);
		board_alert_json(&t, a);
		board_put_line(line);
		p = board_inbox_picture(a->picture_id);
		if (p)
			put_picture(p);
	}
	board_put_line("inbox end");
}

#else
typedef int board_no_inbox_list; /* ISO C wants a declaration */
#endif
