/*
 * sink.c - a sink that answers by rule, writes down and checks its calls
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "engine.h"

#include <string.h>

const char *const engine_call_names[CALLS] = {
	"connect", "auth", "mail", "rcpt", "begin", "data", "end", "scram"};

const char *const engine_end_names[] = {
	"QUIT", "PEER", "TIMEOUT", "REFUSED", "TLS", "SHUTDOWN", "RESET"};

static void add_str(
	struct octets *o, const char *before, struct smtpd_str v, char after)
{
	octets_addf(o, "%s", before);
	octets_add_escaped(o, v.s, v.len);
	if (after)
		octets_add(o, &after, 1);
}

static void check(struct smtpd_conn *c, bool ok, const char *what)
{
	if (!ok)
		engine_violation("sink contract: %s; calls so far:\n%s", what,
			octets_text(&c->calls));
}

static const struct rule *rule_for(const struct smtpd_conn *c, enum call call)
{
	const struct rule *found = NULL;

	for (unsigned i = 0; i < world.rule_count; i++) {
		const struct rule *r = &world.rules[i];

		if (r->call == call && (!r->nth || r->nth == c->asked[call]))
			found = r;
	}
	return found;
}

static void end_answered(struct smtpd_conn *c, bool accepted)
{
	bool lmtp = world.listener.flags & SMTPD_LISTEN_LMTP;

	c->verdict_class = accepted ? '2' : 'x';
	if (accepted && (!lmtp || c->asked[CALL_END] <= 1))
		c->kept++;
	if (!lmtp || c->asked[CALL_END] >= c->rcpts)
		c->stage = STAGE_NONE;
}

/* The question is settled: what follows for the transaction. */
void sink_answered(struct smtpd_conn *c, enum call call, bool accepted)
{
	if (call == CALL_MAIL && accepted) {
		c->stage = STAGE_MAIL;
		c->rcpts = 0;
	} else if (call == CALL_RCPT && accepted) {
		c->rcpts++;
	} else if (call == CALL_BEGIN && accepted) {
		c->stage = STAGE_DATA;
		c->asked[CALL_END] = 0;
	} else if (call == CALL_DATA && !accepted) {
		c->stage = STAGE_DEAD;
	} else if (call == CALL_END) {
		end_answered(c, accepted);
	}
}

static enum smtpd_verdict answer(struct smtpd_session *s, enum call call)
{
	struct smtpd_conn *c = engine_conn(s);
	const struct rule *r;
	bool late;

	c->asked[call]++;
	c->activity++;
	r = rule_for(c, call);
	late = world.plan.late || (r && r->answer == ANSWER_NEVER);
	check(c, !c->pending || !engine_still_asked(c),
		"a question while another one waits");
	check(c, !c->sink_closed, "a question after closed");
	if (world.inside)
		world.inside(s, call);
	if (r && call == CALL_DATA && r->answer == ANSWER_REJECT)
		late = false; /* there is no late refusal of data */
	if (late) {
		c->pending = true;
		c->question = call;
		c->rule = r;
		c->ref = smtpd_session_ref(s);
		c->turns = r && r->answer == ANSWER_NEVER ? 0 : world.plan.late;
		return SMTPD_LATER;
	}
	if (r && r->code)
		smtpd_session_reply(s, r->code, r->enhanced, r->text);
	sink_answered(c, call, !r || r->answer == ANSWER_ACCEPT);
	return r && r->answer == ANSWER_REJECT ? SMTPD_REJECT : SMTPD_ACCEPT;
}

static enum smtpd_verdict on_connect(struct smtpd_session *s)
{
	struct smtpd_conn *c = engine_conn(s);

	check(c, !c->calls.len, "connect is not the first call");
	octets_addf(&c->calls, "connect\n");
	return answer(s, CALL_CONNECT);
}

static enum smtpd_verdict on_auth(
	struct smtpd_session *s, const struct smtpd_auth *a)
{
	struct smtpd_conn *c = engine_conn(s);

	octets_addf(&c->calls, "auth %s", a->mechanism);
	add_str(&c->calls, " ", a->authcid, 0);
#if SMTPD_AUTH_MORE
	static const char *const proofs[] = {"", " right\n", " wrong\n", " "};

	check(c, (a->proof == SMTPD_PROOF_CERTIFICATE) == (a->peer != NULL),
		"a certificate with EXTERNAL only");
	check(c, a->proof == SMTPD_PROOF_PASSWORD || !a->password.len,
		"a password that nobody sent");
	octets_addf(&c->calls, "%s", proofs[a->proof]);
	if (a->peer)
		octets_addf(&c->calls, "%s\n", a->peer->subject);
	if (a->proof != SMTPD_PROOF_PASSWORD)
		return answer(s, CALL_AUTH);
#endif
	add_str(&c->calls, " ", a->password, '\n');
	return answer(s, CALL_AUTH);
}

