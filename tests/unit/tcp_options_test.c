/*
 * tcp_options_test.c - TCP options as hostile peers send them
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/lwip lwip
 *
 * tests: link port/lwip
 *
 * Every vector runs whole and split over two buffers at every place, from
 * buffers of exact size so that ASan sees an octet too many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "smtpd_port.h"
#include "tcp_options.h"

/* What random.c calls, unused here. */
uint32_t sys_now(void);

uint32_t sys_now(void)
{
	return 0;
}

int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	(void)buf;
	(void)len;
	return SMTPD_ENONE;
}

struct vector {
	const char *name;
	bool ok;
	uint8_t len;
	uint8_t octets[40];
};

/* clang-format off */
static const struct vector vectors[] = {
	{ "none", true, 0, { 0 } },
	{ "mss", true, 4, { 2, 4, 5, 0xb4 } },
	{ "linux_syn", true, 20, { 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0,
		0, 0, 0, 1, 3, 3, 7 } },
	{ "nops", true, 4, { 1, 1, 1, 1 } },
	{ "end_hides_the_rest", true, 4, { 0, 5, 0, 9 } },
	{ "end_last", true, 4, { 1, 1, 1, 0 } },
	{ "kind_is_last", false, 4, { 1, 1, 1, 2 } },
	{ "unknown_kind_is_last", false, 4, { 1, 1, 1, 254 } },
	{ "only_a_kind", false, 1, { 8 } },
	{ "length_0", false, 4, { 2, 0, 0, 0 } },
	{ "length_1", false, 4, { 5, 1, 1, 1 } },
	{ "length_0_unknown", false, 4, { 77, 0, 1, 1 } },
	{ "past_the_end_by_1", false, 4, { 5, 5, 0, 0 } },
	{ "past_the_end_255", false, 4, { 5, 255, 0, 0 } },
	{ "fills_exactly", true, 4, { 77, 4, 0, 0 } },
	{ "length_is_last", true, 4, { 1, 1, 77, 2 } },
	{ "length_is_last_and_long", false, 4, { 1, 1, 77, 3 } },
	{ "forty", true, 40, { 253, 40 } },
	{ "forty_one", false, 40, { 253, 41 } },
	{ "second_is_bad", false, 8, { 2, 4, 5, 0xb4, 3, 0, 0, 0 } },
};
/* clang-format on */

static uint8_t *copy_of(const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, p, len);
	return copy;
}

static bool run_split(const struct vector *v, size_t at)
{
	uint8_t *first = copy_of(v->octets, at);
	uint8_t *rest = copy_of(v->octets + at, v->len - at);
	bool ok = lwip_smtpd_tcp_options_ok(
		first, at, at < v->len ? rest : NULL, v->len);

	free(first);
	free(rest);
	return ok;
}

static int run(const struct vector *v)
{
	size_t at;

	for (at = 0; at <= v->len; at++)
		if (run_split(v, at) != v->ok) {
			printf("not ok case_148_tcp_options_%s: split at %u\n",
				v->name, (unsigned)at);
			return 1;
		}
	printf("ok case_148_tcp_options_%s\n", v->name);
	return 0;
}

/* Every two first octets before every length: never more than len is read. */
static int run_all_short(void)
{
	struct vector v = {"every_short_one", true, 0, {0}};
	unsigned n;

	for (n = 0; n < 0x20000; n++) {
		size_t at;

		v.len = (uint8_t)(1 + n % 2 + n % 3);
		v.octets[0] = (uint8_t)n;
		v.octets[1] = (uint8_t)(n >> 8);
		v.octets[2] = (uint8_t)(n >> 3);
		for (at = 0; at <= v.len; at++)
			run_split(&v, at);
	}
	printf("ok case_148_tcp_options_%s\n", v.name);
	return 0;
}

/* Vectors of the reference implementation: key 00..07, message 00, 01, ... */
static int run_hash(void)
{
	static const uint32_t key[2] = {0x03020100U, 0x07060504U};
	static const uint32_t message[1] = {0x03020100U};
	bool ok = lwip_smtpd_hash(key, message, 0) == 0x5b9f35a9U &&
		  lwip_smtpd_hash(key, message, 1) == 0x89466e2aU;

	printf(ok ? "ok halfsiphash_2_4\n"
		  : "not ok halfsiphash_2_4: wrong hash\n");
	return !ok;
}

int main(void)
{
	size_t i;
	int failed = 0;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		failed += run(&vectors[i]);
	failed += run_all_short();
	failed += run_hash();
	return failed != 0;
}
