/*
 * page_auth.c - who may see the page: the password, and how often it is tried
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "board_base64.h"
#include "http.h"
#include "page.h"
#include "page_auth.h"
#include "rate.h"

struct guesser {
	ip_addr_t ip;
	struct board_rate rate;
	bool used;
};

static struct guesser guessers[BOARD_PAGE_GUESSERS];

/* RFC 7617 2: the password stands behind the first colon. */
static bool password_right(const char *password, const char *auth)
{
	char right[BOARD_PAGE_PASSWORD_MAX] = "";
	char given[BOARD_PAGE_PASSWORD_MAX] = "";
	char text[BOARD_HTTP_AUTH_MAX] = "";
	const char *colon;
	bool good = false;
	size_t n;
	long len = board_base64_decode(
		auth, strlen(auth), (uint8_t *)text, sizeof text - 1);

	colon = len > 0 ? memchr(text, ':', (size_t)len) : NULL;
	if (colon) {
		n = (size_t)(text + len - colon - 1);
		memcpy(right, password, strlen(password));
		if (n < sizeof given && !memchr(colon + 1, '\0', n)) {
			memcpy(given, colon + 1, n);
			good = smtpd_equal(given, right, sizeof right);
		}
	}
	smtpd_wipe(text, sizeof text);
	smtpd_wipe(given, sizeof given);
	smtpd_wipe(right, sizeof right);
	return good;
}

/* One household has a whole /64 to guess from. */
static bool same_peer(const ip_addr_t *a, const ip_addr_t *b)
{
#if LWIP_IPV6
	if (IP_IS_V6(a) && IP_IS_V6(b))
		return memcmp(ip_2_ip6(a)->addr, ip_2_ip6(b)->addr, 8) == 0;
#endif
	return ip_addr_eq(a, b);
}

/* Nothing is held against it any more. */
static bool forgotten(const struct guesser *g, uint32_t now_ms)
{
	const uint32_t wait_ms =
		BOARD_PAGE_GUESSES * 1000u / BOARD_PAGE_GUESS_RATE;

	return !g->used || now_ms - g->rate.last_ms >= wait_ms;
}

/* The peer's entry, or one to use for it; NULL: all are others'. */
static struct guesser *find(const ip_addr_t *peer, uint32_t now_ms)
{
	struct guesser *g, *free = NULL;

	for (g = guessers; g < guessers + BOARD_PAGE_GUESSERS; g++) {
		if (g->used && same_peer(&g->ip, peer))
			return g;
		if (!free && forgotten(g, now_ms))
			free = g;
	}
	return free;
}

/* see page_auth.h */
unsigned board_page_auth(const char *password, const char *auth,
	const ip_addr_t *peer, uint32_t now_ms)
{
	struct guesser *g, before;

	if (!*auth)
		return 401;
	g = find(peer, now_ms);
	if (!g)
		return 429;
	before = *g;
	if (!g->used || !same_peer(&g->ip, peer))
		memset(g, 0, sizeof *g);
	if (!board_rate_take(&g->rate, BOARD_PAGE_GUESS_RATE,
		    BOARD_PAGE_GUESSES, now_ms))
		return 429;
	if (password_right(password, auth)) {
		*g = before;
		return 200;
	}
	ip_addr_copy(g->ip, *peer);
	g->used = true;
	return 401;
}
