/*
 * tls_der.c - DER, walked; and what a certificate says in it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "tls_der.h"

#include <string.h>

#include "smtpd_utf8.h"

#define CONTEXT_0 0xa0u

/* see tls_der.h */
uint8_t smtpd_der_next(struct smtpd_der *rest, struct smtpd_der *whole,
	struct smtpd_der *value)
{
	const uint8_t *p = rest->p;
	size_t at = 2, len;

	if (rest->len < 2 || (p[0] & 0x1f) == 0x1f)
		return 0;
	len = p[1];
	if (len == 0x81 && rest->len >= 3) {
		len = p[2];
		at = 3;
	} else if (len == 0x82 && rest->len >= 4) {
		len = (size_t)(p[2] << 8 | p[3]);
		at = 4;
	} else if (len >= 0x80) {
		return 0;
	}
	if (len > rest->len - at)
		return 0;
	if (whole) {
		whole->p = p;
		whole->len = at + len;
	}
	if (value) {
		value->p = p + at;
		value->len = len;
	}
	rest->p += at + len;
	rest->len -= at + len;
	return p[0];
}

/* see tls_der.h */
bool smtpd_der_take(
	struct smtpd_der *rest, uint8_t tag, struct smtpd_der *value)
{
	struct smtpd_der r = *rest, v;

	if (smtpd_der_next(&r, NULL, &v) != tag)
		return false;
	*rest = r;
	if (value) /* may be rest */
		*value = v;
	return true;
}

/* ---- the subject, RFC 4514 ---- */

struct text {
	char *s;
	size_t len, cap;
	bool full;
};

static void put(struct text *t, char c)
{
	if (t->len + 1 < t->cap)
		t->s[t->len++] = c;
	else
		t->full = true;
}

static void put_str(struct text *t, const char *s)
{
	while (*s)
		put(t, *s++);
}

static void put_hex(struct text *t, uint8_t octet)
{
	static const char digit[] = "0123456789ABCDEF";

	put(t, digit[octet >> 4]);
	put(t, digit[octet & 15]);
}

static void put_number(struct text *t, uint32_t n)
{
	char digits[10];
	size_t i = 0;

	do {
		digits[i++] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	while (i)
		put(t, digits[--i]);
}

/* RFC 4514 2.3: those of its table by name, the others by number. Returns
 * whether it had a name. */
static bool put_type(struct text *t, const struct smtpd_der *oid)
{
	static const struct {
		uint8_t last;
		char name[7];
	} names[] = {{3, "CN"}, {6, "C"}, {7, "L"}, {8, "ST"}, {9, "STREET"},
		{10, "O"}, {11, "OU"}};
	static const uint8_t pilot[] = {
		0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01};
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (oid->len == 3 && oid->p[0] == 0x55 && oid->p[1] == 4 &&
			oid->p[2] == names[i].last) {
			put_str(t, names[i].name);
			return true;
		}
	if (oid->len == sizeof pilot + 1 &&
		!memcmp(oid->p, pilot, sizeof pilot) &&
		(oid->p[sizeof pilot] == 1 || oid->p[sizeof pilot] == 25)) {
		put_str(t, oid->p[sizeof pilot] == 1 ? "UID" : "DC");
		return true;
	}
	for (i = 0; i < oid->len; i++) {
		n = n << 7 | (oid->p[i] & 0x7f);
		if (oid->p[i] & 0x80)
			continue;
		if (t->len && t->s[t->len - 1] >= '0' &&
			t->s[t->len - 1] <= '9') {
			put(t, '.');
			put_number(t, n);
		} else { /* the first two arcs are one, X.690 8.19.4 */
			uint32_t top = n < 80 ? n / 40 : 2;

			put_number(t, top);
			put(t, '.');
			put_number(t, n - 40 * top);
		}
		n = 0;
	}
	return false;
}

/* UTF8String, or one of the three that are ASCII. */
static bool is_text(uint8_t tag, const struct smtpd_der *v)
{
	size_t i = 0, n;

	if (tag != 12 && tag != 18 && tag != 19 && tag != 22)
		return false;
	for (; i < v->len; i += n) {
		n = smtpd_utf8_octets(v->p + i, v->len - i);
		if (!n || (n > 1 && tag != 12))
			return false;
	}
	return true;
}

/* RFC 4514 2.4 */
static void put_text(struct text *t, const struct smtpd_der *v)
{
	size_t i;

	for (i = 0; i < v->len; i++) {
		uint8_t c = v->p[i];

		if (c < ' ' || c == 0x7f) {
			put(t, '\\');
			put_hex(t, c);
			continue;
		}
		if (strchr("\"+,;<>\\", c) || (c == '#' && !i) ||
			(c == ' ' && (!i || i + 1 == v->len)))
			put(t, '\\');
		put(t, (char)c);
	}
}

/* AttributeTypeAndValue */
static bool put_attribute(struct text *t, struct smtpd_der a)
{
	struct smtpd_der oid, whole, v;
	bool named;
	uint8_t tag;
	size_t i;

	if (!smtpd_der_take(&a, DER_OID, &oid))
		return false;
	tag = smtpd_der_next(&a, &whole, &v);
	if (!tag)
		return false;
	named = put_type(t, &oid);
	put(t, '=');
	if (named && is_text(tag, &v)) {
		put_text(t, &v);
		return true;
	}
	put(t, '#');
	for (i = 0; i < whole.len; i++)
		put_hex(t, whole.p[i]);
	return true;
}

/* RelativeDistinguishedName */
static bool put_rdn(struct text *t, struct smtpd_der rdn)
{
	struct smtpd_der a;
	bool first = true;

	while (smtpd_der_take(&rdn, DER_SEQUENCE, &a)) {
		if (!first)
			put(t, '+');
		if (!put_attribute(t, a))
			return false;
		first = false;
	}
	return !rdn.len && !first;
}

/* To the subject: RFC 5280 4.1. */
static bool find_subject(const struct smtpd_der *cert, struct smtpd_der *name)
{
	struct smtpd_der rest = *cert, tbs;

	return smtpd_der_take(&rest, DER_SEQUENCE, &rest) &&
	       smtpd_der_take(&rest, DER_SEQUENCE, &tbs) &&
	       (smtpd_der_take(&tbs, CONTEXT_0, NULL) || true) &&
	       smtpd_der_take(&tbs, 2, NULL) &&            /* serial number */
	       smtpd_der_take(&tbs, DER_SEQUENCE, NULL) && /* signature */
	       smtpd_der_take(&tbs, DER_SEQUENCE, NULL) && /* issuer */
	       smtpd_der_take(&tbs, DER_SEQUENCE, NULL) && /* validity */
	       smtpd_der_take(&tbs, DER_SEQUENCE, name);
}

#define RDNS_MAX 16u

/* see tls_der.h */
size_t smtpd_der_subject(const struct smtpd_der *cert, char *text, size_t cap)
{
	struct text t = {text, 0, cap, false};
	struct smtpd_der name, rdns[RDNS_MAX];
	size_t n = 0;

	*text = '\0';
	if (!find_subject(cert, &name))
		return 0;
	while (n < RDNS_MAX && smtpd_der_take(&name, DER_SET, &rdns[n]))
		n++;
	if (name.len)
		return 0;
	while (n && !t.full) {
		if (t.len)
			put(&t, ',');
		if (!put_rdn(&t, rdns[--n]))
			t.full = true;
	}
	if (t.full)
		t.len = 0;
	text[t.len] = '\0';
	return t.len;
}

/* ---- the signature's hash ---- */

struct signature {
	uint8_t oid[9];
	uint8_t len;
	uint8_t hash;
};

#define RSA(n, hash)                                                           \
	{                                                                      \
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, n}, 9, hash   \
	}
