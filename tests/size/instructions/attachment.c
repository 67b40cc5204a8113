/*
 * attachment.c - a picture in base64 for the parser of mails, under callgrind
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Argument: how many times 19 lines of 76 symbols.
 */
#include <stdlib.h>
#include <string.h>

#include "smtpd_message.h"

#define LINE    78
#define AT_ONCE (19 * LINE)
#define HEAD                                                                   \
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"             \
	"Content-Type: image/jpeg\r\n"                                         \
	"Content-Transfer-Encoding: base64\r\n\r\n"

static size_t decoded;

static void on_octets(void *ctx, const uint8_t *p, size_t len)
{
	(void)ctx, (void)p;
	decoded += len;
}

int main(int argc, char **argv)
{
	static const struct smtpd_message_events events = {.octets = on_octets};
	static struct smtpd_message m;
	static uint8_t octets[AT_ONCE];
	unsigned long count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

	smtpd_message_start(&m, &events, NULL, SMTPD_CHARSET_UNKNOWN);
	memcpy(octets, HEAD, sizeof HEAD);
	smtpd_message_push(&m, octets, sizeof HEAD - 1);
	for (unsigned long i = 0; i < count; i++) {
		for (size_t at = 0; at < AT_ONCE; at += LINE) {
			memset(octets + at, 'A', LINE - 2);
			memcpy(octets + at + LINE - 2, "\r\n", 2);
		}
		smtpd_message_push(&m, octets, sizeof octets);
	}
	smtpd_message_finish(&m);
	return decoded != count * 19 * 57;
}
