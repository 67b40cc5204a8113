/*
 * page.c - the web page's connections: one request, one answer, a deadline
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "lwip/altcp_tcp.h"
#include "lwip/sys.h"
#include "lwip/tcp.h"

#include "http.h"
#include "page.h"
#include "page_alerts.h"
#include "page_auth.h"
#include "page_files.h"
#include "page_json.h"

#define LINGER_MS 5000

enum stage { FREE, REQUEST, ANSWER, STREAM, LINGER };

struct conn {
	struct altcp_pcb *pcb;
	const uint8_t *rest; /* of a fixed body */
	size_t rest_len;
	board_page_writer *writer; /* of a body made now, or NULL */
	enum stage stage;
	uint32_t since_ms; /* of the stage; STREAM: when it was last told */
	uint32_t taken;    /* STREAM: what it was told */
	struct board_page_cursor cursor;
	struct board_http http;
	bool eof;
};

struct file {
	const char *path, *type;
	const uint8_t *octets;
	const size_t *len;
	board_page_writer *writer;
};

static const struct file files[] = {
	{"/", "text/html; charset=utf-8", board_page_html, &board_page_html_len,
		NULL},
	{"/page.css", "text/css; charset=utf-8", board_page_css,
		&board_page_css_len, NULL},
	{"/page.js", "text/javascript; charset=utf-8", board_page_js,
		&board_page_js_len, NULL},
	{"/status.json", "application/json", NULL, NULL, board_page_status},
#if SMTPD_INBOX
	{"/alerts.json", "application/json", NULL, NULL, board_page_alerts},
	{"/events", "text/event-stream", NULL, NULL, NULL},
#endif
	{"/metrics", "text/plain; version=0.0.4; charset=utf-8", NULL, NULL,
		board_page_metrics},
};

static const char head_end[] =
	"Cache-Control: no-store\r\n"
	"Content-Security-Policy: default-src 'none'; script-src 'self'; "
	"style-src 'self'; img-src 'self' data:; connect-src 'self'; "
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"X-Content-Type-Options: nosniff\r\n"
	"X-Frame-Options: DENY\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"Connection: close\r\n\r\n";

static const struct board_page *page;
static struct tcp_pcb *listening;
static struct conn conns[BOARD_PAGE_SLOTS];

/* ---- the answer ---- */

static const struct file *find(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof files / sizeof *files; i++)
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}

static unsigned in_stage(enum stage stage)
{
	const struct conn *c;
	unsigned n = 0;

	for (c = conns; c < conns + BOARD_PAGE_SLOTS; c++)
		n += c->stage == stage;
	return n;
}

static bool is_stream(const struct file *f)
{
	return !f->writer && !f->octets;
}

/* A file, or a picture of the inbox: its type, length and where it is. */
static unsigned look_up(struct conn *c, struct file *f, size_t *len)
{
	const struct file *fixed = find(c->http.path);

	if (fixed) {
		*f = *fixed;
		return is_stream(f) && in_stage(STREAM) >= BOARD_PAGE_STREAMS
			       ? 503
			       : 200;
	}
	f->type = board_page_picture_find(c->http.path, &c->cursor.id, len);
	f->len = len;
	f->writer = board_page_picture;
	return f->type ? 200 : 404;
}

static unsigned judge(struct conn *c, struct file *f, size_t *len)
{
	const struct board_http *h = &c->http;
	unsigned status;

	if (h->status != 200)
		return h->status;
	if (!board_http_host_ours(h->host, page->host_name))
		return 421;
	if (in_stage(ANSWER) + in_stage(STREAM) >= BOARD_PAGE_CONNS)
		return 503;
	status = board_page_auth(
		page->password, h->auth, altcp_get_ip(c->pcb, 0), sys_now());
	if (status != 200)
		return status;
	return look_up(c, f, len);
}

