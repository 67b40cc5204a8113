/*
 * fuzz_proxy.c - a PROXY header of any octets, at every split
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/octets.h"
#include "smtpd_proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void need(bool ok)
{
	if (!ok)
		abort();
}

struct outcome {
	enum smtpd_proxy_result result;
	size_t used;
	struct smtpd_peer peer;
};

/* Each piece from a block of its own. */
static enum smtpd_proxy_result push(
	struct smtpd_proxy *h, const uint8_t *p, size_t len, struct outcome *o)
{
	uint8_t *exact = exact_copy(p, len);
	size_t used = 0;

	o->result = smtpd_proxy_push(h, exact, len, &used);
	need(used <= len && (o->result != SMTPD_PROXY_MORE || used == len));
	o->used += used;
	o->peer = h->peer;
	free(exact);
	return o->result;
}

/* The first `at` octets, then pieces of `step`. */
static struct outcome run(const uint8_t *p, size_t len, size_t at, size_t step)
{
	struct smtpd_proxy h = {.at = 0};
	struct outcome o = {SMTPD_PROXY_MORE, 0, {.family = 0}};
	size_t n = at;

	for (size_t from = 0; from < len; from += n, n = step) {
		if (n > len - from)
			n = len - from;
		if (push(&h, p + from, n, &o) != SMTPD_PROXY_MORE)
			break;
		if (!n && !step)
			break;
	}
	return o;
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	need(a->result == b->result);
	if (a->result == SMTPD_PROXY_BAD)
		return;
	need(a->used == b->used && a->peer.family == b->peer.family &&
		a->peer.port == b->peer.port &&
		!memcmp(a->peer.ip, b->peer.ip, sizeof a->peer.ip));
}

static void check_whole(const uint8_t *p, const struct outcome *o)
{
	if (o->result != SMTPD_PROXY_DONE)
		return;
	need(o->used <= SMTPD_PROXY_HEADER_MAX);
	need(o->peer.family == 0 || o->peer.family == 4 || o->peer.family == 6);
	if (*p == 'P')
		need(o->used <= 107 && p[o->used - 1] == '\n');
	else
		need(o->used == 16u + (size_t)(p[14] << 8 | p[15]));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct outcome whole = run(p, len, len, len), part;

	check_whole(p, &whole);
	part = run(p, len, 1, 1);
	check_same(&whole, &part);
	for (size_t at = 0; at <= len && at < 300; at++) {
		part = run(p, len, at, len);
		check_same(&whole, &part);
	}
	return 0;
}
