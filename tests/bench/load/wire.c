/*
 * wire.c - sockets, and TLS over them
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

#define TLS_PART (1 << 20) /* octets given to OpenSSL at once */
#define FROM_MIN 10000
#define FROM_MAX 60000

static SSL_CTX *context;

static void watch(struct load_conn *c, bool out)
{
	struct epoll_event e = {
		.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c};

	if (c->wants_out == out)
		return;
	epoll_ctl(load_epoll, EPOLL_CTL_MOD, c->fd, &e);
	c->wants_out = out;
}

static bool broken(struct load_conn *c, const char *what, const char *detail)
{
	load_fail(what, detail);
	load_close(c, false);
	return false;
}

/* ---- open, close ---- */

/* One source port after the other, so that none comes again while the server
 * still has its last connection in TIME-WAIT. */
static void bind_next(int fd)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int tries, one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	for (tries = 0; load_options.from && tries < 1000; tries++) {
		if (load_options.from >= FROM_MAX)
			load_options.from = FROM_MIN;
		a.sin_port = htons((uint16_t)load_options.from++);
		if (bind(fd, (struct sockaddr *)&a, sizeof a) == 0)
			return;
	}
}

/* see load.h */
void load_connect(struct load_conn *c)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
	long n = load_options.greet_ms      ? 0
		 : load_options.per_session ? load_options.per_session
					    : 1;
	int one = 1;

	memset(c, 0, offsetof(struct load_conn, command));
	c->in_len = 0;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		load_fail("socket", strerror(errno));
		return;
	}
	bind_next(c->fd);
	if (load_options.no_delay)
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (n > load_options.messages - load_result.promised)
		n = load_options.messages - load_result.promised;
	load_result.promised += n;
	c->left = n;
	c->since_us = load_now_us();
	c->state = LOAD_CONNECT;
	c->wants_out = true;
	load_result.sessions++;
	load_result.open++;
	load_result.being_opened++;
	epoll_ctl(load_epoll, EPOLL_CTL_ADD, c->fd, &e);
	if (connect(c->fd, (struct sockaddr *)&load_options.to,
		    sizeof load_options.to) < 0 &&
		errno != EINPROGRESS)
		broken(c, "connect", strerror(errno));
}

/* see load.h */
void load_close(struct load_conn *c, bool good)
{
	SSL_free(c->ssl);
	c->ssl = NULL;
	close(c->fd);
	c->state = LOAD_FREE;
	load_result.open--;
	if (!c->greeted)
		load_result.being_opened--;
	if (good)
		load_time(&load_result.session, c->since_us);
	load_result.promised -= c->left;
}

/* ---- TLS ---- */

/* see load.h. Certificates are not looked at: the peer is known. */
bool load_tls_setup(void)
{
	context = SSL_CTX_new(TLS_client_method());
	if (!context)
		return false;
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return true;
}

static const char *tls_error(void)
{
	static char text[128];

	ERR_error_string_n(ERR_get_error(), text, sizeof text);
	return text;
}

static bool handshake_on(struct load_conn *c)
{
	int r = SSL_do_handshake(c->ssl);
	int e = SSL_get_error(c->ssl, r);

	if (r != 1 && e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE)
		return broken(c, "handshake", tls_error());
	watch(c, e == SSL_ERROR_WANT_WRITE);
	if (r != 1)
		return true;
	c->secure = true;
	load_time(&load_result.handshake, c->handshake_us);
	return load_secured(c);
}

/* see load.h */
bool load_handshake(struct load_conn *c)
{
	c->ssl = SSL_new(context);
	if (!c->ssl)
		return broken(c, "SSL_new", tls_error());
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_connect_state(c->ssl);
	c->state = LOAD_HANDSHAKE;
	c->in_len = 0;
	c->handshake_us = load_now_us();
	return handshake_on(c);
}

/* ---- sending ---- */

