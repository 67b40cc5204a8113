/*
 * page_answer.c - what a browser is answered, and how it is sent
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "lwip/sys.h"
#include "lwip/tcp.h"

#include "page_alerts.h"
#include "page_auth.h"
#include "page_conn.h"
#include "page_files.h"

/* RFC 9112 7.1: size and CRLF before a piece, CRLF behind it */
#define CHUNK_HEAD 5
#define CHUNK_TAIL 2

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
	"Referrer-Policy: no-referrer\r\n\r\n";

/* ---- which ---- */

static const struct file *find(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof files / sizeof *files; i++)
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}

static bool is_stream(const struct file *f)
{
	return !f->writer && !f->octets;
}

/* A file, or a picture of the inbox: its type, length and where it is. */
static unsigned look_up(struct board_page_conn *c, struct file *f, size_t *len)
{
	const struct file *fixed = find(c->http.path);

	if (fixed) {
		*f = *fixed;
		return is_stream(f) && board_page_in_stage(PAGE_STREAM) >=
					       BOARD_PAGE_STREAMS
			       ? 503
			       : 200;
	}
	f->type = board_page_picture_find(c->http.path, &c->cursor.id, len);
	f->len = len;
	f->writer = board_page_picture;
	return f->type ? 200 : 404;
}

static bool host_ours(const char *host)
{
	char local[BOARD_HTTP_HOST_MAX];
	struct board_text t;

	board_text_start(&t, local, sizeof local);
	board_text_str(&t, board_page->local_name);
	board_text_str(&t, ".local");
	return board_http_host_ours(host, board_page->host_name) ||
	       (*board_page->local_name && board_http_host_ours(host, local));
}

static unsigned judge(struct board_page_conn *c, struct file *f, size_t *len)
{
	const struct board_http *h = &c->http;
	unsigned status;

	if (h->status != 200)
		return h->status;
	if (!host_ours(h->host))
		return 421;
	if (board_page_in_stage(PAGE_ANSWER) +
			board_page_in_stage(PAGE_STREAM) >=
		BOARD_PAGE_CONNS)
		return 503;
	status = board_page_auth(board_page->password, h->auth,
		altcp_get_ip(c->pcb, 0), sys_now());
	board_page_counted.wrong_passwords += status == 401 && *h->auth;
	if (status != 200)
		return status;
	return look_up(c, f, len);
}

/* ---- its head ---- */

static void put_head(struct board_text *t, const struct board_page_conn *c,
	unsigned status, const struct file *f)
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
	if (c->chunked)
		board_text_str(t, "Transfer-Encoding: chunked\r\n");
	if (!c->keep)
		board_text_str(t, "Connection: close\r\n");
	if (status == 401)
		board_text_str(t, "WWW-Authenticate: Basic realm=\"lwsmtpd\", "
				  "charset=\"UTF-8\"\r\n");
	if (status == 405)
		board_text_str(t, "Allow: GET, HEAD\r\n");
	if (status == 429 || status == 503)
		board_text_str(t, "Retry-After: 2\r\n");
	board_text_str(t, head_end);
}

static bool put(struct board_page_conn *c, const void *p, size_t len)
{
	return altcp_write(c->pcb, p, (uint16_t)len, TCP_WRITE_FLAG_COPY) ==
	       ERR_OK;
}

/* ---- its body ---- */

static void send_rest(struct board_page_conn *c)
{
	size_t n = altcp_sndbuf(c->pcb);

	if (n > c->rest_len)
		n = c->rest_len;
	if (n && put(c, c->rest, n)) {
		c->rest += n;
		c->rest_len -= n;
	}
}

/* Put what stands around a piece of n octets at p + CHUNK_HEAD; an empty one
 * is the last. Returns octets from p on. */
static size_t frame(char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	if (!n) {
		memcpy(p, "0\r\n\r\n", 5);
		return 5;
	}
	p[0] = digits[n >> 8 & 15];
	p[1] = digits[n >> 4 & 15];
	p[2] = digits[n & 15];
	memcpy(p + 3, "\r\n", 2);
	memcpy(p + CHUNK_HEAD + n, "\r\n", CHUNK_TAIL);
	return CHUNK_HEAD + n + CHUNK_TAIL;
}

