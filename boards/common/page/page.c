/*
 * page.c - the web page's connections: their pool, their deadlines, TLS
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "lwip/altcp_tcp.h"
#include "lwip/sys.h"
#include "lwip/tcp.h"

#include "page.h"
#include "page_conn.h"

#if BOARD_PAGE_TLS
#include "altcp_tls_wolfssl.h"
#endif

#define LINGER_MS 5000

const struct board_page *board_page;
uint32_t board_page_since_ms;
static struct tcp_pcb *listening;
static struct board_page_conn browsers[BOARD_PAGE_SLOTS];
struct board_page_counts board_page_counted;
static unsigned high;

/* see page_conn.h */
unsigned board_page_in_stage(enum board_page_stage stage)
{
	const struct board_page_conn *c;
	unsigned n = 0;

	for (c = browsers; c < browsers + BOARD_PAGE_SLOTS; c++)
		n += c->stage == stage;
	return n;
}

/* see page_conn.h */
void board_page_enter(struct board_page_conn *c, enum board_page_stage stage)
{
	c->stage = stage;
	c->since_ms = sys_now();
}

static void drop(struct board_page_conn *c)
{
	board_page_counted.tls_failures += c->shaking;
	board_http_start(&c->http);
	memset(c, 0, sizeof *c);
}

/* lwIP's own tcp_close() goes on to call who was there, for as long as the
 * other side does not acknowledge our FIN. */
static void forget(struct altcp_pcb *pcb)
{
	altcp_arg(pcb, NULL);
	altcp_recv(pcb, NULL);
	altcp_sent(pcb, NULL);
	altcp_err(pcb, NULL);
	altcp_poll(pcb, NULL, 1);
}

/* Returns what lwIP is to get. */
static err_t end(struct board_page_conn *c, bool close)
{
	struct altcp_pcb *pcb = c->pcb;

	forget(pcb);
	drop(c);
	if (close && altcp_close(pcb) == ERR_OK)
		return ERR_OK;
	altcp_abort(pcb);
	return ERR_ABRT;
}

/* ---- lwIP's callbacks ---- */

/* One request at a time: who sends more has it answered on a new connection. */
static void take(struct board_page_conn *c, const struct pbuf *p)
{
	size_t n = 0;

	for (; p && !c->http.status; p = p->next)
		n += p->len - board_http_input(&c->http, p->payload, p->len);
	if (!c->http.status)
		return;
	if (n || p)
		c->http.close = true;
	board_page_counted.requests++;
	board_page_answer(c, 0);
}

/* What was said is given up only once it is acknowledged: else octets of our
 * heap would belong to nobody, and to no deadline, for minutes. */
static err_t on_eof(struct board_page_conn *c)
{
	c->eof = true;
	if (c->stage == PAGE_ANSWER)
		return ERR_OK;
	if (c->shut || !altcp_sndqueuelen(c->pcb))
		return end(c, true);
	board_page_leave(c);
	return ERR_OK;
}

static err_t on_recv(
	void *arg, struct altcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct board_page_conn *c = arg;

	(void)err;
	if (!p)
		return on_eof(c);
	altcp_recved(pcb, p->tot_len);
	if (c->stage == PAGE_REQUEST)
		take(c, p);
	else
		c->keep = false;
	pbuf_free(p);
	return ERR_OK;
}

static err_t on_sent(void *arg, struct altcp_pcb *pcb, uint16_t len)
{
	(void)pcb;
	(void)len;
	board_page_send(arg);
	return ERR_OK;
}

static void on_err(void *arg, err_t err)
{
	(void)err;
	drop(arg);
}

static bool is_over(const struct board_page_conn *c, uint32_t spent_ms)
{
	switch (c->stage) {
	case PAGE_REQUEST:
		return c->shaking && spent_ms >= BOARD_PAGE_HEAD_MS;
	case PAGE_LINGER:
		return spent_ms >= LINGER_MS;
	default:
		return spent_ms >= BOARD_PAGE_BODY_MS;
	}
}

/* Twice a second: the deadlines, and what failed for want of memory. */
static err_t on_poll(void *arg, struct altcp_pcb *pcb)
{
	struct board_page_conn *c = arg;
	uint32_t spent_ms = sys_now() - c->since_ms;

	if (is_over(c, spent_ms))
		return end(c, false);
	if (c->stage == PAGE_LINGER && c->eof && !altcp_sndqueuelen(pcb))
		return end(c, true);
	if (c->stage == PAGE_REQUEST && spent_ms >= BOARD_PAGE_HEAD_MS) {
		if (c->http.head_len) {
			c->http.head = false;
			board_page_answer(c, 408);
		} else {
			board_page_leave(c);
		}
	}
	board_page_send(c);
	return ERR_OK;
}

