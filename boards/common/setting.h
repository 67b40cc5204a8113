/*
 * setting.h - named settings: a table, `key = value` lines, typed values
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * One table describes a board's settings. From it come the defaults, what a
 * configuration file or a command line stores, and the help text. Nothing
 * here allocates or needs stdio. Context of every function: any.
 */
#ifndef BOARD_SETTING_H
#define BOARD_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd.h"
#include "text.h"

enum board_type {
	BOARD_BOOL,   /* yes or no, into a bool */
	BOARD_NUMBER, /* decimal */
	BOARD_OCTETS, /* decimal with an optional K, M or G (1024-fold) */
	BOARD_TIME,   /* seconds, or with ms, s, m or h; kept in milliseconds */
	BOARD_CHOICE, /* one of the words of `text`, by its number from 0 */
	BOARD_PROFILE,    /* see flags.h; a list changes the default */
	BOARD_MECHANISMS, /* the same; with SMTPD_AUTH_CHOICE */
	BOARD_TEXT,       /* octets, into a char array, NUL-terminated */
	BOARD_LIST,       /* the same; given again, it is joined */
	BOARD_KEPT, /* octets, into a const char *: the value is not copied */
};

struct board_setting {
	const char *name;  /* letters, digits and '_' */
	const char *group; /* heading in the help text; NULL: as before */
	const char *help;  /* what it does */
	enum board_type type;
	uint16_t offset; /* of the member in the board's options struct */
	uint16_t size;   /* octets of the member: 1, 2 or 4; or of the array */
	uint32_t min, max, number; /* range and default of a number or time;
				      of a list, what joins it, 0: a comma */
	const char *text; /* default of a text or list; words of a choice,
			     with commas between */
};

/*
 * Take a line of a configuration file apart; '#' begins a comment line.
 *
 * line  len octets without LF; a CR at its end is ignored.
 *
 * Returns 1 with *key and *value (spaces around them cut off), 0 for a blank
 * or comment line, SMTPD_EINVAL when there is no '=' or no key before it.
 */
int board_setting_line(const char *line, size_t len, struct smtpd_str *key,
	struct smtpd_str *value);

/* The row of that name, '-' standing for '_' as well; NULL: none. */
const struct board_setting *board_setting_find(
	const struct board_setting *table, size_t count, struct smtpd_str key);

/* The row whose name is nearest to a misspelt one; NULL: none is near. */
const struct board_setting *board_setting_nearest(
	const struct board_setting *table, size_t count, struct smtpd_str key);

/* Store the default of every row into the struct at base. */
void board_setting_defaults(
	const struct board_setting *table, size_t count, void *base);

/*
 * Store a value into the struct at base. With BOARD_KEPT the value MUST be
 * NUL-terminated and outlive the struct.
 *
 * Returns 0; or SMTPD_EINVAL, with what would be right appended to *why and
 * the struct unchanged.
 */
int board_setting_store(const struct board_setting *, void *base,
	struct smtpd_str value, struct board_text *why);

/* Append the row's value in the struct at base, as a file would give it. */
void board_setting_text(
	const struct board_setting *, const void *base, struct board_text *t);

#endif
