/*
 * users.c - the users file: who may AUTH
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <string.h>

#include "auth.h"
#include "certificate.h"
#include "files.h"
#include "log.h"
#include "smtpd_port.h"
#include "users.h"
#include "verifier.h"

struct table {
	unsigned count;
	struct board_verifier v[BOARD_MAX_USERS];
#if SMTPD_AUTH_EXTERNAL
	unsigned certificate_count;
	struct board_certificate certificates[BOARD_MAX_USERS];
#endif
};

static struct table tables[2];
static unsigned current; /* the table in use; the other one is for loading */
static char text[BOARD_MAX_USERS * (BOARD_VERIFIER_TXT + 64)];

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

#if SMTPD_AUTH_EXTERNAL
static const char *parse_certificate(struct table *t, const char *s, size_t len)
{
	if (t->certificate_count == BOARD_MAX_USERS)
		return "more than 256 certificates";
	return board_certificate_parse(
		&t->certificates[t->certificate_count++], s, len);
}
#else
static const char *parse_certificate(struct table *t, const char *s, size_t len)
{
	(void)t, (void)s, (void)len;
	return "certificates are not compiled in (SMTPD_AUTH_EXTERNAL)";
}
#endif

static const char *parse_line(struct table *t, const char *s, size_t len)
{
	struct board_verifier v;
	const char *why;

	while (len && (s[len - 1] == '\r' || s[len - 1] == ' '))
		len--;
	if (!len || *s == '#')
		return NULL;
	if (board_certificate_is(s, len))
		return parse_certificate(t, s, len);
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

	memset(t, 0, sizeof *t);
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
		"%s:%u: %s; make the line with lwsmtpd --hash-password "
		"USER, or see \"Users\" in boards/linux/README.md",
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

/* see users.h */
int board_users_password(char password[24])
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

	if (board_users_password(password) != 0 ||
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

static bool find_user(struct smtpd_str user, struct board_verifier *v)
{
	const struct board_verifier *found =
		find(&tables[current], user.s, user.len);

	if (found)
		*v = *found;
	return found != NULL;
}

static bool any_user(struct board_verifier *v)
{
	const struct table *t = &tables[current];

	if (t->count)
		*v = t->v[0];
	return t->count != 0;
}

#if SMTPD_AUTH_EXTERNAL
static bool find_owner(const struct smtpd_tls_peer *peer,
	struct smtpd_str wanted, struct smtpd_str *user)
{
	const struct table *t = &tables[current];
	const struct board_certificate *c;

	for (c = t->certificates; c < t->certificates + t->certificate_count;
		c++) {
		if (!board_certificate_match(c, peer, wanted))
			continue;
		user->s = c->user;
		user->len = c->user_len;
		board_log(BOARD_INFO,
			"EXTERNAL: user \"%.*s\", certificate of "
			"\"%s\"",
			c->user_len, c->user, peer->subject);
		return true;
	}
	board_log(BOARD_INFO,
		"EXTERNAL: the users file has no such user with the "
		"certificate of \"%s\"",
		peer->subject);
	return false;
}
#endif

void board_users_open(uint32_t delay_ms)
{
	static struct board_auth_users users = {
		.find = find_user,
		.like = any_user,
#if SMTPD_AUTH_EXTERNAL
		.certificate = find_owner,
#endif
	};

	users.delay_ms = delay_ms;
	board_auth_open(&users);
}

size_t board_users_size(void)
{
	return sizeof tables;
}

/* see auth.h; the loop asks board_auth_poll() in each turn */
void board_auth_wake(void)
{
}
