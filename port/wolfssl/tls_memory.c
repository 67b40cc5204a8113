/*
 * tls_memory.c - XMALLOC of wolfSSL in static arenas; see tls_memory.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include <wolfssl/wolfcrypt/types.h>

#include "smtpd_port.h"
#include "tls_guard.h"
#include "tls_memory.h"

#define WORDS(octets) (((octets) + 15) / 16)

/* Aligned for every type of the CPU, vectors of 16 octets included. */
union chunk {
	long double widest;
	uint64_t integer;
	void *pointer;
	uint8_t octets[16];
};

struct record {
	union chunk mem[WORDS(SMTPD_TLS_RECORD_SIZE)];
	int owner;         /* slot + 1, 0 free */
	bool filled;       /* wolfSSL has allocated it */
	uint32_t since_ms; /* lent at */
};

static union chunk global_mem[WORDS(SMTPD_TLS_GLOBAL_SIZE)];
static union chunk slot_mem[SMTPD_TLS_SLOTS_ALL][WORDS(SMTPD_TLS_SLOT_SIZE)];
static struct smtpd_arena global;
static struct smtpd_arena slots[SMTPD_TLS_SLOTS_ALL];
static struct record records[SMTPD_TLS_RECORD_BUFFERS];
static uint32_t waits_since[SMTPD_TLS_SLOTS_ALL]; /* ticket, 0 does not wait */
static uint32_t wait_ticket;
static uint32_t leaked;
static struct {
	uint32_t count : 31;
	uint32_t refused : 1; /* one was, see smtpd_tls_memory_short() */
} allocations;
static uint32_t fail_at;
static unsigned lent_high;
static int selected = SMTPD_TLS_GLOBAL;

/* see tls_memory.h */
int smtpd_tls_select(int slot)
{
	int before = selected;

	selected = slot;
	return before;
}

/* see tls_memory.h */
struct smtpd_arena *smtpd_tls_arena(int slot)
{
	if (slot == SMTPD_TLS_GLOBAL) {
		if (!global.mem)
			smtpd_arena_init(
				&global, global_mem, sizeof global_mem);
		return &global;
	}
	if (!slots[slot].mem)
		smtpd_arena_init(
			&slots[slot], slot_mem[slot], sizeof slot_mem[slot]);
	return &slots[slot];
}

/* see tls_memory.h */
bool smtpd_tls_memory_short(void)
{
	bool was = allocations.refused;

	allocations.refused = 0;
	return was;
}

/* see tls_memory.h */
uint32_t smtpd_tls_leaks(void)
{
	return leaked;
}

/* see tls_memory.h */
uint32_t smtpd_tls_memory_fail(uint32_t n)
{
	uint32_t count = allocations.count;

	allocations.count = 0;
	fail_at = n;
	return count;
}

/* ---- record buffers ---- */

static struct record *lent_to(int slot)
{
	unsigned i;

	for (i = 0; i < SMTPD_TLS_RECORD_BUFFERS; i++)
		if (records[i].owner == slot + 1)
			return &records[i];
	return NULL;
}

static unsigned waiting_count(void)
{
	unsigned count = 0;
	unsigned i;

	for (i = 0; i < SMTPD_TLS_SLOTS_ALL; i++)
		count += waits_since[i] != 0;
	return count;
}

/* The slot that waits longest, or -1. Tickets wrap: compare distances. */
static int longest_waiting(void)
{
	uint32_t oldest = 0;
	int found = -1;
	int i;

	for (i = 0; i < SMTPD_TLS_SLOTS_ALL; i++)
		if (waits_since[i] && wait_ticket - waits_since[i] >= oldest) {
			oldest = wait_ticket - waits_since[i];
			found = i;
		}
	return found;
}

static void hand_over(struct record *r, int slot)
{
	unsigned high = smtpd_tls_lent_count(NULL) + 1;

	r->owner = slot + 1;
	r->filled = false;
	r->since_ms = smtpd_port_now_ms();
	if (high > lent_high)
		lent_high = high;
}

/* Straight to who waits longest: else a busy connection would take it again
 * with its next record. */
static void take_back(struct record *r)
{
	int next;

	r->owner = 0;
	r->filled = false;
	smtpd_tls_forbid(r->mem, sizeof r->mem);
	next = longest_waiting();
	if (next < 0)
		return;
	waits_since[next] = 0;
	hand_over(r, next);
	smtpd_tls_lent(next);
}

