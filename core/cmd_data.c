/*
 * cmd_data.c - DATA, BDAT and the end of a message
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Both ways of sending a message meet in deliver() and smtpd_message_end():
 * the sink cannot tell them apart.
 */
#include "session.h"

/* A message beyond its limit is read to its end, to tell the client why; after
 * so many times the limit the session ends instead (RFC 5321 4.5.3.1.10). */
#define OVERLONG_TIMES 2

static uint32_t min32(size_t a, size_t b)
{
	return (uint32_t)(a < b ? a : b);
}

/* Octets have come: the deadline moves on by what they buy at the minimum
 * rate, at most up to now. */
static void credit(struct smtpd_session *s, size_t n)
{
	uint32_t rate = LIMIT(s, min_rate, SMTPD_MIN_RATE);
	uint32_t now = smtpd_port_now_ms();
	uint32_t worth = rate ? (uint32_t)(n * 1000 / rate) : UINT32_MAX;

	if (worth < now - s->since_ms)
		s->since_ms += worth;
	else
		s->since_ms = now;
}

static bool line_too_long(const struct smtpd_session *s)
{
#if SMTPD_MEASURE
	const struct smtpd_unstuff *u = &s->u.unstuff;
	uint32_t max = LIMIT(s, text_line_max, SMTPD_TEXT_LINE_MAX);

	return max && (u->line_max > max || u->line_len > max);
#else
	(void)s;
	return false;
#endif
}

#define FAULTS (SMTPD_BARE_CR | SMTPD_BARE_LF | SMTPD_LONE_DOT)

/* What there is of bare CR and LF, and is not forgiven. */
static uint8_t unforgiven(const struct smtpd_session *s)
{
	unsigned bare = s->u.unstuff.bare;

#if SMTPD_TOLERANT
	uint32_t forgive;

	bare &= FAULTS;
	if (!bare)
		return 0;
	forgive = s->listener->forgive;
	if (SMTPD_FORGIVE_BARE_LF && forgive & SMTPD_QUIRK_BIT(BARE_LF))
		bare &= ~SMTPD_BARE_LF;
	if (SMTPD_FORGIVE_BARE_CR && forgive & SMTPD_QUIRK_BIT(BARE_CR))
		bare &= ~SMTPD_BARE_CR;
#endif
	return (uint8_t)bare;
}

/* The sink hears what is odd about the line ends, each thing once. */
static void tell_bare(struct smtpd_session *s)
{
#if SMTPD_TOLERANT
	uint8_t bare = s->u.unstuff.bare & FAULTS;

	if (!bare || s->flags & F_REFUSED)
		return;
	if (bare & SMTPD_BARE_LF)
		(void)FORGIVE(s, BARE_LF);
	if (bare & SMTPD_BARE_CR)
		(void)FORGIVE(s, BARE_CR);
	if (bare & SMTPD_LONE_DOT)
		BLAME(s, LONE_DOT);
#else
	(void)s;
#endif
}

/*
 * What is wrong with the message so far, or NULL. The order decides where
 * there is more than one, so that it does not depend on how the octets came.
 * Line ends that RFC 5321 2.3.8 forbids come first: they are how one message
 * is made to look like two.
 */
static const char *fault(const struct smtpd_session *s)
{
	uint32_t max = LIMIT(s, message_max, SMTPD_MESSAGE_MAX);
	uint8_t bare = unforgiven(s);

	if (bare & SMTPD_LONE_DOT)
		return TEXT("550 5.5.2", "A lone dot between mixed line ends");
	if (bare & SMTPD_BARE_LF)
		return TEXT("550 5.5.2", "Lines must end in CRLF, not LF");
	if (bare)
		return TEXT("554 5.6.0", "CR without LF in the message");
	if (line_too_long(s))
		return TEXT("554 5.6.0", "Line too long in the message");
	return max && s->octets > max ? TEXT("552 5.3.4", "Message too big")
				      : NULL;
}