#if SMTPD_SCRAM
/* RFC 7677 3, of the password there */
const struct smtpd_scram_keys engine_scram_keys = {
	.salt = {0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0,
		0x4b, 0x14, 0x12, 0x36, 0xfa, 0x81},
	.salt_len = 16,
	.iterations = 4096,
	.stored_key = {0x58, 0x6e, 0x5d, 0xf2, 0x83, 0xe6, 0xdc, 0xeb, 0x5c,
		0x3e, 0x79, 0x1d, 0x8b, 0x85, 0x28, 0xec, 0x19, 0x1e, 0x66,
		0x40, 0x45, 0xce, 0x97, 0x17, 0x92, 0xe2, 0xe6, 0xb5, 0xbb,
		0x13, 0xe2, 0xa6},
	.server_key = {0xc1, 0xf3, 0xcb, 0xc1, 0xc1, 0x3a, 0x9d, 0x35, 0xa1,
		0x4c, 0x09, 0x90, 0xee, 0xd9, 0x76, 0x29, 0xea, 0x22, 0x58,
		0x63, 0xe5, 0x66, 0xa4, 0x31, 0x4a, 0xb9, 0x9f, 0x3f, 0x00,
		0xe5, 0xd9, 0xd5},
};

static enum smtpd_verdict on_scram(struct smtpd_session *s,
	const struct smtpd_str *name, struct smtpd_scram_keys *keys)
{
	struct smtpd_conn *c = engine_conn(s);
	enum smtpd_verdict v;
	bool known = name->len == 4 && !memcmp(name->s, "user", 4);

	add_str(&c->calls, "scram ", *name, '\n');
	check(c, name->len > 0 && name->len <= 255, "the length of a name");
	*keys = engine_scram_keys;
	c->unknown = !known;
	v = answer(s, CALL_SCRAM);
	if (!known && v == SMTPD_ACCEPT)
		v = SMTPD_REJECT;
	return v;
}

void engine_scram(void)
{
	world.sink.scram = on_scram;
}
#else
void engine_scram(void)
{
}
#endif

static enum smtpd_verdict on_mail(
	struct smtpd_session *s, const struct smtpd_mail *m)
{
	static const char *const bodies[] = {
		"", " body=8BITMIME", " body=BINARYMIME"};
	static const char *const rets[] = {"", " ret=FULL", " ret=HDRS"};
	struct smtpd_conn *c = engine_conn(s);

	check(c, c->stage == STAGE_NONE, "mail inside a transaction");
	add_str(&c->calls, "mail <", m->from.text, '>');
	if (m->size)
		octets_addf(&c->calls, " size=%u", (unsigned)m->size);
	octets_addf(&c->calls, "%s%s%s", bodies[m->body],
		m->smtputf8 ? " smtputf8" : "", rets[m->ret]);
	if (m->envid.len)
		add_str(&c->calls, " envid=", m->envid, 0);
	if (m->auth.len)
		add_str(&c->calls, " auth=", m->auth, 0);
	octets_addf(&c->calls, "\n");
	return answer(s, CALL_MAIL);
}

static enum smtpd_verdict on_rcpt(
	struct smtpd_session *s, const struct smtpd_rcpt *r)
{
	static const char *const bits[] = {
		"NEVER", "SUCCESS", "FAILURE", "DELAY"};
	struct smtpd_conn *c = engine_conn(s);
	const char *before = " notify=";

	check(c, c->stage == STAGE_MAIL, "rcpt outside a transaction");
	add_str(&c->calls, "rcpt <", r->to.text, '>');
	for (unsigned i = 0; i < 4; i++) {
		if (!(r->notify >> i & 1))
			continue;
		octets_addf(&c->calls, "%s%s", before, bits[i]);
		before = ",";
	}
	if (r->orcpt.len)
		add_str(&c->calls, " orcpt=", r->orcpt, 0);
	octets_addf(&c->calls, "\n");
	return answer(s, CALL_RCPT);
}

static enum smtpd_verdict on_begin(struct smtpd_session *s)
{
	struct smtpd_conn *c = engine_conn(s);
	struct smtpd_info info;