#define ECDSA(n, hash)                                                         \
	{                                                                      \
		{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, n}, 8, hash         \
	}
#define SHA2(n, hash)                                                          \
	{                                                                      \
		{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, n}, 9, hash   \
	}

static enum smtpd_der_hash hash_of(
	const struct smtpd_der *oid, const struct signature *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (oid->len == list[i].len &&
			!memcmp(oid->p, list[i].oid, oid->len))
			return (enum smtpd_der_hash)list[i].hash;
	return SMTPD_DER_HASH_NONE;
}

/* RFC 4055 3.1: SHA-1 where the parameters do not say. */
static enum smtpd_der_hash pss_hash(struct smtpd_der params)
{
	static const struct signature hashes[] = {
		SHA2(1, SMTPD_DER_HASH_256),
		SHA2(2, SMTPD_DER_HASH_384),
		SHA2(3, SMTPD_DER_HASH_512),
	};
	struct smtpd_der v, oid;

	if (!smtpd_der_take(&params, DER_SEQUENCE, &v) ||
		!smtpd_der_take(&v, CONTEXT_0, &v))
		return SMTPD_DER_HASH_WEAK;
	if (!smtpd_der_take(&v, DER_SEQUENCE, &v) ||
		!smtpd_der_take(&v, DER_OID, &oid))
		return SMTPD_DER_HASH_NONE;
	return hash_of(&oid, hashes, sizeof hashes / sizeof *hashes);
}

/* see tls_der.h */
enum smtpd_der_hash smtpd_der_signature_hash(const struct smtpd_der *cert)
{
	static const uint8_t pss[] = {
		0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a};
	static const struct signature signatures[] = {
		RSA(4, SMTPD_DER_HASH_WEAK),
		RSA(5, SMTPD_DER_HASH_WEAK),
		RSA(11, SMTPD_DER_HASH_256),
		RSA(12, SMTPD_DER_HASH_384),
		RSA(13, SMTPD_DER_HASH_512),
		{{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01}, 7,
			SMTPD_DER_HASH_WEAK},
		ECDSA(2, SMTPD_DER_HASH_256),
		ECDSA(3, SMTPD_DER_HASH_384),
		ECDSA(4, SMTPD_DER_HASH_512),
	};
	struct smtpd_der rest = *cert, oid;

	if (!smtpd_der_take(&rest, DER_SEQUENCE, &rest) ||
		!smtpd_der_take(&rest, DER_SEQUENCE, NULL) ||
		!smtpd_der_take(&rest, DER_SEQUENCE, &rest) ||
		!smtpd_der_take(&rest, DER_OID, &oid))
		return SMTPD_DER_HASH_NONE;
	if (oid.len == sizeof pss && !memcmp(oid.p, pss, sizeof pss))
		return pss_hash(rest);
	return hash_of(
		&oid, signatures, sizeof signatures / sizeof *signatures);
}
