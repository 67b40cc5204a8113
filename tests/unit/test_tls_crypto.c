/*
 * test_tls_crypto.c - SHA-256 and PBKDF2 of the port, with known answers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link wolfssl
 * tests: sources port/wolfssl/crypto.c
 */
#include <stdio.h>
#include <string.h>

#include "smtpd_port.h"

static int failures;

static void result(const char *name, int ok)
{
	printf(ok ? "ok %s\n" : "not ok %s: wrong digest\n", name);
	failures += !ok;
}

static int is(const uint8_t d[32], const char *hex)
{
	char text[65];
	int i;

	for (i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", d[i]);
	return !strcmp(text, hex);
}

static int sha(const char *p, size_t len, size_t step, const char *hex)
{
	struct smtpd_hash h;
	uint8_t d[32];
	size_t i;
	int bad = smtpd_port_hash_start(&h);

	for (i = 0; i < len; i += step)
		bad |= smtpd_port_hash_update(
			&h, p + i, len - i < step ? len - i : step);
	bad |= smtpd_port_hash_finish(&h, d);
	return !bad && is(d, hex);
}

/* FIPS 180-2 appendix B, by step octets at a time. */
static void sha256(void)
{
	static const char two[] =
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static char million[1000000];
	int ok = 1;
	size_t step;

	memset(million, 'a', sizeof million);
	for (step = 1; step < 70; step += 23) {
		ok &= sha("", 0, step,
			"e3b0c44298fc1c149afbf4c8996fb924"
			"27ae41e4649b934ca495991b7852b855");
		ok &= sha("abc", 3, step,
			"ba7816bf8f01cfea414140de5dae2223"
			"b00361a396177a9cb410ff61f20015ad");
		ok &= sha(two, sizeof two - 1, step,
			"248d6a61d20638b8e5c026930c3e6039"
			"a33ce45964ff2167f6ecedd419db06c1");
	}
	ok &= sha(million, sizeof million, 12345,
		"cdc76e5c9914fb9281a1c7e284d73e67"
		"f1809a48a497200e046d39ccc7112cd0");
	result("fips180_sha256", ok);
}

static int pbkdf2(const char *password, const char *salt, uint32_t iterations,
	const char *hex)
{
	uint8_t key[32];

	return !smtpd_port_pbkdf2(password, strlen(password), salt,
		       strlen(salt), iterations, key) &&
	       is(key, hex);
}

/* RFC 7914 11 (first block), and the SHA-256 set that goes with RFC 6070. */
static void rfc8018_pbkdf2(void)
{
	int ok = 1;

	ok &= pbkdf2("passwd", "salt", 1,
		"55ac046e56e3089fec1691c22544b605"
		"f94185216dde0465e68b9d57c20dacbc");
	ok &= pbkdf2("Password", "NaCl", 80000,
		"4ddcd8f60b98be21830cee5ef22701f9"
		"641a4418d04c0414aeff08876b34ab56");
	ok &= pbkdf2("password", "salt", 2,
		"ae4d0c95af6b46d32d0adff928f06dd0"
		"2a303f8ef3c251dfd6e2d85a95474c43");
	ok &= pbkdf2("password", "salt", 4096,
		"c5e478d59288c841aa530db6845c4c8d"
		"962893a001ce4e11a4963873aa98134a");
	/* a password longer than a block is hashed first (RFC 2104 2) */
	ok &= pbkdf2("pppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
		     "pppppppppppppppppppppppp",
		"salt", 1,
		"d38a9307480d5509ef05e607da1118fd"
		"a87a8455bf98417534fdc14cd04773dd");
	result("rfc8018_pbkdf2", ok);
}

/* In slices of any length the key is the same. */
static void rfc8018_pbkdf2_in_slices(void)
{
	struct smtpd_pbkdf2 m;
	uint32_t slice;
	unsigned turns;
	int ok = 1;

	for (slice = 1; slice < 5000; slice = slice * 3 + 1) {
		ok &= !smtpd_port_pbkdf2_start(
			&m, "password", 8, "salt", 4, 4096);
		for (turns = 0; m.left; turns++)
			ok &= !smtpd_port_pbkdf2_step(&m, slice);
		ok &= turns == (4095 + slice - 1) / slice;
		ok &= !smtpd_port_pbkdf2_step(&m, slice);
		ok &= is(m.key, "c5e478d59288c841aa530db6845c4c8d"
				"962893a001ce4e11a4963873aa98134a");
	}
	result("rfc8018_pbkdf2_in_slices", ok);
}

int main(void)
{
	sha256();
	rfc8018_pbkdf2();
	rfc8018_pbkdf2_in_slices();
	return failures != 0;
}
