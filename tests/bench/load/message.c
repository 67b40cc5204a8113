/*
 * message.c - the message that is sent again and again
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define LINE_LEN 76

static char *put_line(char *p, size_t len, bool dot)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (char)('a' + i % 26);
	if (dot && len > 1)
		p[0] = p[1] = '.';
	memcpy(p + len, "\r\n", 2);
	return p + len + 2;
}

/* see load.h. Header fields, then lines of LINE_LEN characters, so that there
 * are exactly as many octets as asked for in front of the dot. */
const char *load_message(size_t *len)
{
	static const char fields[] = "From: <sensor@device.example>\r\n"
				     "To: <alerts@gateway.example>\r\n"
				     "Subject: temperature alert\r\n"
				     "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
				     "Message-ID: <1@device.example>\r\n\r\n";
	static char *message;
	unsigned line = 0, every = load_options.dotted;
	char *p, *end;

	*len = load_options.length + 3;
	if (message)
		return message;
	message = malloc(*len);
	if (!message)
		abort();
	end = message + load_options.length;
	memcpy(message, fields, sizeof fields - 1);
	p = message + sizeof fields - 1;
	while (end - p > LINE_LEN + 4)
		p = put_line(p, LINE_LEN, every && line++ % every == 0);
	p = put_line(p, (size_t)(end - p) - 2, false);
	memcpy(p, ".\r\n", 3);
	return message;
}
