/*
 * sink_log.c - one JSON object a line on stdout for each message
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * For an accepted message the line is written before the client reads 250,
 * and a line that cannot be written refuses the message. Lines for messages
 * that were not accepted are left out when stdout has no room or when there
 * are too many of them (a client can cause those at will).
 *
 * stdout may be a pipe or a terminal that others share, so it stays in
 * blocking mode: it is polled before each piece of at most PIPE_BUF octets,
 * which a pipe that polls writable takes without blocking.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alerts/reader.h"
#include "auth.h"
#include "content.h"
#include "log.h"
#include "rate.h"
#include "sinks.h"
#include "smtpd_peers.h"
#include "smtpd_port.h"
#include "smtpd_tls_offer.h"
#include "text.h"

#define WAIT_MS 1000  /* for a reader that is behind, for the whole line */
#define BURST   1000u /* lines of what was refused, at once */
#define RATE    100u  /* of them a second, later on */

/* Worst case: each octet of the envelope and the alert becomes \uXXXX. */
static char line[(BOARD_ENVELOPE_MAX + sizeof(struct board_alert)) * 6 + 8192];
static struct board_content contents[SMTPD_MAX_SESSIONS];
static struct board_rate refused;
static bool torn; /* the last line on stdout has no end */

static const struct board_refusal broken = {
	451, "4.3.0", "Cannot log the message now"};

/* ---- writing ---- */

/* Take back what a file got of a line that did not fit. */
static bool untear(off_t start)
{
	struct stat st;

	return start >= 0 && fstat(STDOUT_FILENO, &st) == 0 &&
	       S_ISREG(st.st_mode) && ftruncate(STDOUT_FILENO, start) == 0 &&
	       lseek(STDOUT_FILENO, start, SEEK_SET) == start;
}

