/*
 * octets.h - octets that grow, and text appended to them
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef OCTETS_H
#define OCTETS_H

#include <stddef.h>
#include <stdint.h>

/* Zero-fill first; always NUL-terminated behind len once anything is in. */
struct octets {
	uint8_t *p;
	size_t len, cap;
};

void octets_add(struct octets *, const void *p, size_t len);
void octets_addf(struct octets *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Append as printable text: \r \n \\ and \xHH for what is not. */
void octets_add_escaped(struct octets *, const void *p, size_t len);

/* The other way: append what `text` means. */
void octets_add_unescaped(struct octets *, const char *text);

void octets_free(struct octets *);

/* As a string, "" when empty. */
const char *octets_text(const struct octets *);

/* A copy of exactly len octets, so that ASan sees an octet too many. */
void *exact_copy(const void *p, size_t len);

#endif
