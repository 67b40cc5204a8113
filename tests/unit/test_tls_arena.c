/*
 * test_tls_arena.c - the allocator of the TLS arenas
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/wolfssl wolfssl lwip
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../port/wolfssl/tls_arena.h"
#include "../../port/wolfssl/tls_guard.h"

static int failures;
static const char *name;
static int failed;

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x) && !failed) {                                         \
			failed = 1;                                            \
			failures++;                                            \
			printf("not ok %s: line %d: %s\n", name, __LINE__,     \
				#x);                                           \
		}                                                              \
	} while (0)

#define SIZE 4096u

static struct smtpd_arena arena;
static uint8_t *memory;

static void whole_is_one_block(void)
{
	void *p = smtpd_arena_alloc(&arena, SIZE - SMTPD_ARENA_ALIGN - 4);

	CHECK(p != NULL);
	memset(p, 1, SIZE - SMTPD_ARENA_ALIGN - 4);
	CHECK(smtpd_arena_alloc(&arena, 1) == NULL);
	smtpd_arena_free(&arena, p);
	CHECK(smtpd_arena_alloc(&arena, SIZE) == NULL);
	CHECK(smtpd_arena_alloc(&arena, SIZE - SMTPD_ARENA_ALIGN - 3) == NULL);
	CHECK(smtpd_arena_alloc(&arena, SIZE_MAX) == NULL);
	CHECK(smtpd_arena_alloc(&arena, 0x100000000u) == NULL);
}

static void aligned(void)
{
	size_t n;

	for (n = 0; n < 70; n++) {
		uint8_t *p = smtpd_arena_alloc(&arena, n);

		CHECK(p && (uintptr_t)p % SMTPD_ARENA_ALIGN == 0);
		CHECK(smtpd_arena_size(&arena, p) >= n);
		memset(p, 2, smtpd_arena_size(&arena, p));
		if (n % 3 == 0)
			smtpd_arena_free(&arena, p);
	}
}

static void owns(void)
{
	void *p = smtpd_arena_alloc(&arena, 10);

	CHECK(smtpd_arena_owns(&arena, p));
	CHECK(!smtpd_arena_owns(&arena, NULL));
	CHECK(!smtpd_arena_owns(&arena, &arena));
	CHECK(!smtpd_arena_owns(&arena, memory - 1));
	CHECK(smtpd_arena_owns(&arena, memory));
	CHECK(smtpd_arena_owns(&arena, memory + SIZE - 1));
	CHECK(!smtpd_arena_owns(&arena, memory + SIZE));
}

/* Freed in each order of three neighbours, all comes back as one. */
static void neighbours_join(void)
{
	static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
		{1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	int o;
	int i;

	for (o = 0; o < 6; o++) {
		void *p[3];

		for (i = 0; i < 3; i++)
			p[i] = smtpd_arena_alloc(&arena, 1000);
		CHECK(p[0] && p[1] && p[2]);
		CHECK(!smtpd_arena_fits(&arena, 3000));
		for (i = 0; i < 3; i++)
			smtpd_arena_free(&arena, p[orders[o][i]]);
		CHECK(arena.used == 0 && arena.blocks == 0);
		CHECK(smtpd_arena_fits(&arena, SIZE - SMTPD_ARENA_ALIGN - 4));
	}
}

static void hole_is_used_again(void)
{
	void *a = smtpd_arena_alloc(&arena, 150);
	void *b = smtpd_arena_alloc(&arena, 150);
	void *c = smtpd_arena_alloc(&arena, 150);

	CHECK(a && b && c);
	smtpd_arena_free(&arena, b);
	CHECK(smtpd_arena_alloc(&arena, 120) == b);
	CHECK(smtpd_arena_alloc(&arena, 180) != b);
}

static void high_water_mark(void)
{
	void *a = smtpd_arena_alloc(&arena, 1000);
	uint32_t high;

	smtpd_arena_free(&arena, a);
	high = arena.high;
	CHECK(high >= 1000 && high < 1000 + 2 * SMTPD_ARENA_ALIGN);
	smtpd_arena_alloc(&arena, 10);
	CHECK(arena.high == high);
}

static void wiped(void)
{
	uint8_t *p = smtpd_arena_alloc(&arena, 3000);
	unsigned i;
	unsigned sum = 0;

	memset(p, 0xaa, 3000);
	smtpd_arena_free(&arena, p);
	smtpd_arena_wipe(&arena);
	smtpd_tls_permit(memory, SIZE);
	for (i = SMTPD_ARENA_ALIGN; i < SIZE; i++)
		sum += memory[i];
	CHECK(sum == 0);
	CHECK(arena.used == 0);
}

#ifdef SMTPD_TLS_GUARD
int __asan_address_is_poisoned(const volatile void *p);

/* The sanitizer knows what was never allocated, what was freed, and what lies
 * behind a block; of a block's last 8 octets it knows all or none. */
static void guarded(void)
{
	size_t n;

	for (n = 1; n < 100; n++) {
		uint8_t *p = smtpd_arena_alloc(&arena, n);

		CHECK(!__asan_address_is_poisoned(p));
		CHECK(!__asan_address_is_poisoned(p + n - 1));
		if (smtpd_arena_size(&arena, p) >= n + 8)
			CHECK(!__asan_address_is_poisoned(p + n + 7));
		smtpd_arena_free(&arena, p);
		CHECK(__asan_address_is_poisoned(p));
		p = smtpd_arena_alloc(&arena, n);
		CHECK(__asan_address_is_poisoned(p + n + 24));
		smtpd_arena_wipe(&arena);
		CHECK(__asan_address_is_poisoned(p));
	}
}
#endif

/* Any order of calls: no block overlaps another, and all comes back. */
static void random_calls(void)
{
	struct {
		uint8_t *p;
		size_t n;
		uint8_t fill;
	} b[40];
	unsigned long round;
	unsigned i;
	size_t k;

	memset(b, 0, sizeof b);
	srand(7);
	for (round = 0; round < 200000; round++) {
		i = (unsigned)rand() % 40;
		if (b[i].p) {
			for (k = 0; k < b[i].n; k++)
				CHECK(b[i].p[k] == b[i].fill);
			smtpd_arena_free(&arena, b[i].p);
			b[i].p = NULL;
			continue;
		}
		b[i].n = (size_t)rand() % (rand() % 10 ? 100 : 1500);
		b[i].fill = (uint8_t)round;
		CHECK(smtpd_arena_fits(&arena, b[i].n) ==
			((b[i].p = smtpd_arena_alloc(&arena, b[i].n)) != NULL));
		if (b[i].p)
			memset(b[i].p, b[i].fill, b[i].n);
	}
	for (i = 0; i < 40; i++)
		if (b[i].p)
			smtpd_arena_free(&arena, b[i].p);
	CHECK(arena.used == 0 && arena.blocks == 0);
	CHECK(smtpd_arena_fits(&arena, SIZE - SMTPD_ARENA_ALIGN - 4));
}

static void run(const char *what, void (*fn)(void))
{
	name = what;
	failed = 0;
	/* of exact size, so that the sanitizer sees one octet too many */
	if (posix_memalign((void **)&memory, 16, SIZE))
		exit(1);
	memset(memory, 0, SIZE);
	smtpd_arena_init(&arena, memory, SIZE);
	fn();
	free(memory);
	if (!failed)
		printf("ok %s\n", what);
}

#define RUN(fn) run(#fn, fn)

int main(void)
{
	RUN(whole_is_one_block);
	RUN(aligned);
	RUN(owns);
	RUN(neighbours_join);
	RUN(hole_is_used_again);
	RUN(high_water_mark);
	RUN(wiped);
	RUN(random_calls);
#ifdef SMTPD_TLS_GUARD
	RUN(guarded);
#endif
	return failures != 0;
}
