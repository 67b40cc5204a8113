/*
 * altcp_tls_run.c - between lwIP's callbacks and the TLS engine
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Everything that happens to a connection ends in altcp_tls_run(): handshake,
 * then plaintext to the upper layer. The upper layer may close or abort the
 * connection in any callback; the serial number tells whether it did. What
 * another connection or altcp_recved() makes possible is done by a timer of 0
 * ms, since those may not call the upper layer.
 */
#include "lwip/opt.h"

#if LWIP_ALTCP && LWIP_ALTCP_TLS

#include "altcp_tls_internal.h"
#include "lwip/pbuf.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"

/* While somebody waits for a record buffer, or has no polls. */
#define WATCH_MS 500u

static bool timer_set;
static enum smtpd_tls_reason last_reason;

/* see altcp_tls_wolfssl.h */
enum smtpd_tls_reason altcp_tls_last_reason(void)
{
	return last_reason;
}

/* ---- the engine's transport ---- */

static size_t io_peek(void *arg, uint8_t *buf, size_t len)
{
	const struct tls_pcb *s = arg;

	return s->rx ? pbuf_copy_partial(s->rx, buf, (u16_t)len, 0) : 0;
}

static size_t io_recv(void *arg, uint8_t *buf, size_t len)
{
	struct tls_pcb *s = arg;
	u16_t n = (u16_t)LWIP_MIN(len, 0xffff);

	if (!s->rx)
		return 0;
	n = pbuf_copy_partial(s->rx, buf, n, 0);
	s->rx = pbuf_free_header(s->rx, n);
	s->credit += n;
	return n;
}

/* Less than asked when lwIP is short of memory: a quarter is tried before
 * giving up until some is acknowledged. */
static size_t io_send(void *arg, const uint8_t *buf, size_t len)
{
	struct tls_pcb *s = arg;
	struct altcp_pcb *inner = s->conn->inner_conn;
	u16_t n = inner ? altcp_sndbuf(inner) : 0;
	int tries;

	n = (u16_t)LWIP_MIN(n, len);
	for (tries = 0; n && tries < 2; tries++) {
		err_t err = altcp_write(inner, buf, n, TCP_WRITE_FLAG_COPY);

		if (err == ERR_OK) {
			s->cipher_inner += n;
			return n;
		}
		n = err == ERR_MEM ? n / 4 : 0;
	}
	return 0;
}

static void io_wake(void *arg)
{
	altcp_tls_kick(arg);
}

const struct smtpd_tls_io altcp_tls_io = {io_peek, io_recv, io_send, io_wake};

void altcp_tls_credit(struct tls_pcb *s)
{
	while (s->credit) {
		u16_t n = (u16_t)LWIP_MIN(s->credit, 0xffff);

		s->credit -= n;
		altcp_recved(s->conn->inner_conn, n);
	}
}

/* ---- the timer ---- */

static void on_timer(void *arg);

static void set_timer(u32_t ms)
{
	if (timer_set)
		sys_untimeout(on_timer, NULL);
	timer_set = true;
	sys_timeout(ms, on_timer, NULL);
}

void altcp_tls_kick(struct tls_pcb *s)
{
	if (s->flags & S_KICK)
		return;
	s->flags |= S_KICK;
	set_timer(0);
}

static void on_timer(void *arg)
{
	struct tls_pcb *s;
	bool waiting = false;
	unsigned i;

	LWIP_UNUSED_ARG(arg);
	timer_set = false;
	smtpd_tls_tick();
	for (i = 0; (s = altcp_tls_state(&i)) != NULL; i++)
		if (s->flags & S_KICK) {
			s->flags &= (u8_t)~S_KICK;
			altcp_tls_run(s);
		}
	for (i = 0; (s = altcp_tls_state(&i)) != NULL; i++)
		waiting |= (s->flags & S_WAITING) != 0;
	if (waiting && !timer_set)
		set_timer(WATCH_MS);
}

/* ---- before the first octet ---- */

