/*
 * options_read.c - options from the command line and from a file
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "log.h"
#include "options.h"

#define ROWS_MAX 128

/* Where each row was set: line of the file, or the command line, or nowhere. */
static unsigned file_line[ROWS_MAX];
static bool on_command_line[ROWS_MAX];
static const char *file;
static char file_text[65536];

static size_t row_of(const struct board_setting *row)
{
	return (size_t)(row - board_option_rows);
}

static const struct board_setting *row_at(const void *member)
{
	size_t offset =
		(size_t)((const char *)member - (const char *)&board_options);
	size_t i = 0;

	while (i < board_option_count - 1 &&
		board_option_rows[i].offset != offset)
		i++;
	return &board_option_rows[i];
}

bool board_options_given(const void *member)
{
	size_t i = row_of(row_at(member));

	return on_command_line[i] || file_line[i];
}

int board_options_fail(const void *member, const char *format, ...)
{
	const struct board_setting *row = row_at(member);
	size_t i = row_of(row);
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (on_command_line[i])
		return board_fail("--%s: %s", row->name, text);
	if (file_line[i])
		return board_fail(
			"%s:%u: %s: %s", file, file_line[i], row->name, text);
	return board_fail("%s (default): %s", row->name, text);
}

static const char *unknown(struct smtpd_str key)
{
	static char text[128];
	const struct board_setting *near = board_setting_nearest(
		board_option_rows, board_option_count, key);

	snprintf(text, sizeof text,
		near ? "no such option; did you mean %s?"
		     : "no such option; see lwsmtpd --help",
		near ? near->name : "");
	return text;
}

/* A list given again grows; given anew on the command line it starts anew. */
static int store(const struct board_setting *row, struct smtpd_str value,
	bool again, struct board_text *why)
{
	if (!again && row->type == BOARD_LIST)
		((char *)&board_options)[row->offset] = '\0';
	if (again && row->type != BOARD_LIST) {
		board_text_str(why, "given twice; remove one");
		return SMTPD_EINVAL;
	}
	return board_setting_store(row, &board_options, value, why);
}

/* ---- the file ---- */

static int read_line(const char *line, size_t len, unsigned number)
{
	const struct board_setting *row;
	struct smtpd_str key, value;
	struct board_text why;
	char text[512];
	int n = board_setting_line(line, len, &key, &value);

	if (n == 0)
		return 0;
	if (n < 0)
		return board_fail("%s:%u: not a line of key = value; begin a "
				  "comment with #",
			file, number);
	row = board_setting_find(board_option_rows, board_option_count, key);
	if (!row && board_option_is_firmware(key)) {
		fprintf(stderr,
			"lwsmtpd: %s:%u: %.*s: only on boards, left "
			"out\n",
			file, number, key.len, key.s);
		return 0;
	}
	if (!row)
		return board_fail("%s:%u: %.*s: %s", file, number, key.len,
			key.s, unknown(key));
	board_text_start(&why, text, sizeof text);
	if (store(row, value, file_line[row_of(row)] != 0, &why) != 0)
		return board_fail(
			"%s:%u: %s: %s", file, number, row->name, text);
	file_line[row_of(row)] = number;
	return 0;
}

static int read_file(const char *path)
{
	ssize_t len = board_read_file(path, file_text, sizeof file_text);
	const char *line = file_text, *end;
	unsigned number = 0;
	int status = 0;

	if (len < 0)
		return board_fail("%s: cannot read this configuration file: %s",
			path, strerror((int)-len));
	file = path;
	while (!status && line < file_text + len) {
		end = memchr(line, '\n', (size_t)(file_text + len - line));
		if (!end)
			end = file_text + len;
		status = read_line(line, (size_t)(end - line), ++number);
		line = end + 1;
	}
	return status;
}

/* ---- the command line ---- */

struct action {
	const char *name;
	enum board_action action;
	bool takes_file;
};