/* Octets sent, 0 when none can be now, or -1. */
static ssize_t put(struct load_conn *c, const char *p, size_t len)
{
	ssize_t n;
	int e;

	if (!c->secure) {
		n = send(c->fd, p, len, MSG_NOSIGNAL);
		return n < 0 && errno == EAGAIN ? 0 : n;
	}
	n = SSL_write(c->ssl, p, (int)(len < TLS_PART ? len : TLS_PART));
	if (n > 0)
		return n;
	e = SSL_get_error(c->ssl, (int)n);
	return e == SSL_ERROR_WANT_WRITE || e == SSL_ERROR_WANT_READ ? 0 : -1;
}

static bool flush(struct load_conn *c)
{
	while (c->out_len) {
		ssize_t n = put(c, c->out, c->out_len);

		if (n < 0)
			return broken(c, "send", strerror(errno));
		if (n == 0) {
			watch(c, true);
			return true;
		}
		c->out += n;
		c->out_len -= (size_t)n;
	}
	watch(c, false);
	return true;
}

/* see load.h */
bool load_send(struct load_conn *c, const char *p, size_t len)
{
	c->out = p;
	c->out_len = len;
	return flush(c);
}

/* ---- receiving ---- */

/* Octets received, 0 when there are none now, -1 at an error or the end. */
static ssize_t get(struct load_conn *c, char *p, size_t len)
{
	ssize_t n;
	int e;

	if (!c->secure) {
		n = recv(c->fd, p, len, 0);
		if (n < 0 && errno == EAGAIN)
			return 0;
		return n == 0 ? -1 : n;
	}
	n = SSL_read(c->ssl, p, (int)len);
	if (n > 0)
		return n;
	e = SSL_get_error(c->ssl, (int)n);
	return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static bool line(struct load_conn *c, const char *p, size_t len)
{
	if (len < 4)
		return broken(c, "reply", "not one");
	if (c->state == LOAD_EHLO)
		load_capability(c, p);
	if (p[3] == '-')
		return true;
	return load_reply(
		c, (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0'), p);
}

/* Deal with the lines that are complete; false: nothing more to read. */
static bool lines(struct load_conn *c)
{
	char *p = c->in, *end;

	while ((end = memchr(p, '\n', c->in_len - (size_t)(p - c->in)))) {
		bool last = c->state == LOAD_STARTTLS;

		*end = '\0';
		if (!line(c, p, (size_t)(end - p)) || last)
			return false; /* clear text behind it is dropped */
		p = end + 1;
	}
	c->in_len -= (size_t)(p - c->in);
	memmove(c->in, p, c->in_len);
	return true;
}

static void readable(struct load_conn *c)
{
	size_t room;
	ssize_t n;

	do {
		room = sizeof c->in - c->in_len;
		n = room ? get(c, c->in + c->in_len, room) : -1;
		if (n < 0)
			broken(c, "receive", "closed early");
		if (n <= 0)
			return;
		c->in_len += (size_t)n;
	} while (lines(c) && (c->secure || (size_t)n == room));
}

static void connected(struct load_conn *c, uint32_t events)
{
	int error = 0;
	socklen_t len = sizeof error;

	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	/* EPIPE: reset after its last words, which can still be read */
	if (error && error != EPIPE) {
		broken(c, "connect", strerror(error));
		return;
	}
	if (!(events & EPOLLOUT))
		return;
	watch(c, false);
	c->state = LOAD_GREETING;
	if (load_options.tls == LOAD_WRAPPED)
		load_handshake(c);
	else if (events & EPOLLIN)
		readable(c);
}

/* see load.h */
void load_event(struct load_conn *c, uint32_t events)
{
	if (c->state == LOAD_FREE)
		return;
	if (c->state == LOAD_CONNECT) {
		connected(c, events);
		return;
	}
	if (c->state == LOAD_HANDSHAKE) {
		if (!handshake_on(c) || c->state == LOAD_HANDSHAKE)
			return;
		readable(c);
		return;
	}
	if (events & EPOLLOUT && !flush(c))
		return;
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		readable(c);
}
