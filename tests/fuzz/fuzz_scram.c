/*
 * fuzz_scram.c - messages of a SCRAM client of any octets
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * What was read is put together again and must be the message. Each also goes
 * through a whole exchange with the engine, as both messages of the client.
 *
 * tests: options SMTPD_PROFILE=2 SMTPD_SCRAM_PLUS=1 SMTPD_AUTH_EXTERNAL=1
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "port_crypto.h"
#include "scram_message.h"
#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

#define LONG_ 1500

static void need(bool ok)
{
	if (!ok)
		abort();
}

static void inside(struct smtpd_str t, const char *p, size_t len)
{
	need(t.s >= p && t.s + t.len <= p + len);
}

static void check_first(const char *p, size_t len)
{
	struct smtpd_scram_first m;
	char name[LONG_];
	size_t n;

	if (!smtpd_scram_read_first(p, len, &m))
		return;
	inside(m.binding, p, len);
	inside(m.authzid, p, len);
	need(m.header.s == p && m.bare.s == p + m.header.len);
	need(m.header.len + (size_t)m.bare.len == len);
	need(m.name.s == m.bare.s + 2 && !memcmp(m.bare.s, "n=", 2));
	need(m.nonce.s == m.name.s + m.name.len + 3 &&
		!memcmp(m.nonce.s - 3, ",r=", 3));
	need(m.name.len && m.nonce.len);
	inside(m.nonce, p, len);
	need(!memchr(m.nonce.s, ',', m.nonce.len));
	need((m.flag == 'p') == (m.binding.len > 0));
	need(memchr("nyp", m.flag, 3) != NULL);
	n = smtpd_scram_unescape(m.name, name);
	need(n > 0 && n <= m.name.len && !memchr(name, '\0', n));
}

static void check_final(const char *p, size_t len)
{
	struct smtpd_scram_final m;

	if (!smtpd_scram_read_final(p, len, &m))
		return;
	need(m.bare.s == p && m.binding.s == p + 2);
	need(m.nonce.s == m.binding.s + m.binding.len + 3);
	need(m.proof.s == p + m.bare.len + 3);
	need(m.proof.s + m.proof.len == p + len);
	need(!memcmp(p + m.bare.len, ",p=", 3));
	inside(m.nonce, p, len);
}

static void send_base64(struct smtpd_conn *c, const char *p, size_t len)
{
	char line[LONG_ * 2];

	*smtpd_scram_base64(line, (const uint8_t *)p, len) = '\0';
	engine_send(c, line);
	engine_send(c, "\r\n");
}

static void exchange(const char *p, size_t len)
{
	struct smtpd_conn *c;
	const char *why;

	engine_begin();
	engine_scram();
	world.fatal = true;
	world.plan.late = len % 2;
	port_crypto.binding_len[0] = port_crypto.binding_len[1] = 32;
	world.listener.flags =
		SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR | SMTPD_LISTEN_TLS;
	c = engine_open();
	engine_tls(c);
	engine_send(c, "EHLO client\r\nAUTH SCRAM-SHA-256-PLUS ");
	send_base64(c, p, len);
	engine_send(c, "RSET\r\nAUTH SCRAM-SHA-256\r\n");
	send_base64(c, p, len);
	engine_send(c, "*\r\nAUTH SCRAM-SHA-256 "
		       "biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=\r\n");
	send_base64(c, p, len);
	need(!strstr(octets_text(&c->out), "235 "));
	engine_lost(c, SMTPD_END_PEER, 0);
	for (unsigned i = 0; i < SMTPD_SCRAM_EXCHANGES; i++)
		need(!smtpd_pool.scram.exchange[i].session);
	why = engine_end();
	need(!why);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char *text;

	if (len >= LONG_)
		return 0;
	text = malloc(len + 1); /* of exact size, for ASan */
	need(text != NULL);
	memcpy(text, p, len);
	text[len] = '\0';
	check_first(text, len);
	check_final(text, len);
	exchange(text, len);
	free(text);
	return 0;
}
