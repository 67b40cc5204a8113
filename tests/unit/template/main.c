/*
 * main.c - the template port with the loop of port/README.md, in memory
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Built by ../test_port_template, which cuts readme_loop.h out of the guide.
 */
#include <stdio.h>
#include <string.h>

#include "../../../port/template/port.c"

static uint8_t in[4096];
static size_t in_len, in_step;
static bool fin;
static char out[4096];
static size_t out_len, out_step;

static size_t input_waiting(struct smtpd_conn *c, uint8_t **p)
{
	(void)c;
	*p = in;
	return in_len < in_step ? in_len : in_step;
}

static void input_taken(struct smtpd_conn *c, size_t n)
{
	(void)c;
	in_len -= n;
	memmove(in, in + n, in_len);
}

static bool peer_closed(struct smtpd_conn *c)
{
	bool now = fin && in_len == 0;

	(void)c;
	fin = fin && !now;
	return now;
}

static size_t send_some(struct smtpd_conn *c, const uint8_t *p, size_t len)
{
	size_t n = len < out_step ? len : out_step;

	(void)c;
	memcpy(out + out_len, p, n);
	out_len += n;
	out[out_len] = '\0';
	return n;
}

static void send_now(struct smtpd_conn *c)
{
	(void)c;
}

#include "readme_loop.h"

static unsigned messages;

static enum smtpd_verdict take_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	(void)s;
	(void)p;
	(void)len;
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict take_end(struct smtpd_session *s, uint16_t rcpt)
{
	(void)s;
	(void)rcpt;
	messages++;
	return SMTPD_ACCEPT;
}

static const struct smtpd_sink sink = {.data = take_data, .end = take_end};

/* Returns what the client reads in a whole session. */
static const char *session(
	const char *text, size_t input_step, size_t output_step, unsigned flags)
{
	const struct smtpd_listener l = {.sink = &sink,
		.limits = &smtpd_limits_default,
		.host_name = "gw.example",
		.flags = (uint8_t)flags};
	struct smtpd_conn c = {NULL, false, false};
	const char *refusal;

	in_step = input_step;
	out_step = output_step;
	out_len = messages = 0;
	in_len = strlen(text);
	memcpy(in, text, in_len);
	fin = true;
	c.session = smtpd_session_open(&l, &c, &refusal);
	pump(&c);
	if (c.session || c.abort)
		return "not closed in order";
	return out;
}

static int expect(const char *name, bool ok)
{
	if (!ok)
		printf("not ok port_template_%s: read %s\n", name, out);
	else
		printf("ok port_template_%s\n", name);
	return !ok;
}

#define MAIL                                                                   \
	"EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT "                   \
	"TO:<c@d.example>\r\n"                                                 \
	"DATA\r\nhello\r\n.\r\n"

int main(void)
{
	char whole[sizeof(out)];
	int failed = 0;
	size_t i;

	snprintf(whole, sizeof(whole), "%s",
		session(MAIL "QUIT\r\n", 4096, 4096, 0));
	failed += expect(
		"session", messages == 1 && strstr(whole, "\r\n221 ") != NULL);
	for (i = 1; i < 40 && !failed; i++)
		failed += strcmp(whole, session(MAIL "QUIT\r\n", i, 41 - i, 0));
	failed += expect("any_pieces", i == 40 && !failed);
	session(MAIL, 4096, 4096, 0);
	failed += expect("fin_behind_the_dot",
		messages == 1 && strstr(out, "\r\n250 2.0.0") != NULL);
	session("EHLO c.example\r\nSTARTTLS\r\nQUIT\r\n", 4096, 4096,
		SMTPD_TLS ? SMTPD_LISTEN_STARTTLS : 0);
	failed += expect(
		"no_tls", !SMTPD_TLS || strstr(out, "\r\n454 4.7.0") != NULL);
	return failed != 0;
}
