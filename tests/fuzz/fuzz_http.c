/*
 * fuzz_http.c - heads of HTTP requests, whole and in two pieces
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources boards/common/page/http.c
 */
#include <assert.h>
#include <string.h>

#include "../../boards/common/page/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

/* The first octet says where to cut; both must tell the same. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct board_http whole, cut;
	size_t at, n, m;

	if (!len)
		return 0;
	at = *p++ % len--;
	board_http_start(&whole);
	board_http_start(&cut);
	n = board_http_input(&whole, p, len);
	m = board_http_input(&cut, p, at);
	if (!cut.status)
		m += board_http_input(&cut, p + at, len - at);
	assert(n == m && (whole.status || n == len));
	assert(memcmp(&whole, &cut, sizeof whole) == 0);
	assert(strlen(whole.path) < sizeof whole.path);
	assert(strlen(whole.host) < sizeof whole.host);
	assert(strlen(whole.auth) < sizeof whole.auth);
	(void)board_http_host_ours(whole.host, "host");
	return 0;
}
