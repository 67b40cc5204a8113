/*
 * altcp_tls_wolfssl.c - lwIP's altcp_tls.h with wolfSSL: the pcbs
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A pcb that has not connected, or listens, has no slot: its state is the
 * configuration, its functions are `idle_functions`. With a connection it gets
 * a slot, a struct tls_pcb, and altcp_tls_functions.
 */
#include "lwip/opt.h"

#if LWIP_ALTCP && LWIP_ALTCP_TLS

#include <string.h>

#include "altcp_tls_internal.h"
#include "lwip/altcp_tcp.h"
#include "lwip/pbuf.h"
#include "lwip/tcp.h"

static const struct altcp_functions idle_functions;
static struct tls_pcb states[SMTPD_TLS_SLOTS_ALL];

struct tls_pcb *altcp_tls_state(unsigned *i)
{
	while (*i < SMTPD_TLS_SLOTS_ALL && !states[*i].conn)
		++*i;
	return *i < SMTPD_TLS_SLOTS_ALL ? &states[*i] : NULL;
}

/* ---- making connections ---- */

static struct tls_pcb *free_state(void)
{
	unsigned i;

	for (i = 0; i < SMTPD_TLS_SLOTS_ALL; i++)
		if (!states[i].conn)
			return &states[i];
	return NULL;
}

void altcp_tls_free_state(struct tls_pcb *s)
{
	uint32_t serial = s->serial + 1;

	smtpd_tls_close(s->tls);
	if (s->rx)
		pbuf_free(s->rx);
	if (s->refused)
		pbuf_free(s->refused);
	memset(s, 0, sizeof *s);
	s->serial = serial;
}

/* Which slot a connection takes. */
enum share { ANY, SET_ASIDE, OTHER };

static int take(
	struct smtpd_tls_config *config, enum share share, struct smtpd_tls **t)
{
#if SMTPD_TLS_OTHER_SLOTS
	if (share == OTHER)
		return smtpd_tls_take_other(config, t);
#endif
	return smtpd_tls_take(config, share == SET_ASIDE, t);
}

/* Make conn a TLS connection over inner. */
static err_t begin(struct altcp_pcb *conn, struct altcp_pcb *inner,
	struct altcp_tls_config *config, const char *host, enum share share)
{
	struct tls_pcb *s = free_state();

	if (!config || !config->engine)
		return ERR_ARG;
	if (!s || take(config->engine, share, &s->tls))
		return ERR_MEM;
	if (smtpd_tls_open(s->tls, &altcp_tls_io, s, host) != SMTPD_TLS_OK) {
		smtpd_tls_close(s->tls);
		s->tls = NULL;
		return ERR_MEM;
	}
	s->conn = conn;
	conn->state = s;
	conn->inner_conn = inner;
	conn->fns = &altcp_tls_functions;
	altcp_tls_attach(conn, inner);
	return ERR_OK;
}

/* see altcp_tls_wolfssl.h */
struct altcp_pcb *altcp_tls_wrap_host(struct altcp_tls_config *config,
	struct altcp_pcb *inner, const char *host)
{
	struct altcp_pcb *conn;

	if (!inner)
		return NULL;
	conn = altcp_alloc();
	if (!conn)
		return NULL;
	if (begin(conn, inner, config, host, SET_ASIDE) != ERR_OK &&
		begin(conn, inner, config, host, ANY) != ERR_OK) {
		altcp_free(conn);
		return NULL;
	}
	altcp_tls_kick(conn->state); /* a client says the first word */
	return conn;
}

struct altcp_pcb *altcp_tls_wrap(
	struct altcp_tls_config *config, struct altcp_pcb *inner)
{
	return altcp_tls_wrap_host(config, inner, config ? config->host : NULL);
}

#if SMTPD_TLS_OTHER_SLOTS
/* see altcp_tls_wolfssl.h */
struct altcp_pcb *altcp_tls_wrap_other(
	struct altcp_tls_config *config, struct altcp_pcb *inner)
{
	struct altcp_pcb *conn = altcp_alloc();

