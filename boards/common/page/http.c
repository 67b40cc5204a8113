/*
 * http.c - the head of an HTTP request, octet by octet, and what is wrong in it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "http.h"
#include "smtpd.h"

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Is s[0..len) this word, which is in lower case? */
static bool same(const char *s, size_t len, const char *word)
{
	size_t i;

	for (i = 0; i < len && word[i]; i++)
		if (lower(s[i]) != word[i])
			return false;
	return i == len && !word[i];
}

/* How long it is without the blanks around it, which *s passes over. */
static size_t trim(const char **s, size_t len)
{
	for (; len && (**s == ' ' || **s == '\t'); (*s)++)
		len--;
	while (len && ((*s)[len - 1] == ' ' || (*s)[len - 1] == '\t'))
		len--;
	return len;
}

/* Is this word, in lower case, in the comma list, RFC 9110 5.6.1? */
static bool listed(const char *s, size_t len, const char *word)
{
	const char *end = s + len, *item, *comma;

	while (s < end) {
		comma = memchr(s, ',', (size_t)(end - s));
		if (!comma)
			comma = end;
		item = s;
		len = trim(&item, (size_t)(comma - s));
		if (same(item, len, word))
			return true;
		s = comma < end ? comma + 1 : end;
	}
	return false;
}

/* Copy with NUL; false when it does not fit. */
static bool copy(char *to, size_t cap, const char *s, size_t len)
{
	if (len >= cap)
		return false;
	memcpy(to, s, len);
	to[len] = '\0';
	return true;
}

/* see http.h */
void board_http_start(struct board_http *h)
{
	smtpd_wipe(h, sizeof *h);
}

/* ---- the request line, RFC 9112 3 ---- */

/* Without the port, in lower case. Returns a status, 0: good. */
static unsigned take_host(struct board_http *h, const char *s, size_t len)
{
	const char *colon = memchr(s, ':', len);
	size_t i;

	if (len && *s == '[') {
		const char *end = memchr(s, ']', len);

		if (!end)
			return 400;
		colon = end + 1 < s + len ? end + 1 : NULL;
		if (colon && *colon != ':')
			return 400;
	}
	if (colon)
		len = (size_t)(colon - s);
	if (!copy(h->host, sizeof h->host, s, len))
		return 400;
	for (i = 0; i < len; i++)
		h->host[i] = lower(h->host[i]);
	return 0;
}

/* What stands before the authority of an absolute-form, 3.2.2; 0: it is not
 * one. */
static size_t scheme(const char *s, size_t len)
{
	if (len > 7 && same(s, 7, "http://"))
		return 7;
	return len > 8 && same(s, 8, "https://") ? 8 : 0;
}

static unsigned take_target(struct board_http *h, const char *s, size_t len)
{
	size_t from = scheme(s, len), n = from;
	const char *query;
	unsigned status;

	if (from) {
		while (n < len && s[n] != '/' && s[n] != '?')
			n++;
		status = take_host(h, s + from, n - from);
		if (status)
			return status;
		h->absolute = true;
		s += n, len -= n;
		if (!len || *s == '?')
			s = "/", len = 1;
	}
	if (*s != '/')
		return 400;
	query = memchr(s, '?', len);
	if (query)
		len = (size_t)(query - s);
	return copy(h->path, sizeof h->path, s, len) ? 0 : 404;
}

static unsigned request_line(struct board_http *h)
{
	const char *s = h->line, *end = s + h->line_len, *target, *version;
	size_t method = 0;
	unsigned status;

	while (s + method < end && is_token(s[method]))
		method++;
	if (!method || s + method == end || s[method] != ' ')
		return 400;
	target = s + method + 1;
	version = memchr(target, ' ', (size_t)(end - target));
	if (!version || version == target || end - version != 9 ||
		memcmp(version + 1, "HTTP/", 5) != 0 || version[7] != '.')
		return 400;
	if (version[6] != '1')
		return 505;
	h->old = h->close = version[8] == '0';
	h->head = method == 4 && memcmp(s, "HEAD", 4) == 0;
	if (!h->head && (method != 3 || memcmp(s, "GET", 3) != 0))
		return 405;
	status = take_target(h, target, (size_t)(version - target));
	return status;
}

/* ---- fields, RFC 9112 5 ---- */

