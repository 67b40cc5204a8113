/*
 * tls_arena.c - first-fit allocator in static memory; see tls_arena.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Blocks lie end to end, each a multiple of SMTPD_ARENA_ALIGN. The 4-octet
 * header sits just below the aligned payload, so the first ALIGN - 4 octets of
 * the arena are not used.
 *
 * In a microcontroller's arena long blocks are taken from the end: between
 * them the many short ones of a handshake, of which some stay, leave holes
 * that no long one fits. There it needs a tenth more than is in use at its
 * peak, with first fit alone half as much again. A gateway, which has plenty,
 * keeps the end of its arenas untouched instead.
 */
#include <string.h>

#include "smtpd.h"
#include "tls_arena.h"
#include "tls_guard.h"

#define ALIGN ((uint32_t)SMTPD_ARENA_ALIGN)
#define HEAD  ((uint32_t)sizeof(struct block))
#define USED  0x8000u
#define LONG  (SMTPD_TLS_SMALL ? 200u : SIZE_MAX)

struct block {
	uint16_t prev; /* units of the block before, 0 for the first */
	uint16_t size; /* units of this one; USED when taken */
};

static struct block *at(const struct smtpd_arena *a, uint32_t unit)
{
	return (struct block *)(void *)(a->mem + unit * ALIGN + ALIGN - HEAD);
}

/* The last ALIGN octets hold the end of the last block's payload only. */
static uint32_t end_of(const struct smtpd_arena *a)
{
	return a->units - 1u;
}

static uint32_t size_of(const struct block *b)
{
	return b->size & ~USED;
}

static uint32_t units_for(size_t size)
{
	if (size > 0x7ffeu * (size_t)ALIGN - HEAD)
		return UINT32_MAX;
	return ((uint32_t)(size ? size : 1) + HEAD + ALIGN - 1) / ALIGN;
}

static void touch(struct smtpd_arena *a, uint32_t unit)
{
	if (unit > a->touched)
		a->touched = (uint16_t)unit;
}

static size_t capacity(const struct block *b)
{
	return (size_t)size_of(b) * ALIGN - HEAD;
}

/* Its octets are nobody's. */
static void forbid(const struct block *b)
{
	smtpd_tls_forbid(b + 1, capacity(b));
}

static void one_free_block(struct smtpd_arena *a)
{
	at(a, 0)->prev = 0;
	at(a, 0)->size = (uint16_t)end_of(a);
	a->used = 0;
	a->blocks = 0;
	forbid(at(a, 0));
}

/* see tls_arena.h */
void smtpd_arena_init(struct smtpd_arena *a, void *mem, size_t size)
{
	memset(a, 0, sizeof *a);
	a->mem = mem;
	a->units = (uint16_t)(size / ALIGN > 0x7fff ? 0x7fff : size / ALIGN);
	one_free_block(a);
}

/* The unit of the first free block of at least need units, or of the last one,
 * or UINT32_MAX. */
static uint32_t find(const struct smtpd_arena *a, uint32_t need, bool last)
{
	uint32_t found = UINT32_MAX;
	uint32_t u = 0;

	while (u < end_of(a) && (last || found == UINT32_MAX)) {
		const struct block *b = at(a, u);

		if (!(b->size & USED) && b->size >= need)
			found = u;
		u += size_of(b);
	}
	return found;
}

static void set_prev(struct smtpd_arena *a, uint32_t unit, uint32_t prev)
{
	if (unit < end_of(a))
		at(a, unit)->prev = (uint16_t)prev;
}

/* Cut a free block in two, the first of `units` units. */
static void cut(struct smtpd_arena *a, uint32_t unit, uint32_t units)
{
	uint32_t rest = at(a, unit)->size - units;

	if (!rest)
		return;
	smtpd_tls_permit(at(a, unit + units), HEAD);
	at(a, unit + units)->prev = (uint16_t)units;
	at(a, unit + units)->size = (uint16_t)rest;
	set_prev(a, unit + units + rest, rest);
	at(a, unit)->size = (uint16_t)units;
}

/* A free block of need units, as alloc() takes it, or UINT32_MAX. */
static uint32_t take(struct smtpd_arena *a, uint32_t need, bool is_long)
{
	uint32_t u = find(a, need, is_long);
	uint32_t rest;

	if (u == UINT32_MAX)
		return u;
	rest = at(a, u)->size - need;
	if (!is_long || !rest) {
		cut(a, u, need);
		return u;
	}
	cut(a, u, rest);
	return u + rest;
}

/* see tls_arena.h */
void *smtpd_arena_alloc(struct smtpd_arena *a, size_t size)
{
	uint32_t need = units_for(size);
	uint32_t u = take(a, need, size >= LONG);
	struct block *b;

	if (u == UINT32_MAX)
		return NULL;
	b = at(a, u);
	b->size = (uint16_t)(need | USED);
	a->used += need * ALIGN;
	a->blocks++;
	if (a->used > a->high)
		a->high = a->used;
	touch(a, u + need + 1);
	smtpd_tls_permit(b + 1, size);
	return b + 1;
}

/* see tls_arena.h */
bool smtpd_arena_fits(const struct smtpd_arena *a, size_t size)
{
	return find(a, units_for(size), false) != UINT32_MAX;
}

/* see tls_arena.h */
void smtpd_arena_free(struct smtpd_arena *a, void *p)
{
	uint32_t u = (uint32_t)((uint8_t *)p - a->mem) / ALIGN - 1;
	struct block *b = at(a, u);
	uint32_t size = size_of(b);
	uint32_t next = u + size;

	a->used -= size * ALIGN;
	a->blocks--;
	if (next < end_of(a) && !(at(a, next)->size & USED))
		size += at(a, next)->size;
	if (u && !(at(a, u - b->prev)->size & USED)) {
		u -= b->prev;
		size += at(a, u)->size;
	}
	at(a, u)->size = (uint16_t)size;
	set_prev(a, u + size, size);
	forbid(at(a, u));
}

/* see tls_arena.h */
bool smtpd_arena_owns(const struct smtpd_arena *a, const void *p)
{
	uintptr_t at_p = (uintptr_t)p;
	uintptr_t first = (uintptr_t)a->mem;

	return at_p >= first && at_p - first < (uintptr_t)a->units * ALIGN;
}

/* see tls_arena.h */
size_t smtpd_arena_size(const struct smtpd_arena *a, const void *p)
{
	const struct block *b = (const struct block *)p - 1;

	(void)a;
	smtpd_tls_permit(p, capacity(b));
	return capacity(b);
}

/* see tls_arena.h */
void smtpd_arena_wipe(struct smtpd_arena *a)
{
	uint32_t len = a->touched * ALIGN;

	if (len > a->units * ALIGN)
		len = a->units * ALIGN;
	smtpd_tls_permit(a->mem, len);
	smtpd_wipe(a->mem, len);
	a->touched = 0;
	one_free_block(a);
}
