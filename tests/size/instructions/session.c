/*
 * session.c - lwsmtpd on lwIP: what a session costs
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The sink takes everything and keeps nothing. What was replied is left in a
 * file, for floor.c.
 */
#include <stdio.h>
#include <string.h>

#include "lwip_smtpd.h"
#include "m3.h"
#include "smtpd_port.h"
#include "wire.h"

#define REPLIES "replies.bin"

void smtpd_port_log(
	enum smtpd_event event, const struct smtpd_session *s, unsigned code)
{
	(void)event;
	(void)s;
	(void)code;
}

/* ---- the sink ---- */

static unsigned ended;

static enum smtpd_verdict on_auth(
	struct smtpd_session *s, const struct smtpd_auth *auth)
{
	(void)s;
	(void)auth;
	return SMTPD_REJECT;
}

static enum smtpd_verdict on_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	(void)s;
	(void)p;
	(void)len;
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict on_end(struct smtpd_session *s, uint16_t rcpt)
{
	(void)s;
	(void)rcpt;
	ended++;
	return SMTPD_ACCEPT;
}

static const struct smtpd_sink sink = {
	.auth = on_auth,
	.data = on_data,
	.end = on_end,
};

static struct altcp_tls_config *no_certificate;

static struct lwip_smtpd_listener listener = {
	.smtpd = {.sink = &sink,
		.limits = SMTPD_FIXED_LIMITS ? NULL : &smtpd_limits_default,
		.host_name = "gateway.example",
		.flags = (SMTPD_TLS ? SMTPD_LISTEN_STARTTLS : 0) |
			 (SMTPD_AUTH ? SMTPD_LISTEN_AUTH : 0)},
	.port = WIRE_PORT,
	.tls = &no_certificate,
};

static int keep_replies(void)
{
	FILE *file = fopen(REPLIES, "wb");
	int status;

	if (!file)
		return 1;
	status = fwrite(wire_replies, sizeof wire_replies, 1, file) != 1;
	return fclose(file) || status;
}

int main(void)
{
	wire_start();
	lwip_smtpd_init();
	if (lwip_smtpd_listen(&listener) != ERR_OK)
		return 1;
	return wire_report() || keep_replies() || !ended;
}