/* see altcp_tls_wolfssl.h */
void altcp_tls_on_failure(struct altcp_pcb *conn, altcp_tls_failed_fn failed)
{
	struct tls_pcb *s = conn->state;

	s->failed = failed;
}

/* see altcp_tls_wolfssl.h */
void altcp_tls_feed(struct altcp_pcb *conn, struct pbuf *p)
{
	struct tls_pcb *s = conn->state;

	s->rx = p;
	altcp_tls_kick(s);
}

/* ---- the end of a connection ---- */

/* The engine gave up. Its alert is with inner; close, then tell. */
static err_t fail(struct tls_pcb *s)
{
	struct altcp_pcb *conn = s->conn;
	struct altcp_pcb *inner = conn->inner_conn;
	altcp_err_fn err = conn->err;
	void *arg = conn->arg;
	err_t ret = ERR_OK;

	last_reason = smtpd_tls_reason(s->tls);
	if (s->failed && !(s->flags & S_OPEN))
		s->failed(arg, s->tls);
	smtpd_tls_flush(s->tls);
	if (s->rx)
		s->credit += s->rx->tot_len;
	altcp_tls_credit(s);
	altcp_tls_detach(inner);
	conn->inner_conn = NULL;
	altcp_free(conn);
	if (altcp_close(inner) != ERR_OK) {
		altcp_abort(inner);
		ret = ERR_ABRT;
	}
	if (err)
		err(arg, ERR_CLSD);
	return ret;
}

/* ---- to the upper layer ---- */

static bool gone(const struct tls_pcb *s, uint32_t serial)
{
	return s->serial != serial;
}

/* The engine's and lwIP's books in order; then out with what was written. */
static void settle(struct tls_pcb *s)
{
	altcp_tls_credit(s);
	altcp_output(s->conn->inner_conn);
}

/* What of a callback's result goes down to lwIP. */
static err_t below(err_t err)
{
	return err == ERR_ABRT ? ERR_ABRT : ERR_OK;
}

/*
 * The upper layer counts plaintext. What is not acknowledged holds at most as
 * many octets of it as there are of ciphertext, so the rest has arrived; once
 * nothing is left, all has.
 */
static uint32_t plain_acked(const struct tls_pcb *s)
{
	uint32_t open = s->cipher_inner + (uint32_t)smtpd_tls_held(s->tls);

	return s->plain_unsent > open ? s->plain_unsent - open : 0;
}

/* Returns as deliver(). */
static err_t report_sent(struct tls_pcb *s)
{
	struct altcp_pcb *conn = s->conn;
	uint32_t serial = s->serial;
	uint32_t acked = plain_acked(s);
	u16_t n = (u16_t)LWIP_MIN(acked, 0xffff);
	err_t err = ERR_OK;

	s->plain_unsent -= n;
	if (n && conn->sent)
		err = conn->sent(conn->arg, conn, n);
	if (err == ERR_ABRT)
		return ERR_ABRT;
	return gone(s, serial) ? ERR_CLSD : ERR_OK;
}

/* Returns ERR_OK: go on; ERR_INPROGRESS: not taken; ERR_CLSD or ERR_ABRT: the
 * connection is gone. */
static err_t deliver(struct tls_pcb *s, struct pbuf *p)
{
	struct altcp_pcb *conn = s->conn;
	uint32_t serial = s->serial;
	u16_t len = p->tot_len;
	err_t err;

	if (!conn->recv) {
		pbuf_free(p);
		return ERR_OK;
	}
	s->unrecved += len; /* altcp_recved() may come nested */
	err = conn->recv(conn->arg, conn, p, ERR_OK);
	if (err == ERR_ABRT)
		return ERR_ABRT;
	if (gone(s, serial)) {
		if (err != ERR_OK)
			pbuf_free(p);
		return ERR_CLSD;
	}
	if (err == ERR_OK)
		return ERR_OK;
	s->unrecved -= LWIP_MIN(len, s->unrecved);
	s->refused = p;
	return ERR_INPROGRESS;
}

