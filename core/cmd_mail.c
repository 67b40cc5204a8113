/*
 * cmd_mail.c - MAIL and RCPT with their parameters
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "debts.h"
#include "params.h"
#include "path.h"
#include "session.h"
#include "smtpd_recipients.h"

static const char bad_param[] = TEXT("501 5.5.4", "Bad parameter value");

/* A parameter's value into the argument of the sink's callback (a struct
 * smtpd_mail or smtpd_rcpt). Returns why not, or NULL. */
typedef const char *(*param_fn)(
	struct smtpd_session *, struct smtpd_str value, void *to);

struct param_row {
	char key[9];
	param_fn parse;
};

static bool value_is(struct smtpd_str v, const char *word)
{
	return v.s && smtpd_is_word(v.s, v.len, word);
}

/* RFC 1870 6: at most 20 digits; what passes 2^32 - 1 passes our limit. */
static const char *param_size(
	struct smtpd_session *s, struct smtpd_str v, void *to)
{
	struct smtpd_mail *m = to;
	uint32_t max = LIMIT(s, message_max, SMTPD_MESSAGE_MAX);

	for (uint16_t i = 0; i < v.len; i++) {
		if (v.s[i] < '0' || v.s[i] > '9')
			return bad_param;
	}
	if (!v.len || v.len > 20)
		return bad_param;
	if (!smtpd_parse_number(v.s, v.len, &m->size) || (max && m->size > max))
		return TEXT("552 5.3.4", "Message too big");
	return NULL;
}

/* RFC 6152, RFC 3030 3 */
static const char *param_body(
	struct smtpd_session *s, struct smtpd_str v, void *to)
{
	struct smtpd_mail *m = to;

	(void)s;
	if (value_is(v, "8BITMIME"))
		m->body = SMTPD_BODY_8BITMIME;
#if SMTPD_CHUNKING
	else if (value_is(v, "BINARYMIME")) {
		m->body = SMTPD_BODY_BINARYMIME;
		s->flags |= F_BINARY;
	}
#endif
	else if (!value_is(v, "7BIT"))
		return bad_param;
	return NULL;
}

#if SMTPD_SMTPUTF8
static const char *param_utf8(
	struct smtpd_session *s, struct smtpd_str v, void *to)
{
	struct smtpd_mail *m = to;

	m->smtputf8 = true;
	s->flags |= F_UTF8;
	return v.s ? bad_param : NULL;
}
#endif

#if SMTPD_AUTH
/* RFC 4954 5: checked and handed on; what it claims is the sink's to judge. */
static const char *param_auth(
	struct smtpd_session *s, struct smtpd_str v, void *to)
{
	struct smtpd_mail *m = to;

	if (!(s->listener->flags & SMTPD_LISTEN_AUTH))
		return TEXT("555 5.5.4", "AUTH is not offered");
	if (!smtpd_xtext_valid(v))
		return bad_param;
	m->auth = v;
	return NULL;
}
#endif

#if SMTPD_DSN
static bool offers_dsn(const struct smtpd_session *s)
{
	return s->listener->sink->flags & SMTPD_SINK_DSN;
}

static const char not_dsn[] = TEXT("555 5.5.4", "DSN is not offered");

/* RFC 3461 4.3 */
static const char *param_ret(
	struct smtpd_session *s, struct smtpd_str v, void *to)
{
	struct smtpd_mail *m = to;

	if (!offers_dsn(s))
		return not_dsn;
	if (value_is(v, "FULL"))
		m->ret = SMTPD_RET_FULL;
	else if (value_is(v, "HDRS"))
		m->ret = SMTPD_RET_HDRS;
	else
		return bad_param;
	return NULL;
}

/* RFC 3461 4.4 */
static const char *param_envid(
	struct smtpd_session *s, struct smtpd_str v, void *to)
{
	struct smtpd_mail *m = to;

	if (!offers_dsn(s))
		return not_dsn;
	if (v.len > 100 || !smtpd_xtext_valid(v))
		return bad_param;
	m->envid = v;
	return NULL;
}

/* One keyword of NOTIFY=, 0 if it is none. */
static uint8_t notify_bit(struct smtpd_str v)
{
	if (value_is(v, "NEVER"))
		return SMTPD_NOTIFY_NEVER;
	if (value_is(v, "SUCCESS"))
		return SMTPD_NOTIFY_SUCCESS;
	if (value_is(v, "FAILURE"))
		return SMTPD_NOTIFY_FAILURE;
	return value_is(v, "DELAY") ? SMTPD_NOTIFY_DELAY : 0;
}

/* RFC 3461 4.1: NEVER stands alone */
static const char *param_notify(
	struct smtpd_session *s, struct smtpd_str v, void *to)
{
	struct smtpd_rcpt *r = to;
	struct smtpd_str word = {v.s, 0};
	uint8_t bits = 0;