/* As many pieces as fit: each write is a record of TLS, and a buffer. */
static void gather(struct board_page_conn *c, struct board_text *all)
{
	char piece[BOARD_PAGE_PIECE_MAX];
	struct board_page_cursor before = c->cursor;
	struct board_text t;

	board_text_start(&t, piece, sizeof piece);
	while (c->writer(&c->cursor, &t)) {
		if (all->len + t.len >= BOARD_PAGE_PIECE_MAX) {
			c->cursor = before;
			return;
		}
		board_text_put(all, t.s, t.len);
		board_text_start(&t, piece, sizeof piece);
		before = c->cursor;
	}
}

static void send_made(struct board_page_conn *c)
{
	char piece[CHUNK_HEAD + BOARD_PAGE_PIECE_MAX + CHUNK_TAIL];
	struct board_page_cursor before;
	struct board_text t;
	size_t n;

	while (c->writer && altcp_sndbuf(c->pcb) >= sizeof piece) {
		before = c->cursor;
		board_text_start(&t, piece + CHUNK_HEAD, BOARD_PAGE_PIECE_MAX);
		gather(c, &t);
		n = c->chunked ? frame(piece, t.len) : t.len;
		if (n && !put(c, c->chunked ? piece : t.s, n)) {
			c->cursor = before;
			return;
		}
		c->owed -= t.len < c->owed ? t.len : c->owed;
		if (!t.len)
			c->writer = NULL;
	}
}

/* What a browser is told, and when: https://html.spec.whatwg.org, 9.2. */
static void send_event(struct board_page_conn *c)
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
	if (!put(c, t.s, t.len))
		return;
	c->taken = taken;
	c->since_ms = now;
	altcp_output(c->pcb);
}

/* ---- from the first octet to the last ---- */

/* A FIN that met the other side's would take the pcb to TIME_WAIT, where lwIP
 * calls nobody any more; so end() is for who has sent one.
 *
 * see page_conn.h */
void board_page_leave(struct board_page_conn *c)
{
	if (!c->eof && !c->shut && !altcp_sndqueuelen(c->pcb))
		c->shut = altcp_shutdown(c->pcb, 0, 1) == ERR_OK;
	if (c->stage != PAGE_LINGER)
		board_page_enter(c, PAGE_LINGER);
}

/* see page_conn.h */
void board_page_send(struct board_page_conn *c)
{
	if (c->stage == PAGE_STREAM)
		send_event(c);
	if (c->stage == PAGE_LINGER)
		board_page_leave(c);
	if (c->stage != PAGE_ANSWER)
		return;
	send_rest(c);
	if (!c->rest_len)
		send_made(c);
	altcp_output(c->pcb);
	if (c->rest_len || c->writer)
		return;
	if (c->keep && !c->owed && !c->eof)
		board_page_enter(c, PAGE_REQUEST);
	else
		board_page_leave(c);
}

static void begin(struct board_page_conn *c, const struct file *f)
{
	memset(&c->cursor, 0, offsetof(struct board_page_cursor, id));
	c->cursor.at = 0;
	c->writer = f->writer;
	if (f->octets) {
		c->rest = f->octets;
		c->rest_len = *f->len;
	} else if (is_stream(f)) {
		board_page_enter(c, PAGE_STREAM);
		c->taken = board_page_taken() - 1; /* to be told at once */
	} else if (f->len) {
		c->owed = *f->len;
	}
}

/* see page_conn.h */
void board_page_answer(struct board_page_conn *c, unsigned status)
{
	char head[BOARD_PAGE_PIECE_MAX];
	struct file f = {0};
	struct board_text t;
	bool body = !c->http.head;
	size_t len;

	if (!status)
		status = judge(c, &f, &len);
	c->keep = status == 200 && !c->http.close && !is_stream(&f);
	c->chunked = c->keep && !f.len;
	c->owed = 0;
	board_text_start(&t, head, sizeof head);
	put_head(&t, c, status, status == 200 ? &f : NULL);
	if (status != 200 && body) {
		board_text_str(&t, board_http_reason(status));
		board_text_str(&t, "\n");
	}
	board_page_enter(c, PAGE_ANSWER);
	board_http_start(&c->http);
	if (!put(c, t.s, t.len))
		c->keep = body = false; /* no memory: FIN without an answer */
	if (status == 200 && body)
		begin(c, &f);
	board_page_send(c);
}
