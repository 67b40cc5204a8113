/*
 * input.c - octets in, octets out: when a session may take more, and of what
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "debts.h"
#include "greet.h"
#include "session.h"

/* Octets of one line that are thrown away before the session is, too. */
#define LONG_LINE_CAP 131072

/*
 * May the session take another octet? This predicate is the back-pressure:
 * pipelining, slow sinks, late verdicts and slow readers all follow from it.
 */
static bool ready(const struct smtpd_session *s)
{
	if (s->flags & (F_PENDING | F_TLS_FIRST) || s->state >= ST_CLOSING)
		return false;
	if (s->flags & F_HELD)
		return s->tx_len == 0;
	return (size_t)(SMTPD_REPLY_BUF - s->tx_len) >= REPLY_ROOM;
}

/* A word at a time: this sees every octet of every command. */
static bool has_control(const char *p, size_t n)
{
	const uintptr_t every = UINTPTR_MAX / 255;
	uintptr_t w, low = 0;

	for (; n >= sizeof w; n -= sizeof w, p += sizeof w) {
		memcpy(&w, p, sizeof w);
		low |= (w - every * ' ') & ~w & every * 128;
	}
	while (n--)
		low |= (uint8_t)*p++ < ' ';
	return low;
}

/* A line that is not looked at any further. Only BDAT begins with this letter:
 * octets follow it that must not be taken for commands. It is its own sender
 * that would say them: tiny builds have no room for that. */
static void unreadable(struct smtpd_session *s, const char *text)
{
	if (SMTPD_CHUNKING && !SMTPD_FIXED_LIMITS && (s->line[0] | 0x20) == 'b')
		smtpd_finish(s, SMTPD_END_REFUSED, text);
	else
		smtpd_refuse(s, text);
}

/* The line in s->line[0..line_len) has its LF. */
static void line_done(struct smtpd_session *s)
{
	size_t n = s->line_len;
	const char *p = s->line;

	s->line_len = 0;
	n--;
	if (n && p[n - 1] == '\r') {
		n--;
	} else if (smtpd_foreign_line(s, p, n)) {
		return;
	} else if (!FORGIVE(s, BARE_LF)) { /* RFC 5321 2.3.8 */
		smtpd_finish(s, SMTPD_END_REFUSED,
			TEXT("500 5.5.2", "Lines must end in CRLF"));
		return;
	}
	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--; /* 4.1.1 */
	s->line[n] = '\0';
	if (has_control(p, n)) {
		if (smtpd_foreign_line(s, p, n))
			return;
		BLAME(s, CONTROL_CHARACTER);
		unreadable(s, TEXT("500 5.5.2", "Control character"));
		return;
	}
	smtpd_command(s);
}

/* The rest of a line that did not fit. */
static void discard(struct smtpd_session *s, size_t n, bool ends)
{
	if (n >= s->left) {
		smtpd_finish(s, SMTPD_END_REFUSED,
			TEXT("421 4.7.0", "Line without an end"));
	} else if (ends) {
		s->flags &= (uint16_t)~F_LONG;
		s->line_len = 0;
	} else {
		s->left -= (uint32_t)n;
	}
}

static void line_full(struct smtpd_session *s)
{
	if (smtpd_command_streams(s) ||
		smtpd_foreign_line(s, s->line, SMTPD_LINE_MAX))
		return;
	s->flags |= F_LONG;
	s->left = LONG_LINE_CAP;
	BLAME(s, LINE_TOO_LONG);
	unreadable(s, TEXT("500 5.5.2", "Line too long"));
}

/* Only AUTH begins with this letter, and may hold a password. */
static void note_secret(struct smtpd_session *s)
{
	if (SMTPD_AUTH && (s->line[0] | 0x20) == 'a')
		s->flags |= F_SECRET;
}

static size_t line_input(struct smtpd_session *s, const uint8_t *p, size_t n)
{
	const uint8_t *lf = memchr(p, '\n', n);
	size_t take = lf ? (size_t)(lf - p) + 1 : n;
	size_t room = SMTPD_LINE_MAX - (size_t)s->line_len;

	if (s->flags & F_LONG) {
		discard(s, take, lf != NULL);
		return take;
	}
	if (take > room || (take == room && !lf)) {
		memcpy(s->line + s->line_len, p, room);
		note_secret(s);
		s->line_len = SMTPD_LINE_MAX;
		line_full(s);
		return room;
	}
	memcpy(s->line + s->line_len, p, take);
	s->line_len = (uint16_t)(s->line_len + take);
	note_secret(s);
	if (lf)
		line_done(s);
	return take;
}

