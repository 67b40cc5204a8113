/*
 * test_tls_arena_small.c - the allocator of the TLS arenas on a microcontroller
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_TLS_SMALL=1
 * tests: sources port/wolfssl/tls_arena.c
 */
#define main arena_main
#include "test_tls_arena.c"
#undef main

/* A record longer than the one before, and something short that stays: what a
 * handshake does. */
static void long_ones_find_room(void)
{
	size_t size = 600;
	int i;

	for (i = 0; i < 20; i++, size += 80) {
		void *record = smtpd_arena_alloc(&arena, size);

		CHECK(record != NULL);
		CHECK(smtpd_arena_alloc(&arena, 20) != NULL);
		if (record)
			smtpd_arena_free(&arena, record);
	}
}

/* The same, and all of it is wiped although it lay at the end. */
static void end_is_wiped(void)
{
	uint8_t *p = smtpd_arena_alloc(&arena, 1000);
	size_t i;
	int sum = 0;

	CHECK(p != NULL && p > memory + SIZE / 2);
	memset(p, 0xee, 1000);
	smtpd_arena_wipe(&arena);
	smtpd_tls_permit(memory, SIZE);
	for (i = 0; i < SIZE; i++)
		sum += memory[i] == 0xee;
	CHECK(sum == 0);
}

int main(void)
{
	int failed_before = arena_main();

	RUN(long_ones_find_room);
	RUN(end_is_wiped);
	return failed_before || failures != 0;
}
