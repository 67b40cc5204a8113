/*
 * test_recipients.c - whom mail is taken for, and that this is no relay
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c
 */
#include "smtpd_recipients.h"

#include <stdlib.h>
#include <string.h>

#include "engine/check.h"
#include "engine/octets.h"
#include "path.h"

static struct smtpd_recipients list = {"", "", '+'};

/* Is "<address>" taken, as the engine reads it, strict or tolerant? */
static bool takes(const char *address)
{
	struct smtpd_path path;
	const char *end;
	struct octets o = {0};
	bool ok;

	octets_addf(&o, ":<%s>", address);
	enum smtpd_path_error e =
		smtpd_path_parse(octets_text(&o) + 1, false, &path, &end);
	ok = e == SMTPD_PATH_OK || e == SMTPD_PATH_UTF8 ||
	     (e == SMTPD_PATH_SYNTAX &&
		     smtpd_path_guess(octets_text(&o), false, &path, &end));
	ok = ok && smtpd_recipients_has(&list, &path);
	octets_free(&o);
	return ok;
}

static void domains(void **state)
{
	(void)state;
	list = (struct smtpd_recipients){"example.org, [192.0.2.1],b\xc3\xbc"
					 "cher.example",
		"", '+'};
	assert_true(takes("camera@example.org"));
	assert_true(takes("Camera@EXAMPLE.org"));
	assert_true(takes("camera+x@example.org"));
	assert_true(takes("\"my camera\"@example.org"));
	assert_true(takes("camera@[192.0.2.1]"));
	assert_true(takes("camera@b\xc3\xbc"
			  "cher.example"));
	assert_true(takes("camera")); /* path-no-domain */
	assert_false(takes("camera@b\xc3\x9c"
			   "cher.example"));
	assert_false(takes("camera@example.com"));
	assert_false(takes("camera@sub.example.org"));
	assert_false(takes("camera@example.or"));
	assert_false(takes("camera@example.orgs"));
	assert_false(takes("camera@[192.0.2.2]"));
}

static void addresses(void **state)
{
	(void)state;
	list = (struct smtpd_recipients){"example.org,example.com",
		"alerts, ops@example.org,h@other.example", '+'};
	assert_true(takes("alerts@example.org"));
	assert_true(takes("ALERTS@example.com"));
	assert_true(takes("\"alerts\"@example.com"));
	assert_true(takes("\"al\\erts\"@example.com"));
	assert_true(takes("alerts+cam1@example.com"));
	assert_true(takes("alerts+@example.com"));
	assert_true(takes("ops@example.org") && takes("ops+x+y@example.org"));
	assert_true(takes("h@other.example") && takes("alerts"));
	assert_false(takes("ops@example.com"));
	assert_false(takes("alerts@other.example"));
	assert_false(takes("alerts-x@example.org"));
	assert_false(
		takes("alert@example.org") || takes("alertss@example.org"));
	assert_false(takes("+alerts@example.org"));
	assert_false(takes("alerts@example.net"));
	list.delimiter = '\0';
	assert_false(takes("alerts+cam1@example.com"));
}

static void rfc5321_4_5_1_postmaster(void **state)
{
	(void)state;
	list = (struct smtpd_recipients){"example.org", "h@other.example", '+'};
	assert_true(takes("postmaster") && takes("PostMaster@Example.org"));
	assert_true(takes("postmaster@other.example"));
	assert_false(takes("postmaster@evil.example"));
	assert_false(takes("postmaster@[192.0.2.1]"));
}

/* The published ways to relay through somebody. */
static const char *const relays[] = {"u@evil.example",
	"u%evil.example@example.org", "u%evil.example",
	"u%evil.example@[192.0.2.1]", "\"u@evil.example\"@example.org",
	"\"u@evil.example\"", "\"u%evil.example\"@example.org",
	"\"u\\@evil.example\"@example.org", "@example.org:u@evil.example",
	"@evil.example:u%x@example.org",
	"@example.org,@example.org:u@evil.example", "evil.example!u",
	"evil.example!u@example.org", "evil.example!u@[192.0.2.1]",
	"u@evil.example@example.org", "u@example.org@evil.example",
	"alerts+u%evil.example@example.org", "alerts@evil.example",
	"u@[192.0.2.99]", "u@[IPv6:2001:db8::1]", "alerts@example.org.evil",
	"\"alerts\"@evil.example", "'u@evil.example'@example.org"};

static void no_relay(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof relays / sizeof *relays; i++) {
		list = (struct smtpd_recipients){
			"example.org,[192.0.2.1]", "", '+'};
		assert_false(takes(relays[i]));
		list.addresses = "alerts";
		assert_false(takes(relays[i]));
	}
	/* a source route counts for nothing, RFC 5321 appendix C */
	assert_true(takes("@evil.example:alerts@example.org"));
}

static void check_is(const char *d, const char *a, const char *item)
{
	struct smtpd_str at = {"", 0};

	list = (struct smtpd_recipients){d, a, '+'};
	if (!item) {
		assert_null(smtpd_recipients_check(&list, &at));
		return;
	}
	assert_non_null(smtpd_recipients_check(&list, &at));
	assert_int_equal(at.len, strlen(item));
	assert_memory_equal(at.s, item, at.len);
}

static void lists_that_are_not_right(void **state)
{
	char local[66 + 10], domain[257];

	(void)state;
	check_is("", "", NULL);
	check_is("example.org, [IPv6:2001:db8::1]", "a,b@c , d", NULL);
	check_is("a@example.org", "", "a@example.org");
	check_is("example.org,,b", "", "");
	check_is("exa mple.org", "", "exa mple.org");
	check_is("example.org.", "", "example.org.");
	check_is("*", "", "*");
	check_is("", "alerts", "alerts");
	check_is("x", "@x", "@x");
	check_is("x", "a@", "a@");
	check_is("x", "ok,a b@x", "a b@x");
	check_is("x", "\"a\"@x", "\"a\"@x");
	memset(local, 'a', sizeof local);
	memcpy(local + 64, "@x", 3);
	check_is("", local, NULL);
	memcpy(local + 64, "a@x", 4);
	check_is("", local, local);
	memset(domain, 'a', sizeof domain);
	domain[255] = '\0';
	check_is(domain, "", NULL);
	domain[255] = 'a';
	domain[256] = '\0';
	check_is(domain, "", domain);
	for (const char *c = "a0@%!\" "; *c; c++) {
		struct smtpd_str at;

		list = (struct smtpd_recipients){"x", "", *c};
		assert_non_null(smtpd_recipients_check(&list, &at));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(domains),
		cmocka_unit_test(addresses),
		cmocka_unit_test(rfc5321_4_5_1_postmaster),
		cmocka_unit_test(no_relay),
		cmocka_unit_test(lists_that_are_not_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