	if (!conn)
		return NULL;
	if (begin(conn, inner, config, NULL, OTHER) == ERR_OK)
		return conn;
	altcp_free(conn);
	return NULL;
}
#endif

struct altcp_pcb *altcp_tls_new(struct altcp_tls_config *config, u8_t ip_type)
{
	struct altcp_pcb *inner = altcp_tcp_new_ip_type(ip_type);
	struct altcp_pcb *conn;

	if (!inner)
		return NULL;
	conn = altcp_alloc();
	if (!conn) {
		altcp_close(inner);
		return NULL;
	}
	conn->inner_conn = inner;
	conn->state = config;
	conn->fns = &idle_functions;
	return conn;
}

struct altcp_pcb *altcp_tls_alloc(void *arg, u8_t ip_type)
{
	return altcp_tls_new(arg, ip_type);
}

/* ---- pcbs without a connection ---- */

static err_t idle_connect(struct altcp_pcb *conn, const ip_addr_t *ip,
	u16_t port, altcp_connected_fn connected)
{
	struct altcp_tls_config *config = conn->state;
	struct altcp_pcb *inner = conn->inner_conn;
	err_t err = begin(conn, inner, config, config->host, ANY);

	if (err != ERR_OK)
		return err;
	conn->connected = connected;
	err = altcp_connect(inner, ip, port, inner->connected);
	if (err != ERR_OK) {
		altcp_tls_free_state(conn->state);
		altcp_tls_detach(inner);
		conn->state = config;
		conn->fns = &idle_functions;
	}
	return err;
}

static err_t lower_accept(void *arg, struct altcp_pcb *inner, err_t err)
{
	struct altcp_pcb *listener = arg;
	struct altcp_pcb *conn;

	if (!listener->accept || !inner)
		return ERR_ARG;
	conn = altcp_alloc();
	if (!conn)
		return ERR_MEM;
	if (begin(conn, inner, listener->state, NULL, ANY) != ERR_OK) {
		altcp_free(conn);
		return ERR_MEM;
	}
	return listener->accept(listener->arg, conn, err);
}

static struct altcp_pcb *idle_listen(
	struct altcp_pcb *conn, u8_t backlog, err_t *err)
{
	struct altcp_pcb *inner = altcp_listen_with_backlog_and_err(
		conn->inner_conn, backlog, err);

	if (!inner)
		return NULL;
	conn->inner_conn = inner;
	altcp_arg(inner, conn);
	altcp_accept(inner, lower_accept);
	return conn;
}

static err_t idle_close(struct altcp_pcb *conn)
{
	err_t err = conn->inner_conn ? altcp_close(conn->inner_conn) : ERR_OK;

	if (err != ERR_OK)
		return err;
	conn->inner_conn = NULL;
	altcp_free(conn);
	return ERR_OK;
}

static void idle_abort(struct altcp_pcb *conn)
{
	if (conn->inner_conn)
		altcp_abort(conn->inner_conn);
	conn->inner_conn = NULL;
	altcp_free(conn);
}

static void idle_recved(struct altcp_pcb *conn, u16_t len)
{
	LWIP_UNUSED_ARG(conn);
	LWIP_UNUSED_ARG(len);
}

static void idle_set_poll(struct altcp_pcb *conn, u8_t interval)
{
	LWIP_UNUSED_ARG(conn);
	LWIP_UNUSED_ARG(interval);
}

static err_t idle_shutdown(struct altcp_pcb *conn, int rx, int tx)
{
	LWIP_UNUSED_ARG(conn);
	LWIP_UNUSED_ARG(rx);
	LWIP_UNUSED_ARG(tx);
	return ERR_CONN;
}

