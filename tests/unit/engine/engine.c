/*
 * engine.c - the port of engine.h, and the client's side of it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port_crypto.h"
#include "session.h"

#define TURNS_MAX 100000000u

struct world world;
const char *engine_refusal;
static struct smtpd_conn *conns;

void engine_violation(const char *format, ...)
{
	va_list args;

	if (!world.violation[0]) {
		va_start(args, format);
		vsnprintf(
			world.violation, sizeof world.violation, format, args);
		va_end(args);
	}
	if (world.fatal) {
		fprintf(stderr, "%s\n", world.violation);
		abort();
	}
}

/* ---- the port ---- */

struct smtpd_conn *engine_conn(struct smtpd_session *s)
{
	return s->conn;
}

uint32_t smtpd_port_now_ms(void)
{
	return world.now_ms;
}

int64_t smtpd_port_wall_s(void)
{
	return world.wall_s;
}

void smtpd_port_peer(const struct smtpd_conn *c, struct smtpd_peer *peer)
{
	(void)c;
	*peer = world.peer;
}

void smtpd_port_wake(struct smtpd_conn *c)
{
	c->woken = true;
	c->activity++;
}

int smtpd_port_tls_reserve(struct smtpd_conn *c)
{
	(void)c;
	return world.tls_reserve;
}

void smtpd_port_tls_start(struct smtpd_conn *c)
{
	if (c->tls_wanted)
		engine_violation("smtpd_port_tls_start() twice");
	c->tls_wanted = true;
	c->activity++;
	c->in.len = c->in_at = 0;
}

void smtpd_port_tls_adopt(struct smtpd_conn *c)
{
	if (c->tls_wanted)
		engine_violation("smtpd_port_tls_adopt() twice");
	c->tls_wanted = true;
	c->activity++;
	c->in.len = c->in_at = 0;
}

void smtpd_port_close(struct smtpd_conn *c, enum smtpd_close how)
{
	if (c->closed)
		engine_violation("smtpd_port_close() twice");
	if (!c->sink_closed && world.sink.closed)
		engine_violation("smtpd_port_close() before `closed`");
	c->closed = true;
	c->how = how;
	c->session = NULL;
	c->in.len = c->in_at = 0;
	c->activity++;
}

void smtpd_port_log(
	enum smtpd_event event, const struct smtpd_session *s, unsigned code)
{
	(void)s;
	world.events[event]++;
	world.code = code;
}

/* ---- the client ---- */

static void give_input(struct smtpd_conn *c)
{
	size_t n = c->in.len - c->in_at, used;
	bool waiting = c->pending;
	uint8_t *p;

	if (world.plan.in && n > world.plan.in)
		n = world.plan.in;
	if (world.plan.split > c->taken && n > world.plan.split - c->taken)
		n = world.plan.split - c->taken;
	p = exact_copy(n ? c->in.p + c->in_at : NULL, n);
	used = smtpd_session_input(c->session, p, n);
	if (used > n)
		engine_violation("input took %zu octets of %zu", used, n);
	if (waiting && used)
		engine_violation("octets taken while a verdict was pending");
	c->taken += used;
	if (c->pending && !waiting && c->question != CALL_DATA)
		octets_addf(&c->later, "%s at %zu\n",
			engine_call_names[c->question], c->taken);
	if (c->in.len) { /* it was not dropped */
		if (n > used && memcmp(p + used, c->in.p + c->in_at + used,
					n - used) != 0)
			engine_violation(
				"octets changed behind what was taken");
		c->in_at += used;
	}
	free(p);
}

size_t engine_take(struct smtpd_conn *c, size_t len)
{
	size_t n;
	const uint8_t *p;

	if (!c->session)
		return 0;
	p = smtpd_session_output(c->session, &n);
	if (n > SMTPD_REPLY_BUF)
		engine_violation("%zu octets of output", n);
	if (n && c->tls_wanted)
		engine_violation("a reply in clear behind the 220");
	if (n > len)
		n = len;
	octets_add(&c->out, p, n);
	smtpd_session_output_ack(c->session, n);
	return n;
}

static void check_settled(struct smtpd_conn *c, smtpd_ref ref)
{
	if (smtpd_session_verdict(ref, SMTPD_ACCEPT, 0, NULL, NULL) !=
			SMTPD_EGONE ||
		smtpd_session_resume(ref) != SMTPD_EGONE)
		engine_violation("a question was answered twice");
	if (c->session && !c->woken)
		engine_violation("no wake after a verdict");
}

int engine_settle(struct smtpd_conn *c, enum smtpd_verdict v, unsigned code,
	const char *enhanced, const char *text)
{
	smtpd_ref ref = c->ref;
	int result;

	if (!c->pending)
		return SMTPD_EGONE;
	c->pending = false;
	c->woken = false;
	sink_answered(c, c->question, v == SMTPD_ACCEPT);
	if (c->question == CALL_DATA && v == SMTPD_ACCEPT)
		result = smtpd_session_resume(ref);
#if SMTPD_SCRAM
	else if (c->question == CALL_SCRAM && !code)
		result = smtpd_session_scram(
			ref, c->unknown ? SMTPD_REJECT : v, &engine_scram_keys);
#endif
	else
		result = smtpd_session_verdict(ref, v, code, enhanced, text);
	if (result != 0)
		engine_violation("a late verdict: %d", result);
	check_settled(c, ref);
	return result;
}

