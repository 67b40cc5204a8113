/*
 * sinks_list.c - the list of --sink, and the sinks that it names
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <string.h>

#include "sinks.h"
#include "sinks_list.h"
#include "smtpd_lwip_config.h"

static const struct board_sink_kind null_kind = {.name = "null"};

static const struct board_sink_kind *const kinds[] = {
#if SMTPD_INBOX
	&board_sink_inbox,
#endif
	&board_sink_log,
	&board_sink_maildir,
#if SMTPD_MQTT
	&board_sink_mqtt,
#endif
	&null_kind,
	NULL,
};

const struct board_sink_kind *board_sinks[BOARD_MAX_SINKS];
unsigned board_sink_count;
struct smtpd_str board_sink_names[BOARD_MAX_SINKS];

/* ---- the list of --sink ---- */

static const struct board_sink_kind *find_kind(const char *name, size_t len)
{
	size_t i;

	for (i = 0; kinds[i]; i++)
		if (!strncmp(kinds[i]->name, name, len) && !kinds[i]->name[len])
			return kinds[i];
	return NULL;
}

static char problem[512];

#if SMTPD_INBOX
#define INBOX "inbox, "
#else
#define INBOX ""
#endif
#if SMTPD_MQTT
#define MQTT "mqtt, "
#else
#define MQTT ""
#endif

static const char *bad_item(const char *item, const char *why)
{
	snprintf(problem, sizeof problem,
		"\"%.200s\": %s; " INBOX "log, maildir:DIR, " MQTT
		"null are right",
		item, why);
	return problem;
}

static unsigned add_sink(
	const struct board_sink_kind *kind, struct smtpd_str name)
{
	board_sink_names[board_sink_count] = name;
	board_sinks[board_sink_count] = kind;
	return board_sink_count++;
}

static const char *take_item(
	char *item, struct smtpd_str name, unsigned order, bool opening)
{
	const struct board_sink_kind *kind;
	char *colon = strchr(item, ':'), *argument = colon ? colon + 1 : NULL;
	const char *why = NULL;
	size_t i;

	kind = find_kind(item, colon ? (size_t)(colon - item) : strlen(item));
	if (!kind)
		return bad_item(item, "no such sink");
	if (kind->order != order)
		return NULL;
	if (!kind->argument && argument)
		return bad_item(item, "takes no argument");
	if (kind->argument && (!argument || !*argument))
		return bad_item(item, kind->argument);
	for (i = 0; i < board_sink_count; i++)
		if (board_sinks[i] == kind && !kind->argument)
			return bad_item(item, "given twice");
	if (board_sink_count == BOARD_MAX_SINKS)
		return bad_item(item, "more than 8 sinks");
	i = add_sink(kind, name);
	if (opening && kind->open)
		why = kind->open((unsigned)i, argument);
	else if (!opening && kind->check)
		why = kind->check(argument);
	return why ? bad_item(item, why) : NULL;
}

static const char *take_list(const char *list, unsigned order, bool opening)
{
	char item[4096];
	const char *why = NULL, *end;
	struct smtpd_str name;

	for (; !why; list = end + 1) {
		end = list + strcspn(list, ",");
		while (*list == ' ')
			list++;
		snprintf(item, sizeof item, "%.*s", (int)(end - list), list);
		name.s = list;
		name.len = (uint16_t)(end - list);
		why = take_item(item, name, order, opening);
		if (!*end)
			break;
	}
	return why;
}

/* see sinks_list.h */
const char *board_sinks_take(const char *list, bool opening)
{
	const char *why = NULL;
	unsigned order;

	board_sink_count = 0;
	for (order = 0; order < BOARD_SINK_ORDERS && !why; order++)
		why = take_list(list, order, opening);
	return why;
}

const char *board_sinks_check(const char *list)
{
	return board_sinks_take(list, false);
}

/* see sinks.h */
bool board_sinks_have(const char *kind)
{
	unsigned i;

	for (i = 0; i < board_sink_count; i++)
		if (!strcmp(board_sinks[i]->name, kind))
			return true;
	return false;
}
