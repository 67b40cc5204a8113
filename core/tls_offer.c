/*
 * tls_offer.c - see smtpd_tls_offer.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_tls_offer.h"

#include "session.h"

#if SMTPD_TLS && SMTPD_TOLERANT

#define CLIENT_HELLO       1
#define SUPPORTED_GROUPS   10
#define SIGNATURES         13
#define SUPPORTED_VERSIONS 43
#define RANDOM_LEN         32

/* What is left to be read. */
struct cursor {
	const uint8_t *p;
	size_t len;
	bool cut; /* something was not all there */
};

/* Take n octets, or all there are; returns where they begin. */
static struct cursor take(struct cursor *c, size_t n)
{
	struct cursor part = {c->p, n, false};

	if (n > c->len) {
		part.len = c->len;
		c->cut = true;
	}
	c->p += part.len;
	c->len -= part.len;
	return part;
}

/* A big-endian number of n octets; 0 when it is not all there. */
static size_t number(struct cursor *c, size_t n)
{
	struct cursor part = take(c, n);
	size_t v = 0;

	if (part.len < n)
		return 0;
	while (n--)
		v = v << 8 | *part.p++;
	return v;
}

/* A vector whose length stands before it in n octets. */
static struct cursor vector(struct cursor *c, size_t n)
{
	return take(c, number(c, n));
}

static void read_list(
	struct smtpd_tls_offer *o, struct smtpd_tls_list *list, struct cursor c)
{
	list->count = 0;
	while (c.len >= 2 && list->count < SMTPD_TLS_OFFER_MAX)
		list->value[list->count++] = (uint16_t)number(&c, 2);
	o->cut |= c.len > 0;
}

static void extension(
	struct smtpd_tls_offer *o, size_t type, struct cursor *body)
{
	if (type == SUPPORTED_GROUPS)
		read_list(o, &o->groups, vector(body, 2));
	else if (type == SIGNATURES)
		read_list(o, &o->signatures, vector(body, 2));
	else if (type == SUPPORTED_VERSIONS)
		read_list(o, &o->versions, vector(body, 1));
	o->cut |= body->cut;
}

/* see smtpd_tls_offer.h */
int smtpd_tls_offer_read(
	struct smtpd_tls_offer *o, const uint8_t *p, size_t len)
{
	struct cursor c = {p, len, false}, hello, all, body;

	memset(o, 0, sizeof *o);
	if (len < 6 || *p != CLIENT_HELLO)
		return SMTPD_EINVAL;
	number(&c, 1);
	hello = vector(&c, 3);
	o->versions.value[o->versions.count++] = (uint16_t)number(&hello, 2);
	take(&hello, RANDOM_LEN);
	vector(&hello, 1); /* legacy_session_id */
	read_list(o, &o->suites, vector(&hello, 2));
	vector(&hello, 1); /* legacy_compression_methods */
	all = vector(&hello, 2);
	while (all.len >= 4) {
		size_t type = number(&all, 2);

		body = vector(&all, 2);
		extension(o, type, &body);
	}
	o->cut |= c.cut || hello.cut || all.cut;
	return 0;
}

/* see smtpd_tls_offer.h */
bool smtpd_tls_offer_has(
	const struct smtpd_tls_list *list, const uint16_t *values, size_t count)
{
	for (unsigned i = 0; i < list->count; i++) {
		for (size_t k = 0; k < count; k++) {
			if (list->value[i] == values[k])
				return true;
		}
	}
	return false;
}

#else
typedef int smtpd_no_tls_offer; /* ISO C wants a declaration */
#endif
