/*
 * engine_cost.c - see engine_cost.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The engine with the least port and the least sink there can be.
 */
#include "engine_cost.h"

#include <string.h>

#include "smtpd.h"
#include "smtpd_port.h"

#define LINE_LEN 76

struct smtpd_conn {
	struct smtpd_session *session; /* NULL: not open */
};

static struct smtpd_conn conn;
static uint8_t message[COST_LENGTH_MAX + 8];
static uint8_t chunk[COST_CHUNK_MAX];
static size_t message_len; /* with the final dot */
static uint32_t text_len;  /* without it, and without stuffed dots */
static unsigned accepted, complete;
static bool dry;

/* ---- the port ---- */

uint32_t smtpd_port_now_ms(void)
{
	return 1;
}

int64_t smtpd_port_wall_s(void)
{
	return 1767225600;
}

void smtpd_port_peer(const struct smtpd_conn *c, struct smtpd_peer *peer)
{
	static const uint8_t ip[4] = {192, 0, 2, 25};

	(void)c;
	memcpy(peer->ip, ip, sizeof ip);
	peer->family = 4;
	peer->port = 40000;
}

void smtpd_port_wake(struct smtpd_conn *c)
{
	(void)c;
}

int smtpd_port_tls_reserve(struct smtpd_conn *c)
{
	(void)c;
	return SMTPD_ENONE;
}

void smtpd_port_tls_start(struct smtpd_conn *c)
{
	(void)c;
}

void smtpd_port_tls_adopt(struct smtpd_conn *c)
{
	(void)c;
}

void smtpd_port_close(struct smtpd_conn *c, enum smtpd_close how)
{
	(void)how;
	c->session = NULL;
}

void smtpd_port_log(
	enum smtpd_event event, const struct smtpd_session *s, unsigned code)
{
	(void)event;
	(void)s;
	(void)code;
}

/* ---- the sink ---- */

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
	struct smtpd_info info;

	(void)rcpt;
	smtpd_session_info(s, &info);
	accepted++;
	complete += info.octets == text_len;
	return SMTPD_ACCEPT;
}

static const struct smtpd_sink sink = {
	.auth = on_auth,
	.data = on_data,
	.end = on_end,
};

/* As the gateway's first port is set up. */
static const struct smtpd_listener listener = {
	.sink = &sink,
	.limits = SMTPD_FIXED_LIMITS ? NULL : &smtpd_limits_default,
	.host_name = "gateway.example",
	.flags = (SMTPD_TLS ? SMTPD_LISTEN_STARTTLS : 0) |
		 (SMTPD_AUTH ? SMTPD_LISTEN_AUTH : 0),
};

/* ---- what is counted ---- */

static void take_replies(void)
{
	size_t len = 1;

	while (conn.session && len) {
		smtpd_session_output(conn.session, &len);
		if (len)
			smtpd_session_output_ack(conn.session, len);
	}
}

/* see engine_cost.h */
__attribute__((noinline)) void cost_open(void)
{
	const char *refusal;

	conn.session = smtpd_session_open(&listener, &conn, &refusal);
	take_replies();
}

/* see engine_cost.h */
__attribute__((noinline)) void cost_feed(uint8_t *p, size_t n)
{
	while (conn.session && n) {
		size_t used = smtpd_session_input(conn.session, p, n);

		p += used;
		n -= used;
		take_replies();
	}
}

/* ---- the client ---- */

static void send(const void *p, size_t n, size_t piece)
{
	const uint8_t *from = p;

	while (n) {
		size_t part = n < piece ? n : piece;

		/* the engine may write where it reads */
		memcpy(chunk, from, part);
		if (!dry)
			cost_feed(chunk, part);
		from += part;
		n -= part;
	}
}

static void say(const char *text)
{
	send(text, strlen(text), COST_CHUNK_MAX);
}

static void start(void)
{
	if (!dry)
		cost_open();
	say("EHLO sensor.device.example\r\n");
}

static void send_message(const struct cost_case *c)
{
	static const char *const command[] = {
		"MAIL FROM:<sensor@device.example>\r\n",
		"RCPT TO:<alerts@gateway.example>\r\n", "DATA\r\n"};
	static const char group[] = "MAIL FROM:<sensor@device.example>\r\n"
				    "RCPT TO:<alerts@gateway.example>\r\n"
				    "DATA\r\n";
	unsigned i;

	if (c->session == COST_PIPELINED)
		say(group);
	for (i = 0; i < 3 && c->session != COST_PIPELINED; i++)
		say(command[i]);
	send(message, message_len, c->chunk);
}

/* ---- the message ---- */

static uint8_t *put_line(uint8_t *p, size_t len, bool dot)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)('a' + i % 26);
	if (dot)
		p[0] = p[1] = '.';
	p[len] = '\r';
	p[len + 1] = '\n';
	return p + len + 2;
}

/* Header fields, then lines of LINE_LEN characters. */
static void compose(const struct cost_case *c)
{
	static const char fields[] = "From: <sensor@device.example>\r\n"
				     "To: <alerts@gateway.example>\r\n"
				     "Subject: temperature alert\r\n"
				     "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
				     "Message-ID: <1@device.example>\r\n\r\n";
	uint8_t *p = message, *end = message + c->length;
	unsigned line = 0, stuffed = 0;

	memcpy(p, fields, sizeof fields - 1);
	for (p += sizeof fields - 1; end - p > LINE_LEN + 2 + 2; line++) {
		bool dot = c->dotted && line % c->dotted == 0;

		p = put_line(p, LINE_LEN, dot);
		stuffed += dot;
	}
	p = put_line(p, (size_t)(end - p) - 2, false);
	memcpy(p, ".\r\n", 3);
	message_len = c->length + 3;
	text_len = (uint32_t)c->length - stuffed;
}

/* see engine_cost.h */
bool cost_run(const struct cost_case *c)
{
	unsigned i;

	compose(c);
	dry = c->session == COST_DRY;
	accepted = complete = 0;
	for (i = 0; i < c->count; i++) {
		if (i == 0 || c->session == COST_OWN)
			start();
		send_message(c);
		if (i == c->count - 1 || c->session == COST_OWN)
			say("QUIT\r\n");
	}
	return dry ||
	       (accepted == c->count && complete == c->count && !conn.session);
}
