/*
 * fuzz_charset.c - text of every charset: UTF-8, and the same however split
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The first octet is the charset that is named, and the one that is told. The
 * rest is read as a text, as a field and as a part of a mail.
 *
 * tests: options SMTPD_PROFILE=2 SMTPD_GBK=1
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/message_trace.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/message_trace.h"
#include "message.h"
#include "utf8_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static const char *const names[] = {
	"none", "utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "gbk"};

#define CHARSETS (sizeof names / sizeof *names)

/* Each call gives out whole characters, as many octets as it may at most. */
static void text(struct octets *to, const uint8_t *p, size_t len,
	uint8_t charset, uint8_t told)
{
	struct smtpd_convert c = {.charset = charset, .other = told};
	uint8_t out[CONVERT_OUT_MAX];
	size_t n;

	for (size_t i = 0; i <= len; i++) {
		n = i < len ? smtpd_convert_octet(&c, p[i], out)
			    : smtpd_convert_end(&c, out);
		if (n >= sizeof out)
			abort();
		utf8_check(out, n);
		octets_add_escaped(to, out, n);
	}
}

static void mail(
	struct octets *to, const uint8_t *p, size_t len, const char *charset)
{
	octets_addf(to, "Subject: ");
	octets_add(to, p, len);
	octets_addf(to,
		"\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=%s\r\n\r\n",
		charset);
	octets_add(to, p, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct octets all = {0}, whole = {0}, split = {0}, want = {0};
	size_t one = 1;
	uint8_t named, told;

	if (!len || len > 2000)
		return 0;
	named = *p % CHARSETS;
	told = (uint8_t)(*p / CHARSETS % CHARSETS);
	text(&want, p + 1, len - 1, named, told);
	mail(&all, p + 1, len - 1, names[named]);
	message_trace(
		&whole, all.p, all.len, (enum smtpd_charset)told, NULL, NULL);
	message_trace(&split, all.p, all.len, (enum smtpd_charset)told,
		split_every, &one);
	if (strcmp(octets_text(&whole), octets_text(&split)) != 0)
		abort();
	/* Unless the header block ended in the middle of the subject. */
	if (!memchr(p + 1, '\n', len - 1) &&
		!strstr(octets_text(&whole), octets_text(&want)))
		abort();
	octets_free(&all);
	octets_free(&whole);
	octets_free(&split);
	octets_free(&want);
	return 0;
}
