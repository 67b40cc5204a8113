/*
 * test_message.c - fields and parts of mails, whole and split everywhere
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/message_trace.c
 * tests: sources tests/unit/engine/engine.c tests/unit/engine/sink.c
 */
#include <stdlib.h>

#include "engine/check.h"
#include "engine/message_trace.h"

/* What is made of a mail: see message_trace.h. LF in the mail is sent as CRLF,
 * unless it has a CR. */
struct vector {
	const char *name, *mail, *trace;
};

/* clang-format off */
static const struct vector vectors[] = {
	{"rfc5322_2_2_3_unfolding",
		"Subject: a\n"
		" b\n"
		"\x09""c\n"
		"X:\n"
		"  d \n"
		"Y : e\n"
		"\n"
		"text\n",
		"0 Subject: a b\\x09c\n"
		"0 X: d\n"
		"0 Y: e\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= text\\r\\n\n"
		"-\n"
		"end\n"},
	{"rfc5322_no_header_block",
		"Motion detected at the door\n"
		"Zone: 3\n",
		"head\n"
		"part 0.0 text/plain\n"
		"= Motion detected at the door\\r\\nZone: 3\\r\\n\n"
		"-\n"
		"end no-header\n"},
	{"rfc5322_no_header_block_behind_received",
		"Received: from x\n"
		" by y\n"
		"Motion detected\n",
		"0 Received: from x by y\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= Motion detected\\r\\n\n"
		"-\n"
		"end no-header\n"},
	{"rfc5322_only_a_header_block",
		"Subject: x",
		"0 Subject: x\n"
		"head\n"
		"part 0.0 text/plain\n"
		"-\n"
		"end\n"},
	{"rfc5322_blank_line_first",
		"\n"
		"Subject: x\n",
		"head\n"
		"part 0.0 text/plain\n"
		"= Subject: x\\r\\n\n"
		"-\n"
		"end no-header\n"},
	{"rfc5322_2_2_field_without_a_name",
		"X: a\n"
		":b: c\n"
		"\n"
		"d\n",
		"0 X: a\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= d\\r\\n\n"
		"-\n"
		"end\n"},
	{"device_mark_of_utf8_first",
		"\xef\xbb\xbfSubject: a\n"
		"\xef\xbb\xbfX: b\n"
		"Y: c\n"
		"\n"
		"d\n",
		"0 Subject: a\n"
		"0 Y: c\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= d\\r\\n\n"
		"-\n"
		"end\n"},
	{"device_end_of_that_mark_in_a_name",
		"A\xbb\xbf: a\n",
		"head\n"
		"part 0.0 text/plain\n"
		"= A\\xef\\xbf\\xbd\\xef\\xbf\\xbd: a\\r\\n\n"
		"- charset\n"
		"end charset no-header\n"},
	{"device_mark_of_utf8_without_name",
		"\xef\xbb\xbf : a\n",
		"head\n"
		"part 0.0 text/plain\n"
		"= \\xef\\xbb\\xbf : a\\r\\n\n"
		"-\n"
		"end no-header\n"},
	{"rfc5322_line_that_is_no_field",
		"Subject: x\n"
		"this is none\n"
		" of them\n"
		"To: y\n"
		"\n"
		"z",
		"0 Subject: x\n"
		"0 To: y\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= z\n"
		"-\n"
		"end\n"},
	{"line_of_a_mailbox",
		"From x@y Fri Apr  6\n"
		"Subject: x\n"
		"\n"
		"z",
		"0 Subject: x\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= z\n"
		"-\n"
		"end\n"},
	{"rfc5322_nothing",
		"",
		"head\n"
		"part 0.0 text/plain\n"
		"-\n"
		"end no-header\n"},
	{"rfc2047_2_words",
		"Subject: =?iso-8859-1?Q?H=E4user_?= =?ISO-8859-1*en?q?=F"
		"Cber?= x =?us-ascii?B?YQ=?=\n"
		"\n",
		"0 Subject: H\\xc3\\xa4user \\xc3\\xbcber x a\n"
		"head\n"
		"part 0.0 text/plain\n"
		"-\n"
		"end\n"},
	{"rfc2047_5_character_across_words",
		"Subject: =?utf-8?B?w6Q=?=\n"
		" =?utf-8?B?w?= =?utf-8?B?pA==?= =?UTF-8?Q?=E2=82?= =?UTF"
		"-8?Q?=AC?=\n"
		"\n",
		"0 Subject: \\xc3\\xa4\\xef\\xbf\\xbd\\xe2\\x82\\xac\n"
		"head\n"
		"part 0.0 text/plain\n"
		"-\n"
		"end\n"},
	{"rfc2047_6_not_a_word",
		"Subject: =?utf-8?X?a?= =?none?Q?a?= =?utf-8?Q?a =?utf-8?Q\n"
		"\n",
		"0 Subject: =?utf-8?X?a?= =?none?Q?a?= =?utf-8?Q?a =?utf-8?Q\n"
		"head\n"
		"part 0.0 text/plain\n"
		"-\n"
		"end\n"},
	{"rfc2047_words_that_grow",
		"Subject: =?l1?B?=?= =?latin1?B?5OTk5OTk5OTk5OTk5OTk?=\n"
		"\n",
		"0 Subject: =?l1?B?=?= \\xc3\\xa4\\xc3\\xa4\\xc3\\xa4\\xc"
		"3\\xa4\\xc3\\xa4\\xc3\\xa4\\xc3\\xa4\\xc3\\xa4\\xc3\\xa4"
		"\\xc3\\xa4\\xc3\\xa4\\xc3\\xa4\\xc3\\xa4\\xc3\\xa4\\xc3"
		"\\xa4\n"
		"head\n"
		"part 0.0 text/plain\n"
		"-\n"
		"end\n"},
	{"raw_utf8",
		"Subject: T\xc3\xbcr \xe2\x82\xac \xed\xa0\x80 \xc3\n"
		"\n"
		"\xc3\xa4\xe2\x82",
		"0 Subject: T\\xc3\\xbcr \\xe2\\x82\\xac \\xef\\xbf\\xbd"
		"\\xef\\xbf\\xbd\\xef\\xbf\\xbd \\xef\\xbf\\xbd\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= \\xc3\\xa4\\xef\\xbf\\xbd\n"
		"- charset\n"
		"end charset\n"},
	{"rfc2045_5_2_defaults",
		"Content-Type: text\n"
		"\n"
		"plain\n",
		"0 Content-Type: text\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= plain\\r\\n\n"
		"-\n"
		"end\n"},
	{"rfc2045_5_1_first_wins",
		"Content-Type: text/html\n"
		"Content-Type: text/plain\n"
		"\n"
		"x",
		"0 Content-Type: text/html\n"
		"0 Content-Type: text/plain\n"
		"head\n"
		"part 0.0 text/html\n"
		"= x\n"
		"-\n"
		"end\n"},
	{"rfc2045_5_1_comment",
		"Content-Type: Text/Html (a comment); charset=\"iso-8859-"
		"\\1\" (x)\n"
		"\n"
		"\xe4",
		"0 Content-Type: Text/Html (a comment); charset=\"iso-885"
		"9-\\\\1\" (x)\n"
		"head\n"
		"part 0.0 text/html\n"
		"= \\xc3\\xa4\n"
		"-\n"
		"end\n"},
	{"rfc2045_5_1_unbalanced_quote",
		"Content-Type: image/gif; name=\"a b; x=y\n"
		"\n"
		"x",
		"0 Content-Type: image/gif; name=\"a b; x=y\n"
		"head\n"
		"part 0.0 image/gif \"a b; x=y\"\n"
		"= x\n"
		"-\n"
		"end\n"},
	{"rfc2183_2_3_filename",
		"Content-Type: image/gif; name=a.gif\n"
		"Content-Disposition: ATTACHMENT; filename=\"b \\\"1\\\"."
		"gif\"\n"
		"\n"
		"x",
		"0 Content-Type: image/gif; name=a.gif\n"
		"0 Content-Disposition: ATTACHMENT; filename=\"b \\\\\"1"
		"\\\\\".gif\"\n"
		"head\n"
		"part 0.0 image/gif attached \"b \"1\".gif\"\n"
		"= x\n"
		"-\n"
		"end\n"},
	{"rfc2047_in_filename",
		"Content-Disposition: inline; filename=\"=?utf-8?B?w6Q=?="
		".gif\"\n"
		"\n"
		"x",
		"0 Content-Disposition: inline; filename=\"\\xc3\\xa4.gif\"\n"
		"head\n"
		"part 0.0 text/plain inline \"\\xc3\\xa4.gif\"\n"
		"= x\n"
		"-\n"
		"end\n"},
	{"rfc2231_3_continuations",
		"Content-Disposition: attachment;\n"
		" filename*0*=utf-8'en'%c3%a4%20;\n"
		" filename*1=\"b%20c\";\n"
		" filename*2*=%e2%82%ac; filename*4=no\n"
		"\n"
		"x",
		"0 Content-Disposition: attachment; filename*0*=utf-8'en'"
		"%c3%a4%20; filename*1=\"b%20c\"; filename*2*=%e2%82%ac; "
		"filename*4=no\n"
		"head\n"
		"part 0.0 text/plain attached \"\\xc3\\xa4 b%20c\\xe2\\x8"
		"2\\xacno\"\n"
		"= x\n"
		"-\n"
		"end\n"},
	{"rfc2231_4_charset",
		"Content-Disposition: attachment; filename*=iso-8859-1''%"
		"e4%zz.txt\n"
		"\n"
		"x",
		"0 Content-Disposition: attachment; filename*=iso-8859-1'"
		"'%e4%zz.txt\n"
		"head\n"
		"part 0.0 text/plain attached \"\\xc3\\xa4%zz.txt\"\n"
		"= x\n"
		"-\n"
		"end\n"},
	{"rfc2231_3_in_any_order",
		"Content-Disposition: attachment; filename=whole;\n"
		" filename*3=d; filename*1=b; filename*0*=utf-8''%c3%a4; "
		"filename*1000=no; filename**1=no\n"
		"\n"
		"x",
		"0 Content-Disposition: attachment; filename=whole; filen"
		"ame*3=d; filename*1=b; filename*0*=utf-8''%c3%a4; filena"
		"me*1000=no; filename**1=no\n"
		"head\n"
		"part 0.0 text/plain attached \"\\xc3\\xa4bd\"\n"
		"= x\n"
		"-\n"
		"end\n"},
	{"rfc2231_boundary_and_charset",
		"Content-Type: multipart/mixed; boundary*0=a; boundary*1*"
		"=''%62c\n"
		"\n"
		"--a''bc\n"
		"Content-Type: text/plain; charset*=us-ascii'en'iso-8859-"
		"1\n"
		"\n"
		"\xe4\n"
		"--a''bc--\n",
		"0 Content-Type: multipart/mixed; boundary*0=a; boundary*1"
		"*=''%62c\n"
		"head\n"
		"1 Content-Type: text/plain; charset*=us-ascii'en'iso-885"
		"9-1\n"
		"part 1.0 text/plain\n"
		"= \\xc3\\xa4\n"
		"-\n"
		"end\n"},
	{"rfc2231_3_too_often_out_of_order",
		"Content-Type: a/b; name*9=9; name*8=8; name*7=7; name*6="
		"6; name*5=5; name*4=4; name*3=3; name*2=2; name*1=1; nam"
		"e*0=0\n"
		"\n"
		"x",
		"0 Content-Type: a/b; name*9=9; name*8=8; name*7=7; name*"
		"6=6; name*5=5; name*4=4; name*3=3; name*2=2; name*1=1; n"
		"ame*0=0\n"
		"head\n"
		"part 0.0 a/b cut \"01234567\"\n"
		"= x\n"
		"-\n"
		"end cut\n"},
	{"rfc2046_5_1_multipart",
		"Content-Type: multipart/mixed; boundary=abc\n"
		"\n"
		"preamble\n"
		"--abc\n"
		"\n"
		"one\n"
		"\n"
		"--abc  \n"
		"Content-Type: image/png\n"
		"\n"
		"two\n"
		"--abcd\n"
		"--abc--\n"
		"epilogue\n"
		"--abc\n"
		"no\n",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"part 1.0 text/plain\n"
		"= one\\r\\n\n"
		"-\n"
		"1 Content-Type: image/png\n"
		"part 1.1 image/png\n"
		"= two\\r\\n--abcd\n"
		"-\n"
		"end\n"},
	{"rfc2046_5_1_2_nested",
		"Content-Type: multipart/mixed; boundary=abc\n"
		"\n"
		"--abc\n"
		"Content-Type: multipart/alternative; boundary=\"abc d\"\n"
		"\n"
		"--abc d\n"
		"\n"
		"one\n"
		"--abc d\n"
		"Content-Type: text/html\n"
		"\n"
		"two\n"
		"--abc d--\n"
		"\n"
		"--abc\n"
		"\n"
		"three\n"
		"--abc--\n",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"1 Content-Type: multipart/alternative; boundary=\"abc d\"\n"
		"part 2.0 text/plain\n"
		"= one\n"
		"-\n"
		"2 Content-Type: text/html\n"
		"part 2.1 text/html\n"
		"= two\n"
		"-\n"
		"part 1.2 text/plain\n"
		"= three\n"
		"-\n"
		"end\n"},
	{"rfc2046_5_1_2_inner_end_missing",
		"Content-Type: multipart/mixed; boundary=abc\n"
		"\n"
		"--abc\n"
		"Content-Type: multipart/mixed; boundary=xyz\n"
		"\n"
		"--xyz\n"
		"\n"
		"one\n"
		"--abc\n"
		"\n"
		"two\n"
		"--abc--\n",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"1 Content-Type: multipart/mixed; boundary=xyz\n"
		"part 2.0 text/plain\n"
		"= one\n"
		"- no-end\n"
		"part 1.1 text/plain\n"
		"= two\n"
		"-\n"
		"end no-end\n"},
	{"rfc2046_5_1_no_final_boundary",
		"Content-Type: multipart/mixed; boundary=abc\n"
		"\n"
		"--abc\n"
		"\n"
		"one\n",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"part 1.0 text/plain\n"
		"= one\\r\\n\n"
		"- no-end\n"
		"end no-end\n"},
	{"rfc2046_5_1_final_boundary_without_line_end",
		"Content-Type: multipart/mixed; boundary=abc\n"
		"\n"
		"--abc\n"
		"\n"
		"one\n"
		"--abc--",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"part 1.0 text/plain\n"
		"= one\n"
		"-\n"
		"end\n"},
	{"rfc2046_5_1_boundary_in_header_block",
		"Content-Type: multipart/mixed; boundary=abc\n"
		"\n"
		"--abc\n"
		"Content-Type: image/gif\n"
		"--abc\n"
		"--abc\n"
		"\n"
		"x\n"
		"--abc--",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"1 Content-Type: image/gif\n"
		"part 1.0 image/gif\n"
		"-\n"
		"part 1.1 text/plain\n"
		"-\n"
		"part 1.2 text/plain\n"
		"= x\n"
		"-\n"
		"end\n"},
	{"rfc2046_5_1_no_boundary_parameter",
		"Content-Type: multipart/mixed\n"
		"\n"
		"--abc\n"
		"\n"
		"one\n",
		"0 Content-Type: multipart/mixed\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= --abc\\r\\n\\r\\none\\r\\n\n"
		"-\n"
		"end\n"},
	{"rfc2046_5_1_boundary_of_71",
		"Content-Type: multipart/mixed; boundary=aaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\n"
		"\n"
		"--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaa\n"
		"\n"
		"one\n",
		"0 Content-Type: multipart/mixed; boundary=aaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"a\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= --aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaa\\r\\n\\r\\none\\r\\n\n"
		"-\n"
		"end\n"},
	{"rfc2046_5_1_boundary_of_70",
		"Content-Type: multipart/mixed; boundary=aaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
		"\n"
		"--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaa\n"
		"\n"
		"one\n"
		"--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaa--\n",
		"0 Content-Type: multipart/mixed; boundary=aaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\n"
		"head\n"
		"part 1.0 text/plain\n"
		"= one\n"
		"-\n"
		"end\n"},
	{"device_stray_dashes",
		"Content-Type: multipart/mixed; boundary=\"--abc\"\n"
		"\n"
		"--abc\n"
		"\n"
		"one\n"
		"------abc-\n"
		"\n"
		"two\n"
		"--abc-----\n",
		"0 Content-Type: multipart/mixed; boundary=\"--abc\"\n"
		"head\n"
		"part 1.0 text/plain\n"
		"= one\n"
		"-\n"
		"part 1.1 text/plain\n"
		"= two\n"
		"-\n"
		"end\n"},
	{"rfc2046_5_1_5_digest",
		"Content-Type: multipart/digest; boundary=abc\n"
		"\n"
		"--abc\n"
		"\n"
		"Subject: in\n"
		"\n"
		"one\n"
		"--abc\n"
		"Content-Type: text/html\n"
		"\n"
		"two\n"
		"--abc--\n",
		"0 Content-Type: multipart/digest; boundary=abc\n"
		"head\n"
		"2 Subject: in\n"
		"part 2.0 text/plain\n"
		"= one\n"
		"-\n"
		"1 Content-Type: text/html\n"
		"part 1.1 text/html\n"
		"= two\n"
		"-\n"
		"end\n"},
	{"rfc2046_5_2_1_rfc822",
		"Content-Type: multipart/mixed; boundary=abc\n"
		"\n"
		"--abc\n"
		"Content-Type: message/rfc822\n"
		"\n"
		"Subject: in\n"
		"Content-Type: multipart/mixed; boundary=x\n"
		"\n"
		"--x\n"
		"\n"
		"one\n"
		"--x--\n"
		"--abc\n"
		"\n"
		"two\n"
		"--abc--\n",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"1 Content-Type: message/rfc822\n"
		"2 Subject: in\n"
		"2 Content-Type: multipart/mixed; boundary=x\n"
		"part 3.0 text/plain\n"
		"= one\n"
		"-\n"
		"part 1.1 text/plain\n"
		"= two\n"
		"-\n"
		"end\n"},
	{"rfc2046_too_deep",
		"Content-Type: multipart/mixed; boundary=b0\n"
		"\n"
		"--b0\n"
		"Content-Type: multipart/mixed; boundary=b1\n"
		"\n"
		"--b1\n"
		"Content-Type: multipart/mixed; boundary=b2\n"
		"\n"
		"--b2\n"
		"Content-Type: multipart/mixed; boundary=b3\n"
		"\n"
		"--b3\n"
		"Content-Type: multipart/mixed; boundary=b4\n"
		"\n"
		"--b4\n"
		"Content-Type: multipart/mixed; boundary=b5\n"
		"\n"
		"--b5\n"
		"Content-Type: multipart/mixed; boundary=b6\n"
		"\n"
		"--b6\n"
		"Content-Type: multipart/mixed; boundary=b7\n"
		"\n"
		"--b7\n"
		"Content-Type: multipart/mixed; boundary=b8\n"
		"\n"
		"--b8\n"
		"Content-Type: multipart/mixed; boundary=b9\n"
		"\n"
		"--b9\n"
		"\n"
		"x\n"
		"--b8\n"
		"\n"
		"--b7\n"
		"\n"
		"y\n",
		"0 Content-Type: multipart/mixed; boundary=b0\n"
		"head\n"
		"1 Content-Type: multipart/mixed; boundary=b1\n"
		"2 Content-Type: multipart/mixed; boundary=b2\n"
		"3 Content-Type: multipart/mixed; boundary=b3\n"
		"4 Content-Type: multipart/mixed; boundary=b4\n"
		"5 Content-Type: multipart/mixed; boundary=b5\n"
		"6 Content-Type: multipart/mixed; boundary=b6\n"
		"7 Content-Type: multipart/mixed; boundary=b7\n"
		"8 Content-Type: multipart/mixed; boundary=b8\n"
		"part 8.0 multipart/mixed cut\n"
		"-\n"
		"part 8.1 text/plain\n"
		"= y\\r\\n\n"
		"- no-end\n"
		"end no-end deep cut\n"},
	{"rfc2046_5_1_line_of_dashes",
		"Content-Type: multipart/mixed; boundary=abc\n"
		"\n"
		"--abc\n"
		"\n"
		"-- \n"
		"signature\n"
		"--------------------------------------------------------"
		"--------------------------------------------\n"
		"--\n"
		"-\n"
		"--abc--\n",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"part 1.0 text/plain\n"
		"= -- \\r\\nsignature\\r\\n------------------------------"
		"--------------------------------------------------------"
		"--------------\\r\\n--\\r\\n-\n"
		"-\n"
		"end\n"},
	{"rfc2045_6_8_base64",
		"Content-Transfer-Encoding: BASE64\n"
		"Content-Type: a/b\n"
		"\n"
		"AAEC\n"
		"AwQF\n"
		"Bg==\n",
		"0 Content-Transfer-Encoding: BASE64\n"
		"0 Content-Type: a/b\n"
		"head\n"
		"part 0.0 a/b\n"
		"= \\x00\\x01\\x02\\x03\\x04\\x05\\x06\n"
		"-\n"
		"end\n"},
	{"rfc2045_6_8_unwrapped",
		"Content-Transfer-Encoding: base64\n"
		"Content-Type: a/b\n"
		"\n"
		"QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD"
		"QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD"
		"QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD",
		"0 Content-Transfer-Encoding: base64\n"
		"0 Content-Type: a/b\n"
		"head\n"
		"part 0.0 a/b\n"
		"= ABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABC"
		"ABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCAB"
		"CABCABCABC\n"
		"-\n"
		"end\n"},
	{"rfc2045_6_8_padding",
		"Content-Transfer-Encoding: base64\n"
		"Content-Type: a/b\n"
		"\n"
		"QUJ\n"
		"DR===\n"
		"=====\n"
		"QQ",
		"0 Content-Transfer-Encoding: base64\n"
		"0 Content-Type: a/b\n"
		"head\n"
		"part 0.0 a/b\n"
		"= ABCE\\x04\n"
		"- coding\n"
		"end coding\n"},
	{"rfc2045_6_8_padding_ends_it",
		"Content-Transfer-Encoding: base64\n"
		"Content-Type: multipart/mixed; boundary=b\n"
		"\n"
		"--b\n"
		"Content-Transfer-Encoding: base64\n"
		"Content-Type: a/b\n"
		"\n"
		"QUI=\n"
		"====\n"
		"--b\n"
		"Content-Transfer-Encoding: base64\n"
		"Content-Type: a/b\n"
		"\n"
		"QQ==QUJD\n"
		"--b\n"
		"Content-Transfer-Encoding: base64\n"
		"Content-Type: a/b\n"
		"\n"
		"QQ=UJD\n"
		"--b--\n",
		"0 Content-Transfer-Encoding: base64\n"
		"0 Content-Type: multipart/mixed; boundary=b\n"
		"head\n"
		"1 Content-Transfer-Encoding: base64\n"
		"1 Content-Type: a/b\n"
		"part 1.0 a/b\n"
		"= AB\n"
		"-\n"
		"1 Content-Transfer-Encoding: base64\n"
		"1 Content-Type: a/b\n"
		"part 1.1 a/b\n"
		"= A\n"
		"- coding\n"
		"1 Content-Transfer-Encoding: base64\n"
		"1 Content-Type: a/b\n"
		"part 1.2 a/b\n"
		"= A\\x05\\x09\n"
		"- coding\n"
		"end coding\n"},
	{"rfc2045_6_8_foreign",
		"Content-Transfer-Encoding: base64\n"
		"Content-Type: a/b\n"
		"\n"
		"QU*JD-Q\n",
		"0 Content-Transfer-Encoding: base64\n"
		"0 Content-Type: a/b\n"
		"head\n"
		"part 0.0 a/b\n"
		"= ABC\n"
		"- coding\n"
		"end coding\n"},
	{"rfc2045_6_7_quoted",
		"Content-Transfer-Encoding: quoted-printable\n"
		"\n"
		"a=3db=3D=\n"
		"c=\n"
		"=20d\n",
		"0 Content-Transfer-Encoding: quoted-printable\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= a=b=c d\\r\\n\n"
		"-\n"
		"end\n"},
	{"rfc2045_6_7_bad",
		"Content-Transfer-Encoding: quoted-printable\n"
		"\n"
		"a=G1 =4 ==41 =4",
		"0 Content-Transfer-Encoding: quoted-printable\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= a=G1 =4 =A =4\n"
		"- coding\n"
		"end coding\n"},
	{"rfc2045_6_7_soft_break_before_boundary",
		"Content-Type: multipart/mixed; boundary=abc\n"
		"\n"
		"--abc\n"
		"Content-Transfer-Encoding: quoted-printable\n"
		"\n"
		"a=\n"
		"--abc--\n",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"1 Content-Transfer-Encoding: quoted-printable\n"
		"part 1.0 text/plain\n"
		"= a\n"
		"-\n"
		"end\n"},
	{"charset_iso_8859_15",
		"Content-Type: text/plain; charset=ISO-8859-15\n"
		"\n"
		"\xa4\xe4",
		"0 Content-Type: text/plain; charset=ISO-8859-15\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= \\xe2\\x82\\xac\\xc3\\xa4\n"
		"-\n"
		"end\n"},
	{"charset_windows_1252",
		"Content-Type: text/plain; charset=Windows-1252\n"
		"\n"
		"\x80\x9d\xe4",
		"0 Content-Type: text/plain; charset=Windows-1252\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= \\xe2\\x82\\xac\\xc2\\x9d\\xc3\\xa4\n"
		"-\n"
		"end\n"},
	{"charset_unknown",
		"Content-Type: text/plain; charset=koi8-r\n"
		"\n"
		"\xe4""a\xc3\xa4",
		"0 Content-Type: text/plain; charset=koi8-r\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= \\xef\\xbf\\xbda\\xc3\\xa4\n"
		"- charset\n"
		"end charset\n"},
	{"charset_overlong",
		"Content-Type: text/plain; charset=utf-8\n"
		"\n"
		"\xc0\x80\xe0\x80\x80\xf4\x90\x80\x80\xf0\x9f\x98\x80",
		"0 Content-Type: text/plain; charset=utf-8\n"
		"head\n"
		"part 0.0 text/plain\n"
		"= \\xef\\xbf\\xbd\\xef\\xbf\\xbd\\xef\\xbf\\xbd\\xef\\xb"
		"f\\xbd\\xef\\xbf\\xbd\\xef\\xbf\\xbd\\xef\\xbf\\xbd\\xef"
		"\\xbf\\xbd\\xef\\xbf\\xbd\\xf0\\x9f\\x98\\x80\n"
		"- charset\n"
		"end charset\n"},
	{"bare_cr_and_lf",
		"Content-Type: multipart/mixed; boundary=abc\r\n"
		"\r\n"
		"--abc\r\n"
		"\r\n"
		"a\rb\r\n"
		"\r\rc\n"
		"\rd\r\n"
		"--abc--\r\n",
		"0 Content-Type: multipart/mixed; boundary=abc\n"
		"head\n"
		"part 1.0 text/plain\n"
		"= a\\rb\\r\\n\\r\\rc\\n\\rd\n"
		"-\n"
		"end\n"},
};
/* clang-format on */

