/*
 * server.c - the sink, the board's part of the port, and the pools' levels
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "lwip/memp.h"
#include "lwip/stats.h"

#include "smtpd_port.h"
#if SMTPD_TLS
#include "tls_engine.h"
#endif

void world_init(void);

struct server server;
struct smtpd_limits server_limits;
struct lwip_smtpd_listener server_listener;

static struct {
	unsigned memp[MEMP_MAX];
	size_t mem;
} level;

/* ---- the board's part ---- */

int64_t smtpd_port_wall_s(void)
{
	return 0;
}

int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	static uint32_t state = 1;

	if (server.no_entropy)
		return SMTPD_ENONE;
	while (len-- > 0) {
		state = state * 1664525u + 1013904223u;
		*buf++ = (uint8_t)(state >> 24);
	}
	return 0;
}

void smtpd_port_log(
	enum smtpd_event event, const struct smtpd_session *s, unsigned code)
{
	(void)s;
	(void)code;
	server.refused += event == SMTPD_EV_REFUSED;
	server.tls += event == SMTPD_EV_TLS;
}

/* ---- the sink ---- */

static enum smtpd_verdict answer(struct smtpd_session *s, enum smtpd_verdict v)
{
	if (v == SMTPD_LATER)
		server.ref = smtpd_session_ref(s);
	return v;
}

static enum smtpd_verdict on_connect(struct smtpd_session *s)
{
	struct smtpd_info info;

	smtpd_session_info(s, &info);
	server.peer = info.peer;
	server.connected++;
	return answer(s, server.connect);
}

static enum smtpd_verdict on_mail(
	struct smtpd_session *s, const struct smtpd_mail *mail)
{
	(void)mail;
	server.mails++;
	if (server.answer_in_other && server.ref)
		smtpd_session_verdict(
			server.ref, SMTPD_ACCEPT, 250, "2.6.0", "In other");
	return answer(s, server.mail);
}

static enum smtpd_verdict on_rcpt(
	struct smtpd_session *s, const struct smtpd_rcpt *rcpt)
{
	(void)rcpt;
	return answer(s, server.rcpt);
}

static enum smtpd_verdict on_begin(struct smtpd_session *s)
{
	return answer(s, server.begin);
}

/* see world.h */
uint32_t server_sum(uint32_t sum, const void *p, size_t len)
{
	const uint8_t *q = p;

	while (len-- > 0)
		sum = (sum ^ *q++) * 16777619u;
	return sum;
}

static enum smtpd_verdict on_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	server.octets += (uint32_t)len;
	server.sum = server_sum(server.sum, p, len);
	return answer(s, server.data);
}

static enum smtpd_verdict on_end(struct smtpd_session *s, uint16_t rcpt)
{
	(void)rcpt;
	server.ended++;
	return answer(s, server.end);
}

static void on_reset(struct smtpd_session *s, enum smtpd_end why)
{
	(void)s;
	(void)why;
	server.resets++;
}

static void on_closed(
	struct smtpd_session *s, enum smtpd_end why, bool unacknowledged)
{
	(void)s;
	server.closed++;
	server.why = why;
	server.unacknowledged += unacknowledged;
}

static const struct smtpd_sink sink = {
	.connect = on_connect,
	.mail = on_mail,
	.rcpt = on_rcpt,
	.begin = on_begin,
	.data = on_data,
	.end = on_end,
	.reset = on_reset,
	.closed = on_closed,
};

/* ---- the world ---- */

/* see world.h */
void world_start(void)
{
	static bool started;
	unsigned i;

	if (!started) {
		world_init();
		for (i = 0; i < MEMP_MAX; i++)
			level.memp[i] = lwip_stats.memp[i]->used;
		level.mem = lwip_stats.mem.used;
	}
	started = true;
	memset(&server, 0, sizeof(server));
	memset(&wire, 0, sizeof(wire));
	fault_set(FAULT_NONE, 0, 0);
	server_limits = smtpd_limits_default;
	server_limits.message_max = 0;
	server_limits.command_ms = 20000;
	server_limits.data_ms = 15000;
	server_limits.verdict_ms = 15000;
	server_limits.write_ms = 10000;
	server_limits.stress_ms = 20000;
	server_limits.idle_command_max = 255;
	server_limits.mail_max = 0;
	server_limits.peer_sessions = 0;
	memset(&server_listener, 0, sizeof(server_listener));
	server_listener.smtpd.sink = &sink;
	server_listener.smtpd.limits = &server_limits;
	server_listener.smtpd.host_name = "gw.example";
	ip_addr_copy(server_listener.ip, *IP4_ADDR_ANY);
	server_listener.port = PORT;
	lwip_smtpd_listen(&server_listener);
}

static const char *tls_unlevel(void)
{
#if SMTPD_TLS
	struct smtpd_tls_gauges g;

	smtpd_tls_get_gauges(&g);
	if (g.slots_free != SMTPD_TLS_SLOTS)
		return "a TLS slot is taken";
	if (g.records_lent || g.leaks)
		return "a record buffer is lent, or TLS leaks";
#endif
	return NULL;
}

static const char *unlevel(void)
{
	static char text[80];
	unsigned i;

	for (i = 0; i < MEMP_MAX; i++)
		if (lwip_stats.memp[i]->used != level.memp[i]) {
			snprintf(text, sizeof(text),
				"pool %u: %u in use, not %u", i,
				(unsigned)lwip_stats.memp[i]->used,
				level.memp[i]);
			return text;
		}
	if (lwip_stats.mem.used != level.mem)
		return "lwIP's heap is not empty";
	if (lwip_smtpd_conn_count() != 0)
		return "a connection's slot is taken";
	if (smtpd_session_count() != 0)
		return "a session is open";
	if (server.connected != server.closed)
		return "connect and closed differ in number";
	return tls_unlevel();
}

/* see world.h */
const char *world_end(void)
{
	const char *wrong = "";
	unsigned i;

	fault_set(FAULT_NONE, 0, 0);
	memset(&wire, 0, sizeof(wire));
	lwip_smtpd_unlisten(&server_listener);
	for (i = 0; i < 120 && wrong; i++) {
		world_run(i < 10 ? 1000 : 10000);
		wrong = unlevel();
	}
	return wrong;
}

/* see world.h */
bool world_serves(void)
{
	static struct client c;
	unsigned before = server.ended;

	if (!client_open(&c, "EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n"
			     "RCPT TO:<c@d.example>\r\nDATA\r\n"))
		return false;
	if (!client_expect(&c, "354 ", 10000))
		return false;
	client_send(&c, "Subject: x\r\n\r\nhello\r\n.\r\nQUIT\r\n");
	return client_expect(&c, "\r\n221 ", 10000) &&
	       world_until(&c.eof, 1000) && server.ended == before + 1;
}
