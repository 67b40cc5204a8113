/*
 * options_help.c - the help text and its Markdown table, from the one table
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <string.h>

#include "options.h"

static const char *value_word(const struct board_setting *row)
{
	static const char *const words[] = {
		[BOARD_BOOL] = "yes|no",
		[BOARD_NUMBER] = "N",
		[BOARD_OCTETS] = "OCTETS",
		[BOARD_TIME] = "TIME",
		[BOARD_PROFILE] = "PROFILE",
		[BOARD_MECHANISMS] = "MECHANISMS",
		[BOARD_TEXT] = "TEXT",
		[BOARD_LIST] = "LIST",
	};

	return row->type == BOARD_CHOICE ? row->text : words[row->type];
}

/* The default as a file would give it. */
static const char *default_text(const struct board_setting *row)
{
	static struct board_options defaults;
	static char text[128];
	struct board_text t;

	board_setting_defaults(
		board_option_rows, board_option_count, &defaults);
	board_text_start(&t, text, sizeof text);
	board_setting_text(row, &defaults, &t);
	return text;
}

/* Print text broken at spaces to fit 78 columns, each line indented. */
static void print_wrapped(const char *text, int indent)
{
	size_t width = (size_t)(78 - indent), n;

	while (*text) {
		n = strlen(text);
		if (n > width)
			for (n = width; n && text[n] != ' ';)
				n--;
		if (!n)
			n = strlen(text);
		printf("%*s%.*s\n", indent, "", (int)n, text);
		text += n;
		while (*text == ' ')
			text++;
	}
}

int board_options_help(void)
{
	const struct board_setting *row = board_option_rows;
	const char *is;

	puts("usage: lwsmtpd [OPTION ...]\n"
	     "A small SMTP server: takes mail and hands it to sinks.\n\n"
	     "  --config FILE            read options from lines of key = "
	     "value\n"
	     "  --check FILE             only check such a file; 0 = right, "
	     "2 = wrong\n"
	     "  --hash-password [USER]   read a password, print a line for "
	     "users_file\n"
	     "  --help, --help-markdown  this text, the same as a table\n"
	     "  --version                version, options compiled in, memory\n"
	     "\nEach option is --NAME VALUE here and NAME = VALUE in FILE; the "
	     "command line\nwins. OCTETS may end in K, M or G; TIME is in "
	     "seconds, or ends in ms, s, m, h.");
	for (; row < board_option_rows + board_option_count; row++) {
		if (row->group)
			printf("\n%s:\n", row->group);
		is = default_text(row);
		printf("  --%s %s%s%s%s\n", row->name, value_word(row),
			*is ? " (" : "", is, *is ? ")" : "");
		print_wrapped(row->help, 8);
	}
	return fflush(stdout) ? 1 : 0;
}

int board_options_markdown(void)
{
	const struct board_setting *row = board_option_rows;
	const char *is;

	puts("| option | value | default | what it does |\n|---|---|---|---|");
	for (; row < board_option_rows + board_option_count; row++) {
		if (row->group)
			printf("| **%s** | | | |\n", row->group);
		is = default_text(row);
		printf("| `%s` | %s | %s%s%s | %s |\n", row->name,
			row->type == BOARD_BOOL ? "yes, no" : value_word(row),
			*is ? "`" : "", is, *is ? "`" : "", row->help);
	}
	return fflush(stdout) ? 1 : 0;
}