static void with_crlf(struct octets *o, const char *mail)
{
	bool as_is = strchr(mail, '\r');

	for (; *mail; mail++) {
		if (*mail == '\n' && !as_is)
			octets_add(o, "\r", 1);
		octets_add(o, mail, 1);
	}
}

static void check_split(const struct octets *mail, const char *want,
	message_split *split, void *ctx)
{
	struct octets got = {0};

	message_trace(
		&got, mail->p, mail->len, SMTPD_CHARSET_UNKNOWN, split, ctx);
	assert_string_equal(octets_text(&got), want);
	octets_free(&got);
}

static void check_vector(void **state)
{
	const struct vector *v = *state;
	struct octets mail = {0};

	with_crlf(&mail, v->mail);
	check_split(&mail, v->trace, NULL, NULL);
	for (size_t n = 1; n < 9; n++)
		check_split(&mail, v->trace, split_every, &n);
	for (size_t at = 0; at <= mail.len; at++)
		check_split(&mail, v->trace, split_at, &at);
	octets_free(&mail);
}

/* Text of a charset that is told, not named. */
static void charset_told(void **state)
{
	static const char mail[] = "Subject: T\xfcr =?utf-8?Q?=C3=A4?=\r\n"
				   "\r\n\xe4\xc3\xa4";
	struct octets got = {0};

	(void)state;
	message_trace(
		&got, mail, sizeof mail - 1, SMTPD_CHARSET_8859_1, NULL, NULL);
	assert_string_equal(octets_text(&got),
		"0 Subject: T\\xc3\\xbcr \\xc3\\xa4\nhead\n"
		"part 0.0 text/plain\n= \\xc3\\xa4\\xc3\\xa4\n"
		"- charset\nend charset\n");
	octets_free(&got);
}

