/*
 * fuzz_unstuff.c - DATA in any pieces against a plain decoder
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The first two octets cut the rest into pieces.
 *
 * tests: sources tests/unit/engine/octets.c
 * tests: sources tests/unit/engine/unstuff_reference.c
 * tests: sources tests/unit/engine/unstuff_loose.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/unstuff_loose.h"
#include "engine/unstuff_reference.h"
#include "unstuff.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

struct run {
	struct smtpd_unstuff u;
	struct octets out;
	size_t used;
	bool end;
};

static void feed(struct run *r, const uint8_t *p, size_t n)
{
	uint8_t *exact = exact_copy(p, n);
	size_t text = n, used;

	r->end = smtpd_unstuff(&r->u, exact, &text, &used);
	if (text > used || used > n || (!r->end && used != n) ||
		memcmp(exact + used, p + used, n - used) != 0)
		abort();
	if (r->u.held_cr)
		octets_add(&r->out, "\r", 1);
	r->u.held_cr = false;
	octets_add(&r->out, exact, text);
	r->used += used;
	free(exact);
}

static void check(
	const uint8_t *p, size_t len, size_t a, size_t b, bool measure)
{
	struct reference want;
	struct run got = {0};
	size_t done = 0;

	reference_decode(&want, p, len);
	got.u.measure = measure;
	for (unsigned i = 0; done < len && !got.end; i++) {
		size_t n = i % 2 ? b : a;

		if (!n || n > len - done)
			n = len - done;
		feed(&got, p + done, n);
		done += n;
	}
	if (got.end != want.end || got.used != want.used ||
		got.out.len != want.out.len || got.u.bare != want.bare ||
		(want.out.len &&
			memcmp(got.out.p, want.out.p, want.out.len) != 0) ||
		(measure && got.u.line_max != want.line_max))
		abort();
	octets_free(&got.out);
	octets_free(&want.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	if (len < 2)
		return 0;
	check(p + 2, len - 2, p[0], p[1], false);
	check(p + 2, len - 2, p[0], p[1], true);
	check(p + 2, len - 2, 1, 1, false);
	check(p + 2, len - 2, 0, 0, false);
	if (!loose_agrees(p + 2, len - 2, p[0], p[1], true) ||
		!loose_agrees(p + 2, len - 2, p[1], 0, true) ||
		!loose_agrees(p + 2, len - 2, 1, 1, false))
		abort();
	return 0;
}