static int wait_stdout(uint32_t since_ms, uint32_t wait_ms)
{
	struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};
	uint32_t spent;
	int n;

	do {
		spent = smtpd_port_now_ms() - since_ms;
		n = poll(&fd, 1, spent < wait_ms ? (int)(wait_ms - spent) : 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno;
	if (n == 0)
		return EAGAIN;
	return fd.revents & (POLLERR | POLLNVAL) ? EPIPE : 0;
}

static int write_line(const char *p, size_t len, uint32_t wait_ms)
{
	uint32_t start_ms = smtpd_port_now_ms();
	off_t start = lseek(STDOUT_FILENO, 0, SEEK_END);
	size_t left = len, part;
	ssize_t n;
	int error = 0;

	if (torn && write(STDOUT_FILENO, "\n", 1) == 1)
		torn = false;
	while (left && !error) {
		error = wait_stdout(start_ms, wait_ms);
		if (error)
			break;
		part = left < PIPE_BUF ? left : PIPE_BUF;
		n = write(STDOUT_FILENO, p + (len - left), part);
		if (n >= 0)
			left -= (size_t)n;
		else if (errno != EINTR)
			error = errno;
	}
	if (error && left < len)
		torn = !untear(start);
	return error;
}

/* ---- the line ---- */

static void name(struct board_text *t, const char *key)
{
	if (t->len > 1)
		board_text_str(t, ",");
	board_text_str(t, "\"");
	board_text_str(t, key);
	board_text_str(t, "\":");
}

static void string(struct board_text *t, const char *key, const char *value)
{
	name(t, key);
	if (value)
		board_text_json(t, value, strlen(value));
	else
		board_text_str(t, "null");
}

static void number(struct board_text *t, const char *key, uint64_t value)
{
	name(t, key);
	board_text_num(t, value);
}

/* The line's beginning, up to who the client is. */
static void begin(struct board_text *t, const struct board_message *m,
	struct smtpd_info *info)
{
	char peer[BOARD_PEER_MAX];

	smtpd_session_info(m->session, info);
	board_text_start(t, line, sizeof line);
	board_text_str(t, "{");
	string(t, "time", board_log_time());
	number(t, "session", m->serial);
	string(t, "peer", board_peer_text(&info->peer, peer));
	number(t, "peer_port", info->peer.port);
	name(t, "helo");
	board_text_json(t, info->helo.s, info->helo.len);
}

static void who(struct board_text *t, const struct board_message *m)
{
	const char *user = board_auth_user(m->index);
	struct smtpd_info info;

	begin(t, m, &info);
	string(t, "protocol", info.protocol);
	string(t, "tls_version", info.tls ? info.tls->version : NULL);
	string(t, "tls_cipher", info.tls ? info.tls->cipher : NULL);
	string(t, "auth_user", info.authenticated ? user : NULL);
	if (*user && !info.authenticated)
		string(t, "auth_claimed", user);
}

static void envelope(struct board_text *t, const struct board_message *m)
{
	const char *at = m->envelope;
	unsigned i;

	string(t, "from", at);
	name(t, "to");
	board_text_str(t, "[");
	for (i = 0; i < m->rcpt_count; i++) {
		at += strlen(at) + 1;
		if (i)
			board_text_str(t, ",");
		board_text_json(t, at, strlen(at));
	}
	board_text_str(t, "]");
}

static void content(struct board_text *t, const struct board_message *m)
{
	uint8_t digest[32];

	name(t, "size");
	if (m->size)
		board_text_num(t, m->size);
	else
		board_text_str(t, "null");
	number(t, "octets", contents[m->index].octets);
	name(t, "sha256");
	if (board_content_end(&contents[m->index], digest)) {
		board_text_str(t, "\"");
		board_text_hex(t, digest, sizeof digest);
		board_text_str(t, "\"");
	} else {
		board_text_str(t, "null");
	}
}

/* What a mail that was read to its end says. */
static void alert(struct board_text *t, const struct board_message *m)
{
#if SMTPD_ALERT
	const struct board_alert *a = board_reader_alert(m->index);

	if (!a || a->stage != BOARD_ALERT_FULL)
		return;
	name(t, "alert");
	board_alert_json(t, a);
#else
	(void)t;
	(void)m;
#endif
}

static size_t compose(
	const struct board_message *m, const char *verdict, unsigned code)
{
	struct board_text t;

	who(&t, m);
	envelope(&t, m);
	content(&t, m);
	string(&t, "verdict", verdict);
	name(&t, "code");
	if (code)
		board_text_num(&t, code);
	else
		board_text_str(&t, "null");
	if (code != 250)
		string(&t, "why", m->why);
	alert(&t, m);
	board_text_str(&t, "}\n");
	return t.len;
}

/* ---- the sink ---- */

static const struct board_refusal *on_mail(
	unsigned slot, struct board_message *m)
{
	(void)slot;
	board_content_none(&contents[m->index]);
	return NULL;
}

static const struct board_refusal *on_begin(
	unsigned slot, struct board_message *m)
{
	(void)slot;
	return board_content_begin(&contents[m->index]) ? NULL : &broken;
}

static const struct board_refusal *on_data(unsigned slot,
	struct board_message *m, const uint8_t *p, size_t len, bool received)
{
	(void)slot;
	if (received)
		return NULL;
	return board_content_add(&contents[m->index], p, len) ? NULL : &broken;
}

static const struct board_refusal *on_prepare(
	unsigned slot, struct board_message *m)
{
	(void)slot;
	(void)m;
	return wait_stdout(smtpd_port_now_ms(), WAIT_MS) ? &broken : NULL;
}

static const struct board_refusal *on_commit(
	unsigned slot, struct board_message *m)
{
	size_t len = compose(m, "accepted", 250);
	int error = write_line(line, len, WAIT_MS);

	(void)slot;
	if (!error)
		return NULL;
	board_log(BOARD_ERROR, "[%llu] log: stdout: %s",
		(unsigned long long)m->serial, strerror(error));
	return &broken;
}

/* Of what a client can cause at will: no more than a reader takes. */
static bool may_write(void)
{
	uint32_t now_ms = smtpd_port_now_ms();

	return board_rate_take(&refused, RATE, BURST, now_ms) &&
	       wait_stdout(now_ms, 0) == 0;
}

static void on_drop(unsigned slot, struct board_message *m)
{
	size_t len;

	(void)slot;
	if (m->goes_on || !may_write())
		return;
	len = compose(m, m->code ? "refused" : "dropped", m->code);
	write_line(line, len, 0);
}

static void list(
	struct board_text *t, const char *key, const struct smtpd_tls_list *l)
{
	unsigned i;

	name(t, key);
	board_text_str(t, "[");
	for (i = 0; i < l->count; i++) {
		uint8_t value[2] = {
			(uint8_t)(l->value[i] >> 8), (uint8_t)l->value[i]};

		board_text_str(t, i ? ",\"" : "\"");
		board_text_hex(t, value, sizeof value);
		board_text_str(t, "\"");
	}
	board_text_str(t, "]");
}

/* What a failed handshake offered, IANA's numbers in hexadecimal. */
static void offered(struct board_text *t, const struct smtpd_tls_offer *o)
{
	list(t, "tls_versions", &o->versions);
	list(t, "tls_suites", &o->suites);
	list(t, "tls_groups", &o->groups);
	list(t, "tls_signatures", &o->signatures);
}

/* What the client did, and what to change on it. */
static void on_quirk(unsigned slot, struct board_message *m,
	enum smtpd_quirk quirk, bool forgiven)
{
	const struct smtpd_peer_memory *peer = smtpd_peer_of(m->session);
	struct smtpd_info info;
	struct board_text t;

	(void)slot;
	if (!may_write())
		return;
	begin(&t, m, &info);
	string(&t, "quirk", smtpd_quirk_name(quirk));
	name(&t, "forgiven");
	board_text_str(&t, forgiven ? "true" : "false");
	number(&t, "count", peer ? peer->quirks[quirk] : 1);
	string(&t, "advice", smtpd_quirk_text(quirk));
	if (info.tls_offer)
		offered(&t, info.tls_offer);
	board_text_str(&t, "}\n");
	write_line(line, t.len, 0);
}

const struct board_sink_kind board_sink_log = {
	.name = "log",
	.order = BOARD_SINK_FINAL,
	.alerts = SMTPD_ALERT,
	.mail = on_mail,
	.begin = on_begin,
	.data = on_data,
	.prepare = on_prepare,
	.commit = on_commit,
	.drop = on_drop,
	.quirk = on_quirk,
};
