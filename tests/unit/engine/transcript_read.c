/*
 * transcript_read.c - read the files of tests/vectors
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "transcript.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct step *add_step(struct transcript *t, enum step_kind kind)
{
	struct step *s;

	t->steps = realloc(t->steps, (t->count + 1) * sizeof *t->steps);
	if (!t->steps)
		abort();
	s = &t->steps[t->count++];
	memset(s, 0, sizeof *s);
	s->kind = kind;
	return s;
}

static struct transcript *add_case(
	struct transcripts *all, const char *file, const char *name)
{
	struct transcript *t;

	all->list = realloc(all->list, (all->count + 1) * sizeof *all->list);
	if (!all->list)
		abort();
	t = &all->list[all->count++];
	memset(t, 0, sizeof *t);
	t->file = file;
	snprintf(t->name, sizeof t->name, "%.90s", name);
	return t;
}

/* C[*N][\]: text */
static bool read_send(struct transcript *t, const char *p)
{
	unsigned long times = 1;
	bool escaped = false;
	struct step *s;

	if (*p == '*')
		times = strtoul(p + 1, (char **)&p, 10);
	if (*p == '\\') {
		escaped = true;
		p++;
	}
	if (*p++ != ':')
		return false;
	if (*p == ' ')
		p++;
	s = add_step(t, STEP_SEND);
	while (times--) {
		if (escaped) {
			octets_add_unescaped(&s->text, p);
		} else {
			octets_add(&s->text, p, strlen(p));
			octets_add(&s->text, "\r\n", 2);
		}
	}
	return true;
}

static bool is_enhanced(const char *p, size_t n)
{
	return n >= 5 && isdigit((unsigned char)*p) && p[1] == '.' &&
	       strspn(p, "0123456789.") == n;
}

/* CODE [ENHANCED] [text] */
static bool read_one_reply(struct transcript *t, const char *p)
{
	struct step *s = add_step(t, STEP_REPLY);
	char *end;
	size_t n;

	s->code = (unsigned)strtoul(p, &end, 10);
	if (end - p != 3)
		return false;
	p = end + (*end == ' ');
	n = strcspn(p, " ");
	octets_add(&s->text, p, is_enhanced(p, n) ? n : 0);
	return true;
}

/* S[*N]: reply */
static bool read_reply(struct transcript *t, const char *p)
{
	unsigned long times = 1;

	if (*p == '*')
		times = strtoul(p + 1, (char **)&p, 10);
	if (*p++ != ':' || *p++ != ' ')
		return false;
	while (times--) {
		if (!read_one_reply(t, p))
			return false;
	}
	return true;
}

static bool read_line(struct transcript *t, const char *p)
{
	enum step_kind kind;

	if (*p == 'C')
		return read_send(t, p + 1);
	if (!strncmp(p, "S:", 2) || !strncmp(p, "S*", 2))
		return read_reply(t, p + 1);
	if (!strncmp(p, "S+ ", 3))
		kind = STEP_HAS;
	else if (!strncmp(p, "S- ", 3))
		kind = STEP_HAS_NOT;
	else if (!strncmp(p, "<< ", 3))
		kind = STEP_CALL;
	else if (!strncmp(p, "@ ", 2))
		kind = STEP_AT;
	else
		return false;
	p += kind == STEP_AT ? 2 : 3;
	octets_add(&add_step(t, kind)->text, p, strlen(p));
	return true;
}

static bool read_lines(struct transcripts *all, const char *file, FILE *f)
{
	struct transcript *t = NULL;
	char line[4096];
	size_t from;
	unsigned number = 0;

	while (fgets(line, sizeof line, f)) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (!strncmp(line, "@ case ", 7)) {
			t = add_case(all, file, line + 7);
			continue;
		}
		if (t && !strncmp(line, "@ splits ", 9)) {
			t->splits_max = (unsigned)strtoul(line + 9, NULL, 10);
			continue;
		}
		from = t ? t->count : 0;
		if (!t || !read_line(t, line)) {
			printf("not ok %s: line %u is malformed\n", file,
				number);
			return false;
		}
		for (; from < t->count; from++)
			t->steps[from].line = number;
	}
	return true;
}

bool transcripts_read(struct transcripts *all, const char *file)
{
	FILE *f = fopen(file, "r");
	bool ok;

	if (!f) {
		printf("not ok %s: cannot be read\n", file);
		return false;
	}
	ok = read_lines(all, file, f);
	fclose(f);
	return ok;
}

void transcripts_free(struct transcripts *all)
{
	for (size_t i = 0; i < all->count; i++) {
		for (size_t k = 0; k < all->list[i].count; k++)
			octets_free(&all->list[i].steps[k].text);
		free(all->list[i].steps);
	}
	free(all->list);
}

size_t transcript_octets(const struct transcript *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++)
		n += t->steps[i].kind == STEP_SEND ? t->steps[i].text.len : 0;
	return n;
}
