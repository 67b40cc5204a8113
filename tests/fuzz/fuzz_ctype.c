/*
 * fuzz_ctype.c - parameters of Content-Type and Content-Disposition
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A parameter is the same whatever room there is, or is said not to fit (with
 * the white space at its end, that is not counted otherwise), and no longer
 * than where it stands, but for what is not UTF-8 in pieces; a file name is
 * UTF-8 and fits.
 *
 * tests: sources tests/unit/engine/octets.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/octets.h"
#include "message.h"
#include "utf8_check.h"

#define VALUE_MAX 1000

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void check_param(struct smtpd_str value, const char *name)
{
	char all[VALUE_MAX], *some;
	size_t n = smtpd_mime_param(value, name, all, sizeof all), cap, got;

	if (n > 3u * value.len) /* U+FFFD has three octets */
		abort();
	for (cap = n; cap + 2 > n && cap < sizeof all; cap--) {
		some = exact_copy(all, cap);
		got = smtpd_mime_param(value, name, some, cap);
		if (got != cap + 1 && (got != n || n > cap))
			abort();
		if (got <= cap && memcmp(all, some, n) != 0)
			abort();
		free(some);
	}
}

static void check_name(struct smtpd_str value, const char *name)
{
	static struct smtpd_message m;

	for (uint8_t charset = 0; charset < 5; charset++) {
		memset(&m, 0, sizeof m);
		m.charset = charset;
		if (!smtpd_mime_name(&m, value, name) && m.file_len)
			abort();
		if (m.file_len > sizeof m.file)
			abort();
		utf8_check(m.file, m.file_len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char *copy;
	struct smtpd_str value;

	if (len > VALUE_MAX)
		return 0;
	copy = exact_copy(p, len);
	value = (struct smtpd_str){copy, (uint16_t)len};
	check_param(value, "boundary");
	check_param(value, "charset");
	check_name(value, "name");
	check_name(value, "filename");
	free(copy);
	return 0;
}
