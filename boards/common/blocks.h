/*
 * blocks.h - comma lists of addresses and blocks of them: 10.0.0.0/8, ::1
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_BLOCKS_H
#define BOARD_BLOCKS_H

#include "smtpd_cidr.h"
#include "text.h"

/*
 * The next item of a comma list, without the spaces around it; *list moves
 * behind it, and is NULL when it was the last. "" has one item, which is
 * empty. Context: any.
 */
struct smtpd_str board_list_item(const char **list);

/*
 * Take a list apart; spaces around the commas do no harm, "" is empty.
 *
 * list  NUL-terminated.
 * out   receives the blocks, `max` at most; may be changed when it is wrong.
 *
 * Returns how many there are; or SMTPD_EINVAL with what is wrong appended to
 * *why. Context: any.
 */
int board_blocks_parse(const char *list, struct smtpd_cidr *out, unsigned max,
	struct board_text *why);

#endif
