/*
 * params.c - see params.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "params.h"

#include "path.h"

/* see params.h */
int smtpd_param_next(const char **s, struct smtpd_param *param)
{
	const char *p = *s;

	if (!*p)
		return 0;
	if (*p++ != ' ' || *p == '-')
		return -1;
	param->key.s = p;
	p = smtpd_skip(p, "-", NULL);
	param->key.len = (uint16_t)(p - param->key.s);
	param->value = (struct smtpd_str){NULL, 0};
	if (*p == '=') {
		param->value.s = ++p;
		while ((uint8_t)*p > ' ' && *p != '=')
			p++;
		param->value.len = (uint16_t)(p - param->value.s);
		if (!param->value.len)
			return -1;
	}
	*s = p;
	return param->key.len && (!*p || *p == ' ') ? 1 : -1;
}

/* see params.h */
const char *smtpd_param_skip(const char *s)
{
	if (s[0] == ' ' && s[1] == ' ')
		return s + 1;
	do
		s++;
	while (*s && *s != ' ');
	return s;
}

static bool is_upper_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/* see params.h */
bool smtpd_xtext_valid(struct smtpd_str x)
{
	unsigned hex = 0; /* digits still due after a '+' */

	for (uint16_t i = 0; i < x.len; i++) {
		char c = x.s[i];

		if (hex ? !is_upper_hex(c) : c < '!' || c > '~' || c == '=')
			return false;
		hex = hex ? hex - 1 : c == '+' ? 2 : 0;
	}
	return x.len && !hex;
}
