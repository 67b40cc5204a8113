/*
 * options.c - the table of the program's options
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stddef.h>

#include "options.h"

#define AT(m)  (uint16_t) offsetof(struct board_options, m)
#define LEN(m) (uint16_t)sizeof(((struct board_options *)0)->m)

#define ROW(group, name, m, type, min, max, n, text, help)                     \
	{                                                                      \
		name, group, help, type, AT(m), LEN(m), min, max, n, text      \
	}
#define FLAG(group, name, m, on, help)                                         \
	ROW(group, name, m, BOARD_BOOL, 0, 1, on, NULL, help)
#define COUNT(group, name, m, min, max, n, help)                               \
	ROW(group, name, m, BOARD_NUMBER, min, max, n, NULL, help)
#define BYTES(group, name, m, min, max, n, help)                               \
	ROW(group, name, m, BOARD_OCTETS, min, max, n, NULL, help)
#define TIME(group, name, m, min, max, n, help)                                \
	ROW(group, name, m, BOARD_TIME, min, max, n, NULL, help)
#define WORDS(group, name, m, text, help)                                      \
	ROW(group, name, m, BOARD_TEXT, 0, 0, 0, text, help)
#define LIST(group, name, m, text, help)                                       \
	ROW(group, name, m, BOARD_LIST, 0, 0, 0, text, help)
#define RULES(group, name, m, text, help)                                      \
	ROW(group, name, m, BOARD_LIST, 0, 0, '\n', text, help)

#define CHOICE(group, name, m, n, words, help)                                 \
	ROW(group, name, m, BOARD_CHOICE, 0, 0, n, words, help)
#define PROFILE(group, name, m, n, help)                                       \
	ROW(group, name, m, BOARD_PROFILE, 0, 0, n, NULL, help)
#define MECHANISMS(group, name, m, n, help)                                    \
	ROW(group, name, m, BOARD_MECHANISMS, 0, 0, n, NULL, help)

#define FILES WORDS

#define DAY_MS          86400000u
#define SAME            NULL
#define PORT_SMTP       2525
#define PORT_SUBMISSION 2587
#define PORT_SMTPS      2465

#define TOLERANT SMTPD_FORGIVE_ALL
#define STRICT   SMTPD_STRICT

#define BOARD_LINUX    1
#define BOARD_FIRMWARE 0
#define BOARD_SINKS    1

struct board_options board_options;

const struct board_setting board_option_rows[] = {
#include "option_rows.h"
};

const size_t board_option_count =
	sizeof board_option_rows / sizeof *board_option_rows;

/* The same rows as a board sees them, names only. */
#undef BOARD_LINUX
#undef BOARD_FIRMWARE
#undef ROW
#define BOARD_LINUX    0
#define BOARD_FIRMWARE 1
#define ROW(group, key, ...)                                                   \
	{                                                                      \
		.name = (key)                                                  \
	}

static const struct board_setting firmware_rows[] = {
#include "option_rows.h"
};

bool board_option_is_firmware(struct smtpd_str key)
{
	return board_setting_find(firmware_rows,
		       sizeof firmware_rows / sizeof *firmware_rows,
		       key) != NULL;
}