/* A mail with one field of this many octets, its name included. */
static void check_long_field(size_t len, bool cut)
{
	struct octets mail = {0}, got = {0};
	const char *at;

	octets_addf(&mail, "X: ");
	for (size_t i = 1; i < len; i++)
		octets_add(&mail, "y", 1);
	octets_addf(&mail, "\r\nTo: z\r\n\r\nt");
	message_trace(&got, mail.p, mail.len, 0, NULL, NULL);
	at = strchr(octets_text(&got), '\n');
	assert_non_null(at);
	assert_int_equal(cut, at[-1] == ')');
	assert_non_null(strstr(at, "0 To: z\nhead\n"));
	assert_int_equal(cut, strstr(octets_text(&got), "end cut\n") != NULL);
	octets_free(&mail);
	octets_free(&got);
}

/* At the limit the blank behind the colon is an octet of the field. */
static void case_104_long_field(void **state)
{
	(void)state;
	check_long_field(SMTPD_MESSAGE_FIELD_MAX - 1, false);
	check_long_field(SMTPD_MESSAGE_FIELD_MAX, true);
	check_long_field(1 << 20, true);
}

/* Containers within containers: what is opened, and what is not. */
static void case_106_depth(void **state)
{
	static const char *const kinds[] = {
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
		"Content-Type: message/rfc822\r\n\r\n"};

	static const unsigned more[] = {0, 1, 1000};

	(void)state;
	for (unsigned i = 0; i < COUNT(kinds) * COUNT(more); i++) {
		unsigned n = more[i / COUNT(kinds)];
		struct octets mail = {0}, got = {0};
		bool found;

		for (unsigned k = 0; k < SMTPD_MESSAGE_DEPTH + n; k++)
			octets_addf(&mail, "%s", kinds[i % COUNT(kinds)]);
		octets_addf(&mail, "\r\nend of it");
		message_trace(&got, mail.p, mail.len, 0, NULL, NULL);
		found = strstr(octets_text(&got), " deep") != NULL;
		assert_int_equal(n > 0, found);
		found = strstr(octets_text(&got), "= end of it") != NULL;
		if (n == 0 || i % COUNT(kinds) == 1)
			assert_int_equal(n == 0, found);
		octets_free(&mail);
		octets_free(&got);
	}
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(vectors) + 3];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(vectors); i++)
		tests[n++] = (struct CMUnitTest){vectors[i].name, check_vector,
			NULL, NULL, (void *)&vectors[i]};
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(charset_told);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(case_104_long_field);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(case_106_depth);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