static void put_head(
	struct board_text *t, unsigned status, const struct file *f)
{
	board_text_str(t, "HTTP/1.1 ");
	board_text_num(t, status);
	board_text_str(t, " ");
	board_text_str(t, board_http_reason(status));
	board_text_str(t, "\r\nContent-Type: ");
	board_text_str(t, f ? f->type : "text/plain; charset=utf-8");
	if (f && f->len) {
		board_text_str(t, "\r\nContent-Length: ");
		board_text_num(t, *f->len);
	}
	board_text_str(t, "\r\n");
	if (status == 401)
		board_text_str(t, "WWW-Authenticate: Basic realm=\"lwsmtpd\", "
				  "charset=\"UTF-8\"\r\n");
	if (status == 405)
		board_text_str(t, "Allow: GET, HEAD\r\n");
	if (status == 429 || status == 503)
		board_text_str(t, "Retry-After: 2\r\n");
	board_text_str(t, head_end);
}

static void enter(struct conn *c, enum stage stage)
{
	c->stage = stage;
	c->since_ms = sys_now();
}

static void drop(struct conn *c)
{
	board_http_start(&c->http);
	memset(c, 0, sizeof *c);
}

static void reset(struct conn *c)
{
	struct altcp_pcb *pcb = c->pcb;

	altcp_err(pcb, NULL);
	drop(c);
	altcp_abort(pcb);
}

static void send_rest(struct conn *c)
{
	size_t n = altcp_sndbuf(c->pcb);

	if (n > c->rest_len)
		n = c->rest_len;
	if (n && altcp_write(c->pcb, c->rest, (uint16_t)n,
			 TCP_WRITE_FLAG_COPY) == ERR_OK) {
		c->rest += n;
		c->rest_len -= n;
	}
}

static void send_made(struct conn *c)
{
	char piece[BOARD_PAGE_PIECE_MAX];
	struct board_page_cursor before;
	struct board_text t;

	while (c->writer && altcp_sndbuf(c->pcb) >= sizeof piece) {
		before = c->cursor;
		board_text_start(&t, piece, sizeof piece);
		if (!c->writer(page, &c->cursor, &t)) {
			c->writer = NULL;
		} else if (t.len && altcp_write(c->pcb, t.s, (uint16_t)t.len,
					    TCP_WRITE_FLAG_COPY) != ERR_OK) {
			c->cursor = before;
			return;
		}
	}
}

/* What a browser is told, and when: https://html.spec.whatwg.org, 9.2. */
static void send_event(struct conn *c)
{
	uint32_t now = sys_now(), taken = board_page_taken();
	char line[32];
	struct board_text t;

	if (altcp_sndqueuelen(c->pcb))
		return;
	board_text_start(&t, line, sizeof line);
	if (taken != c->taken) {
		board_text_str(&t, "data: ");
		board_text_num(&t, taken);
	} else if (now - c->since_ms >= BOARD_PAGE_ALIVE_MS) {
		board_text_str(&t, ":");
	} else {
		return;
	}
	board_text_str(&t, "\n\n");
	if (altcp_write(c->pcb, t.s, (uint16_t)t.len, TCP_WRITE_FLAG_COPY) !=
		ERR_OK)
		return;
	c->taken = taken;
	c->since_ms = now;
	altcp_output(c->pcb);
}

/* As much as fits; at the end FIN, and what still comes is dropped. */
static void send_some(struct conn *c)
{
	if (c->stage == STREAM)
		send_event(c);
	if (c->stage != ANSWER)
		return;
	send_rest(c);
	if (!c->rest_len)
		send_made(c);
	altcp_output(c->pcb);
	if (!c->rest_len && !c->writer &&
		altcp_shutdown(c->pcb, 0, 1) == ERR_OK)
		enter(c, LINGER);
}

static void begin(struct conn *c, const struct file *f)
{
	c->writer = f->writer;
	if (f->octets) {
		c->rest = f->octets;
		c->rest_len = *f->len;
	} else if (is_stream(f)) {
		enter(c, STREAM);
		c->taken = board_page_taken() - 1; /* to be told at once */
	}
}

static void answer(struct conn *c, unsigned status, const struct file *f)
{
	char head[BOARD_PAGE_PIECE_MAX];
	struct board_text t;
	bool body = !c->http.head;

	board_text_start(&t, head, sizeof head);
	put_head(&t, status, f);
	if (status != 200 && body) {
		board_text_str(&t, board_http_reason(status));
		board_text_str(&t, "\n");
	}
	enter(c, ANSWER);
	if (altcp_write(c->pcb, t.s, (uint16_t)t.len, TCP_WRITE_FLAG_COPY) !=
		ERR_OK)
		body = false; /* no memory: FIN without an answer */
	if (f && body)
		begin(c, f);
	board_http_start(&c->http);
	send_some(c);
}