static err_t idle_write(
	struct altcp_pcb *conn, const void *p, u16_t len, u8_t flags)
{
	LWIP_UNUSED_ARG(conn);
	LWIP_UNUSED_ARG(p);
	LWIP_UNUSED_ARG(len);
	LWIP_UNUSED_ARG(flags);
	return ERR_CONN;
}

static u16_t idle_sndbuf(struct altcp_pcb *conn)
{
	LWIP_UNUSED_ARG(conn);
	return 0;
}

static void idle_dealloc(struct altcp_pcb *conn)
{
	LWIP_UNUSED_ARG(conn);
}

/* ---- pcbs with a connection ---- */

static void tls_set_poll(struct altcp_pcb *conn, u8_t interval)
{
	struct altcp_pcb *inner = conn->inner_conn;

	altcp_poll(inner, inner->poll, interval ? interval : 2);
}

static void tls_recved(struct altcp_pcb *conn, u16_t len)
{
	struct tls_pcb *s = conn->state;

	s->unrecved -= LWIP_MIN(len, s->unrecved);
	if (!(s->flags & S_RUNNING))
		altcp_tls_kick(s);
}

static err_t tls_connect(struct altcp_pcb *conn, const ip_addr_t *ip,
	u16_t port, altcp_connected_fn connected)
{
	LWIP_UNUSED_ARG(conn);
	LWIP_UNUSED_ARG(ip);
	LWIP_UNUSED_ARG(port);
	LWIP_UNUSED_ARG(connected);
	return ERR_ISCONN;
}

static struct altcp_pcb *tls_listen(
	struct altcp_pcb *conn, u8_t backlog, err_t *err)
{
	LWIP_UNUSED_ARG(conn);
	LWIP_UNUSED_ARG(backlog);
	if (err)
		*err = ERR_CLSD;
	return NULL;
}

/* tcp_abort() calls `err`, which comes up through the layers and frees. In
 * TIME_WAIT it frees its own pcb only. */
static void tls_abort(struct altcp_pcb *conn)
{
	struct tls_pcb *s = conn->state;
	struct altcp_pcb *inner = conn->inner_conn;
	uint32_t serial = s->serial;

	altcp_abort(inner);
	if (s->serial != serial)
		return;
	altcp_free(inner);
	conn->inner_conn = NULL;
	altcp_free(conn);
}

/* Nothing unread may be left, or lwIP closes with RST and takes what we have
 * written with it. */
static void drop_input(struct tls_pcb *s)
{
	if (s->rx) {
		s->credit += s->rx->tot_len;
		pbuf_free(s->rx);
		s->rx = NULL;
	}
	altcp_tls_credit(s);
}

static err_t tls_close(struct altcp_pcb *conn)
{
	struct tls_pcb *s = conn->state;
	struct altcp_pcb *inner = conn->inner_conn;
	err_t err;

	if (smtpd_tls_shutdown(s->tls) == SMTPD_TLS_AGAIN)
		return ERR_MEM;
	drop_input(s);
	altcp_tls_detach(inner);
	err = altcp_close(inner);
	if (err != ERR_OK) {
		altcp_tls_attach(conn, inner);
		return err;
	}
	conn->inner_conn = NULL;
	altcp_free(conn);
	return ERR_OK;
}

/* see altcp_tls_wolfssl.h */
struct altcp_pcb *altcp_tls_unwrap(struct altcp_pcb *conn, bool *eof)
{
	struct tls_pcb *s = conn->state;
	struct altcp_pcb *inner = conn->inner_conn;

	if (smtpd_tls_shutdown(s->tls) == SMTPD_TLS_AGAIN)
		return NULL;
	drop_input(s);
	altcp_tls_detach(inner);
	if (s->flags & S_FIN)
		*eof = true;
	conn->inner_conn = NULL;
	altcp_free(conn);
	return inner;
}

