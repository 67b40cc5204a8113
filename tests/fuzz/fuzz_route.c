/*
 * fuzz_route.c - routes of any octets: what fits, and the sinks they name
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/sinks/route.c boards/common/policy.c
 * tests: sources tests/unit/engine/octets.c
 *
 * The input is a subject, a line end, and a route.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/octets.h"
#include "policy.h"
#include "sinks/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void need(bool ok)
{
	if (!ok)
		abort();
}

static enum board_route_fit fits(struct smtpd_str route, const char *subject)
{
	static const struct smtpd_peer peer = {
		.ip = {192, 0, 2, 7}, .family = 4};
	const struct board_route_mail mail = {
		.peer = &peer,
		.user = "joe",
		.envelope = "cam@a.example\0b@b.example\0c@c.example",
		.subject = subject,
		.rcpt_count = 2,
		.listener = BOARD_SUBMISSION,
	};

	return board_route_fits(route, &mail);
}

/* The subject only decides what was open without it. */
static void check_fit(struct smtpd_str route, const char *subject)
{
	enum board_route_fit before = fits(route, NULL);
	enum board_route_fit after = fits(route, subject);

	need(after != BOARD_ROUTE_UNKNOWN);
	need(before == BOARD_ROUTE_UNKNOWN || before == after);
}

/* They come in order, inside the route, and end. */
static void check_sinks(struct smtpd_str route)
{
	struct smtpd_str sink;
	size_t at = 0, before, n = 0;

	for (;; n++) {
		before = at;
		sink = board_route_sink(route, &at);
		if (!sink.len)
			break;
		need(at > before && at <= route.len);
		need(sink.s + sink.len == route.s + at);
		need(!memchr(sink.s, ' ', sink.len));
	}
	need(n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const uint8_t *end = memchr(p, '\n', len);
	size_t subject_len = end ? (size_t)(end - p) : 0;
	size_t route_len = end ? len - subject_len - 1 : len;
	struct octets subject = {NULL, 0, 0};
	struct smtpd_str route;
	char *exact;

	if (route_len > UINT16_MAX)
		return 0;
	octets_add(&subject, p, subject_len);
	exact = exact_copy(p + (len - route_len), route_len);
	route.s = exact;
	route.len = (uint16_t)route_len;
	check_fit(route, octets_text(&subject));
	if (!board_route_check(route))
		check_sinks(route);
	free(exact);
	octets_free(&subject);
	return 0;
}
