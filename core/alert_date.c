/*
 * alert_date.c - Date:, RFC 5322 3.3, and what was allowed before (4.3)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "alert.h"

#if SMTPD_ALERT

struct date {
	unsigned day, month, year, hour, minute, second;
	bool timed;
	int zone_min;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return smtpd_lower(c) >= 'a' && smtpd_lower(c) <= 'z';
}

/* A number; returns how many digits it has. */
static size_t number(const char **p, const char *end, unsigned *v)
{
	const char *from = *p;

	for (*v = 0; *p < end && is_digit(**p); (*p)++)
		*v = (*v * 10 + (unsigned)(**p - '0')) % 100000;
	return (size_t)(*p - from);
}

/* Which of the words of three letters is it? 1 and up; 0: none. */
static unsigned word(const char *s, const char *words)
{
	for (unsigned i = 0; words[i * 3]; i++) {
		if (smtpd_is_lower(s, 3,
			    (char[]){words[i * 3], words[i * 3 + 1],
				    words[i * 3 + 2], 0}))
			return i + 1;
	}
	return 0;
}

/* A month, a zone's name (4.3), or the day of the week. */
static void letters(struct date *d, const char *s, size_t len)
{
	static const signed char hours[] = {-4, -5, -5, -6, -6, -7, -7, -8};
	unsigned i;

	if (len < 3)
		return; /* UT, Z, and the military ones: as -0000 */
	i = word(s, "janfebmaraprmayjunjulaugsepoctnovdec");
	if (i && !d->month)
		d->month = i;
	i = word(s, "edtestcdtcstmdtmstpdtpst");
	if (i && d->timed)
		d->zone_min = 60 * hours[i - 1];
}

/* Behind the hour. */
static void time_of_day(struct date *d, const char **p, const char *end)
{
	d->timed = true;
	++*p;
	number(p, end, &d->minute);
	if (*p < end && **p == ':') {
		++*p;
		number(p, end, &d->second);
	}
}

static void zone(struct date *d, char sign, const char **p, const char *end)
{
	unsigned v;

	if (number(p, end, &v) != 4 || v % 100 > 59)
		return;
	d->zone_min = (int)(v / 100 * 60 + v % 100);
	if (sign == '-')
		d->zone_min = -d->zone_min;
}

static void digits(struct date *d, const char **p, const char *end)
{
	unsigned v;
	size_t n = number(p, end, &v);

	if (*p < end && **p == ':' && !d->timed) {
		d->hour = v;
		time_of_day(d, p, end);
	} else if (!d->day) {
		d->day = v;
	} else if (!d->year) {
		d->year = n == 2 && v < 50 ? v + 2000 : n < 4 ? v + 1900 : v;
	}
}

static const char *comment(const char *p, const char *end)
{
	unsigned depth = 0;

	do {
		depth += *p == '(';
		depth -= *p == ')';
		p++;
	} while (p < end && depth);
	return p;
}

/* Days since 1970 of a date of the Gregorian calendar. */
static int64_t days(const struct date *d)
{
	/* Years begin in March, so that leap days come last. */
	uint32_t y = d->year - (d->month < 3);
	uint32_t m = (d->month + 9) % 12;

	return (int64_t)(365u * y + y / 4 - y / 100 + y / 400 +
			 (m * 306 + 5) / 10 + d->day - 1) -
	       719468;
}

/* see alert.h */
bool smtpd_alert_date(
	const char *p, size_t len, int64_t *date_s, int16_t *zone_min)
{
	const char *end = p + len;
	struct date d = {0};

	while (p < end) {
		const char *from = p;

		if (is_digit(*p)) {
			digits(&d, &p, end);
		} else if (is_letter(*p)) {
			while (p < end && is_letter(*p))
				p++;
			letters(&d, from, (size_t)(p - from));
		} else if (*p == '(') {
			p = comment(p, end);
		} else {
			p++;
			if (d.timed && (*from == '+' || *from == '-'))
				zone(&d, *from, &p, end);
		}
	}
	if (!d.day || d.day > 31 || !d.month || d.year < 1900 ||
		d.year > 9999 || !d.timed || d.hour > 23 || d.minute > 59 ||
		d.second > 60 || d.zone_min < -1439 || d.zone_min > 1439)
		return false;
	*zone_min = (int16_t)d.zone_min;
	*date_s = ((days(&d) * 24 + d.hour) * 60 + d.minute - d.zone_min) * 60 +
		  d.second;
	return true;
}

#else
typedef int smtpd_no_date; /* ISO C wants a declaration */
#endif