static size_t take(struct smtpd_session *s, uint8_t *p, size_t n)
{
	switch (s->state) {
	case ST_DATA:
		return smtpd_data_input(s, p, n);
#if SMTPD_CHUNKING
	case ST_CHUNK:
		return smtpd_chunk_input(s, p, n);
#endif
#if SMTPD_AUTH
	case ST_AUTH:
		return smtpd_auth_input(s, p, n);
#endif
#if SMTPD_GREET_WAITS
	case ST_CONNECT: /* it is clear now who speaks first */
		smtpd_greet_early(s, *p);
		return 0;
#endif
	case ST_TLS: /* clear text behind STARTTLS, RFC 3207 4.2 */
		return n;
	default:
#if SMTPD_FORGIVE_TLS_FIRST
		if (s->state == ST_START && smtpd_tls_first(s, *p))
			return 0;
#endif
#if SMTPD_FOREIGN
		if (!s->line_len && !smtpd_begins_text(*p)) {
			smtpd_foreign_octet(s, *p);
			return 0;
		}
#endif
		return line_input(s, p, n);
	}
}

/* May the 250 of the last message not have reached the peer, who has not
 * acknowledged so many of the octets that the port took? */
static bool is_unsure(const struct smtpd_session *s, uint32_t unacknowledged)
{
	return s->flags & F_COMMITTED &&
	       (s->commit_left || unacknowledged > s->since_commit);
}

static void close_now(
	struct smtpd_session *s, enum smtpd_end why, enum smtpd_close how)
{
	struct smtpd_conn *conn = s->conn;

	smtpd_forget(s, why);
	smtpd_pool_release(s, why, is_unsure(s, 0));
	smtpd_port_close(conn, how);
}

/* Close when there is nothing left to say. */
static void close_when_done(struct smtpd_session *s)
{
	if (s->tx_len)
		return;
	if (s->state == ST_CLOSING)
		close_now(s, (enum smtpd_end)s->why, SMTPD_CLOSE_FLUSH);
	else if (s->flags & F_PEER_EOF && !is_penalty(s) &&
		 !(s->flags & (F_PENDING | F_ENDED | F_HELD)))
		close_now(s, SMTPD_END_PEER, SMTPD_CLOSE_FLUSH);
}

/* see smtpd.h */
size_t smtpd_session_input(struct smtpd_session *s, uint8_t *p, size_t len)
{
	size_t used = 0;

	while (ready(s)) {
		if (s->flags & F_ENDED) {
			smtpd_message_end(s);
		} else if (s->flags & F_HELD) {
			s->flags &= (uint16_t)~F_HELD;
			smtpd_command(s);
		} else if (used < len) {
			size_t n = take(s, p + used, len - used);

			if (SMTPD_AUTH && s->flags & F_SECRET) {
				smtpd_wipe(p + used, n);
				s->flags &= (uint16_t)~F_SECRET;
			}
			used += n;
		} else {
			break;
		}
	}
	close_when_done(s);
	return used;
}

/* see smtpd.h */
const uint8_t *smtpd_session_output(const struct smtpd_session *s, size_t *len)
{
	*len = (size_t)(s->tx_len - s->tx_pos);
	return (const uint8_t *)s->tx + s->tx_pos;
}

/* see smtpd.h */
void smtpd_session_output_ack(struct smtpd_session *s, size_t len)
{
	size_t of_commit = len < s->commit_left ? len : s->commit_left;
	size_t since = s->since_commit + len - of_commit;

	s->commit_left = (uint16_t)(s->commit_left - of_commit);
	s->since_commit = (uint16_t)(since < UINT16_MAX ? since : UINT16_MAX);
	s->tx_pos = (uint16_t)(s->tx_pos + len);
	if (!len || s->tx_pos < s->tx_len)
		return;
	memmove(s->tx, s->tx + s->tx_len, s->staged);
	s->tx_pos = s->tx_len = 0;
	if (!(s->flags & F_PENDING))
		s->since_ms = smtpd_port_now_ms();
#if SMTPD_TLS
	if (s->state == ST_TLS) {
#if SMTPD_FORGIVE_TLS_FIRST
		if (s->flags & F_TLS_FIRST)
			smtpd_port_tls_adopt(s->conn);
		else
#endif
			smtpd_port_tls_start(s->conn);
		return;
	}
#endif
	close_when_done(s);
}

/* see smtpd.h */
void smtpd_session_eof(struct smtpd_session *s)
{
	s->flags |= F_PEER_EOF;
	close_when_done(s);
}

/* see smtpd.h */
void smtpd_session_lost(
	struct smtpd_session *s, enum smtpd_end why, uint32_t unacknowledged)
{
	bool asked = s->flags & F_PENDING && s->question == Q_END;
#if SMTPD_TLS && SMTPD_TOLERANT
	if (why == SMTPD_END_TLS)
		smtpd_session_tls_failed(s, SMTPD_QUIRK_TLS_FAILED, NULL);
#endif
	bool unsure = asked || is_unsure(s, unacknowledged);

	if (asked) /* the dot is in: the message is the sink's to keep */
		s->flags &= (uint16_t)~F_MAIL;
	smtpd_forget(s, why);
	smtpd_pool_release(s, why, unsure);
}

/* ---- deadlines ---- */

