/*
 * fuzz_message.c - a mail of any octets makes the same events however split
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Whole, octet by octet and in pieces of any length; all text is UTF-8.
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/message_trace.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/message_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void check(const struct octets *want, const uint8_t *p, size_t len,
	enum smtpd_charset charset, message_split *split, void *ctx)
{
	struct octets got = {0};

	message_trace(&got, p, len, charset, split, ctx);
	if (strcmp(octets_text(&got), octets_text(want)) != 0)
		abort();
	octets_free(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	unsigned seed = len ? p[len - 1] : 0;
	enum smtpd_charset charset = (enum smtpd_charset)(seed % 5);
	struct octets want = {0};
	size_t one = 1;

	message_trace(&want, p, len, charset, NULL, NULL);
	check(&want, p, len, charset, split_every, &one);
	check(&want, p, len, charset, split_random, &seed);
	octets_free(&want);
	return 0;
}
