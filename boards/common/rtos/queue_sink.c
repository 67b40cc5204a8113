/*
 * queue_sink.c - messages into the queue, answers out of it: the tcpip thread
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "queue.h"

struct board_queue board_queue;

/* What is known of a session. The tcpip thread's alone. */
static struct client {
	struct board_queue_message *m; /* its message, or NULL */
	uint32_t serial;
	bool accepted; /* the answer to `end`, for LMTP's other recipients */
	struct board_queue_reply reply;
} clients[SMTPD_MAX_SESSIONS];

static uint32_t serials;
const char *(*board_queue_user)(unsigned index);

static struct client *client_of(struct smtpd_session *s)
{
	struct smtpd_info info;

	smtpd_session_info(s, &info);
	return &clients[info.index];
}

static enum smtpd_verdict refuse(
	struct smtpd_session *s, const struct board_queue_reply *r)
{
	if (r->code)
		smtpd_session_reply(s, r->code, r->enhanced, r->text);
	return SMTPD_REJECT;
}

/* ---- a message's place ---- */

static struct board_queue_message *take_place(void)
{
	struct board_queue_message *m = board_queue.messages;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	while (m < board_queue.messages + BOARD_QUEUE_MESSAGES &&
		m->phase != PHASE_FREE)
		m++;
	if (m == board_queue.messages + BOARD_QUEUE_MESSAGES) {
		m = NULL;
	} else {
		m->phase = PHASE_ENVELOPE;
		board_queue.count++;
		if (board_queue.high < board_queue.count)
			board_queue.high = board_queue.count;
	}
	SYS_ARCH_UNPROTECT(level);
	return m;
}

/* The task goes on with it; nobody waits for it here. */
static void let_go(struct board_queue_message *m, enum phase phase)
{
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	m->wait = WAIT_NONE;
	if (m->phase == PHASE_ENVELOPE)
		board_queue_free(m);
	else
		m->phase = (uint8_t)phase;
	SYS_ARCH_UNPROTECT(level);
	sys_sem_signal(&board_queue.work);
}

/* The client left while its message waited for the answer: the message counts,
 * if the task takes it. */
static void leave_alone(struct board_queue_message *m)
{
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	m->wait = WAIT_NONE;
	m->alone = true;
	if (m->progress == PROGRESS_ACCEPTED)
		m->phase = PHASE_KEPT;
	else if (m->progress == PROGRESS_REFUSED)
		m->phase = PHASE_DROPPED;
	SYS_ARCH_UNPROTECT(level);
	sys_sem_signal(&board_queue.work);
}

/* ---- the envelope ---- */

static bool note(struct board_queue_message *m, const struct smtpd_str *a)
{
	if (sizeof m->envelope - m->envelope_len < a->len + 1u)
		return false;
	if (a->len) /* of <>, a->s may be NULL */
		memcpy(m->envelope + m->envelope_len, a->s, a->len);
	m->envelope_len = (uint16_t)(m->envelope_len + a->len);
	m->envelope[m->envelope_len++] = '\0';
	return true;
}

static enum smtpd_verdict on_connect(struct smtpd_session *s)
{
	struct client *c = client_of(s);

	memset(c, 0, sizeof *c);
	c->serial = ++serials;
	return SMTPD_ACCEPT;
}

static void start(struct board_queue_message *m, const struct smtpd_mail *mail)
{
	m->envelope_len = m->rcpt_count = 0;
	m->progress = PROGRESS_NONE;
	m->wait = WAIT_NONE;
	m->alone = false;
	m->put = m->take = m->used = m->received = 0;
	m->size = mail->size;
	memset(&m->reply, 0, sizeof m->reply);
}

static enum smtpd_verdict on_mail(
	struct smtpd_session *s, const struct smtpd_mail *mail)
{
	static const struct board_queue_reply busy = {
		451, "4.3.2", "Too many messages in work, try again later"};
	static const struct board_queue_reply too_long = {
		452, "4.5.3", "Sender too long"};
	struct client *c = client_of(s);

	c->accepted = false;
	c->m = take_place();
	if (!c->m)
		return refuse(s, &busy);
	c->m->index = (unsigned)(c->m - board_queue.messages);
	c->m->session = c->serial;
	start(c->m, mail);
	if (note(c->m, &mail->from.text))
		return SMTPD_ACCEPT;
	let_go(c->m, PHASE_DROPPED);
	c->m = NULL;
	return refuse(s, &too_long);
}