/* Count octets; false when the session had enough. */
static bool count(struct smtpd_session *s, size_t n)
{
	uint32_t max = LIMIT(s, message_max, SMTPD_MESSAGE_MAX);
	const char *why;

	s->octets += min32(n, UINT32_MAX - s->octets);
	if (max && s->octets / OVERLONG_TIMES > max) {
		smtpd_finish(s, SMTPD_END_REFUSED,
			TEXT("421 4.7.0", "Message far too big"));
		return false;
	}
	tell_bare(s);
	why = s->flags & F_REFUSED ? NULL : fault(s);
	if (why) {
		if (why[2] == '2')
			BLAME(s, MESSAGE_TOO_BIG);
		smtpd_refuse_rest(s, SMTPD_END_REFUSED, why);
	}
	return true;
}

static void deliver(struct smtpd_session *s, const uint8_t *p, size_t n)
{
	if (!n || s->flags & F_REFUSED)
		return;
	smtpd_ask(s, Q_DATA);
	smtpd_settle(s, Q_DATA, s->listener->sink->data(s, p, n));
}

/* see session.h */
void smtpd_data_accepted(struct smtpd_session *s)
{
	(void)s;
}

/* see session.h */
void smtpd_data_refused(struct smtpd_session *s)
{
	smtpd_refuse_rest(
		s, SMTPD_END_RESET, TEXT("451 4.3.0", "Not stored, try again"));
}

/* Line ends are looked at as the listener forgives them. */
static void set_loose(struct smtpd_session *s)
{
#if SMTPD_FORGIVE_BARE_LF || SMTPD_FORGIVE_BARE_CR
	const uint32_t lf = SMTPD_QUIRK_BIT(BARE_LF);
	const uint32_t cr = SMTPD_QUIRK_BIT(BARE_CR);
	uint32_t forgive = s->listener->forgive & SMTPD_FORGIVE_ALL;

	if (forgive & (lf | cr))
		s->u.unstuff.bare |= SMTPD_LOOSE;
	if (!(forgive & lf))
		s->u.unstuff.bare |= SMTPD_SAW_CR;
#else
	(void)s;
#endif
}

/* The sink's permission for octets to come; its answer may be late. */
static void begin(struct smtpd_session *s)
{
	const struct smtpd_sink *sink = s->listener->sink;

	memset(&s->u.unstuff, 0, sizeof s->u.unstuff);
#if SMTPD_MEASURE
	s->u.unstuff.measure = LIMIT(s, text_line_max, SMTPD_TEXT_LINE_MAX) > 0;
#endif
	set_loose(s);
#if SMTPD_LMTP
	s->rcpt_next = 0;
#endif
	smtpd_ask(s, Q_BEGIN);
	smtpd_settle(s, Q_BEGIN, sink->begin ? sink->begin(s) : SMTPD_ACCEPT);
}

/* see session.h */
void smtpd_cmd_data(struct smtpd_session *s, char *arg)
{
	(void)arg;
	if (s->flags & F_BINARY)
		smtpd_refuse(s, TEXT("503 5.5.1", "BINARYMIME needs BDAT"));
	else
		begin(s);
}

#if SMTPD_CHUNKING

static void chunk_done(struct smtpd_session *s)
{
	if (s->flags & F_LAST) {
		s->flags |= F_ENDED;
	} else if (s->flags & F_REFUSED) {
		smtpd_refuse_staged(s, s->refusal);
		smtpd_forget(s, SMTPD_END_RESET);
		if (s->state != ST_CLOSING)
			smtpd_enter(s, (enum state)s->after_chunk);
	} else {
		smtpd_enter(s, ST_CHUNKS);
		smtpd_put(s, "250 2.0.0 ");
		smtpd_put_number(s, s->octets);
		smtpd_reply(s, " octets so far");
	}
}

/* Take the chunk's octets, if there are any. */
static void chunk_begin(struct smtpd_session *s)
{
	smtpd_enter(s, ST_CHUNK);
	if (!s->left)
		chunk_done(s);
}

/* chunk-size [SP "LAST"], RFC 3030 2 */
static bool parse_chunk(struct smtpd_session *s, const char *arg)
{
	size_t digits = 0;

	while (arg[digits] && arg[digits] != ' ')
		digits++;
	if (!smtpd_parse_number(arg, digits, &s->left))
		return false;
	arg += digits;
	while (*arg == ' ')
		arg++;
	s->flags &= (uint16_t)~F_LAST;
	if (!*arg)
		return true;
	s->flags |= F_LAST;
	return smtpd_is_word(arg, strlen(arg), "LAST");
}

