/*
 * relay.c - see relay.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "relay.h"

#include "policy.h"

static enum smtpd_verdict data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	(void)s, (void)p, (void)len;
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict end(struct smtpd_session *s, uint16_t rcpt)
{
	(void)s, (void)rcpt;
	return SMTPD_ACCEPT;
}

static const struct smtpd_sink taker = {.data = data, .end = end};

struct smtpd_listener board_relay_listener(const struct smtpd_listener *l)
{
	struct smtpd_listener copy = *l;

	copy.sink = &taker;
	return copy;
}

/* What keeps strangers out of each port. */
static const char *remedy(unsigned i)
{
	switch (i) {
	case BOARD_SMTPS:
		return "smtps_auth_required = yes, or smtps_port = 0";
	case BOARD_LMTP:
		return "lmtp_port = 0";
	default:
		return "smtp_port = 0 and use submission_port";
	}
}

void board_relay_why(
	struct board_text *t, unsigned i, uint16_t port, const char *address)
{
	board_text_str(t, board_policy_name(i));
	board_text_str(t, " on port ");
	board_text_num(t, port);
	board_text_str(t, " would be an open relay: it takes mail for ");
	board_text_str(t, address);
	board_text_str(t, " from anybody; set mydestination or "
			  "local_recipients, or ");
	board_text_str(t, remedy(i));
}
