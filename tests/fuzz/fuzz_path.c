/*
 * fuzz_path.c - paths and domains of any octets
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Whatever is accepted must keep the promises of path.h.
 *
 * tests: sources tests/unit/engine/octets.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/octets.h"
#include "path.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void need(bool ok)
{
	if (!ok)
		abort();
}

/* Inside text[0..len)? */
static bool within(struct smtpd_str v, const char *text, size_t len)
{
	return !v.len || (v.s >= text && v.s + v.len <= text + len);
}

static bool has_control(struct smtpd_str v)
{
	for (uint16_t i = 0; i < v.len; i++) {
		if ((uint8_t)v.s[i] < ' ' || v.s[i] == 127)
			return true;
	}
	return false;
}

static void check_path(const char *text, size_t len, bool null)
{
	struct smtpd_path path;
	const char *end = NULL;
	enum smtpd_path_error e = smtpd_path_parse(text, null, &path, &end);

	if (e == SMTPD_PATH_SYNTAX || e == SMTPD_PATH_LONG)
		return;
	need(end > text && end <= text + len && end[-1] == '>');
	need(within(path.text, text, len));
	need(within(path.local, text, len));
	need(within(path.domain, text, len));
	need(path.local.len <= 64 && path.domain.len <= 255);
	need(path.text.len <= 254);
	need(!has_control(path.text));
	need(path.utf8 == (e == SMTPD_PATH_UTF8));
	need(null || path.local.len);
	need(!path.domain.len ||
		path.text.len == path.local.len + 1 + path.domain.len);
}

/* Has it a sign that gives it a second meaning? */
static bool is_unclear(struct smtpd_str v)
{
	for (uint16_t i = 0; i < v.len; i++) {
		if (strchr("\"(),:;@", v.s[i]))
			return true;
	}
	return false;
}

/* What is guessed of an address has the same limits. */
static void check_guess(const char *text, size_t len, bool null)
{
	struct smtpd_path path;
	const char *end = NULL;

	if (has_control((struct smtpd_str){text, (uint16_t)len}) ||
		!smtpd_path_guess(text, null, &path, &end))
		return; /* commands with controls do not get that far */
	need(end >= text && end <= text + len);
	need(within(path.text, text, len));
	need(within(path.local, text, len));
	need(within(path.domain, text, len));
	need(path.local.len <= 64 && path.domain.len <= 255);
	need(path.text.len <= 254 && (null || path.local.len));
	need(!memchr(path.text.s, '>', path.text.len));
	need(*path.local.s == '"' || !is_unclear(path.local));
	need(!path.domain.len ||
		path.text.len == path.local.len + 1 + path.domain.len);
}

static void check_domain(const char *text, size_t len)
{
	bool utf8 = false;
	const char *end = smtpd_domain(text, NULL);

	need(!end || (end > text && end <= text + len));
	if (end && *text != '[')
		need(end - text <= 255);
	end = smtpd_domain(text, &utf8);
	need(!end || (end > text && end <= text + len));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char *text = malloc(len + 1);

	if (!text)
		return 0;
	memcpy(text, p, len);
	text[len] = '\0';
	len = strlen(text);
	check_path(text, len, true);
	check_path(text, len, false);
	check_guess(text, len, true);
	check_guess(text, len, false);
	check_domain(text, len);
	free(text);
	return 0;
}
