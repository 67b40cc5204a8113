/*
 * linear.c - mails to the reader of alerts, each in one call of measured()
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Standard input has the mails, each behind its length in four octets, the
 * first the highest.
 */
#include <stdio.h>
#include <stdlib.h>

#include "smtpd_alert.h"

void measured(struct smtpd_alert_reader *r, uint8_t *p, size_t len);

void __attribute__((noinline))
measured(struct smtpd_alert_reader *r, uint8_t *p, size_t len)
{
	smtpd_alert_push(r, p, len);
	smtpd_alert_finish(r);
}

int main(void)
{
	static const struct smtpd_alert_events events;
	static struct smtpd_alert_reader r;
	uint8_t head[4];

	while (fread(head, 1, sizeof head, stdin) == sizeof head) {
		size_t len = (size_t)head[0] << 24 | (size_t)head[1] << 16 |
			     (size_t)head[2] << 8 | head[3];
		uint8_t *mail = malloc(len + 1);

		if (!mail || fread(mail, 1, len, stdin) != len)
			return 1;
		smtpd_alert_start(
			&r, &events, NULL, NULL, 0, SMTPD_CHARSET_UNKNOWN);
		measured(&r, mail, len);
		free(mail);
	}
	return 0;
}
