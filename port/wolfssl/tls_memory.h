/*
 * tls_memory.h - which static memory wolfSSL's allocations come from
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * One arena for what lives with the configurations, one for each connection,
 * and the shared record buffers. The engine selects an arena around each call
 * of wolfSSL; XFREE finds the owner by address. Internal to port/wolfssl.
 */
#ifndef SMTPD_TLS_MEMORY_H
#define SMTPD_TLS_MEMORY_H

#include "tls_arena.h"

/* Octets of a record buffer: the longest body of a TLS 1.3 record. */
#define SMTPD_TLS_RECORD_SIZE 16640u

#define SMTPD_TLS_GLOBAL (-1)

/*
 * Take further allocations from slot, 0 to SMTPD_TLS_SLOTS_ALL - 1, or from the
 * global arena (SMTPD_TLS_GLOBAL). Returns what was selected before.
 */
int smtpd_tls_select(int slot);

/* The arena of a slot, or the global one. */
struct smtpd_arena *smtpd_tls_arena(int slot);

/* Wipe a slot's arena, and take a lent record buffer back. What wolfSSL left
 * allocated is counted as leaked. */
void smtpd_tls_memory_release(int slot);

/* Was an allocation refused since the last call? */
bool smtpd_tls_memory_short(void);

/* Blocks that were still allocated when their slot was released. */
uint32_t smtpd_tls_leaks(void);

/*
 * Lend a record buffer to slot for its next record.
 *
 * Returns true, also when it has one; false: none is free. The slot then waits
 * for one; smtpd_tls_lent() is called when it got it.
 */
bool smtpd_tls_lend(int slot);

/* The slot does not wait any more. */
void smtpd_tls_unwait(int slot);

/* Does it wait? */
bool smtpd_tls_waits(int slot);

/* A slot that holds a record buffer longer than SMTPD_TLS_RECORD_MS while
 * others wait, or -1. */
int smtpd_tls_overdue(uint32_t now_ms);

/* The one that slot holds is lent from now on: the time so far was not its
 * peer's. */
void smtpd_tls_renew(int slot, uint32_t now_ms);

/* Record buffers lent now, and the most that ever were. */
unsigned smtpd_tls_lent_count(unsigned *high);

/* The engine's: a waiting slot was lent a record buffer. */
void smtpd_tls_lent(int slot);

/*
 * For tests: let the n-th allocation from now fail, 1 the next; 0 none.
 * Returns how many allocations there were since the last call.
 */
uint32_t smtpd_tls_memory_fail(uint32_t n);

#endif
