/*
 * fuzz_alert.c - rules and a mail of any octets
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Rules up to the first NUL, then the mail: the same alert however it is split.
 * The mail is read as a date, too.
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/alert_trace.c
 * tests: sources tests/unit/engine/message_trace.c
 */
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "engine/alert_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void check_rules(const char *rules, size_t len)
{
	struct smtpd_alert_error error = {NULL, 0};
	char *exact = exact_copy(rules, len);

	if (smtpd_alert_rules_check(exact, len, &error) != 0 &&
		(!error.why || error.at > len))
		abort();
	free(exact);
}

static void check_date(const uint8_t *p, size_t len)
{
	char *exact = exact_copy(p, len);
	int64_t date_s = 0;
	int16_t zone = 0;

	if (smtpd_alert_date(exact, len, &date_s, &zone) &&
		(zone < -1439 || zone > 1439 || date_s > 253402387200))
		abort();
	free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const uint8_t *end = memchr(p, 0, len);
	struct octets rules = {0}, whole = {0}, split = {0};
	unsigned seed = (unsigned)len;

	if (!end || end - p > 2000)
		return 0;
	octets_add(&rules, p, (size_t)(end - p) + 1);
	check_rules((char *)rules.p, rules.len - 1);
	len -= (size_t)(end - p) + 1;
	p = end + 1;
	check_date(p, len);
	alert_trace(&whole, p, len, (char *)rules.p, NULL, NULL);
	alert_trace(&split, p, len, (char *)rules.p, split_random, &seed);
	if (strcmp(octets_text(&whole), octets_text(&split)) != 0)
		abort();
	octets_free(&rules);
	octets_free(&whole);
	octets_free(&split);
	return 0;
}