static enum smtpd_verdict on_rcpt(
	struct smtpd_session *s, const struct smtpd_rcpt *rcpt)
{
	static const struct board_queue_reply too_many = {
		452, "4.5.3", "Too many recipients"};
	struct board_queue_message *m = client_of(s)->m;

	if (!m || !note(m, &rcpt->to.text))
		return refuse(s, &too_many);
	m->rcpt_count++;
	return SMTPD_ACCEPT;
}

/* ---- the message ---- */

static void copy_text(char *to, size_t cap, const char *s, size_t len)
{
	len = LWIP_MIN(len, cap - 1);
	if (len)
		memcpy(to, s, len);
	to[len] = '\0';
}

static void describe(struct board_queue_message *m, const struct smtpd_info *i)
{
	const struct smtpd_tls_info *tls = i->tls;
	const char *user = i->authenticated && board_queue_user
				   ? board_queue_user(i->index)
				   : "";

	m->peer = i->peer;
	m->protocol = i->protocol;
	copy_text(m->user, sizeof m->user, user, strlen(user));
	copy_text(m->helo, sizeof m->helo, i->helo.s, i->helo.len);
	copy_text(m->tls_version, sizeof m->tls_version,
		tls ? tls->version : "", tls ? strlen(tls->version) : 0);
	copy_text(m->tls_cipher, sizeof m->tls_cipher, tls ? tls->cipher : "",
		tls ? strlen(tls->cipher) : 0);
}

/* The session waits from now on; the task may see the message. */
static enum smtpd_verdict wait_for(struct smtpd_session *s,
	struct board_queue_message *m, enum phase phase, enum wait wait)
{
	SYS_ARCH_DECL_PROTECT(level);

	m->ref = smtpd_session_ref(s);
	SYS_ARCH_PROTECT(level);
	m->phase = (uint8_t)phase;
	m->wait = (uint8_t)wait;
	SYS_ARCH_UNPROTECT(level);
	sys_sem_signal(&board_queue.work);
	return SMTPD_LATER;
}

static enum smtpd_verdict on_begin(struct smtpd_session *s)
{
	struct smtpd_info info;
	struct board_queue_message *m;

	smtpd_session_info(s, &info);
	m = clients[info.index].m;
	if (!m)
		return SMTPD_REJECT;
	describe(m, &info);
	return wait_for(s, m, PHASE_DATA, WAIT_OPEN);
}

/* Behind what is there already; there is room. */
static void copy_in(struct board_queue_message *m, const uint8_t *p, size_t len)
{
	size_t first = LWIP_MIN(len, BOARD_QUEUE_OCTETS - m->put);

	memcpy(m->octets + m->put, p, first);
	if (len > first)
		memcpy(m->octets, p + first, len - first);
	m->put = (m->put + len) % BOARD_QUEUE_OCTETS;
}

static enum smtpd_verdict on_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	struct smtpd_info info;
	struct board_queue_message *m;
	bool refused, full;
	SYS_ARCH_DECL_PROTECT(level);

	smtpd_session_info(s, &info);
	m = clients[info.index].m;
	if (!m || len > SMTPD_DATA_CHUNK)
		return SMTPD_REJECT;
	copy_in(m, p, len);
	m->ref = smtpd_session_ref(s);
	SYS_ARCH_PROTECT(level);
	m->used += len;
	if (info.octets == 0)
		m->received += len;
	refused = m->progress == PROGRESS_REFUSED;
	full = !refused && !board_queue_has_room(m);
	if (full)
		m->wait = WAIT_ROOM;
	SYS_ARCH_UNPROTECT(level);
	sys_sem_signal(&board_queue.work);
	if (refused)
		return refuse(s, &m->reply);
	return full ? SMTPD_LATER : SMTPD_ACCEPT;
}

static bool is_refused(const struct board_queue_message *m)
{
	bool refused;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	refused = m->progress == PROGRESS_REFUSED;
	SYS_ARCH_UNPROTECT(level);
	return refused;
}

static enum smtpd_verdict on_end(struct smtpd_session *s, uint16_t rcpt)
{
	struct client *c = client_of(s);
	struct board_queue_message *m = c->m;