/* Time for the answer that the plan holds back? */
static bool settle_late(struct smtpd_conn *c)
{
	const struct rule *r = c->rule;
	bool reject = r && r->answer == ANSWER_REJECT;

	if (!c->pending || !c->turns)
		return false;
	if (--c->turns)
		return true;
	engine_settle(c, reject ? SMTPD_REJECT : SMTPD_ACCEPT, r ? r->code : 0,
		r ? r->enhanced : NULL, r ? r->text : NULL);
	return true;
}

static size_t output_len(const struct smtpd_conn *c)
{
	size_t n = 0;

	if (c->session)
		smtpd_session_output(c->session, &n);
	return n;
}

/* One turn of the port's loop; whether anything moved. */
static bool turn(struct smtpd_conn *c)
{
	unsigned activity = c->activity;
	size_t taken = c->taken, queued = output_len(c);
	bool moved;

	give_input(c);
	moved = c->activity != activity || c->taken != taken ||
		output_len(c) != queued;
	if (c->session && !world.plan.deaf && (!world.plan.hold || !moved))
		moved |= engine_take(c, world.plan.out ? world.plan.out
						       : SIZE_MAX) > 0;
	if (c->session)
		moved |= settle_late(c);
	return moved;
}

void engine_run(struct smtpd_conn *c)
{
	unsigned turns = 0;

	while (c->session && turn(c)) {
		if (turns++ > TURNS_MAX) {
			engine_violation("it never comes to rest");
			return;
		}
	}
}

void engine_certificate(const char *subject)
{
	world.sink.flags |= SMTPD_SINK_EXTERNAL;
	port_crypto.has_peer = true;
	snprintf(port_crypto.peer.subject, sizeof port_crypto.peer.subject,
		"%s", subject);
}

void engine_send_octets(struct smtpd_conn *c, const void *p, size_t len)
{
	if (c->session)
		octets_add(&c->in, p, len);
	engine_run(c);
}

void engine_send(struct smtpd_conn *c, const char *text)
{
	engine_send_octets(c, text, strlen(text));
}

struct smtpd_conn *engine_open(void)
{
	struct smtpd_conn *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->session = smtpd_session_open(&world.listener, c, &engine_refusal);
	if (!c->session) {
		octets_free(&c->quirks);
		free(c);
		return NULL;
	}
	world.open_count++;
	c->next = conns;
	conns = c;
	engine_run(c);
	return c;
}

struct smtpd_conn *engine_hello(void)
{
	struct smtpd_conn *c = engine_open();
	bool lmtp = world.listener.flags & SMTPD_LISTEN_LMTP;

	if (!c)
		return NULL;
	engine_send(c, lmtp ? "LHLO client\r\n" : "EHLO client\r\n");
	if (engine_code(c) != 220 || engine_code(c) != 250)
		engine_violation("no greeting or EHLO reply");
	return c;
}

const char *engine_reply(struct smtpd_conn *c)
{
	static struct octets reply;
	size_t at = c->out_read;
	const char *out = octets_text(&c->out);

	reply.len = 0;
	octets_add(&reply, "", 0);
	for (;;) {
		const char *lf = at < c->out.len ? memchr(out + at, '\n',
							   c->out.len - at)
						 : NULL;
		size_t n;

		if (!lf)
			return "";
		n = (size_t)(lf - out) + 1 - at;
		octets_add(&reply, out + at, n);
		at += n;
		if (n < 4 || out[at - n + 3] != '-')
			break;
	}
	c->out_read = at;
	return octets_text(&reply);
}

unsigned engine_code(struct smtpd_conn *c)
{
	const char *r = engine_reply(c);

	return strlen(r) < 3 ? 0
			     : (unsigned)(r[0] - '0') * 100 +
				       (unsigned)(r[1] - '0') * 10 +
				       (unsigned)(r[2] - '0');
}

unsigned engine_codes(struct smtpd_conn *c, unsigned n)
{
	unsigned code = 0;

	while (n--)
		code = engine_code(c);
	return code;
}

void engine_rule(enum call call, unsigned nth, enum answer a, unsigned code,
	const char *enhanced, const char *text)
{
	if (world.rule_count == sizeof world.rules / sizeof *world.rules)
		abort();
	world.rules[world.rule_count++] =
		(struct rule){call, nth, a, code, enhanced, text};
}

/* Has the engine given up on the question that waits? */
bool engine_still_asked(struct smtpd_conn *c)
{
	if (!c->pending || c->question == CALL_DATA)
		return c->pending;
	c->pending = smtpd_session_verdict(c->ref, SMTPD_LATER, 0, NULL,
			     NULL) == SMTPD_EINVAL;
	if (!c->pending)
		sink_answered(c, c->question, false);
	return c->pending;
}

static void run_all(void)
{
	for (struct smtpd_conn *c = conns; c; c = c->next) {
		engine_still_asked(c);
		engine_run(c);
	}
}