/* Octets of a chunk follow whatever we think of it: they must be swallowed to
 * stay in step, or the session ended where they are too many. */
void smtpd_cmd_bdat(struct smtpd_session *s, char *arg)
{
	uint32_t max = LIMIT(s, message_max, SMTPD_MESSAGE_MAX);
	bool expected = s->state == ST_RCPT || s->state == ST_CHUNKS;

	if (!parse_chunk(s, arg)) {
		smtpd_finish(s, SMTPD_END_REFUSED,
			TEXT("501 5.5.4", "Syntax: BDAT octets [LAST]"));
		return;
	}
	if (max && s->left / OVERLONG_TIMES > max) {
		smtpd_finish(s, SMTPD_END_REFUSED,
			TEXT("552 5.3.4", "Chunk far too big"));
		return;
	}
	s->after_chunk = s->state == ST_START ? ST_START : ST_READY;
	if (!expected) {
		s->flags &= (uint16_t)~F_LAST;
		s->flags |= F_REFUSED;
		s->refusal = TEXT("503 5.5.1", "Bad sequence of commands");
	}
	if (s->state == ST_RCPT) {
		s->flags |= F_BDAT;
		begin(s);
	} else {
		chunk_begin(s);
	}
}

/* see session.h */
size_t smtpd_chunk_input(struct smtpd_session *s, uint8_t *p, size_t n)
{
	n = min32(n, min32(s->left, SMTPD_DATA_CHUNK));
	s->left -= (uint32_t)n;
	credit(s, n);
	if (!count(s, n))
		return n;
	deliver(s, p, n);
	if (!s->left)
		chunk_done(s);
	return n;
}

#endif

/* see session.h */
void smtpd_begin_accepted(struct smtpd_session *s)
{
	if (s->flags & F_BDAT) {
		smtpd_enter(s, ST_CHUNK);
	} else {
		smtpd_enter(s, ST_DATA);
		smtpd_reply(
			s, TEXT("354 Go", "ahead, end with <CR><LF>.<CR><LF>"));
	}
#if SMTPD_RECEIVED
	deliver(s, (const uint8_t *)s->line, smtpd_received(s));
#endif
#if SMTPD_CHUNKING
	if (s->state == ST_CHUNK && !s->left)
		chunk_done(s);
#endif
}

/* see session.h */
void smtpd_begin_refused(struct smtpd_session *s)
{
	static const char text[] = TEXT("451 4.3.0", "Not now, try again");

#if SMTPD_CHUNKING
	if (s->flags & F_BDAT) {
		smtpd_refuse_rest(s, SMTPD_END_RESET, text);
		s->flags &= (uint16_t)~F_LAST;
		chunk_begin(s);
		return;
	}
#endif
	smtpd_refuse_staged(s, text);
	if (s->state == ST_CLOSING)
		return;
	smtpd_forget(s, SMTPD_END_RESET);
	smtpd_enter(s, ST_READY);
}

/* What the loose mode gives out instead of text. */
static const uint8_t *loose_octets(
	struct smtpd_unstuff *u, const uint8_t *text, size_t *len)
{
#if SMTPD_FORGIVE_BARE_LF || SMTPD_FORGIVE_BARE_CR
	unsigned give = u->bare & (SMTPD_GIVE_CR | SMTPD_GIVE_LF);

	if (!give)
		return text;
	u->bare &= (uint8_t) ~(SMTPD_GIVE_CR | SMTPD_GIVE_LF);
	*len = give & SMTPD_GIVE_LF ? 2 : 1;
	return (const uint8_t *)"\r\n";
#else
	(void)u, (void)len;
	return text;
#endif
}

/* see session.h */
size_t smtpd_data_input(struct smtpd_session *s, uint8_t *p, size_t n)
{
	size_t text = min32(n, SMTPD_DATA_CHUNK), used;
	bool ended = smtpd_unstuff(&s->u.unstuff, p, &text, &used);
	const uint8_t *octets = loose_octets(&s->u.unstuff, p, &text);

	credit(s, used);
	if (!count(s, text + s->u.unstuff.held_cr))
		return used;
	s->u.unstuff.held_cr = false; /* bare: nothing is delivered */
	if (ended)
		s->flags |= F_ENDED;
	deliver(s, octets, text);
	return used;
}

