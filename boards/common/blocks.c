/*
 * blocks.c - comma lists of addresses and blocks of them: 10.0.0.0/8, ::1
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "blocks.h"

/* see blocks.h */
struct smtpd_str board_list_item(const char **list)
{
	const char *s = *list + strspn(*list, " ");
	size_t len = strcspn(s, ",");
	struct smtpd_str item = {s, (uint16_t)len};

	while (item.len && s[item.len - 1] == ' ')
		item.len--;
	*list = s[len] ? s + len + 1 : NULL;
	return item;
}

static int refuse(struct board_text *why, struct smtpd_str item, const char *is)
{
	board_text_json(why, item.s, item.len);
	board_text_str(why, ": ");
	board_text_str(why, is);
	return SMTPD_EINVAL;
}

static int too_many(struct board_text *why, unsigned max)
{
	board_text_str(why, "at most ");
	board_text_num(why, max);
	board_text_str(why, " addresses or blocks fit");
	return SMTPD_EINVAL;
}

int board_blocks_parse(const char *list, struct smtpd_cidr *out, unsigned max,
	struct board_text *why)
{
	unsigned n = 0;

	if (!*list)
		return 0;
	while (list) {
		struct smtpd_str item = board_list_item(&list);
		const char *wrong;

		if (n == max)
			return too_many(why, max);
		wrong = smtpd_cidr_parse(&out[n++], item.s, item.len);
		if (wrong)
			return refuse(why, item, wrong);
	}
	return (int)n;
}