static err_t tls_shutdown(struct altcp_pcb *conn, int rx, int tx)
{
	struct tls_pcb *s = conn->state;

	if (rx && tx)
		return tls_close(conn);
	if (tx && smtpd_tls_shutdown(s->tls) == SMTPD_TLS_AGAIN)
		return ERR_MEM;
	return altcp_shutdown(conn->inner_conn, rx, tx);
}

/* What lwIP needs to queue n octets: a pbuf and segment for each MSS, and one
 * begun before. */
static bool queue_has_room(struct altcp_pcb *inner, size_t n)
{
	u16_t mss = altcp_mss(inner);
	size_t need = n / (mss ? mss : 1) + 2;

	return altcp_sndqueuelen(inner) + need <= TCP_SND_QUEUELEN;
}

static err_t tls_write(
	struct altcp_pcb *conn, const void *p, u16_t len, u8_t flags)
{
	struct tls_pcb *s = conn->state;
	size_t cipher = len + smtpd_tls_overhead(s->tls, len);

	LWIP_UNUSED_ARG(flags); /* ciphertext is always copied */
	if (!(s->flags & S_OPEN))
		return ERR_CONN;
	if (!len)
		return ERR_OK;
	if (altcp_sndbuf(conn->inner_conn) < cipher ||
		!queue_has_room(conn->inner_conn, cipher))
		return ERR_MEM;
	switch (smtpd_tls_write(s->tls, p, len)) {
	case SMTPD_TLS_DONE:
		s->plain_unsent += len;
		return ERR_OK;
	case SMTPD_TLS_AGAIN:
		return ERR_MEM;
	default:
		altcp_tls_kick(s);
		return ERR_CLSD;
	}
}

static u16_t tls_sndbuf(struct altcp_pcb *conn)
{
	struct tls_pcb *s = conn->state;
	size_t room = altcp_sndbuf(conn->inner_conn);
	size_t over;

	if (!(s->flags & S_OPEN) || smtpd_tls_held(s->tls))
		return 0;
	over = smtpd_tls_overhead(s->tls, LWIP_MIN(room, SMTPD_TLS_WRITE_MAX));
	room = room > over ? room - over : 0;
	return (u16_t)LWIP_MIN(room, SMTPD_TLS_WRITE_MAX);
}

static void tls_dealloc(struct altcp_pcb *conn)
{
	if (conn->state)
		altcp_tls_free_state(conn->state);
	conn->state = NULL;
}

/* clang-format off */
#define DEFAULTS(close_fn, shutdown_fn, write_fn, sndbuf_fn, dealloc_fn) \
	close_fn, shutdown_fn, write_fn, \
	altcp_default_output, \
	altcp_default_mss, \
	sndbuf_fn, \
	altcp_default_sndqueuelen, \
	altcp_default_nagle_disable, \
	altcp_default_nagle_enable, \
	altcp_default_nagle_disabled, \
	altcp_default_setprio, \
	dealloc_fn, \
	altcp_default_get_tcp_addrinfo, \
	altcp_default_get_ip, \
	altcp_default_get_port \
	KEEPALIVE DEBUG_STATE

#if LWIP_TCP_KEEPALIVE
#define KEEPALIVE \
	, altcp_default_keepalive_disable, altcp_default_keepalive_enable
#else
#define KEEPALIVE
#endif
#ifdef LWIP_DEBUG
#define DEBUG_STATE , altcp_default_dbg_get_tcp_state
#else
#define DEBUG_STATE
#endif

static const struct altcp_functions idle_functions = {
	idle_set_poll, idle_recved, altcp_default_bind, idle_connect,
	idle_listen, idle_abort,
	DEFAULTS(idle_close, idle_shutdown, idle_write, idle_sndbuf,
		idle_dealloc)
};

const struct altcp_functions altcp_tls_functions = {
	tls_set_poll, tls_recved, altcp_default_bind, tls_connect,
	tls_listen, tls_abort,
	DEFAULTS(tls_close, tls_shutdown, tls_write, tls_sndbuf, tls_dealloc)
};
/* clang-format on */

#endif
