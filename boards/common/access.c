/*
 * access.c - the options `allow` and `deny`: who may connect to which port
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "access.h"
#include "blocks.h"

#if SMTPD_ACCESS

#define ALL_PORTS ((1u << BOARD_PORTS) - 1)

/* The port that an entry is for, with it cut off; BOARD_PORTS: there is no
 * such port. */
static unsigned take_ports(const char **s, size_t *n)
{
	static const char *const names[BOARD_PORTS] = {
		[BOARD_SMTP] = "smtp",
		[BOARD_SUBMISSION] = "submission",
		[BOARD_SMTPS] = "smtps",
		[BOARD_LMTP] = "lmtp",
	};
	const char *eq = memchr(*s, '=', *n);
	size_t len = eq ? (size_t)(eq - *s) : 0;
	unsigned i;

	if (!eq)
		return ALL_PORTS;
	for (i = 0; i < BOARD_PORTS; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], *s, len))
			break;
	*s += len + 1;
	*n -= len + 1;
	return i < BOARD_PORTS ? 1u << i : 0;
}

static const char *add(
	struct board_access *out, const char *s, size_t n, bool deny)
{
	uint16_t count = out->lists[0].count;
	struct smtpd_access_rule *r = &out->rules[count];
	unsigned i, ports = take_ports(&s, &n);
	const char *why;

	if (!ports)
		return "names no port; smtp, submission, smtps and lmtp are";
	if (count == BOARD_ACCESS_MAX)
		return "is one entry too many";
	why = smtpd_cidr_parse(&r->block, s, n);
	if (why)
		return why;
	r->deny = deny;
	r->groups = (uint8_t)ports;
	for (i = 0; i < BOARD_PORTS; i++)
		out->lists[i] = (struct smtpd_access){
			out->rules, (uint16_t)(count + 1), (uint8_t)(1u << i)};
	return NULL;
}

/* All addresses of both families. */
static void deny_all(struct board_access *out)
{
	unsigned i;

	memset(out->rules, 0, sizeof out->rules);
	for (i = 0; i < BOARD_PORTS; i++)
		out->lists[i] = (struct smtpd_access){out->rules, 1, ALL_PORTS};
	/* it allows nobody who exists, and so keeps all others out */
	out->rules[0].groups = ALL_PORTS;
}

int board_access_read(struct board_access *out, const char *list, bool deny,
	struct board_text *why)
{
	if (!*list)
		return 0;
	while (list) {
		struct smtpd_str item = board_list_item(&list);
		const char *problem = add(out, item.s, item.len, deny);

		if (!problem)
			continue;
		board_text_json(why, item.s, item.len);
		board_text_str(why, " ");
		board_text_str(why, problem);
		deny_all(out);
		return SMTPD_EINVAL;
	}
	return 0;
}

#else
typedef int board_no_access; /* ISO C wants a declaration */
#endif
