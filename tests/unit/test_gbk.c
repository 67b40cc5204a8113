/*
 * test_gbk.c - mails in GBK, whole and split everywhere
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The table itself is compared by vectors/test_charsets.
 *
 * tests: options SMTPD_PROFILE=2 SMTPD_GBK=1
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/message_trace.c
 */
#include <stdlib.h>

#include "engine/check.h"
#include "engine/message_trace.h"

/* "Door 1" and "alarm", in GBK and in UTF-8. */
#define DOOR       "\xc3\xc5\x31"
#define DOOR_UTF8  "\\xe9\\x97\\xa81"
#define ALARM      "\xb1\xa8\xbe\xaf"
#define ALARM_UTF8 "\\xe6\\x8a\\xa5\\xe8\\xad\\xa6"
#define NONE       "\\xef\\xbf\\xbd"

struct vector {
	const char *name, *mail, *trace;
	enum smtpd_charset told;
};

/* clang-format off */
static const struct vector vectors[] = {
	{"rfc2047_words",
		"Subject: =?gb2312?B?w8Ux?= =?GBK?Q?=B1=A8=BE=AF?= "
		"=?cp936?q?=81=40?= =?gb18030?b?sag=?=\r\n\r\n",
		"0 Subject: " DOOR_UTF8 ALARM_UTF8 "\\xe4\\xb8\\x82"
		"\\xe6\\x8a\\xa5\nhead\npart 0.0 text/plain\n-\nend\n", 0},
	{"rfc2047_character_across_words",
		"Subject: =?gbk?Q?=B1?= =?gbk?Q?=A8?=\r\n\r\n",
		"0 Subject: \\xe6\\x8a\\xa5\nhead\npart 0.0 text/plain\n-\n"
		"end\n", 0},
	{"rfc2047_first_octet_at_the_end_of_a_word",
		"Subject: =?gbk?Q?a=B1?= =?utf-8?Q?b?= =?gbk?Q?=B1?=\r\n"
		"X: =?gbk?Q?=B1?= c\r\n\r\n",
		"0 Subject: a" NONE "b" NONE "\n0 X: " NONE " c\nhead\n"
		"part 0.0 text/plain\n-\nend\n", 0},
	{"rfc2231_parameter",
		"Content-Disposition: attachment;\r\n"
		" filename*0*=gb2312''%C3%C5%31%B1;\r\n"
		" filename*1*=%A8.jpg\r\n\r\n",
		"0 Content-Disposition: attachment; filename*0*=gb2312''%C3"
		"%C5%31%B1; filename*1*=%A8.jpg\nhead\n"
		"part 0.0 text/plain attached \"" DOOR_UTF8
		"\\xe6\\x8a\\xa5.jpg\"\n-\nend\n", 0},
	{"rfc2231_first_octet_at_the_end_of_a_parameter",
		"Content-Disposition: attachment; filename*=gbk''a%B1\r\n\r\n",
		"0 Content-Disposition: attachment; filename*=gbk''a%B1\n"
		"head\npart 0.0 text/plain attached \"a" NONE "\"\n-\nend\n",
		0},
	{"rfc2047_word_in_a_file_name",
		"Content-Type: image/jpeg; name=\"=?gbk?B?saiDqA==?=\"\r\n\r\n",
		"0 Content-Type: image/jpeg; name=\"\\xe6\\x8a\\xa5"
		"\\xe5\\x84\\xb4\"\nhead\npart 0.0 image/jpeg \""
		"\\xe6\\x8a\\xa5\\xe5\\x84\\xb4\"\n-\nend\n", 0},
	{"body_8bit",
		"Content-Type: text/plain; charset=GB2312\r\n\r\n"
		DOOR " " ALARM "\r\n",
		"0 Content-Type: text/plain; charset=GB2312\nhead\n"
		"part 0.0 text/plain\n= " DOOR_UTF8 " " ALARM_UTF8
		"\\r\\n\n-\nend\n", 0},
	{"body_base64",
		"Content-Type: text/html; charset=gbk\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\nsai+rw==\r\n",
		"0 Content-Type: text/html; charset=gbk\n"
		"0 Content-Transfer-Encoding: base64\nhead\n"
		"part 0.0 text/html\n= " ALARM_UTF8 "\n-\nend\n", 0},
	{"body_quoted_printable",
		"Content-Type: text/plain; charset=gbk\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
		"=B1=\r\n=A8=BE=AF",
		"0 Content-Type: text/plain; charset=gbk\n"
		"0 Content-Transfer-Encoding: quoted-printable\nhead\n"
		"part 0.0 text/plain\n= " ALARM_UTF8 "\n-\nend\n", 0},
	{"first_octet_at_the_end_of_a_part_and_of_the_mail",
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
		"Content-Type: text/plain; charset=gbk\r\n\r\n\xb1\r\n--b\r\n"
		"Content-Type: text/plain; charset=gbk\r\n\r\n\xa8",
		"0 Content-Type: multipart/mixed; boundary=b\nhead\n"
		"1 Content-Type: text/plain; charset=gbk\n"
		"part 1.0 text/plain\n= " NONE "\n- charset\n"
		"1 Content-Type: text/plain; charset=gbk\n"
		"part 1.1 text/plain\n= " NONE "\n- charset no-end\n"
		"end charset no-end\n", 0},
	/* No second octet; none of a character; 0x80 and 0xff begin none; four
	 * octets of GB 18030. */
	{"invalid_second_octets",
		"Content-Type: text/plain; charset=gbk\r\n\r\n"
		"\xb1\r\n\xb1\x7f\xb1\x3f\xb1\xff\xb1\x80" "A\x80\xff"
		"\xb1\xb1\x81\x30\x81\x30",
		"0 Content-Type: text/plain; charset=gbk\nhead\n"
		"part 0.0 text/plain\n= " NONE "\\r\\n" NONE "\\x7f" NONE "?"
		NONE NONE "\\xe7\\x9c\\xacA" NONE NONE "\\xe5\\x8c\\x97" NONE
		"0" NONE "0\n- charset\nend charset\n", 0},
	{"charset_told_raw_fields",
		"Subject: " DOOR " " ALARM "\r\nX: \xb1\r\nY: caf\xc3\xa9\r\n"
		"Z: \xe6\x8a\xa5\xe8\xad\xa6 " ALARM "\r\n\r\n",
		"0 Subject: " DOOR_UTF8 " " ALARM_UTF8 "\n0 X: " NONE
		"\n0 Y: caf\\xe8\\x8c\\x85\n0 Z: " ALARM_UTF8 " " ALARM_UTF8
		"\nhead\npart 0.0 text/plain\n-\nend\n", SMTPD_CHARSET_GBK},
	{"charset_told_raw_body",
		"\r\n" ALARM "\r\n\xe6\x8a\xa5\xe8\xad\xa6\xe6\x8a\xa5\xe8\r\n"
		"\x81\x40" ALARM ALARM ALARM "A\xe6\x8a",
		"head\npart 0.0 text/plain\n= " ALARM_UTF8 "\\r\\n" ALARM_UTF8
		"\\xe6\\x8a\\xa5" NONE "\\r\\n\\xe4\\xb8\\x82" ALARM_UTF8
		ALARM_UTF8 ALARM_UTF8 "A\\xe9\\x8e\\xb6\n- charset\n"
		"end charset no-header\n", SMTPD_CHARSET_GBK},
	{"charset_told_but_another_named",
		"Content-Type: text/plain; charset=utf-8\r\n\r\n"
		"\xe6\x8a\xa5" ALARM,
		"0 Content-Type: text/plain; charset=utf-8\nhead\n"
		"part 0.0 text/plain\n= \\xe6\\x8a\\xa5" NONE NONE NONE NONE
		"\n- charset\nend charset\n", SMTPD_CHARSET_GBK},
	{"named_but_latin1_told",
		"Content-Type: text/plain; charset=gbk\r\n\r\n" ALARM "\xb1",
		"0 Content-Type: text/plain; charset=gbk\nhead\n"
		"part 0.0 text/plain\n= " ALARM_UTF8 NONE
		"\n- charset\nend charset\n", SMTPD_CHARSET_8859_1},
};
/* clang-format on */

static void check_split(
	const struct vector *v, message_split *split, size_t *ctx)
{
	struct octets got = {0};

	message_trace(&got, v->mail, strlen(v->mail), v->told, split, ctx);
	assert_string_equal(octets_text(&got), v->trace);
	octets_free(&got);
}

static void check_vector(void **state)
{
	const struct vector *v = *state;

	check_split(v, NULL, NULL);
	for (size_t n = 1; n < 9; n++)
		check_split(v, split_every, &n);
	for (size_t at = 0; at <= strlen(v->mail); at++)
		check_split(v, split_at, &at);
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(vectors)];

	for (size_t i = 0; i < COUNT(vectors); i++)
		tests[i] = (struct CMUnitTest){vectors[i].name, check_vector,
			NULL, NULL, (void *)&vectors[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
