/*
 * fuzz_tls_der.c - certificates of any octets: their names, their hashes
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources port/wolfssl/tls_der.c tests/unit/engine/octets.c
 * tests: sources tests/unit/engine/engine.c tests/unit/engine/sink.c
 */
#include <stdlib.h>
#include <string.h>

#include "../../port/wolfssl/tls_der.h"
#include "engine/octets.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void need(int condition)
{
	if (!condition)
		abort();
}

/* The same name in as much room as it needs, none in less, and nothing in it
 * that could be taken for the end of a line. */
static void check(const struct smtpd_der *cert)
{
	char text[256], again[256];
	size_t n = smtpd_der_subject(cert, text, sizeof text), i;

	need(n < sizeof text && strlen(text) == n);
	for (i = 0; i < n; i++)
		need((uint8_t)text[i] >= ' ' && text[i] != 0x7f);
	if (!n)
		return;
	need(smtpd_der_subject(cert, again, n + 1) == n &&
		!memcmp(text, again, n));
	need(smtpd_der_subject(cert, again, n) == 0 && !*again);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct smtpd_der cert = {exact_copy(p, len), len};
	struct smtpd_der rest = cert, whole, value;

	check(&cert);
	smtpd_der_signature_hash(&cert);
	while (smtpd_der_next(&rest, &whole, &value)) {
		need(whole.p + whole.len == value.p + value.len);
		need(rest.p == whole.p + whole.len);
	}
	free((void *)(uintptr_t)cert.p);
	return 0;
}
