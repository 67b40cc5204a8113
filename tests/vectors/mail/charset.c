/*
 * charset.c - octets of a charset on standard input, as UTF-8
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Arguments: the charset; "-" and another: no charset, and what else it is.
 */
#include <stdio.h>
#include <string.h>

#include "message.h"

int main(int argc, char **argv)
{
	const char *name = argv[argc - 1];
	uint8_t charset = (uint8_t)smtpd_charset_find(name, strlen(name));
	struct smtpd_convert c = {0};
	uint8_t out[CONVERT_OUT_MAX];
	int octet;

	if (charset == SMTPD_CHARSET_UNKNOWN)
		return 1;
	*(argc > 2 ? &c.other : &c.charset) = charset;
	while ((octet = getchar()) != EOF)
		fwrite(out, 1, smtpd_convert_octet(&c, (uint8_t)octet, out),
			stdout);
	fwrite(out, 1, smtpd_convert_end(&c, out), stdout);
	return 0;
}