	if (m && !is_refused(m))
		return wait_for(s, m, PHASE_ENDED, WAIT_END);
	if (m) {
		c->accepted = false;
		c->reply = m->reply;
		c->m = NULL;
		let_go(m, PHASE_DROPPED);
	} else if (rcpt == SMTPD_ALL_RCPTS || rcpt == 0) {
		return SMTPD_REJECT;
	}
	return c->accepted ? SMTPD_ACCEPT : refuse(s, &c->reply);
}

/* ---- its ends ---- */

static void on_reset(struct smtpd_session *s, enum smtpd_end why)
{
	struct client *c = client_of(s);
	struct board_queue_message *m = c->m;

	(void)why;
	c->m = NULL;
	if (m)
		let_go(m, PHASE_DROPPED);
}

static void on_closed(
	struct smtpd_session *s, enum smtpd_end why, bool unacknowledged)
{
	struct client *c = client_of(s);
	struct board_queue_message *m = c->m;

	(void)why;
	(void)unacknowledged;
	c->m = NULL;
	if (m && m->wait == WAIT_END) /* set by this thread alone */
		leave_alone(m);
	else if (m)
		let_go(m, PHASE_DROPPED);
}

const struct smtpd_sink board_queue_sink = {
	.connect = on_connect,
	.mail = on_mail,
	.rcpt = on_rcpt,
	.begin = on_begin,
	.data = on_data,
	.end = on_end,
	.reset = on_reset,
	.closed = on_closed,
};

/* ---- the task's answers ---- */

/* What can be answered now; the session no longer waits then. */
static enum wait answered(struct board_queue_message *m, bool *accepted)
{
	enum wait wait;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	wait = (enum wait)m->wait;
	*accepted = m->progress != PROGRESS_REFUSED;
	if (*accepted &&
		((wait == WAIT_OPEN && m->progress < PROGRESS_OPEN) ||
			(wait == WAIT_ROOM && !board_queue_has_room(m)) ||
			(wait == WAIT_END && m->progress != PROGRESS_ACCEPTED)))
		wait = WAIT_NONE;
	if (wait != WAIT_NONE)
		m->wait = WAIT_NONE;
	SYS_ARCH_UNPROTECT(level);
	return wait;
}

/* A reply that the engine does not like becomes the default. */
static void settle(const struct board_queue_message *m, bool accepted)
{
	const struct board_queue_reply *r = &m->reply;

	if (accepted)
		smtpd_session_verdict(m->ref, SMTPD_ACCEPT, 0, NULL, NULL);
	else if (smtpd_session_verdict(m->ref, SMTPD_REJECT, r->code,
			 r->enhanced, r->text) == SMTPD_EINVAL)
		smtpd_session_verdict(m->ref, SMTPD_REJECT, 0, NULL, NULL);
}

static void answer(struct client *c)
{
	struct board_queue_message *m = c->m;
	bool accepted;

	switch (answered(m, &accepted)) {
	case WAIT_OPEN:
		settle(m, accepted);
		break;
	case WAIT_ROOM: /* a refusal is told with the next octets */
		smtpd_session_resume(m->ref);
		break;
	case WAIT_END:
		c->accepted = accepted;
		c->reply = m->reply;
		c->m = NULL;
		settle(m, accepted);
		let_go(m, accepted ? PHASE_KEPT : PHASE_DROPPED);
		break;
	case WAIT_NONE:
		break;
	}
}

static void on_answers(void *arg)
{
	struct client *c;
	SYS_ARCH_DECL_PROTECT(level);

	LWIP_UNUSED_ARG(arg);
	SYS_ARCH_PROTECT(level);
	board_queue.posted = false;
	SYS_ARCH_UNPROTECT(level);
	for (c = clients; c < clients + SMTPD_MAX_SESSIONS; c++)
		if (c->m)
			answer(c);
}

/* ---- the queue ---- */

/* see queue_sink.h */
err_t board_queue_init(void)
{
	err_t err = sys_sem_new(&board_queue.work, 0);

	if (err != ERR_OK)
		return err;
	board_queue.answers = tcpip_callbackmsg_new(on_answers, NULL);
	if (board_queue.answers)
		return ERR_OK;
	sys_sem_free(&board_queue.work);
	return ERR_MEM;
}

/* see queue_sink.h */
unsigned board_queue_count(unsigned *high)
{
	unsigned count;
	SYS_ARCH_DECL_PROTECT(level);

	SYS_ARCH_PROTECT(level);
	count = board_queue.count;
	*high = board_queue.high;
	SYS_ARCH_UNPROTECT(level);
	return count;
}
