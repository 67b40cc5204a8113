/*
 * sinks_route.c - the options sink_route and sink_best_effort
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "blocks.h"
#include "sinks_list.h"
#include "text.h"

static uint8_t best_effort;
static const char not_one[] = "is none of the sinks";

static bool is(struct smtpd_str a, const char *s, size_t len)
{
	return a.len == len && !memcmp(a.s, s, len);
}

/* A bit for each sink of that name: as in the list of sinks, or what stands
 * before the colon there. */
static uint8_t named(struct smtpd_str name)
{
	unsigned i, mask = 0;

	for (i = 0; i < board_sink_count; i++)
		if (is(name, board_sink_names[i].s, board_sink_names[i].len) ||
			is(name, board_sinks[i]->name,
				strlen(board_sinks[i]->name)))
			mask |= 1u << i;
	return (uint8_t)mask;
}

/* The sinks of a route. *bad is left alone, or is a name that is none. */
static uint8_t sinks_of(struct smtpd_str route, struct smtpd_str *bad)
{
	struct smtpd_str name;
	size_t at = 0;
	uint8_t one, mask = 0;

	while ((name = board_route_sink(route, &at)).len) {
		one = named(name);
		if (!one && !is(name, "null", 4))
			*bad = name;
		mask |= one;
	}
	return mask;
}

static const char *check(struct smtpd_str route, unsigned number)
{
	const char *why = board_route_check(route);
	struct smtpd_str bad = {NULL, 0};
	struct board_text place;
	char text[24];

	if (!why)
		sinks_of(route, &bad);
	if (!why && !bad.len)
		return NULL;
	board_text_start(&place, text, sizeof text);
	board_text_str(&place, "route ");
	board_text_num(&place, number);
	board_text_str(&place, ": ");
	return why ? board_sinks_wrong(text, route, why)
		   : board_sinks_wrong(text, bad, not_one);
}

/* see sinks.h */
const char *board_sinks_check_routes(void)
{
	const char *list = board_sinks_config->routes;
	const char *why = NULL;
	unsigned number = 0;

	while (list && *list && !why)
		why = check(board_list_item(&list), ++number);
	return why;
}

/* see sinks.h */
const char *board_sinks_take_best_effort(const char *list)
{
	best_effort = 0;
	while (list && *list) {
		struct smtpd_str name = board_list_item(&list);
		uint8_t mask = named(name);

		if (!mask)
			return board_sinks_wrong("", name, not_one);
		best_effort |= mask;
	}
	return NULL;
}

/* see sinks_list.h */
bool board_sink_required(unsigned slot)
{
	return !(best_effort >> slot & 1);
}

/* see sinks_list.h */
enum board_route_fit board_sinks_route(
	const struct board_route_mail *mail, uint8_t *mask)
{
	const char *list = board_sinks_config->routes;
	enum board_route_fit fit = BOARD_ROUTE_NO;
	struct smtpd_str bad;

	*mask = UINT8_MAX;
	while (list && *list && fit == BOARD_ROUTE_NO) {
		struct smtpd_str route = board_list_item(&list);

		fit = board_route_fits(route, mail);
		if (fit == BOARD_ROUTE_YES)
			*mask = sinks_of(route, &bad);
	}
	return fit;
}
