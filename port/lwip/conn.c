/*
 * conn.c - the connections, and what lwIP tells of them
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "conn.h"

#include "lwip/sys.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"

#if SMTPD_TLS
#include "altcp_tls_wolfssl.h"
#endif

#define CONN_COUNT (SMTPD_MAX_SESSIONS + SMTPD_LWIP_CLOSING)

static struct smtpd_conn conns[CONN_COUNT];
static uint8_t depth;  /* callbacks in progress */
static bool pending;   /* some slot has C_PENDING */
static bool later_set; /* on_later() is on lwIP's list */

/* ---- wishes, carried out later ---- */

static void on_later(void *arg);

static void do_later(uint32_t ms)
{
	if (later_set)
		return;
	later_set = true;
	sys_timeout(ms, on_later, NULL);
}

static void note(struct smtpd_conn *c)
{
	c->flags |= C_PENDING;
	pending = true;
	if (depth == 0)
		do_later(0);
}

/* see smtpd_port.h */
void smtpd_port_wake(struct smtpd_conn *c)
{
	note(c);
}

/* see smtpd_port.h */
void smtpd_port_close(struct smtpd_conn *c, enum smtpd_close how)
{
	lwip_smtpd_conn_close(c, how);
	note(c);
}

/* Look at every slot but own once; what is noted meanwhile waits until lwIP has
 * had its turn. */
static void run(const struct smtpd_conn *own)
{
	struct smtpd_conn *c;

	for (c = conns; c < conns + CONN_COUNT; c++) {
		if (c == own || !(c->flags & C_PENDING))
			continue;
		lwip_smtpd_conn_pump(c);
		lwip_smtpd_conn_settle(c);
	}
	pending = false;
	for (c = conns; c < conns + CONN_COUNT; c++)
		if (c->flags & C_PENDING)
			pending = true;
	if (pending)
		do_later(1);
}

/* The end of a callback of own, or of none. What it returns goes to lwIP. */
static err_t leave(struct smtpd_conn *own)
{
	err_t err = ERR_OK;

	if (depth == 1) {
		if (own)
			err = lwip_smtpd_conn_settle(own);
		if (pending)
			run(own);
	} else if (own) {
		note(own);
	}
	depth--;
	return err;
}

static void on_later(void *arg)
{
	LWIP_UNUSED_ARG(arg);
	later_set = false;
	depth++;
	leave(NULL);
}

/* see conn.h */
void lwip_smtpd_conn_tick(void)
{
	depth++;
	smtpd_tick();
	leave(NULL);
}

/* ---- callbacks ---- */

static err_t on_recv(
	void *arg, struct altcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct smtpd_conn *c = arg;

	LWIP_UNUSED_ARG(pcb);
	LWIP_UNUSED_ARG(err);
	depth++;
	if (!p)
		c->flags |= c->tls == TLS_HANDSHAKE ? C_ABORT : C_EOF;
	else if (c->rx)
		pbuf_cat(c->rx, p);
	else
		c->rx = p;
	lwip_smtpd_conn_pump(c);
	return leave(c);
}

static err_t on_sent(void *arg, struct altcp_pcb *pcb, uint16_t len)
{
	struct smtpd_conn *c = arg;

	LWIP_UNUSED_ARG(pcb);
	depth++;
	c->unacked -= LWIP_MIN(len, c->unacked);
	lwip_smtpd_conn_pump(c);
	return leave(c);
}

static err_t on_poll(void *arg, struct altcp_pcb *pcb)
{
	return on_sent(arg, pcb, 0);
}

/* The pcb is gone already. */
static void on_err(void *arg, err_t err)
{
	struct smtpd_conn *c = arg;

	LWIP_UNUSED_ARG(err);
	c->pcb = NULL;
	depth++;
	leave(c);
}