/* ---- lwIP's callbacks ---- */

static void take(struct conn *c, const struct pbuf *p)
{
	struct file f = {0};
	unsigned status;
	size_t len;

	for (; p && !c->http.status; p = p->next)
		board_http_input(&c->http, p->payload, p->len);
	if (!c->http.status)
		return;
	status = judge(c, &f, &len);
	answer(c, status, status == 200 ? &f : NULL);
}

/* A browser that closes its half before it was answered is not waited for. */
static err_t on_eof(struct conn *c)
{
	struct altcp_pcb *pcb = c->pcb;

	c->eof = true;
	if (c->stage == ANSWER)
		return ERR_OK;
	altcp_err(pcb, NULL);
	drop(c);
	if (altcp_close(pcb) == ERR_OK)
		return ERR_OK;
	altcp_abort(pcb);
	return ERR_ABRT;
}

static err_t on_recv(
	void *arg, struct altcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct conn *c = arg;

	(void)err;
	if (!p)
		return on_eof(c);
	altcp_recved(pcb, p->tot_len);
	if (c->stage == REQUEST)
		take(c, p);
	pbuf_free(p);
	return ERR_OK;
}

static err_t on_sent(void *arg, struct altcp_pcb *pcb, uint16_t len)
{
	(void)pcb;
	(void)len;
	send_some(arg);
	return ERR_OK;
}

static void on_err(void *arg, err_t err)
{
	(void)err;
	drop(arg);
}

/* Twice a second: the deadlines, and what failed for want of memory. */
static err_t on_poll(void *arg, struct altcp_pcb *pcb)
{
	struct conn *c = arg;
	uint32_t spent_ms = sys_now() - c->since_ms;

	(void)pcb;
	if (c->stage == REQUEST && spent_ms >= BOARD_PAGE_HEAD_MS) {
		c->http.head = false;
		answer(c, 408, NULL);
	} else if (((c->stage == ANSWER || c->stage == STREAM) &&
			   spent_ms >= BOARD_PAGE_BODY_MS) ||
		   (c->stage == LINGER && (c->eof || spent_ms >= LINGER_MS))) {
		reset(c);
		return ERR_ABRT;
	}
	send_some(c);
	return ERR_OK;
}

/* A free one, or that of who has been asking, or leaving, for longest. */
static struct conn *take_slot(void)
{
	struct conn *c, *oldest = NULL;
	uint32_t now = sys_now();

	for (c = conns; c < conns + BOARD_PAGE_SLOTS; c++) {
		if (c->stage == FREE)
			return c;
		if (c->stage != ANSWER && c->stage != STREAM &&
			(!oldest || now - c->since_ms > now - oldest->since_ms))
			oldest = c;
	}
	if (oldest)
		reset(oldest);
	return oldest;
}

static err_t on_accept(void *arg, struct tcp_pcb *tcp, err_t err)
{
	struct conn *c;

	(void)arg;
	if (!tcp || err != ERR_OK)
		return ERR_VAL;
	c = take_slot();
	if (!c)
		return ERR_MEM; /* lwIP resets it */
#if LWIP_ALTCP
	c->pcb = altcp_tcp_wrap(tcp);
	if (!c->pcb)
		return ERR_MEM;
#else
	c->pcb = tcp;
#endif
	enter(c, REQUEST);
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
	err = tcp_bind(tcp, IP_ANY_TYPE, page->port);
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

	if (!len || len >= BOARD_PAGE_PASSWORD_MAX)
		return ERR_ARG;
	page = p;
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
void board_page_close(void)
{
	struct conn *c;

	if (listening && tcp_close(listening) == ERR_OK)
		listening = NULL;
	for (c = conns; c < conns + BOARD_PAGE_SLOTS; c++)
		if (c->stage != FREE)
			reset(c);
}

/* see page.h */
unsigned board_page_conn_count(void)
{
	return BOARD_PAGE_SLOTS - in_stage(FREE);
}
