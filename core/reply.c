/*
 * reply.c - the one writer of replies (RFC 5321 4.2)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Nothing here can overflow: ready() keeps REPLY_ROOM octets free before a
 * command runs, and put() cuts the text, never the code nor the CRLF.
 */
#include "session.h"

#define EOL_LEN   2
#define LINE_MAX_ (512 - EOL_LEN) /* RFC 5321 4.5.3.1.5 */

/* see session.h */
void smtpd_put(struct smtpd_session *s, const char *text)
{
	size_t end = SMTPD_REPLY_BUF - EOL_LEN;
	size_t n = strlen(text), room;

	if (s->state != ST_CLOSING)
		end -= LAST_ROOM;
	room = end > s->tx_len ? end - s->tx_len : 0;
	if (n > room)
		n = room;
	memcpy(s->tx + s->tx_len, text, n);
	s->tx_len = (uint16_t)(s->tx_len + n);
}

/* see session.h */
void smtpd_put_number(struct smtpd_session *s, uint32_t v)
{
	char digits[11], *p = digits + sizeof digits;

	*--p = '\0';
	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	smtpd_put(s, p);
}

/* see session.h */
void smtpd_put_eol(struct smtpd_session *s)
{
	s->tx[s->tx_len++] = '\r';
	s->tx[s->tx_len++] = '\n';
}

static unsigned code_of(const char *text)
{
	return (unsigned)((text[0] - '0') * 100 + (text[1] - '0') * 10 +
			  (text[2] - '0'));
}

/* see session.h */
void smtpd_reply(struct smtpd_session *s, const char *text)
{
	s->staged = 0;
	smtpd_put(s, text);
	smtpd_put_eol(s);
}

/* see session.h */
void smtpd_stage(struct smtpd_session *s, const char *text)
{
	uint16_t from = s->tx_len;

	smtpd_put(s, text);
	smtpd_put_eol(s);
	s->staged = (uint16_t)(s->tx_len - from);
	s->tx_len = from;
}

/* see session.h */
unsigned smtpd_reply_staged(
	struct smtpd_session *s, char lo, char hi, const char *text)
{
	const char *chosen = s->tx + s->tx_len;

	if (s->staged && chosen[0] >= lo && chosen[0] <= hi) {
		text = chosen;
		s->tx_len = (uint16_t)(s->tx_len + s->staged);
		s->staged = 0;
	} else {
		smtpd_reply(s, text);
	}
	return code_of(text);
}

/* see session.h */
void smtpd_refuse(struct smtpd_session *s, const char *text)
{
	s->staged = 0;
	smtpd_refuse_staged(s, text);
}

/* see session.h */
unsigned smtpd_refuse_staged(struct smtpd_session *s, const char *text)
{
	bool enough = ++s->error_count >= LIMIT(s, error_max, SMTPD_ERROR_MAX);
	unsigned code;

	if (s->state == ST_CLOSING)
		return 421;
	if (enough) {
		s->staged = 0;
		text = TEXT("421 4.7.0", "Too many errors");
	}
	code = smtpd_reply_staged(s, '4', '5', text);
	LOG(SMTPD_EV_ERROR, s, code);
	if (code == 421)
		smtpd_finish(s, SMTPD_END_REFUSED, NULL);
	return code;
}

static bool is_text(const char *s)
{
	for (; *s; s++) {
		if (*s < ' ' || *s > '~')
			return false;
	}
	return true;
}

/* see smtpd.h */
int smtpd_session_reply(struct smtpd_session *s, unsigned code,
	const char *enhanced, const char *text)
{
	uint16_t from = s->tx_len;

	if (code < 200 || code > 599 ||
		enhanced[0] != (char)('0' + code / 100) || !is_text(enhanced) ||
		!is_text(text))
		return SMTPD_EINVAL;
	smtpd_put_number(s, code);
	smtpd_put(s, " ");
	smtpd_put(s, enhanced);
	smtpd_put(s, " ");
	smtpd_put(s, text);
	if (SMTPD_REPLY_BUF > LINE_MAX_ && s->tx_len - from > LINE_MAX_)
		s->tx_len = (uint16_t)(from + LINE_MAX_);
	smtpd_put_eol(s);
	s->staged = (uint16_t)(s->tx_len - from);
	s->tx_len = from;
	return 0;
}
