#include <stdio.h>
#include <string.h>

#include "smtpd.h"

static enum smtpd_verdict rcpt(
	struct smtpd_session *s, const struct smtpd_rcpt *r)
{
	const struct smtpd_str *local = &r->to.local;

	if (local->len == 6 && !memcmp(local->s, "alerts", 6))
		return SMTPD_ACCEPT;
	smtpd_session_reply(s, 550, "5.1.1", "Only alerts live here");
	return SMTPD_REJECT;
}

static enum smtpd_verdict data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	(void)s;
	return fwrite(p, 1, len, stdout) == len ? SMTPD_ACCEPT : SMTPD_REJECT;
}

static enum smtpd_verdict end(struct smtpd_session *s, uint16_t rcpt_index)
{
	(void)s, (void)rcpt_index; /* 250 leaves only after this ACCEPT */
	return fflush(stdout) == 0 ? SMTPD_ACCEPT : SMTPD_REJECT;
}

static const struct smtpd_sink printer = {
	.rcpt = rcpt, .data = data, .end = end};

const struct smtpd_listener port25 = {.sink = &printer,
	.limits = &smtpd_limits_default,
	.host_name = "gw.example"};
