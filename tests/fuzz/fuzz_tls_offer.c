/*
 * fuzz_tls_offer.c - a ClientHello of any octets, and cut anywhere
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/octets.h"
#include "smtpd_tls_offer.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void need(int condition)
{
	if (!condition)
		abort();
}

static void check(const struct smtpd_tls_list *l)
{
	need(l->count <= SMTPD_TLS_OFFER_MAX);
}

/* What there is of a list that was cut is the beginning of the whole. */
static void check_part(
	const struct smtpd_tls_list *part, const struct smtpd_tls_list *all)
{
	need(part->count <= all->count &&
		!memcmp(part->value, all->value,
			part->count * sizeof *all->value));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct smtpd_tls_offer all, part;
	size_t at = len ? len * p[len - 1] / 256 : 0;
	uint8_t *exact = exact_copy(p, len), *cut = exact_copy(p, at);
	int result = smtpd_tls_offer_read(&all, exact, len);

	check(&all.versions);
	check(&all.suites);
	check(&all.groups);
	check(&all.signatures);
	if (result == 0 && smtpd_tls_offer_read(&part, cut, at) == 0)
		check_part(&part.suites, &all.suites);
	free(exact);
	free(cut);
	return 0;
}
