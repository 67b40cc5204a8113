/*
 * fuzz_base64.c - base64 in any pieces against a plain decoder
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c
 */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "engine/octets.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value(uint8_t c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* RFC 4648 4, the whole text at once. */
static bool reference(const uint8_t *p, size_t len, struct octets *out)
{
	size_t pads = 0;

	if (len % 4)
		return false;
	while (pads < 2 && pads < len && p[len - 1 - pads] == '=')
		pads++;
	for (size_t i = 0; i < len; i += 4) {
		uint32_t v = 0;
		size_t symbols = i + 4 == len ? 4 - pads : 4;

		for (size_t k = 0; k < 4; k++) {
			int s = k < symbols ? value(p[i + k]) : 0;

			if (s < 0)
				return false;
			v = v << 6 | (uint32_t)s;
		}
		if ((symbols == 2 && v & 0xffff) || (symbols == 3 && v & 0xff))
			return false;
		for (size_t k = 0; k + 1 < symbols; k++) {
			uint8_t octet = (uint8_t)(v >> (16 - 8 * k));

			octets_add(out, &octet, 1);
		}
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct octets want = {0}, got = {0};
	struct smtpd_base64 d = {0};
	size_t piece, done = 0;
	bool ok;

	if (!len)
		return 0;
	piece = *p++;
	len--;
	ok = reference(p, len, &want);
	while (done < len) {
		size_t n = piece && len - done > piece ? piece : len - done;
		char *exact = exact_copy(p + done, n);
		size_t out = smtpd_base64_push(&d, exact, n, (uint8_t *)exact);

		if (out > n)
			abort();
		octets_add(&got, exact, out);
		free(exact);
		done += n;
	}
	if (smtpd_base64_done(&d) != ok)
		abort();
	if (ok && (got.len != want.len ||
			  (got.len && memcmp(got.p, want.p, got.len))))
		abort();
	octets_free(&want);
	octets_free(&got);
	return 0;
}
