/*
 * tls_arena.h - static arenas with a small allocator, for wolfSSL
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Conventions as in core/smtpd.h: one thread, pointers not NULL, octets.
 *
 * An arena is a block of static memory cut into blocks by first fit, in a
 * microcontroller the long ones from the end; free neighbours are joined at
 * once. The search is linear in the number of blocks,
 * of which a TLS connection has some 40 at its peak. Each block costs 4 octets
 * and is aligned to SMTPD_ARENA_ALIGN.
 */
#ifndef SMTPD_TLS_ARENA_H
#define SMTPD_TLS_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtpd_tls_config.h"

/* Alignment of every block; what the widest member or vector load needs. */
#define SMTPD_ARENA_ALIGN (sizeof(void *) > 4 ? 16u : 8u)

/* An arena. All members are private but those of the gauges. */
struct smtpd_arena {
	uint8_t *mem;
	uint16_t units;   /* of SMTPD_ARENA_ALIGN octets */
	uint16_t touched; /* units from the start that were ever written */
	uint32_t used;    /* octets in use, headers included */
	uint32_t high;    /* the most that ever were */
	uint16_t blocks;  /* in use */
};

/*
 * Make an arena of size octets at mem.
 *
 * mem   aligned to SMTPD_ARENA_ALIGN; stays the caller's.
 * size  a multiple of SMTPD_ARENA_ALIGN, 64 to 262,128.
 */
void smtpd_arena_init(struct smtpd_arena *, void *mem, size_t size);

/*
 * Allocate size octets; 0 counts as 1.
 *
 * Returns a block aligned to SMTPD_ARENA_ALIGN with undefined contents, or
 * NULL: no free block is long enough.
 */
void *smtpd_arena_alloc(struct smtpd_arena *, size_t size);

/* Would smtpd_arena_alloc() for size octets succeed now? */
bool smtpd_arena_fits(const struct smtpd_arena *, size_t size);

/* Give back p, which smtpd_arena_alloc() of this arena returned. */
void smtpd_arena_free(struct smtpd_arena *, void *p);

/* Does p point into the arena? p may be any pointer, also NULL. */
bool smtpd_arena_owns(const struct smtpd_arena *, const void *p);

/* How many octets the block p can hold. */
size_t smtpd_arena_size(const struct smtpd_arena *, const void *p);

/* Forget all blocks and overwrite all that was ever written in the arena. */
void smtpd_arena_wipe(struct smtpd_arena *);

#endif