static err_t deliver_eof(struct tls_pcb *s)
{
	struct altcp_pcb *conn = s->conn;
	uint32_t serial = s->serial;
	err_t err = ERR_OK;

	if (s->flags & S_EOF)
		return ERR_INPROGRESS;
	s->flags |= S_EOF;
	if (conn->recv)
		err = conn->recv(conn->arg, conn, NULL, ERR_OK);
	if (err == ERR_ABRT)
		return ERR_ABRT;
	return gone(s, serial) ? ERR_CLSD : ERR_INPROGRESS;
}

/* What reading came to, other than octets. */
static err_t stopped(struct tls_pcb *s, int result)
{
	err_t err;

	settle(s);
	switch (result) {
	case SMTPD_TLS_WAITING:
		s->flags |= S_WAITING;
		if (!timer_set)
			set_timer(WATCH_MS);
		return ERR_INPROGRESS;
	case SMTPD_TLS_CLOSED:
	case SMTPD_TLS_TRUNCATED:
		return deliver_eof(s);
	case SMTPD_TLS_FAILED:
		err = fail(s);
		return err == ERR_ABRT ? err : ERR_CLSD;
	default:
		return ERR_INPROGRESS;
	}
}

/* The pool may be full of the very ciphertext that is to be read: a connection
 * that waits for a record buffer and the one that has it would wait for each
 * other's for ever. */
static struct pbuf *plain_buffer(u16_t len)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, len, PBUF_POOL);

	return p ? p : pbuf_alloc(PBUF_RAW, len, PBUF_RAM);
}

/* Decrypt and deliver one buffer. Returns as deliver(). */
static err_t next(struct tls_pcb *s)
{
	uint32_t room = SMTPD_TLS_AHEAD - s->unrecved;
	struct pbuf *p;
	int n;

	p = plain_buffer((u16_t)LWIP_MIN(room, PBUF_POOL_BUFSIZE));
	if (!p)
		return ERR_INPROGRESS;
	n = smtpd_tls_read(s->tls, p->payload, p->len);
	if (n <= 0) {
		pbuf_free(p);
		return stopped(s, n);
	}
	altcp_tls_credit(s);
	pbuf_realloc(p, (u16_t)n);
	return deliver(s, p);
}

static err_t deliver_all(struct tls_pcb *s)
{
	struct pbuf *p = s->refused;
	err_t err = ERR_OK;

	if (p) {
		s->refused = NULL;
		err = deliver(s, p);
	}
	while (err == ERR_OK && s->unrecved < SMTPD_TLS_AHEAD)
		err = next(s);
	return err;
}

/* Returns as deliver(). */
static err_t shake(struct tls_pcb *s)
{
	struct altcp_pcb *conn = s->conn;
	uint32_t serial = s->serial;
	enum smtpd_tls_result result = smtpd_tls_handshake(s->tls);
	err_t err = ERR_OK;

	if (result != SMTPD_TLS_DONE)
		return stopped(s, result);
	s->flags |= S_OPEN;
	settle(s);
	if (conn->connected)
		err = conn->connected(conn->arg, conn, ERR_OK);
	if (err == ERR_ABRT)
		return ERR_ABRT;
	return gone(s, serial) ? ERR_CLSD : ERR_OK;
}

/* What found no memory or was refused waits for poll; after both FINs there is
 * none (TIME_WAIT), and lwIP frees inner without a word. */
static void come_back(struct tls_pcb *s)
{
	if ((s->flags & (S_FIN | S_EOF)) != S_FIN)
		return;
	s->flags |= S_KICK;
	if (!timer_set)
		set_timer(WATCH_MS);
}

/* Returns what lwIP is to get: ERR_ABRT when the inner pcb was aborted. */
err_t altcp_tls_run(struct tls_pcb *s)
{
	uint32_t serial = s->serial;
	err_t err;

	if (s->flags & S_RUNNING) {
		altcp_tls_kick(s);
		return ERR_OK;
	}
	s->flags |= S_RUNNING;
	s->flags &= (u8_t)~S_WAITING;
	err = s->flags & S_OPEN ? report_sent(s) : shake(s);
	if (err == ERR_OK)
		err = deliver_all(s);
	if (err == ERR_INPROGRESS)
		come_back(s);
	if (!gone(s, serial))
		s->flags &= (u8_t)~S_RUNNING;
	return below(err);
}

