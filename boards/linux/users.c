/*
 * users.c - the users file: who may AUTH
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "log.h"
#include "sinks.h"
#include "smtpd_port.h"
#include "users.h"
#include "verifier.h"

struct table {
	unsigned count;
	struct board_verifier v[BOARD_MAX_USERS];
};

struct late {
	smtpd_ref ref; /* 0: none */
	uint32_t due_ms;
};

static struct table tables[2];
static unsigned current; /* the table in use; the other one is for loading */
static char text[BOARD_MAX_USERS * (BOARD_VERIFIER_TXT + 64)];
static struct late late[SMTPD_MAX_SESSIONS];
static uint32_t delay_ms;

/* ---- the file ---- */

static const struct board_verifier *find(
	const struct table *t, const char *user, size_t len)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		if (t->v[i].user_len == len && !memcmp(t->v[i].user, user, len))
			return &t->v[i];
	return NULL;
}

static const char *parse_line(struct table *t, const char *s, size_t len)
{
	struct board_verifier v;
	const char *why;

	while (len && (s[len - 1] == '\r' || s[len - 1] == ' '))
		len--;
	if (!len || *s == '#')
		return NULL;
	why = board_verifier_parse(&v, s, len);
	if (why)
		return why;
	if (find(t, v.user, v.user_len))
		return "this user is there already";
	if (t->count == BOARD_MAX_USERS)
		return "more than 256 users";
	t->v[t->count++] = v;
	return NULL;
}

static const char *load(const char *path, struct table *t)
{
	static char problem[4608];
	const char *why = NULL, *line = text, *end;
	ssize_t len = board_read_file(path, text, sizeof text);
	unsigned number = 0;

	t->count = 0;
	if (len < 0) {
		snprintf(problem, sizeof problem, "cannot read %s: %s", path,
			strerror((int)-len));
		return problem;
	}
	while (!why && line < text + len) {
		end = memchr(line, '\n', (size_t)(text + len - line));
		if (!end)
			end = text + len;
		why = parse_line(t, line, (size_t)(end - line));
		line = end + 1;
		number++;
	}
	if (!why)
		return NULL;
	snprintf(problem, sizeof problem,
		"%s:%u: %s; make the line with lwsmtpd --hash-password USER",
		path, number, why);
	return problem;
}

const char *board_users_load(const char *path)
{
	const char *why = load(path, &tables[!current]);

	if (!why)
		current = !current;
	return why;
}

const char *board_users_check(const char *path)
{
	return load(path, &tables[!current]);
}

/* ---- a first user ---- */

static int random_password(char password[24])
{
	/* 32 signs that are not taken for each other; 20 of them: 100 bits */
	static const char signs[] = "abcdefghijkmnpqrstuvwxyz23456789";
	uint8_t octets[20];
	size_t i;

	if (smtpd_port_entropy(octets, sizeof octets) != 0)
		return SMTPD_ENONE;
	for (i = 0; i < sizeof octets; i++)
		password[i] = signs[octets[i] & 31];
	password[sizeof octets] = '\0';
	smtpd_wipe(octets, sizeof octets);
	return 0;
}

const char *board_users_create(const char *path, char password[24])
{
	static char problem[512];
	char line[BOARD_VERIFIER_TXT + 1];
	struct smtpd_str name = {"lwsmtpd", 7}, secret = {password, 20};
	struct board_verifier v;
	struct board_text t;
	int error;

	if (random_password(password) != 0 ||
		board_verifier_make(&v, name, secret) != 0)
		return "no entropy for a password";
	board_text_start(&t, line, sizeof line);
	board_verifier_text(&v, &t);
	board_text_str(&t, "\n");
	error = board_write_file(path, line, t.len, 0600);
	if (!error)
		return NULL;
	snprintf(problem, sizeof problem, "cannot write %.300s: %s", path,
		strerror(error));
	return problem;
}

/* ---- AUTH ---- */

/* Stands in for an unknown user: nobody knows its password. */
static const struct board_verifier *nobody(void)
{
	static struct board_verifier v = {
		.salt = "no such user", .salt_len = 12};
	const struct table *t = &tables[current];

	v.iterations = t->count ? t->v[0].iterations : BOARD_ITERATIONS;
	return &v;
}

void board_users_delay(uint32_t ms)
{
	delay_ms = ms;
}

/* see users.h */
enum smtpd_verdict board_users_auth(
	struct smtpd_session *s, const struct smtpd_auth *auth)
{
	struct board_message *m = board_message(s);
	const struct board_verifier *v;
	bool right;

	v = find(&tables[current], auth->authcid.s, auth->authcid.len);
	right = board_verifier_check(v ? v : nobody(), &auth->password) && v;
	if (right) {
		memcpy(m->user, v->user, v->user_len);
		m->user[v->user_len] = '\0';
		return SMTPD_ACCEPT;
	}
	if (!delay_ms)
		return SMTPD_REJECT;
	late[m->index].ref = smtpd_session_ref(s);
	late[m->index].due_ms = smtpd_port_now_ms() + delay_ms;
	return SMTPD_LATER;
}

int board_users_tick(uint32_t now_ms)
{
	int32_t left, next = -1;
	unsigned i;

	for (i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		if (!late[i].ref)
			continue;
		left = (int32_t)(late[i].due_ms - now_ms);
		if (left <= 0) {
			smtpd_session_verdict(
				late[i].ref, SMTPD_REJECT, 0, NULL, NULL);
			late[i].ref = 0;
		} else if (next < 0 || left < next) {
			next = left;
		}
	}
	return next;
}
