/*
 * fuzz_params.c - parameters, xtext and numbers of any octets
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdlib.h>
#include <string.h>

#include "params.h"
#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void need(bool ok)
{
	if (!ok)
		abort();
}

static void check_param(
	const struct smtpd_param *param, const char *from, const char *to)
{
	need(param->key.s == from + 1 && param->key.len > 0);
	for (uint16_t i = 0; i < param->key.len; i++)
		need(strchr("0123456789-", param->key.s[i]) ||
			((param->key.s[i] | 0x20) >= 'a' &&
				(param->key.s[i] | 0x20) <= 'z'));
	if (!param->value.s) {
		need(param->key.s + param->key.len == to);
		return;
	}
	need(param->value.len > 0 && param->value.s[-1] == '=');
	need(param->value.s + param->value.len == to);
	need(!memchr(param->value.s, ' ', param->value.len));
	need(!memchr(param->value.s, '=', param->value.len));
	if (smtpd_xtext_valid(param->value)) {
		for (uint16_t i = 0; i < param->value.len; i++)
			need(param->value.s[i] > ' ' &&
				param->value.s[i] < 127);
	}
}

/* The number by arithmetic that cannot overflow. */
static void check_number(const char *text, size_t len)
{
	uint32_t got = 0;
	uint64_t want = 0;
	bool ok = len > 0;

	for (size_t i = 0; i < len && ok; i++) {
		ok = text[i] >= '0' && text[i] <= '9';
		want = want * 10 + (uint64_t)(text[i] - '0');
		ok = ok && want <= UINT32_MAX;
	}
	need(smtpd_parse_number(text, len, &got) == ok);
	need(!ok || got == want);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char *text = malloc(len + 1);
	struct smtpd_param param;
	const char *at = text, *from = text;

	if (!text)
		return 0;
	memcpy(text, p, len);
	text[len] = '\0';
	check_number(text, len);
	while (smtpd_param_next(&at, &param) > 0) {
		need(at > from && at <= text + len);
		check_param(&param, from, at);
		if (param.value.s)
			check_number(param.value.s, param.value.len);
		from = at;
	}
	free(text);
	return 0;
}