/* ---- a new one ---- */

/* A free one, or that of who has been asking, or leaving, for longest. */
static struct board_page_conn *take_slot(void)
{
	struct board_page_conn *c, *oldest = NULL;
	uint32_t now = sys_now();

	for (c = browsers; c < browsers + BOARD_PAGE_SLOTS; c++) {
		if (c->stage == PAGE_FREE)
			return c;
		if (c->stage != PAGE_ANSWER && c->stage != PAGE_STREAM &&
			(!oldest || now - c->since_ms > now - oldest->since_ms))
			oldest = c;
	}
	if (oldest)
		end(oldest, false);
	return oldest;
}

#if BOARD_PAGE_TLS
static err_t on_connected(void *arg, struct altcp_pcb *pcb, err_t err)
{
	struct board_page_conn *c = arg;

	(void)pcb;
	c->shaking = err != ERR_OK;
	board_page_counted.tls_handshakes += !c->shaking;
	return ERR_OK;
}

/* Also with the deadline of the request. NULL: no memory, or no certificate. */
static struct altcp_pcb *wrap(struct board_page_conn *c, struct altcp_pcb *pcb)
{
	if (!pcb || !board_page->tls)
		return pcb;
	pcb = altcp_tls_wrap_other(*board_page->tls, pcb);
	if (!pcb)
		return NULL;
	pcb->connected = on_connected;
	c->shaking = true;
	return pcb;
}
#else
#define wrap(c, pcb) (pcb)
#endif

#if !LWIP_ALTCP
#define altcp_tcp_wrap(tcp) (tcp)
#endif

static err_t on_accept(void *arg, struct tcp_pcb *tcp, err_t err)
{
	struct board_page_conn *c;

	(void)arg;
	if (!tcp || err != ERR_OK)
		return ERR_VAL;
	c = take_slot();
	if (c)
		c->pcb = wrap(c, altcp_tcp_wrap(tcp));
	if (!c || !c->pcb)
		return ERR_MEM; /* lwIP resets it */
	board_page_counted.connections++;
	board_page_enter(c, PAGE_REQUEST);
	if (board_page_conn_count() > high)
		high = board_page_conn_count();
	altcp_nagle_disable(c->pcb);
	altcp_arg(c->pcb, c);
	altcp_recv(c->pcb, on_recv);
	altcp_sent(c->pcb, on_sent);
	altcp_err(c->pcb, on_err);
	altcp_poll(c->pcb, on_poll, 1);
	return ERR_OK;
}

/* ---- the listener ---- */

/* What it accepts inherits its priority: lwIP ends a browser's connection
 * where one with mail finds no pcb. */
static err_t listen_on(struct tcp_pcb *tcp)
{
	err_t err;

	ip_set_option(tcp, SOF_KEEPALIVE | SOF_REUSEADDR);
	tcp_setprio(tcp, TCP_PRIO_MIN);
	err = tcp_bind(tcp, IP_ANY_TYPE, board_page->port);
	if (err == ERR_OK)
		listening = tcp_listen_with_backlog_and_err(
			tcp, BOARD_PAGE_SLOTS, &err);
	return err;
}

/* see page.h */
err_t board_page_open(const struct board_page *p)
{
	size_t len = strlen(p->password);
	struct tcp_pcb *tcp;
	err_t err;

	if (!len || len >= BOARD_PAGE_PASSWORD_MAX ||
		(p->tls && !BOARD_PAGE_TLS))
		return ERR_ARG;
	board_page = p;
	board_page_since_ms = sys_now();
	tcp = tcp_new_ip_type(IPADDR_TYPE_ANY);
	if (!tcp)
		return ERR_MEM;
	err = listen_on(tcp);
	if (err != ERR_OK) {
		tcp_abort(tcp);
		return err;
	}
	tcp_accept(listening, on_accept);
	return ERR_OK;
}

/* see page.h */
bool board_page_is_open(void)
{
	return listening != NULL;
}

/* see page.h */
void board_page_close(void)
{
	struct board_page_conn *c;

	if (listening && tcp_close(listening) == ERR_OK)
		listening = NULL;
	for (c = browsers; c < browsers + BOARD_PAGE_SLOTS; c++)
		if (c->stage != PAGE_FREE)
			end(c, false);
}

/* see page.h */
unsigned board_page_conn_count(void)
{
	return BOARD_PAGE_SLOTS - board_page_in_stage(PAGE_FREE);
}

/* see page.h */
unsigned board_page_conn_high(void)
{
	return high;
}

/* see page.h */
const struct board_page_counts *board_page_counts(void)
{
	return &board_page_counted;
}