	if (!offers_dsn(s))
		return not_dsn;
	for (uint16_t i = 0; i <= v.len; i++) {
		if (i < v.len && v.s[i] != ',') {
			word.len++;
			continue;
		}
		uint8_t bit = notify_bit(word);

		if (!bit || bits & bit)
			return bad_param;
		bits |= bit;
		word = (struct smtpd_str){v.s + i + 1, 0};
	}
	if (bits & SMTPD_NOTIFY_NEVER && bits != SMTPD_NOTIFY_NEVER)
		return bad_param;
	r->notify = bits;
	return NULL;
}

/* RFC 3461 4.2: addr-type ";" xtext */
static const char *param_orcpt(
	struct smtpd_session *s, struct smtpd_str v, void *to)
{
	struct smtpd_rcpt *r = to;
	struct smtpd_str address = v;

	if (!offers_dsn(s))
		return not_dsn;
	if (!v.s)
		return bad_param;
	address.s = smtpd_skip(v.s, SMTPD_ATEXT, NULL);
	if (address.s == v.s || *address.s++ != ';' || v.len > 500)
		return bad_param;
	address.len = (uint16_t)(v.len - (address.s - v.s));
	if (!smtpd_xtext_valid(address))
		return bad_param;
	r->orcpt = v;
	return NULL;
}
#endif

/* clang-format off */
static const struct param_row mail_params[] = {
	{"SIZE", param_size},
	{"BODY", param_body},
#if SMTPD_SMTPUTF8
	{"SMTPUTF8", param_utf8},
#endif
#if SMTPD_AUTH
	{"AUTH", param_auth},
#endif
#if SMTPD_DSN
	{"RET", param_ret},
	{"ENVID", param_envid},
#endif
	{"", NULL},
};

static const struct param_row rcpt_params[] = {
#if SMTPD_DSN
	{"NOTIFY", param_notify},
	{"ORCPT", param_orcpt},
#endif
	{"", NULL},
};
/* clang-format on */

static const char not_offered[] = TEXT("555 5.5.4", "Parameter not offered");

/* Can a parameter that is refused so be left out of account? */
static bool overlooks(struct smtpd_session *s, const char *why)
{
	if (why[2] == '1') /* 501 */
		return FORGIVE(s, PARAM_BAD);
	if (why[2] == '5') /* 555 */
		return FORGIVE(s, PARAM_UNKNOWN);
	BLAME(s, MESSAGE_TOO_BIG);
	return false;
}

/* One parameter, well-formed; *seen has a bit for each row that was given. */
static const char *take_param(struct smtpd_session *s,
	const struct smtpd_param *param, const struct param_row *rows,
	unsigned *seen, void *to)
{
	unsigned i = 0;
	const char *why;

	while (rows[i].parse &&
		!smtpd_is_word(param->key.s, param->key.len, rows[i].key))
		i++;
	if (!rows[i].parse)
		why = not_offered;
	else if (!(s->flags & F_EXTENDED) && !FORGIVE(s, PARAM_AFTER_HELO))
		return not_offered;
	else if (*seen & 1u << i)
		why = TEXT("501 5.5.4", "Parameter given twice");
	else
		why = rows[i].parse(s, param->value, to);
	*seen |= 1u << i;
	return why && overlooks(s, why) ? NULL : why;
}

static const char *parse_params(struct smtpd_session *s, const char *text,
	const struct param_row *rows, void *to)
{
	struct smtpd_param param;
	const char *why = NULL;
	unsigned seen = 0;
	int more;

	while (!why && (more = smtpd_param_next(&text, &param)) != 0) {
		if (more > 0)
			why = take_param(s, &param, rows, &seen, to);
		else if (FORGIVE(s, PARAM_BAD))
			text = smtpd_param_skip(text);
		else
			why = TEXT("501 5.5.4", "Malformed parameter");
	}
	return why;
}

/* Is it "FROM" or "TO", in any case? Returns what follows. */
static char *skip_word(char *arg, const char *word)
{
	size_t n = strlen(word);

	return smtpd_is_word(arg, n, word) ? arg + n : NULL;
}

/* What the grammar does not know may still be clear, and forgiven. */
static bool guess_path(struct smtpd_session *s, const char *arg, bool null,
	struct smtpd_path *path, const char **end)
{
#if SMTPD_TOLERANT
	bool begins = arg && (*arg == ':' || *arg == ' ' || *arg == '<');
	uint32_t odd = begins ? smtpd_path_guess(arg, null, path, end) : 0;

	if (!odd)
		BLAME(s, PATH_SYNTAX);
	return odd && smtpd_forgive(s, odd);
#else
	(void)s, (void)arg, (void)null, (void)path, (void)end;
	return false;
#endif
}

