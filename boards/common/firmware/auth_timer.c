/*
 * auth_timer.c - users of the settings, checked from a timer of lwIP
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "auth.h"
#include "auth_timer.h"
#include "console.h"
#include "log.h"
#include "lwip/timeouts.h"

static const struct board_settings *settings;
static struct board_auth_users users;

static bool find(struct smtpd_str user, struct board_verifier *v)
{
	return board_settings_user(settings, user, v);
}

static bool like(struct board_verifier *v)
{
	struct board_blob rest = settings->pairs;
	struct board_pair pair;

	while (board_blob_find(&rest, "user", &pair))
		if (!board_verifier_parse(v, pair.value, pair.len))
			return true;
	return false;
}

#if SMTPD_AUTH_EXTERNAL
static bool owner(const struct smtpd_tls_peer *peer, struct smtpd_str wanted,
	struct smtpd_str *user)
{
	bool found = board_settings_owner(settings, peer, wanted, user);

	if (settings->quiet || !board_log_may())
		return found;
	board_put("EXTERNAL: ");
	if (found) {
		board_put("user ");
		board_put_json(user->s, user->len);
	} else {
		board_put("no such user");
	}
	board_put(", certificate of ");
	board_put_json(peer->subject, strlen(peer->subject));
	board_put_end();
	return found;
}
#endif

/* 1 ms is for the sessions that wait. */
static void work(void *unused)
{
	int32_t next_ms = board_auth_poll();

	(void)unused;
	if (next_ms >= 0)
		sys_timeout(next_ms ? (u32_t)next_ms : 1, work, NULL);
}

/* see auth.h */
void board_auth_wake(void)
{
	sys_untimeout(work, NULL);
	sys_timeout(1, work, NULL);
}

void board_auth_timer_open(const struct board_settings *s)
{
	settings = s;
	users.find = find;
	users.like = like;
#if SMTPD_AUTH_EXTERNAL
	users.certificate = owner;
#endif
	users.delay_ms = s->auth_delay_ms;
	board_auth_open(&users);
}
