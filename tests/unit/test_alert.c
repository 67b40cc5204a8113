/*
 * test_alert.c - alerts: what devices send, dates, HTML, rules
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/alert_trace.c
 * tests: sources tests/unit/engine/message_trace.c
 * tests: sources tests/unit/engine/engine.c tests/unit/engine/sink.c
 */
#include <stdlib.h>

#include "alert.h"
#include "engine/alert_trace.h"
#include "engine/check.h"

struct vector {
	const char *name, *mail, *rules, *full;
};

static const struct vector vectors[] = {
	{"hikvision",
		"From: \"IP CAMERA\" <cam@example.org>\nTo: a@b, c@d\n"
		"Subject: Embedded Net DVR: Motion Detected On channel A1\n"
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"
		"This is an automatically generated e-mail from your DVR.\n\n"
		"EVENT TYPE:    Motion Detected\n"
		"DVR NAME:      Hall\nCHANNEL NUMBER:A1\n--b\n"
		"Content-Type: image/jpeg; name=\"1.jpg\"\n"
		"Content-Transfer-Encoding: base64\n\n/9j/\n--b--\n",
		NULL,
		" brand=hikvision device=Hall channel=A1 "
		"event=Motion Detected picture=image/jpeg:1.jpg:3/1"},
	{"dahua_end",
		"From: x@y\n\nAlarm Event: Motion Detection\n"
		"Alarm Input Channel: 2\nAlarm Stop Time(D/M/Y H:M:S): 1\n"
		"Alarm Device Name: NVR\n",
		NULL,
		" brand=dahua device=NVR channel=2 event=Motion Detection "
		"state=end"},
	{"reolink",
		"Subject: Motion\n\nAlarm Camera Name: Door\n"
		"Alarm Event: Person\nAlarm Input Channel No.: 1\n",
		NULL, " brand=reolink channel=Door event=Person"},
	{"axis", "From: AXIS <axis-00408c@x>\nSubject: Motion\n\n", NULL,
		" brand=axis device=AXIS event=motion"},
	{"synology", "Subject: [DiskStation] Volume\n\n", NULL,
		" brand=synology event=Volume"},
	{"apc", "Subject: UPS: On battery power.\n\nName : Rack\n", NULL,
		" brand=apc device=Rack event=On battery power. state=start"},
	{"apc_end", "Subject: UPS: No longer on battery power.\n\n", NULL,
		" brand=apc event=No longer on battery power. state=end"},
	{"hp", "From: HP LaserJet 4 <a@b>\n\nEvent: Paper jam\n", NULL,
		" brand=hp device=HP LaserJet 4 event=Paper jam"},
	{"generic_test", "Subject: Test Email\n\nCamera: Garage\n", NULL,
		" channel=Garage state=test"},
	{"users_rules_first", "Subject: UPS: On battery power.\n\nZone: 5\n",
		"# mine\nsubject~\"on battery\" event=cut channel=text:zone\n",
		" brand=apc channel=5 event=cut state=start"},
	{"rules_with_a_fault_are_left", "Subject: UPS: x\n\n",
		"event=y frog=1;event=z;brand~\"", " brand=apc event=y"},
	{"octet_stream_is_a_picture",
		"Content-Type: application/octet-stream; name=A.JPG\n\nxyz",
		NULL, " picture=image/jpeg:A.JPG:3/1"},
	{"html_only",
		"Content-Type: text/html\n\n<html><head><title>no</title>\n"
		"<style>p{a:b}</style></head>\n<p>Event:&nbsp; a&lt;b&#x20ac;"
		"&#8364; &none; & c</p><script>x<y</script>Channel:\n 7"
		"<img src=\"x\">\n<br/>end",
		NULL,
		" channel=7 event=a<b\xe2\x82\xac\xe2\x82\xac &none; & c"},
	{"plain_before_html",
		"Content-Type: multipart/alternative; boundary=b\n\n--b\n"
		"\n \nEvent: plain\n--b\nContent-Type: text/html\n\nEvent: "
		"html\n",
		NULL, " event=plain"},
	{"attached_text_is_no_text",
		"Content-Disposition: attachment; filename=a.txt\n\n"
		"Event: x\n",
		NULL, ""},
	{"controls_become_blanks",
		"Subject: UPS: a\tb =?utf-8?Q?=00=1B=C2=9Bc=0D=0Ad?=\n\n", NULL,
		" brand=apc event=a b    c  d"},
};