void engine_wait(uint32_t ms)
{
	world.now_ms += ms;
	smtpd_tick();
	run_all();
}

void engine_tls(struct smtpd_conn *c)
{
	static const struct smtpd_tls_info info = {
		"TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256"};

	if (!c->tls_wanted && !(world.listener.flags & SMTPD_LISTEN_TLS))
		engine_violation("TLS was not asked for");
	c->tls_wanted = false;
	c->tls_done = true;
	c->in.len = c->in_at = 0;
	if (c->session)
		smtpd_session_tls_started(c->session, &info);
	engine_run(c);
}

void engine_eof(struct smtpd_conn *c)
{
	if (c->session)
		smtpd_session_eof(c->session);
	engine_run(c);
}

void engine_lost(struct smtpd_conn *c, enum smtpd_end why, uint32_t unacked)
{
	struct smtpd_session *s = c->session;

	c->session = NULL;
	c->in.len = c->in_at = 0;
	if (s)
		smtpd_session_lost(s, why, unacked);
	if (s && c->closed)
		engine_violation("smtpd_port_close() of a lost session");
}

void engine_shutdown(void)
{
	smtpd_shutdown();
	run_all();
}

/* ---- a test's beginning and end ---- */

void engine_begin(void)
{
#if SMTPD_PEERS > 0
	memset(smtpd_pool.peers, 0, sizeof smtpd_pool.peers);
#if SMTPD_DEBTS
	memset(&smtpd_pool.floor, 0, sizeof smtpd_pool.floor);
#endif
#endif
	port_crypto_reset();
#if SMTPD_SCRAM
	memset(&smtpd_pool.scram, 0, sizeof smtpd_pool.scram);
#endif
	memset(&world, 0, sizeof world);
	world.limits = smtpd_limits_default;
#if SMTPD_AUTH_DELAY
	world.limits.auth_delay_ms = 0; /* most cases fail at will */
#endif
	world.now_ms = 1000;
	world.wall_s = 1700000000;
	world.peer = (struct smtpd_peer){.ip = {192, 0, 2, 1}, .family = 4};
	sink_install(&world.sink);
	world.listener = (struct smtpd_listener){
		.sink = &world.sink,
		.limits = &world.limits,
		.host_name = "mx.example",
	};
	smtpd_pool.stopping = false;
}

/* The reply to the last end is of its verdict's class, or never came. */
static void check_verdict(const struct smtpd_conn *c)
{
	char first;

	if (!c->verdict_class || c->out.len <= c->verdict_at)
		return;
	first = (char)c->out.p[c->verdict_at];
	if (c->verdict_class == '2' ? first != '2'
				    : first != '4' && first != '5')
		engine_violation("end was %s, the client read %c",
			c->verdict_class == '2' ? "accepted" : "refused",
			first);
}

static void end_conn(struct smtpd_conn *c)
{
	const char *why;

	engine_lost(c, SMTPD_END_PEER, 0);
	if (!c->sink_closed && world.sink.closed)
		engine_violation("`closed` never came");
	check_verdict(c);
	why = engine_check_replies(&c->out);
	if (why)
		engine_violation("%s", why);
	octets_free(&c->in);
	octets_free(&c->out);
	octets_free(&c->calls);
	octets_free(&c->quirks);
	octets_free(&c->data);
	octets_free(&c->received);
	octets_free(&c->later);
	free(c);
}

const char *engine_end(void)
{
	while (conns) {
		struct smtpd_conn *c = conns;

		conns = c->next;
		end_conn(c);
	}
	if (smtpd_session_count())
		engine_violation("%u sessions left", smtpd_session_count());
	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		if (smtpd_pool.session[i].state != ST_FREE)
			engine_violation("slot %u is not free", i);
	}
	if (world.sink.closed && world.open_count != world.closed_count)
		engine_violation("%u opened, %u closed", world.open_count,
			world.closed_count);
	smtpd_pool.stopping = false;
	return world.violation[0] ? world.violation : NULL;
}

static const char *check_line(const char *p, size_t n)
{
	if (n > 512)
		return "a reply line of more than 512 octets";
	if (n < 5 || p[0] < '2' || p[0] > '5' || p[1] < '0' || p[1] > '5' ||
		p[2] < '0' || p[2] > '9' || (p[3] != ' ' && p[3] != '-'))
		return "a malformed reply line";
	for (size_t i = 0; i + 2 < n; i++) {
		if (p[i] < ' ' || p[i] > '~')
			return "a reply line that is not printable US-ASCII";
	}
	return p[n - 2] == '\r' ? NULL : "a reply line without CR";
}

const char *engine_check_replies(const struct octets *out)
{
	const char *p = octets_text(out), *end = p + out->len;
	const char *first = NULL;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *why;

		if (!lf)
			break; /* the connection was lost inside a line */
		why = check_line(p, (size_t)(lf - p) + 1);
		if (why)
			return why;
		if (first && memcmp(first, p, 3) != 0)
			return "two codes in one reply";
		first = p[3] == '-' ? p : NULL;
		p = lf + 1;
	}
	return NULL;
}