/*
 * "FROM:" or "TO:", a path, parameters. `to` is a struct smtpd_mail or
 * smtpd_rcpt: both begin with the path. Returns why not, or NULL.
 */
static const char *parse(struct smtpd_session *s, char *arg, const char *word,
	const struct param_row *rows, struct smtpd_path *to)
{
	bool null = *word == 'F';
	enum smtpd_path_error e = SMTPD_PATH_SYNTAX;
	const char *why, *end;

	arg = skip_word(arg, word);
	if (arg && *arg == ':')
		e = smtpd_path_parse(arg + 1, null, to, &end);
	if (e == SMTPD_PATH_SYNTAX && guess_path(s, arg, null, to, &end))
		e = to->utf8 ? SMTPD_PATH_UTF8 : SMTPD_PATH_OK;
	if (e == SMTPD_PATH_SYNTAX && (!arg || *arg != ':'))
		return TEXT("501 5.5.4", "Syntax: MAIL FROM:<> or RCPT TO:<>");
	if (e == SMTPD_PATH_SYNTAX || e == SMTPD_PATH_LONG)
		return null ? TEXT("501 5.1.7", "Bad sender address syntax")
			    : TEXT("501 5.1.3", "Bad recipient address syntax");
	why = parse_params(s, end, rows, to);
	if (!why && e == SMTPD_PATH_UTF8 && !(s->flags & F_UTF8) &&
		!FORGIVE(s, PATH_8BIT))
		why = TEXT("553 5.6.7", "Address needs SMTPUTF8");
	return why;
}

/* see session.h */
void smtpd_cmd_mail(struct smtpd_session *s, char *arg)
{
	const struct smtpd_sink *sink = s->listener->sink;
	uint16_t max = LIMIT(s, mail_max, SMTPD_MAIL_MAX);
	struct smtpd_mail m;
	const char *why;

	memset(&m, 0, sizeof m);
	why = parse(s, arg, "FROM", mail_params, &m.from);
	if (!why && max && s->mail_count >= max) {
		BLAME_POLICY(s, TOO_MANY_MESSAGES);
		why = TEXT("452 4.5.3", "Too many messages, connect again");
	}
#if SMTPD_RATES
	if (!why)
		why = smtpd_rate_mail(s);
#endif
	if (why) {
		smtpd_forget(s, SMTPD_END_RESET);
		smtpd_refuse(s, why);
		return;
	}
	smtpd_ask(s, Q_MAIL);
	smtpd_settle(s, Q_MAIL, sink->mail ? sink->mail(s, &m) : SMTPD_ACCEPT);
}

/* see session.h */
void smtpd_mail_accepted(struct smtpd_session *s)
{
	s->flags |= F_MAIL;
	smtpd_enter(s, ST_MAIL);
	smtpd_reply_staged(s, '2', '2', TEXT("250 2.1.0", "Sender ok"));
}

/* see session.h */
void smtpd_mail_refused(struct smtpd_session *s)
{
	smtpd_forget(s, SMTPD_END_RESET);
	smtpd_refuse_staged(s, TEXT("550 5.7.1", "Sender refused"));
}

/* see session.h */
void smtpd_cmd_rcpt(struct smtpd_session *s, char *arg)
{
	const struct smtpd_sink *sink = s->listener->sink;
	struct smtpd_rcpt r;
	const char *why;

	memset(&r, 0, sizeof r);
	why = parse(s, arg, "TO", rcpt_params, &r.to);
#if SMTPD_RECIPIENTS
	if (!why && s->listener->recipients &&
		!smtpd_recipients_has(s->listener->recipients, &r.to)) {
		BLAME_POLICY(s, RCPT_NOT_LOCAL);
		why = TEXT("550 5.7.1", "No mail for this recipient here");
	}
#endif
	if (!why && s->rcpt_count >= LIMIT(s, rcpt_max, SMTPD_RCPT_MAX)) {
		BLAME_POLICY(s, TOO_MANY_RCPTS);
		why = TEXT("452 4.5.3", "Too many recipients"); /* 4.5.3.1.10 */
	}
	if (why) {
		smtpd_refuse(s, why);
		return;
	}
	smtpd_ask(s, Q_RCPT);
	smtpd_settle(s, Q_RCPT, sink->rcpt ? sink->rcpt(s, &r) : SMTPD_ACCEPT);
}

/* see session.h */
void smtpd_rcpt_accepted(struct smtpd_session *s)
{
	s->rcpt_count++;
	smtpd_enter(s, ST_RCPT);
	smtpd_reply_staged(s, '2', '2', TEXT("250 2.1.5", "Recipient ok"));
}

/* see session.h */
void smtpd_rcpt_refused(struct smtpd_session *s)
{
	smtpd_refuse_staged(s, TEXT("550 5.1.1", "No such recipient"));
}