static unsigned take_auth(struct board_http *h, const char *s, size_t len)
{
	if (h->auth_seen)
		return 400;
	h->auth_seen = true;
	if (len < 6 || !same(s, 6, "basic "))
		return 0;
	for (s += 6, len -= 6; len && *s == ' '; s++)
		len--;
	return copy(h->auth, sizeof h->auth, s, len) ? 0 : 431;
}

static unsigned known(
	struct board_http *h, size_t name, const char *s, size_t len)
{
	if (same(h->line, name, "host")) {
		if (h->host_seen)
			return 400;
		h->host_seen = true;
		return h->absolute ? 0 : take_host(h, s, len);
	}
	if (same(h->line, name, "authorization"))
		return take_auth(h, s, len);
	if (same(h->line, name, "content-length")) {
		/* two of them, or a body: another request may hide in it */
		if (h->length_seen || len != 1 || *s != '0')
			return 400;
		h->length_seen = true;
		return 0;
	}
	if (same(h->line, name, "connection"))
		h->close = h->close || listed(s, len, "close");
	if (same(h->line, name, "transfer-encoding"))
		return 400;
	return same(h->line, name, "expect") ? 417 : 0;
}

static bool is_ours(const char *s, size_t name)
{
	return same(s, name, "host") || same(s, name, "authorization") ||
	       same(s, name, "content-length") ||
	       same(s, name, "transfer-encoding") || same(s, name, "expect");
}

static unsigned field(struct board_http *h)
{
	const char *s;
	size_t name = 0, len;

	if (++h->fields > BOARD_HTTP_FIELDS_MAX)
		return 431;
	while (name < h->line_len && is_token(h->line[name]))
		name++;
	if (!name || name == h->line_len || h->line[name] != ':')
		return name == sizeof h->line ? 431 : 400;
	if (h->cut)
		return is_ours(h->line, name) ? 431 : 0;
	s = h->line + name + 1;
	len = trim(&s, h->line_len - name - 1);
	return known(h, name, s, len);
}

/* ---- lines ---- */

/* One empty line before the request is passed over, RFC 9112 2.2. */
static unsigned line_done(struct board_http *h)
{
	unsigned status;

	if (!h->line_len && !h->first_done) {
		status = h->empty_line ? 400 : 0;
		h->empty_line = true;
	} else if (!h->line_len) {
		status = !h->host_seen && !h->old ? 400 : 200;
	} else if (!h->first_done) {
		h->first_done = true;
		status = request_line(h);
	} else {
		status = field(h);
	}
	h->line_len = 0;
	h->cut = false;
	return status;
}

static unsigned octet(struct board_http *h, char c)
{
	if (++h->head_len > BOARD_HTTP_HEAD_MAX)
		return h->first_done ? 431 : 414;
	if (h->cr) {
		h->cr = false;
		return c == '\n' ? line_done(h) : 400;
	}
	if (c == '\r') {
		h->cr = true;
		return 0;
	}
	if (((uint8_t)c < 0x20 && c != '\t') || c == 0x7f)
		return 400;
	if (h->line_len < sizeof h->line) {
		h->line[h->line_len++] = c;
		return 0;
	}
	h->cut = true;
	return h->first_done ? 0 : 414;
}

/* see http.h */
size_t board_http_input(struct board_http *h, const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n < len && !h->status)
		h->status = (uint16_t)octet(h, (char)p[n++]);
	return n;
}

/* ---- what there is to say ---- */

/* see http.h */
const char *board_http_reason(unsigned status)
{
	switch (status) {
	case 200:
		return "OK";
	case 401:
		return "Unauthorized";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 408:
		return "Request Timeout";
	case 414:
		return "URI Too Long";
	case 417:
		return "Expectation Failed";
	case 421:
		return "Misdirected Request";
	case 429:
		return "Too Many Requests";
	case 431:
		return "Request Header Fields Too Large";
	case 503:
		return "Service Unavailable";
	case 505:
		return "HTTP Version Not Supported";
	default:
		return "Bad Request";
	}
}

/* see http.h */
bool board_http_host_ours(const char *host, const char *own)
{
	size_t len = strlen(host), i;
	char c;

	if (!len || *host == '[' || same(host, len, "localhost"))
		return true;
	for (i = 0; i < len; i++)
		if ((host[i] < '0' || host[i] > '9') && host[i] != '.')
			break;
	if (i == len)
		return true;
	for (i = 0; i < len && own[i]; i++) {
		c = lower(own[i]);
		if (host[i] != c)
			return false;
	}
	return i == len && !own[i];
}