/* ---- the end ---- */

/* Is it the last whose answer is due? In SMTP there is but one. */
static bool is_last_rcpt(const struct smtpd_session *s)
{
#if SMTPD_LMTP
	return !is_lmtp(s) || s->rcpt_next + 1u >= s->rcpt_count;
#else
	(void)s;
	return true;
#endif
}

/* One recipient's answer, in SMTP everybody's, has been given. */
static void answered(struct smtpd_session *s)
{
	if (s->state == ST_CLOSING)
		return;
#if SMTPD_LMTP
	if (!is_last_rcpt(s)) {
		s->rcpt_next++;
		s->flags |= F_ENDED;
		return;
	}
#endif
	s->mail_count++;
	s->flags &= (uint16_t)~F_MAIL; /* it has ended, in one way */
	smtpd_forget(s, SMTPD_END_RESET);
	smtpd_enter(s, ST_READY);
	if (SMTPD_TOLERANT && s->u.unstuff.bare & SMTPD_LF_END &&
		s->listener->flags & SMTPD_LISTEN_RELAY)
		smtpd_finish(s, SMTPD_END_REFUSED, NULL);
	if (smtpd_pool.stopping)
		smtpd_finish(s, SMTPD_END_SHUTDOWN,
			TEXT("421 4.3.2", "Shutting down"));
}

/* Refuse one recipient's message, in SMTP everybody's: one error a message. */
static void refuse_rcpt(struct smtpd_session *s, const char *text)
{
#if SMTPD_LMTP
	if (is_lmtp(s) && s->rcpt_next > 0)
		s->error_count--;
#endif
	smtpd_refuse_staged(s, text);
}

/* The refusal of a whole message, in LMTP to each recipient the same: what the
 * sink chose is staged once more. */
static void refuse_message(struct smtpd_session *s)
{
	uint16_t from = s->tx_len, n;

	refuse_rcpt(s, s->refusal);
	n = (uint16_t)(s->tx_len - from);
	if (is_lmtp(s) && s->state != ST_CLOSING &&
		s->tx_len + n <= SMTPD_REPLY_BUF) {
		memcpy(s->tx + s->tx_len, s->tx + from, n);
		s->staged = n;
	}
}

/* see session.h */
void smtpd_message_end(struct smtpd_session *s)
{
	uint16_t rcpt = SMTPD_ALL_RCPTS;
	const char *why;

	if (is_lmtp(s) && s->flags & F_REFUSED && s->tx_len) {
		s->flags |= F_HELD; /* room twice for the same reply */
		return;
	}
	s->flags &= (uint16_t) ~(F_ENDED | F_HELD);
	why = fault(s);
	if (why) {
		s->refusal = why;
		s->staged = 0;
	}
	if (s->flags & F_REFUSED) {
		refuse_message(s);
		answered(s);
		return;
	}
#if SMTPD_LMTP
	if (is_lmtp(s))
		rcpt = s->rcpt_next;
#endif
	smtpd_ask(s, Q_END);
	smtpd_settle(s, Q_END, s->listener->sink->end(s, rcpt));
}

/* see session.h */
void smtpd_end_accepted(struct smtpd_session *s)
{
	smtpd_reply_staged(s, '2', '2', TEXT("250 2.0.0", "Message accepted"));
	s->commit_left = (uint16_t)(s->tx_len - s->tx_pos);
	s->since_commit = 0;
	s->flags |= F_COMMITTED;
	s->error_count = s->idle_count = 0;
	if (SMTPD_EVICT)
		smtpd_peer_delivered(s);
	LOG(SMTPD_EV_ACCEPTED, s, 250);
	answered(s);
}

/* see session.h */
void smtpd_end_refused(struct smtpd_session *s)
{
	if (is_last_rcpt(s))
		s->flags &= (uint16_t)~F_MAIL; /* no reset behind a REJECT */
	refuse_rcpt(s, TEXT("451 4.3.0", "Not stored, try again"));
	answered(s);
}
