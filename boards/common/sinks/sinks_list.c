/*
 * sinks_list.c - the list of --sink, and the sinks that it names
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "blocks.h"
#include "sinks_list.h"
#include "smtpd_lwip_config.h"
#include "text.h"

#define QUOTED_MAX 200 /* octets of what is wrong */

const struct board_sink_kind board_sink_null = {.name = "null"};

const struct board_sink_kind *board_sinks[BOARD_MAX_SINKS];
unsigned board_sink_count;
const struct board_sinks_config *board_sinks_config;
struct smtpd_str board_sink_names[BOARD_MAX_SINKS];

/* ---- the list of --sink ---- */

#if SMTPD_INBOX
#define INBOX ",inbox"
#else
#define INBOX ""
#endif
#if SMTPD_MQTT
#define MQTT ",mqtt"
#else
#define MQTT ""
#endif

/* see sinks.h */
const char *board_sinks_default(bool page, bool mqtt)
{
	static const char *const lists[] = {
		"log", "log" INBOX, "log" MQTT, "log" INBOX MQTT};

	return lists[page + 2 * mqtt];
}

static const struct board_sink_kind *find_kind(const char *name, size_t len)
{
	const struct board_sink_kind *const *k = board_sinks_config->kinds;

	while (*k && (strncmp((*k)->name, name, len) != 0 || (*k)->name[len]))
		k++;
	return *k;
}

static struct board_text problem;

static void add_kinds(void)
{
	const struct board_sink_kind *const *k = board_sinks_config->kinds;

	for (; *k; k++) {
		board_text_str(
			&problem, (*k)->argument ? (*k)->usage : (*k)->name);
		board_text_str(&problem, k[1] ? ", " : " are right");
	}
}

/* see sinks_list.h */
const char *board_sinks_wrong(
	const char *place, struct smtpd_str item, const char *why)
{
	static char text[512];

	board_text_start(&problem, text, sizeof text);
	board_text_str(&problem, place);
	board_text_json(&problem, item.s,
		item.len < QUOTED_MAX ? item.len : QUOTED_MAX);
	board_text_str(&problem, ": ");
	board_text_str(&problem, why);
	return text;
}

static const char *bad_item(struct smtpd_str item, const char *why)
{
	const char *text = board_sinks_wrong("", item, why);

	board_text_str(&problem, "; ");
	add_kinds();
	return text;
}

static void add_sink(const struct board_sink_kind *kind, struct smtpd_str name)
{
	board_sink_names[board_sink_count] = name;
	board_sinks[board_sink_count++] = kind;
}

/* Why there can be no such sink, or NULL. */
static const char *wrong(
	const struct board_sink_kind *kind, const char *argument)
{
	unsigned i;

	if (!kind->argument && argument)
		return "takes no argument";
	if (kind->argument && (!argument || !*argument))
		return kind->argument;
	for (i = 0; i < board_sink_count; i++)
		if (board_sinks[i] == kind && !kind->argument)
			return "given twice";
	return board_sink_count == BOARD_MAX_SINKS ? "more than 8 sinks" : NULL;
}

static const char *take_item(
	struct smtpd_str name, unsigned order, bool opening)
{
	static char item[BOARD_SINK_ITEM_MAX];
	const struct board_sink_kind *kind;
	const char *why;
	char *argument;

	if (name.len >= sizeof item)
		return bad_item(name, "too long");
	memcpy(item, name.s, name.len);
	item[name.len] = '\0';
	argument = strchr(item, ':');
	kind = find_kind(item, argument ? (size_t)(argument - item) : name.len);
	if (!kind)
		return bad_item(name, "no such sink");
	if (kind->order != order)
		return NULL;
	argument = argument ? argument + 1 : NULL;
	why = wrong(kind, argument);
	if (why)
		return bad_item(name, why);
	add_sink(kind, name);
	if (opening && kind->open)
		why = kind->open(board_sink_count - 1, argument);
	else if (!opening && kind->check)
		why = kind->check(argument);
	return why ? bad_item(name, why) : NULL;
}

static const char *take_list(const char *list, unsigned order, bool opening)
{
	const char *why = NULL;

	while (list && !why)
		why = take_item(board_list_item(&list), order, opening);
	return why;
}

/* see sinks.h */
void board_sinks_use(const struct board_sinks_config *c)
{
	board_sinks_config = c;
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