/* see tls_memory.h */
bool smtpd_tls_lend(int slot)
{
	unsigned i;

	if (lent_to(slot))
		return true;
	for (i = 0; i < SMTPD_TLS_RECORD_BUFFERS; i++)
		if (!records[i].owner) {
			waits_since[slot] = 0;
			hand_over(&records[i], slot);
			return true;
		}
	if (!waits_since[slot]) {
		wait_ticket += wait_ticket == UINT32_MAX ? 2 : 1;
		waits_since[slot] = wait_ticket;
	}
	return false;
}

/* see tls_memory.h */
void smtpd_tls_unwait(int slot)
{
	waits_since[slot] = 0;
}

/* see tls_memory.h */
bool smtpd_tls_waits(int slot)
{
	return waits_since[slot] != 0;
}

/* see tls_memory.h */
int smtpd_tls_overdue(uint32_t now_ms)
{
	unsigned i;

	if (!waiting_count())
		return -1;
	for (i = 0; i < SMTPD_TLS_RECORD_BUFFERS; i++)
		if (records[i].owner &&
			now_ms - records[i].since_ms > SMTPD_TLS_RECORD_MS)
			return records[i].owner - 1;
	return -1;
}

/* see tls_memory.h */
void smtpd_tls_renew(int slot, uint32_t now_ms)
{
	struct record *r = lent_to(slot);

	if (r)
		r->since_ms = now_ms;
}

/* see tls_memory.h */
unsigned smtpd_tls_lent_count(unsigned *high)
{
	unsigned count = 0;
	unsigned i;

	for (i = 0; i < SMTPD_TLS_RECORD_BUFFERS; i++)
		count += records[i].owner != 0;
	if (high)
		*high = lent_high;
	return count;
}

/* see tls_memory.h */
void smtpd_tls_memory_release(int slot)
{
	struct smtpd_arena *a = smtpd_tls_arena(slot);
	struct record *r = lent_to(slot);

	leaked += a->blocks;
	smtpd_arena_wipe(a);
	waits_since[slot] = 0;
	if (r) {
		leaked += r->filled;
		take_back(r);
	}
}

/* ---- what wolfSSL calls ---- */

static void *alloc_record(int slot, size_t n)
{
	struct record *r = slot < 0 ? NULL : lent_to(slot);

	if (!r || r->filled || n > SMTPD_TLS_RECORD_SIZE)
		return NULL;
	r->filled = true;
	smtpd_tls_permit(r->mem, n);
	return r->mem;
}

void *XMALLOC(size_t n, void *heap, int type)
{
	void *p = NULL;

	(void)heap;
	allocations.count++;
	if (!fail_at || --fail_at) {
		if (type == DYNAMIC_TYPE_IN_BUFFER)
			p = alloc_record(selected, n);
		if (!p)
			p = smtpd_arena_alloc(smtpd_tls_arena(selected), n);
	}
	if (!p)
		allocations.refused = 1;
	return p;
}

static bool free_record(void *p)
{
	unsigned i;

	for (i = 0; i < SMTPD_TLS_RECORD_BUFFERS; i++)
		if (p == (void *)records[i].mem) {
			take_back(&records[i]);
			return true;
		}
	return false;
}

static struct smtpd_arena *owner_of(const void *p)
{
	ptrdiff_t i;

	if (smtpd_arena_owns(&global, p))
		return &global;
	if ((uintptr_t)p < (uintptr_t)slot_mem)
		return NULL;
	i = (ptrdiff_t)(((uintptr_t)p - (uintptr_t)slot_mem) /
			sizeof slot_mem[0]);
	return i < SMTPD_TLS_SLOTS_ALL ? &slots[i] : NULL;
}

void XFREE(void *p, void *heap, int type)
{
	struct smtpd_arena *a;

	(void)heap;
	(void)type;
	if (!p || free_record(p))
		return;
	a = owner_of(p);
	if (a)
		smtpd_arena_free(a, p);
}

void *XREALLOC(void *p, size_t n, void *heap, int type)
{
	struct smtpd_arena *a = p ? owner_of(p) : NULL;
	size_t old = a ? smtpd_arena_size(a, p) : 0;
	void *q;

	if (old >= n && p)
		return p;
	q = XMALLOC(n, heap, type);
	if (q && p) {
		memcpy(q, p, old);
		XFREE(p, heap, type);
	}
	return q;
}