#if SMTPD_TLS
/* see conn.h */
err_t lwip_smtpd_conn_tls_up(void *arg, struct altcp_pcb *pcb, err_t err)
{
	struct smtpd_conn *c = arg;

	depth++;
	if (err != ERR_OK) {
		c->flags |= C_ABORT;
	} else if (c->session) {
		c->tls = TLS_UP;
		smtpd_session_tls_started(c->session, altcp_tls_info(pcb));
		lwip_smtpd_conn_pump(c);
	}
	return leave(c);
}
#endif

/* see conn.h */
void lwip_smtpd_conn_attach(struct smtpd_conn *c)
{
	altcp_arg(c->pcb, c);
	altcp_recv(c->pcb, on_recv);
	altcp_sent(c->pcb, on_sent);
	altcp_err(c->pcb, on_err);
	altcp_poll(c->pcb, on_poll, 1);
}

/* ---- a new connection ---- */

/* A free slot; or that of whoever has longest had all we have to say, which
 * lwIP goes on sending without us. NULL: none. */
static struct smtpd_conn *take_slot(void)
{
	struct smtpd_conn *c;
	struct smtpd_conn *oldest = NULL;
	uint32_t longest_ms = 0;
	uint32_t now = sys_now();

	for (c = conns; c < conns + CONN_COUNT; c++) {
		if (!c->listener)
			return c;
		if (c->pcb && !c->session && !c->text &&
			now - c->since_ms >= longest_ms) {
			longest_ms = now - c->since_ms;
			oldest = c;
		}
	}
	if (oldest)
		lwip_smtpd_conn_evict(oldest);
	return oldest;
}

static void open_session(struct smtpd_conn *c)
{
	const struct smtpd_listener *l = &c->listener->smtpd;
	const char *refusal = NULL;
	bool tls = l->flags & SMTPD_LISTEN_TLS;

#if SMTPD_TLS
	if (tls && smtpd_port_tls_reserve(c) != 0) {
		if (SMTPD_LOG)
			smtpd_port_log(SMTPD_EV_REFUSED, NULL, 421);
		lwip_smtpd_conn_close(c, SMTPD_CLOSE_FLUSH);
		return;
	}
#endif
	c->session = smtpd_session_open(l, c, &refusal);
	if (!c->session) {
		lwip_smtpd_conn_close(c, SMTPD_CLOSE_FLUSH);
		c->text = tls ? NULL : refusal;
	} else if (tls) {
		c->tls = TLS_START;
	}
}

/* Not even a slot to close it from: the best that can be done at once. */
static err_t turn_away(const struct smtpd_listener *l, struct altcp_pcb *pcb)
{
	static const char text[] = "421 4.3.2 Too many connections\r\n";

	if (SMTPD_LOG)
		smtpd_port_log(SMTPD_EV_REFUSED, NULL, 421);
	if (!(l->flags & SMTPD_LISTEN_TLS))
		altcp_write(pcb, text, sizeof(text) - 1, TCP_WRITE_FLAG_COPY);
	if (altcp_close(pcb) == ERR_OK)
		return ERR_OK;
	altcp_abort(pcb);
	return ERR_ABRT;
}

/* see conn.h */
err_t lwip_smtpd_conn_accept(
	const struct lwip_smtpd_listener *l, struct altcp_pcb *pcb)
{
	struct smtpd_conn *c = take_slot();

	if (!c)
		return turn_away(&l->smtpd, pcb);
	depth++;
	c->listener = l;
	c->pcb = pcb;
	altcp_nagle_disable(pcb);
	lwip_smtpd_conn_attach(c);
	open_session(c);
	lwip_smtpd_conn_pump(c);
	return leave(c);
}

/* see lwip_smtpd.h */
unsigned lwip_smtpd_conn_count(void)
{
	const struct smtpd_conn *c;
	unsigned n = 0;

	for (c = conns; c < conns + CONN_COUNT; c++)
		n += c->listener != NULL;
	return n;
}