/* see smtpd.h */
void smtpd_session_held(struct smtpd_session *s)
{
	if (!(s->flags & F_PENDING) && !s->tx_len && !is_penalty(s))
		s->since_ms = smtpd_port_now_ms();
}

static uint32_t limit_ms(struct smtpd_session *s)
{
	uint32_t ms = LIMIT(s, command_ms, SMTPD_COMMAND_MS);
	uint32_t stress_ms = LIMIT(s, stress_ms, SMTPD_STRESS_MS);

	if (s->flags & F_PENDING)
		return LIMIT(s, verdict_ms, SMTPD_VERDICT_MS);
	if (s->tx_len || s->state == ST_CLOSING)
		return LIMIT(s, write_ms, SMTPD_WRITE_MS);
#if SMTPD_GREET_WAITS
	if (s->state == ST_CONNECT)
		return smtpd_greet_ms(s);
#endif
#if SMTPD_AUTH_DELAY
	if (s->state == ST_PENALTY)
		return smtpd_auth_wait_ms(s);
#endif
	if (s->state == ST_TLS)
		return LIMIT(s, tls_ms, SMTPD_TLS_MS);
	if (s->state == ST_DATA || s->state == ST_CHUNK)
		ms = LIMIT(s, data_ms, SMTPD_DATA_MS);
	return smtpd_pool_stressed() && stress_ms < ms ? stress_ms : ms;
}

static const char late[] = TEXT("451 4.3.0", "Timed out, try again");

/* The sink did not answer in time: the client reads 451, the sink forgets. */
static void verdict_timeout(struct smtpd_session *s)
{
	enum question q = (enum question)s->question;

	LOG(SMTPD_EV_TIMEOUT, s, 451);
	smtpd_stage(s, q == Q_CONNECT ? TEXT("421 4.3.2", "Timed out")
		       : q == Q_AUTH  ? TEXT("454 4.7.0", "Timed out")
				      : late);
	if (q == Q_END || q == Q_BEGIN)
		smtpd_refuse_rest(s, SMTPD_END_TIMEOUT, late);
	smtpd_settle(s, q, SMTPD_REJECT);
	smtpd_port_wake(s->conn);
}

static uint32_t sooner(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

#if SMTPD_AUTH_DELAY
/* It has waited long enough: the same AUTH once more. */
static void go_on(struct smtpd_session *s)
{
	smtpd_pool.waited = s;
	smtpd_enter(s, ST_READY);
	if (s->line_len)
		line_full(s);
	else
		smtpd_command(s);
	smtpd_pool.waited = NULL;
	smtpd_port_wake(s->conn);
}
#endif

static void timeout(struct smtpd_session *s)
{
	if (s->flags & F_PENDING) {
		verdict_timeout(s);
#if SMTPD_GREET_WAITS
	} else if (s->state == ST_CONNECT) {
		smtpd_greet_now(s);
#endif
#if SMTPD_AUTH_DELAY
	} else if (s->state == ST_PENALTY && !s->tx_len) {
		go_on(s);
#endif
	} else if (s->tx_len || s->state == ST_CLOSING || s->state == ST_TLS) {
		LOG(SMTPD_EV_TIMEOUT, s, 0);
#if SMTPD_TLS && SMTPD_TOLERANT
		smtpd_session_tls_failed(s, SMTPD_QUIRK_TLS_FAILED, NULL);
#endif
		close_now(s, SMTPD_END_TIMEOUT, SMTPD_CLOSE_ABORT);
	} else {
		LOG(SMTPD_EV_TIMEOUT, s, 421);
		BLAME(s, TIMEOUT);
		smtpd_finish(s, SMTPD_END_TIMEOUT,
			TEXT("421 4.4.2", "Waited too long for you"));
	}
}

/* see smtpd.h */
uint32_t smtpd_tick(void)
{
	uint32_t now = smtpd_port_now_ms(), next = 1000;

	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		struct smtpd_session *s = &smtpd_pool.session[i];

		if (s->state == ST_FREE)
			continue;
		if (now - s->since_ms >= limit_ms(s))
			timeout(s);
		else if (SMTPD_GREET_WAITS && s->state == ST_CONNECT)
			next = sooner(next, limit_ms(s) - (now - s->since_ms));
	}
	return next;
}

/* see smtpd.h */
void smtpd_shutdown(void)
{
	smtpd_pool.stopping = true;
	for (unsigned i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		struct smtpd_session *s = &smtpd_pool.session[i];
		bool ending = s->flags & F_ENDED ||
			      (s->flags & F_PENDING && s->question == Q_END);

		if (s->state == ST_TLS)
			close_now(s, SMTPD_END_SHUTDOWN, SMTPD_CLOSE_ABORT);
		else if (s->state != ST_FREE && !ending)
			smtpd_finish(s, SMTPD_END_SHUTDOWN,
				TEXT("421 4.3.2", "Shutting down"));
	}
}
