/*
 * conn.c - the connections, and what lwIP tells of them
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "conn.h"

#include "lwip/sys.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"

#define CONN_COUNT (SMTPD_MAX_SESSIONS + SMTPD_LWIP_CLOSING)

static struct smtpd_conn conns[CONN_COUNT];
static struct smtpd_conn *at; /* looked at now; not NULL inside a callback */
static bool pending;          /* some slot but that has pending set */
static bool later_set;        /* on_later() is on lwIP's list */

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
#if SMTPD_RELAY_CHECK
	if (!c->listener)
		return; /* that of lwip_smtpd_relay_check() */
#endif
	c->pending = true;
	if (c == at)
		return;
	pending = true;
	if (!at)
		do_later(0);
}

/* see smtpd_port.h */
void smtpd_port_wake(struct smtpd_conn *c)
{
	LWIP_ASSERT_CORE_LOCKED();
	note(c);
}

/* see smtpd_port.h */
void smtpd_port_close(struct smtpd_conn *c, enum smtpd_close how)
{
	lwip_smtpd_conn_close(c, how);
	note(c);
}

static err_t look_at(struct smtpd_conn *c)
{
	at = c;
	lwip_smtpd_conn_pump(c);
	return lwip_smtpd_conn_settle(c);
}

/* The end of a callback about own, or none: the others that were noted
 * meanwhile, each once; more of it when lwIP has had its turn. */
static void look_at_others(const struct smtpd_conn *own)
{
	struct smtpd_conn *c;

	if (pending) {
		pending = false;
		for (c = conns; c < conns + CONN_COUNT; c++)
			if (c->pending && c != own)
				look_at(c);
	}
	at = NULL;
	if (pending)
		do_later(1);
}

/* Something happened to c. Returns what lwIP's callback is to return. */
static err_t happened(struct smtpd_conn *c)
{
	err_t err;

	if (at) {
		note(c);
		return ERR_OK;
	}
	err = look_at(c);
	look_at_others(c);
	return err;
}

static void on_later(void *arg)
{
	LWIP_UNUSED_ARG(arg);
	later_set = false;
	look_at_others(NULL);
}

/* see conn.h */
uint32_t lwip_smtpd_conn_tick(void)
{
	uint32_t next_ms;

#if SMTPD_TLS
	const struct smtpd_conn *c;

	for (c = conns; c < conns + CONN_COUNT; c++)
		lwip_smtpd_conn_tls_held(c);
#endif
	at = conns + CONN_COUNT;
	next_ms = smtpd_tick();
	look_at_others(NULL);
	return next_ms;
}

/* ---- callbacks ---- */

/*
 * Small segments share a buffer. Else a peer that sends octet by octet while
 * its session waits holds the whole pool, and not even the acknowledgement for
 * which the session waits finds a buffer.
 */
static void append(struct pbuf *last, struct pbuf *p)
{
	uint16_t n = p->tot_len;
	uint8_t *end, *limit;

	while (last->tot_len = (uint16_t)(last->tot_len + n), last->next)
		last = last->next;
	end = (uint8_t *)last->payload + last->len;
	limit = (uint8_t *)last + LWIP_MEM_ALIGN_SIZE(sizeof *last) +
		PBUF_POOL_BUFSIZE;
	if (!pbuf_match_allocsrc(last, PBUF_POOL) || n > limit - end) {
		last->next = p;
		return;
	}
	pbuf_copy_partial(p, end, n, 0);
	last->len = (uint16_t)(last->len + n);
	pbuf_free(p);
}

static err_t on_recv(
	void *arg, struct altcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct smtpd_conn *c = arg;

	LWIP_UNUSED_ARG(pcb);
	LWIP_UNUSED_ARG(err);
	if (!p) {
		c->eof = true;
		c->abort |= c->tls == TLS_HANDSHAKE;
	} else if (c->rx) {
		append(c->rx, p);
	} else {
		c->rx = p;
	}
	return happened(c);
}

static err_t on_sent(void *arg, struct altcp_pcb *pcb, uint16_t len)
{
	struct smtpd_conn *c = arg;

	LWIP_UNUSED_ARG(pcb);
	c->unacked -= LWIP_MIN(len, c->unacked);
	/* Not now: lwIP leaks the segment's data when its pcb ends in here. */
	note(c);
	return ERR_OK;
}

static err_t on_poll(void *arg, struct altcp_pcb *pcb)
{
	LWIP_UNUSED_ARG(pcb);
	return happened(arg);
}

/* The pcb is gone already. */
static void on_err(void *arg, err_t err)
{
	struct smtpd_conn *c = arg;

	LWIP_UNUSED_ARG(err);
	c->pcb = NULL;
	happened(c);
}

#if SMTPD_TLS
/* see conn.h */
err_t lwip_smtpd_conn_tls_up(void *arg, struct altcp_pcb *pcb, err_t err)
{
	struct smtpd_conn *c = arg;

	LWIP_UNUSED_ARG(pcb);
	if (err == ERR_OK)
		c->tls = TLS_DONE;
	else
		c->abort = true;
	return happened(c);
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

/*
 * A free slot; or that of whoever has been closing longest, which lwIP finishes
 * without us: not all can have a session. NULL: all others wait for their PROXY
 * header, or are lost and not yet looked at.
 */
static struct smtpd_conn *take_slot(void)
{
	struct smtpd_conn *c;
	struct smtpd_conn *oldest = NULL;
	uint32_t now = sys_now();

	for (c = conns; c < conns + CONN_COUNT; c++) {
		if (!c->listener)
			return c;
		if (!c->session && c->pcb && !awaits_header(c) &&
			(!oldest || now - c->since_ms > now - oldest->since_ms))
			oldest = c;
	}
	if (oldest)
		lwip_smtpd_conn_evict(oldest);
	return oldest;
}

/* see conn.h */
void lwip_smtpd_conn_open(struct smtpd_conn *c)
{
	const struct smtpd_listener *l = &c->listener->smtpd;
	const char *refusal = NULL;
	bool tls = l->flags & SMTPD_LISTEN_TLS;

	lwip_smtpd_greeting_waits(c->listener);
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
		c->adopt = SMTPD_PROXY; /* what came behind a header */
	}
}

/* see conn.h */
err_t lwip_smtpd_conn_accept(
	const struct lwip_smtpd_listener *l, struct altcp_pcb *pcb)
{
	struct smtpd_conn *c = take_slot();

	if (!c)
		return ERR_MEM;
	at = c;
	c->listener = l;
	c->pcb = pcb;
	altcp_nagle_disable(pcb);
	lwip_smtpd_conn_attach(c);
#if SMTPD_PROXY
	if (!lwip_smtpd_conn_expects_header(c))
#endif
		lwip_smtpd_conn_open(c);
	at = NULL;
	return happened(c);
}

/* see lwip_smtpd.h */
unsigned lwip_smtpd_conn_count(void)
{
	const struct smtpd_conn *c;
	unsigned n = 0;

	LWIP_ASSERT_CORE_LOCKED();
	for (c = conns; c < conns + CONN_COUNT; c++)
		n += c->listener != NULL;
	return n;
}