/* ---- callbacks of the inner connection ---- */

static err_t lower_recv(
	void *arg, struct altcp_pcb *inner, struct pbuf *p, err_t err)
{
	struct altcp_pcb *conn = arg;
	struct tls_pcb *s = conn->state;

	LWIP_UNUSED_ARG(inner);
	LWIP_UNUSED_ARG(err);
	if (!p) {
		s->flags |= S_FIN;
		smtpd_tls_eof(s->tls);
	} else if (!s->rx)
		s->rx = p;
	else if (s->rx->tot_len + (u32_t)p->tot_len > 0xffff)
		return ERR_MEM; /* lwIP keeps it and offers it again */
	else
		pbuf_cat(s->rx, p);
	return altcp_tls_run(s);
}

/*
 * The upper layer hears of it with the data that may come in the same segment,
 * or from the timer, but not from here: lwIP 2.2.1 loses those data when a
 * connection is closed or aborted in its `sent`, and any peer could empty the
 * pool of buffers so.
 */
static err_t lower_sent(void *arg, struct altcp_pcb *inner, u16_t len)
{
	struct altcp_pcb *conn = arg;
	struct tls_pcb *s = conn->state;
	bool held = smtpd_tls_held(s->tls) > 0;

	LWIP_UNUSED_ARG(inner);
	s->cipher_inner -= LWIP_MIN(len, s->cipher_inner);
	smtpd_tls_flush(s->tls);
	if (held || !(s->flags & S_OPEN) || plain_acked(s))
		altcp_tls_kick(s);
	return ERR_OK;
}

static err_t lower_poll(void *arg, struct altcp_pcb *inner)
{
	struct altcp_pcb *conn = arg;
	struct tls_pcb *s = conn->state;
	uint32_t serial = s->serial;
	err_t err;

	smtpd_tls_tick();
	if (smtpd_tls_held(s->tls) && !smtpd_tls_flush(s->tls))
		altcp_output(inner);
	err = altcp_tls_run(s);
	if (err == ERR_ABRT || gone(s, serial) || !conn->poll)
		return err;
	return below(conn->poll(conn->arg, conn));
}

static err_t lower_connected(void *arg, struct altcp_pcb *inner, err_t err)
{
	struct altcp_pcb *conn = arg;

	LWIP_UNUSED_ARG(inner);
	if (err != ERR_OK)
		return conn->connected ? conn->connected(conn->arg, conn, err)
				       : ERR_OK;
	return altcp_tls_run(conn->state);
}

/* The inner pcb is gone already. */
static void lower_err(void *arg, err_t code)
{
	struct altcp_pcb *conn = arg;
	altcp_err_fn err = conn->err;
	void *upper = conn->arg;

	conn->inner_conn = NULL;
	altcp_free(conn);
	if (err)
		err(upper, code);
}

/* Take over inner's callbacks. Its poll is the fallback for all that the timer
 * does; the upper layer sets the interval with its own. */
void altcp_tls_attach(struct altcp_pcb *conn, struct altcp_pcb *inner)
{
	altcp_arg(inner, conn);
	altcp_recv(inner, lower_recv);
	altcp_sent(inner, lower_sent);
	altcp_err(inner, lower_err);
	altcp_poll(
		inner, lower_poll, conn->pollinterval ? conn->pollinterval : 2);
	inner->connected = lower_connected;
}

void altcp_tls_detach(struct altcp_pcb *inner)
{
	altcp_arg(inner, NULL);
	altcp_recv(inner, NULL);
	altcp_sent(inner, NULL);
	altcp_err(inner, NULL);
	altcp_poll(inner, NULL, inner->pollinterval);
}

#endif