/* What rules set, from the last line but one. */
static const char *found(const char *trace)
{
	static char line[4096];
	const char *at = strstr(trace, "\nfull"), *text;
	size_t len;

	assert_non_null(at);
	len = strcspn(++at, "\n");
	assert_true(len < sizeof line);
	memcpy(line, at, len);
	line[len] = '\0';
	for (text = line; *text; text++) {
		if (!strncmp(text, " brand=", 7) ||
			!strncmp(text, " device=", 8) ||
			!strncmp(text, " channel=", 9) ||
			!strncmp(text, " event=", 7) ||
			!strncmp(text, " state=", 7) ||
			!strncmp(text, " picture=", 9))
			break;
	}
	return text;
}

static void check_vector(void **state)
{
	const struct vector *v = *state;
	struct octets mail = {0}, whole = {0}, want = {0};

	for (const char *p = v->mail; *p; p++)
		octets_add(&mail, *p == '\n' ? "\r\n" : p, *p == '\n' ? 2 : 1);
	alert_trace(&whole, mail.p, mail.len, v->rules, NULL, NULL);
	octets_add_escaped(&want, v->full, strlen(v->full));
	assert_string_equal(found(octets_text(&whole)), octets_text(&want));
	for (size_t at = 0; at <= mail.len; at++) {
		struct octets split = {0};

		alert_trace(&split, mail.p, mail.len, v->rules, split_at, &at);
		assert_string_equal(octets_text(&split), octets_text(&whole));
		octets_free(&split);
	}
	octets_free(&mail);
	octets_free(&whole);
	octets_free(&want);
}

static void rfc5322_3_3_dates(void **state)
{
	static const struct {
		const char *text;
		long long date_s;
		int zone_min;
	} dates[] = {
		{"Fri, 21 Nov 1997 09:55:06 -0600", 880127706, -360},
		{"21 Nov 97 09:55:06 GMT", 880106106, 0},
		{"Thu,\t13 Feb 1969 23:32 -0330 (Newfoundland Time)", -27723480,
			-210},
		{"1 Jan 70 00:00 Z", 0, 0},
		{"29 Feb 2024 12:00:60 +0545", 1709187360, 345},
		{"Mon, 1 (x (y)) Jul 49 1:2:3 PDT", 2508739323, -420},
		{"1 Mar 2000 00:00:00 +0000", 951868800, 0},
	};
	static const char *const none[] = {"", "yesterday", "1 Jan 2000",
		"32 Jan 2000 00:00", "1 Jan 1899 00:00", "1 Jan 2000 24:00",
		"1 Jan 2000 00:60", "0 Jan 2000 00:00", "((((((1 Jan 2000 0:0"};

	(void)state;
	for (size_t i = 0; i < COUNT(dates) + COUNT(none); i++) {
		const char *text = i < COUNT(dates) ? dates[i].text
						    : none[i - COUNT(dates)];
		char *exact = exact_copy(text, strlen(text));
		int64_t date_s = 1;
		int16_t zone = 1;

		assert_int_equal(
			smtpd_alert_date(exact, strlen(text), &date_s, &zone),
			i < COUNT(dates));
		if (i < COUNT(dates)) {
			assert_int_equal(date_s, dates[i].date_s);
			assert_int_equal(zone, dates[i].zone_min);
		}
		free(exact);
	}
}

static void rules_that_are_wrong(void **state)
{
	static const struct {
		const char *rules;
		unsigned at;
	} wrong[] = {{"frog=1", 0}, {"brand=x from=y", 13}, {"event=", 6},
		{"event=\"x", 8}, {"state=on", 8}, {"event=text:", 11},
		{"from~a|", 7}, {"event=x from~y", 13}, {"brand x", 0},
		{"device~x", 7}, {"event=\"\"", 7}};
	struct smtpd_alert_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		size_t len = strlen(wrong[i].rules);
		char *exact = exact_copy(wrong[i].rules, len);

		error.why = NULL;
		assert_int_equal(smtpd_alert_rules_check(exact, len, &error),
			SMTPD_EINVAL);
		assert_non_null(error.why);
		assert_int_equal(error.at, wrong[i].at);
		free(exact);
	}
	assert_int_equal(smtpd_alert_rules_check("# a; b\n ;from~\"a b\"|c "
						 "event=x # y\r\n",
				 35, &error),
		0);
}

