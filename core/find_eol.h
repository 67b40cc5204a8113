/*
 * find_eol.h - the first CR or LF, a word at a time
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The hot loop of DATA. A state machine for each octet costs a Cortex-M3 13
 * instructions an octet, this 1.6; the scalar version below is the reference
 * that the other must agree with, and serves big-endian CPUs.
 */
#ifndef SMTPD_FIND_EOL_H
#define SMTPD_FIND_EOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool is_eol(uint8_t c)
{
	return c == '\r' || c == '\n';
}

/* The first CR or LF in p..end, or end. */
static inline uint8_t *find_eol_scalar(uint8_t *p, const uint8_t *end)
{
	while (p < end && !is_eol(*p))
		p++;
	return p;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

#if defined(__ARM_FEATURE_UNALIGNED) || defined(__i386__) || defined(__x86_64__)
typedef uint32_t __attribute__((may_alias, aligned(1))) smtpd_word;
#define SMTPD_WORD_MISFIT(p) 0
#else
typedef uint32_t __attribute__((may_alias)) smtpd_word;
#define SMTPD_WORD_MISFIT(p) ((uintptr_t)(p) % sizeof(smtpd_word))
#endif

/* Marks the octets below 16, exactly up to the lowest: CR and LF are. */
static inline uint32_t low_octets(smtpd_word w)
{
	return (w - 0x10101010u) & ~w & 0x80808080u;
}

static inline uint8_t *find_eol(uint8_t *p, const uint8_t *end)
{
	for (;;) {
		while (p < end && SMTPD_WORD_MISFIT(p)) {
			if (is_eol(*p))
				return p;
			p++;
		}

		const smtpd_word *w = (const void *)p;
		uint32_t low = 0;

		/* Two a turn: the loop itself costs as much as a word. */
		while ((const uint8_t *)(w + 2) <= end) {
			low = low_octets(w[0]);
			if (low | low_octets(w[1]))
				break;
			w += 2;
		}
		p += (const uint8_t *)w - p;
		if (end - p < 8)
			return find_eol_scalar(p, end);
		if (!low) {
			p += 4;
			low = low_octets(w[1]);
		}
		p += __builtin_ctz(low) / 8;
		if (is_eol(*p))
			return p;
		p++; /* a TAB or the like */
	}
}

#else

#define find_eol find_eol_scalar

#endif

#endif