	smtpd_session_info(s, &info);
	check(c, c->stage == STAGE_MAIL && c->rcpts, "begin without rcpt");
	check(c, info.rcpt_count == c->rcpts, "info.rcpt_count at begin");
	c->data.len = c->received.len = 0;
	octets_addf(&c->calls, "begin\n");
	return answer(s, CALL_BEGIN);
}

static enum smtpd_verdict on_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	struct smtpd_conn *c = engine_conn(s);

	check(c, c->stage == STAGE_DATA, "data outside a message");
	check(c, len > 0, "an empty span");
	if (SMTPD_RECEIVED && !c->received.len) {
		check(c, len > 10 && !memcmp(p, "Received: ", 10),
			"no Received: field first");
		octets_add(&c->received, p, len);
	} else {
		check(c, len <= SMTPD_DATA_CHUNK, "a span too long");
		octets_add(&c->data, p, len);
	}
	return answer(s, CALL_DATA);
}

static enum smtpd_verdict on_end(struct smtpd_session *s, uint16_t rcpt)
{
	struct smtpd_conn *c = engine_conn(s);
	bool lmtp = world.listener.flags & SMTPD_LISTEN_LMTP;
	struct smtpd_info info;
	size_t queued;

	smtpd_session_info(s, &info);
	check(c, c->stage == STAGE_DATA || (lmtp && c->stage == STAGE_ENDING),
		"end outside a message");
	check(c, !world.sink.rcpt || info.octets == (uint32_t)c->data.len,
		"info.octets at end");
	check(c, rcpt == (lmtp ? c->asked[CALL_END] : SMTPD_ALL_RCPTS),
		"end for the wrong recipient");
	if (c->stage == STAGE_DATA) {
		octets_addf(&c->calls, "data \"");
		octets_add_escaped(&c->calls, c->data.p, c->data.len);
		octets_addf(&c->calls, "\"\n");
	}
	c->stage = STAGE_ENDING;
	smtpd_session_output(s, &queued);
	c->verdict_at = c->out.len + queued;
	c->verdict_class = 0;
	octets_addf(&c->calls, "end");
	if (lmtp)
		octets_addf(&c->calls, " %u", rcpt);
	octets_addf(&c->calls, "\n");
	return answer(s, CALL_END);
}

static void on_reset(struct smtpd_session *s, enum smtpd_end why)
{
	struct smtpd_conn *c = engine_conn(s);

	c->activity++;
	check(c, c->stage != STAGE_NONE, "reset without a transaction");
	check(c, !c->sink_closed, "reset after closed");
	if (c->stage == STAGE_ENDING && c->pending && c->question == CALL_END)
		c->verdict_class = 'x'; /* the client was told 451 */
	if (c->question == CALL_END || c->question == CALL_DATA)
		c->pending = false;
	c->stage = STAGE_NONE;
	octets_addf(&c->calls, "reset %s\n", engine_end_names[why]);
	if (world.inside_end)
		world.inside_end(s, false);
}

static void on_closed(
	struct smtpd_session *s, enum smtpd_end why, bool unacknowledged)
{
	struct smtpd_conn *c = engine_conn(s);
	bool asked = c->stage == STAGE_ENDING;

	c->activity++;
	check(c, !c->sink_closed, "closed twice");
	check(c, asked || c->stage == STAGE_NONE || !world.sink.reset,
		"closed with a transaction open");
	check(c, !asked || unacknowledged,
		"end was asked, and closed does not say unacknowledged");
	check(c, !unacknowledged || asked || c->kept,
		"unacknowledged without an accepted message");
	c->sink_closed = true;
	c->pending = false;
	c->why = why;
	c->unacknowledged = unacknowledged;
	world.closed_count++;
	octets_addf(&c->calls, "closed %s%s\n", engine_end_names[why],
		unacknowledged ? " unacknowledged" : "");
	if (world.inside_end)
		world.inside_end(s, true);
}

static void on_quirk(struct smtpd_session *s, enum smtpd_quirk q, bool forgiven)
{
	struct smtpd_conn *c = engine_conn(s);
	const char *name = smtpd_quirk_name(q);

	check(c, *name, "a quirk without a name");
	check(c, !c->sink_closed, "quirk after closed");
	octets_addf(&c->quirks, "%c%s\n", forgiven ? '+' : '-', name);
}

void sink_install(struct smtpd_sink *sink)
{
	*sink = (struct smtpd_sink){
		.connect = on_connect,
		.auth = on_auth,
		.mail = on_mail,
		.rcpt = on_rcpt,
		.begin = on_begin,
		.data = on_data,
		.end = on_end,
		.reset = on_reset,
		.closed = on_closed,
		.quirk = on_quirk,
	};
}
