/*
 * result.c - times, errors, and the line of JSON at the end
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "load.h"

struct load_result load_result = {.message = {.name = "message"},
	.session = {.name = "session"},
	.handshake = {.name = "handshake"}};

/* see load.h */
uint64_t load_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* see load.h */
void load_time(struct load_times *t, uint64_t since_us)
{
	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 4096;
		t->us = realloc(t->us, t->room * sizeof *t->us);
		if (!t->us)
			abort();
	}
	t->us[t->count++] = (uint32_t)(load_now_us() - since_us);
}

/* see load.h */
void load_fail(const char *what, const char *detail)
{
	char *p = load_result.first;

	if (load_result.errors++)
		return;
	snprintf(p, sizeof load_result.first, "%s: %s", what, detail);
	for (; *p; p++)
		if (*p == '"' || *p == '\\' || (unsigned char)*p < ' ')
			*p = ' ';
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void print_times(struct load_times *t)
{
	size_t n = t->count;

	if (!n)
		return;
	qsort(t->us, n, sizeof *t->us, compare);
	printf(", \"%s_us\": {\"count\": %zu, \"p50\": %u, \"p99\": %u, "
	       "\"max\": %u}",
		t->name, n, t->us[n / 2], t->us[n * 99 / 100], t->us[n - 1]);
}

/* see load.h */
void load_print(double seconds)
{
	struct load_result *r = &load_result;
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf("{\"messages\": %ld, \"sessions\": %ld, \"errors\": %ld, "
	       "\"seconds\": %.4f, \"cpu_s\": %.4f",
		r->messages, r->sessions, r->errors, seconds,
		(double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
			(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) /
				1e6);
	if (load_options.greet_ms)
		printf(", \"greeted\": %d, \"busy\": %d, \"last_s\": %.3f",
			r->greeted, r->busy, (double)r->last_us / 1e6);
	print_times(&r->message);
	print_times(&r->session);
	print_times(&r->handshake);
	printf(", \"next_port\": %d, \"first_error\": \"%s\"}\n",
		load_options.from, r->first);
}