/* At the limit, and one octet past it; never half a character. */
static void case_104_subject_is_cut(void **state)
{
	(void)state;
	for (size_t more = 0; more < 3; more++) {
		struct octets mail = {0}, got = {0};

		octets_addf(&mail, "Subject: ");
		for (size_t i = 2 + more; i < SMTPD_ALERT_SUBJECT_MAX - 1; i++)
			octets_add(&mail, "x", 1);
		for (size_t i = 0; i < more; i++)
			octets_add(&mail, "y", 1);
		octets_addf(&mail, "\xc3\xa4%s\r\n\r\n", more == 1 ? "z" : "");
		alert_trace(&got, mail.p, mail.len, NULL, NULL, NULL);
		assert_int_equal(
			strstr(octets_text(&got), " cut=4") != NULL, more == 1);
		octets_free(&mail);
		octets_free(&got);
	}
}

/* The first address, and the name before it. */
static void rfc5322_3_4_first_address(void **state)
{
	static const struct {
		const char *value, *early;
	} fields[] = {
		{"a@b", "early from=a@b\n"},
		{"Cam <a@b>, c@d", "early from=a@b device=Cam\n"},
		{"a@b, Cam <c@d>", "early from=a@b\n"},
		{"\"Door, front\" <a@b>",
			"early from=a@b device=Door, front\n"},
		{"=?utf-8?Q?Door=2C_front?= <a@b>",
			"early from=a@b device=Door, front\n"},
		{"a@b (a comment)", "early from=a@b\n"},
		{"<a@b", "early from=a@b\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		struct octets mail = {0}, got = {0};

		octets_addf(&mail, "From: %s\r\n\r\n", fields[i].value);
		alert_trace(&got, mail.p, mail.len, NULL, NULL, NULL);
		assert_memory_equal(octets_text(&got), fields[i].early,
			strlen(fields[i].early));
		octets_free(&mail);
		octets_free(&got);
	}
}

/* ---- stages ---- */

static void note_early(void *ctx, const struct smtpd_alert *a)
{
	octets_addf(ctx, "early %s %s %s %s %s %d %s|", a->from, a->to,
		a->subject, a->brand, a->event, a->dated, a->text);
}

static void note_picture(
	void *ctx, const struct smtpd_alert *a, const uint8_t *p, size_t len)
{
	octets_addf(ctx, "%s %s %u %.*s|", a->picture_type, a->picture_name,
		a->picture_octets, (int)len, len ? (const char *)p : "");
}

static void note_full(void *ctx, const struct smtpd_alert *a)
{
	octets_addf(ctx, "full %s %s %u parts %u pictures %u octets %x",
		a->text, a->channel, a->parts, a->pictures, a->octets,
		a->flags);
}

/* What is known when the header block is over, of the first picture while it
 * comes, and at the end. */
static void two_stages(void **state)
{
	static const struct smtpd_alert_events events = {
		note_early, note_picture, note_full};
	static const char block[] =
		"From: Cam <cam@example.org>\r\nSubject: UPS: on\r\n"
		"Date: 1 Jan 70 00:00 Z\r\nContent-Type: multipart/mixed; "
		"boundary=b\r\n\r\n";
	static const char body[] =
		"--b\r\n\r\nCamera: 7\r\n--b\r\nContent-Type: image/png; "
		"name=a.png\r\n\r\nxyz\r\n--b\r\nContent-Type: image/gif"
		"\r\n\r\nno\r\n--b--\r\n";
	struct smtpd_alert_reader *r = malloc(sizeof *r);
	struct octets got = {0};
	char *first = exact_copy(block, sizeof block - 1);
	char *rest = exact_copy(body, sizeof body - 1);

	(void)state;
	smtpd_alert_start(r, &events, &got, NULL, 0, SMTPD_CHARSET_UNKNOWN);
	smtpd_alert_envelope(r, (struct smtpd_str){"e@f", 3},
		(struct smtpd_str){"you@example.org", 15});
	smtpd_alert_push(r, (uint8_t *)first, sizeof block - 1);
	assert_string_equal(octets_text(&got),
		"early cam@example.org you@example.org UPS: on apc on 1 |");
	smtpd_alert_push(r, (uint8_t *)rest, sizeof body - 1);
	smtpd_alert_finish(r);
	assert_string_equal(octets_text(&got) + 56,
		"image/png a.png 3 xyz|image/png a.png 3 |"
		"full Camera: 7 7 3 parts 2 pictures 226 octets 0");
	octets_free(&got);
	free(first);
	free(rest);
	free(r);
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(vectors) + 5];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(vectors); i++)
		tests[n++] = (struct CMUnitTest){vectors[i].name, check_vector,
			NULL, NULL, (void *)&vectors[i]};
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(rfc5322_3_4_first_address);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(two_stages);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(rfc5322_3_3_dates);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(rules_that_are_wrong);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(case_104_subject_is_cut);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
