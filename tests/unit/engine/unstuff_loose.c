/*
 * unstuff_loose.c - see unstuff_loose.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "unstuff_loose.h"

#include <stdlib.h>
#include <string.h>

#include "unstuff.h"

#define SEEN (SMTPD_BARE_CR | SMTPD_BARE_LF | SMTPD_LONE_DOT | SMTPD_LF_END)

enum before { START, CRLF, LF };

static bool is_eol(uint8_t c)
{
	return c == '\r' || c == '\n';
}

/* Dots between CRs and LFs, bare CRs, in p[from..to): what is known of them
 * once p[..to) has come, and nothing of it was an end. */
static unsigned seen_in(const uint8_t *p, size_t from, size_t to)
{
	unsigned bare = 0;

	for (size_t i = from; i < to; i++) {
		bool begins = i == 0 || is_eol(p[i - 1]);
		bool strict = i == 0 ||
			      (i > 1 && p[i - 1] == '\n' && p[i - 2] == '\r');

		if (p[i] == '\r' && i + 1 < to && p[i + 1] != '\n')
			bare |= SMTPD_BARE_CR;
		if (p[i] != '.' || !begins || i + 1 >= to)
			continue;
		if (p[i + 1] == '\n')
			bare |= SMTPD_LONE_DOT;
		/* behind CRLF, ".CR" may still become the end */
		if (p[i + 1] == '\r' && (!strict || i + 2 < to))
			bare |= SMTPD_LONE_DOT;
	}
	return bare;
}

/* One line p[at..to), with its LF if `ended`. all_lf: so are all before. */
static void line(struct loose *l, const uint8_t *p, size_t at, size_t to,
	bool ended, enum before before, bool all_lf)
{
	bool crlf = ended && to - at >= 2 && p[to - 2] == '\r';
	size_t end = ended ? to - (crlf ? 2 : 1) : to;

	if ((before != LF || all_lf) && p[at] == '.') {
		at++;
		/* "." CR so far: the end, or a stuffed CR? */
		if (!ended && before != LF && to - at == 1 && p[at] == '\r')
			end = at;
	}
	octets_add(&l->out, p + at, end > at ? end - at : 0);
	if (ended)
		octets_add(&l->out, "\r\n", 2);
	if (ended && !crlf)
		l->bare |= SMTPD_BARE_LF;
}

static bool is_dot(const uint8_t *p, size_t n, const char *eol)
{
	size_t len = strlen(eol);

	return n == len + 1 && *p == '.' && !memcmp(p + 1, eol, len);
}

void loose_reference(struct loose *l, const uint8_t *p, size_t len, bool lf)
{
	enum before before = START;
	size_t at = 0;

	memset(l, 0, sizeof *l);
	while (at < len && !l->end) {
		const uint8_t *eol = memchr(p + at, '\n', len - at);
		size_t to = eol ? (size_t)(eol - p) + 1 : len;
		bool all_lf = lf && before == LF && !memchr(p, '\r', at);

		if (all_lf && is_dot(p + at, to - at, "\n"))
			l->bare |= SMTPD_LF_END;
		l->end = l->bare & SMTPD_LF_END ||
			 (before != LF && is_dot(p + at, to - at, "\r\n"));
		if (!l->end) {
			line(l, p, at, to, eol != NULL, before, all_lf);
			before = to < 2 || p[to - 2] != '\r' ? LF : CRLF;
		}
		l->bare |= l->end ? seen_in(p, 0, at) : 0;
		at = to;
	}
	l->used = at;
	l->bare |= l->end ? 0 : seen_in(p, 0, len);
	l->bare &= SEEN;
}

struct run {
	struct smtpd_unstuff u;
	struct loose *l;
};

/* n octets, offered again as long as some are left. */
static void feed(struct run *r, const uint8_t *p, size_t n)
{
	uint8_t *exact = exact_copy(p, n);
	size_t done = 0;

	while (done < n && !r->l->end) {
		size_t text = n - done, used;

		r->l->end = smtpd_unstuff(&r->u, exact + done, &text, &used);
		if (text > used || r->u.held_cr ||
			memcmp(exact + done + used, p + done + used,
				n - done - used) != 0)
			abort();
		if (r->u.bare & (SMTPD_GIVE_CR | SMTPD_GIVE_LF)) {
			if (text)
				abort();
			octets_add(&r->l->out, "\r\n",
				r->u.bare & SMTPD_GIVE_LF ? 2 : 1);
		} else if (!text && !used) {
			abort(); /* it would stand still */
		}
		r->u.bare &= (uint8_t) ~(SMTPD_GIVE_CR | SMTPD_GIVE_LF);
		octets_add(&r->l->out, exact + done, text);
		done += used;
	}
	r->l->used += done;
	free(exact);
}

void loose_decode(struct loose *l, const uint8_t *p, size_t len, size_t a,
	size_t b, bool lf)
{
	struct run r;
	size_t done = 0;

	memset(l, 0, sizeof *l);
	memset(&r, 0, sizeof r);
	r.l = l;
	r.u.bare = (uint8_t)(SMTPD_LOOSE | (lf ? 0 : SMTPD_SAW_CR));
	for (unsigned i = 0; done < len && !l->end; i++) {
		size_t n = i % 2 ? b : a;

		if (!n || n > len - done)
			n = len - done;
		feed(&r, p + done, n);
		done += n;
	}
	l->bare = r.u.bare & SEEN;
}

bool loose_agrees(const uint8_t *p, size_t len, size_t a, size_t b, bool lf)
{
	struct loose want, got;
	bool same;

	loose_reference(&want, p, len, lf);
	loose_decode(&got, p, len, a, b, lf);
	same = got.end == want.end && got.used == want.used &&
	       got.out.len == want.out.len && got.bare == want.bare &&
	       (!want.out.len || !memcmp(got.out.p, want.out.p, want.out.len));
	octets_free(&got.out);
	octets_free(&want.out);
	return same;
}