static const struct action actions[] = {
	{"config", BOARD_RUN, true},
	{"check", BOARD_CHECK, true},
	{"help", BOARD_HELP, false},
	{"help_markdown", BOARD_HELP_MARKDOWN, false},
	{"version", BOARD_VERSION, false},
	{"hash_password", BOARD_HASH_PASSWORD, false},
};

/* One option of the command line taken apart. */
struct word {
	struct smtpd_str key;
	struct smtpd_str value;
	bool has_value;
};

/* Take --key, --key=value or --key value. Returns where the next one is. */
static char **take_word(char **argv, struct word *w)
{
	const char *s = argv[0] + 2, *eq = strchr(s, '=');

	w->key.s = s;
	w->key.len = (uint16_t)(eq ? (size_t)(eq - s) : strlen(s));
	w->has_value = eq || (argv[1] && strncmp(argv[1], "--", 2) != 0);
	w->value.s = eq ? eq + 1 : w->has_value ? argv[1] : "";
	w->value.len = (uint16_t)strlen(w->value.s);
	return argv + (w->has_value && !eq ? 2 : 1);
}

static const struct action *find_action(const struct word *w)
{
	struct board_setting row = {.name = NULL};
	size_t i;

	for (i = 0; i < sizeof actions / sizeof *actions; i++) {
		row.name = actions[i].name;
		if (board_setting_find(&row, 1, w->key))
			return &actions[i];
	}
	return NULL;
}

static int take_option(const struct word *w)
{
	const struct board_setting *row = board_setting_find(
		board_option_rows, board_option_count, w->key);
	struct smtpd_str value = w->value;
	struct board_text why;
	char text[512];

	if (!row)
		return board_fail(
			"--%.*s: %s", w->key.len, w->key.s, unknown(w->key));
	if (!w->has_value && row->type != BOARD_BOOL)
		return board_fail("--%s: give it a value, --%s=VALUE",
			row->name, row->name);
	if (!w->has_value)
		value = (struct smtpd_str){"yes", 3};
	board_text_start(&why, text, sizeof text);
	if (store(row, value, on_command_line[row_of(row)], &why) != 0)
		return board_fail("--%s: %s", row->name, text);
	on_command_line[row_of(row)] = true;
	return 0;
}

/* --config, --check and the like. */
static int take_action(const struct action *a, const struct word *w,
	enum board_action *action, const char **argument)
{
	if (a->takes_file && !w->value.len)
		return board_fail(
			"--%s: give it a file, --%s FILE", a->name, a->name);
	if (a->takes_file && file)
		return board_fail("--%s: %s was given already; give one file",
			a->name, file);
	if (a->action != BOARD_RUN)
		*action = a->action;
	if (a->action == BOARD_HASH_PASSWORD && w->has_value)
		*argument = w->value.s;
	return a->takes_file ? read_file(w->value.s) : 0;
}

/* One pass over the command line: the file first, then what overrides it. */
static int pass(char **argv, bool options, enum board_action *action,
	const char **argument)
{
	const struct action *a;
	struct word w;
	int status = 0;

	static char help[] = "--help";

	while (!status && *argv) {
		if (strcmp(*argv, "-h") == 0)
			*argv = help;

		if (strncmp(*argv, "--", 2) != 0 || !(*argv)[2])
			return board_fail("%s: not an option; options begin "
					  "with --, see lwsmtpd --help",
				*argv);
		argv = take_word(argv, &w);
		a = find_action(&w);
		if (a && !options)
			status = take_action(a, &w, action, argument);
		else if (!a && options)
			status = take_option(&w);
	}
	return status;
}

int board_options_read(
	char **argv, enum board_action *action, const char **argument)
{
	int status;

	*action = BOARD_RUN;
	*argument = NULL;
	board_setting_defaults(
		board_option_rows, board_option_count, &board_options);
	status = pass(argv, false, action, argument);
	return status ? status : pass(argv, true, action, argument);
}
