/*
 * unstuff.c - see unstuff.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Text is skipped by find_eol(); only line ends and what follows them are
 * looked at octet by octet.
 */
#include "unstuff.h"

#include "find_eol.h"
#include "mem.h"
#include "smtpd_config.h"

#define LOOSE_BUILT (SMTPD_FORGIVE_BARE_LF || SMTPD_FORGIVE_BARE_CR)

/* What is known of the octets just before the next one. Zero is the start. */
enum {
	U_BOL,    /* CRLF, or the start of the message */
	U_DOT,    /* CRLF . */
	U_DOT_CR, /* CRLF . CR */
	U_TEXT,   /* inside a line */
	U_CR,     /* inside a line, after CR */
	U_ODD,    /* loose: after a bare CR or LF */
	U_ODD_DOT /* loose: after that, a dot */
};

/* Lone dots are seen, and LF.LF may be the end? */
static inline bool is_loose(const struct smtpd_unstuff *u)
{
	return LOOSE_BUILT && u->bare & SMTPD_LOOSE;
}

/* Is something given out instead of text? */
static inline bool gives(const struct smtpd_unstuff *u)
{
	return LOOSE_BUILT && u->bare & (SMTPD_GIVE_CR | SMTPD_GIVE_LF);
}

/* Have all lines ended in LF alone so far? */
static inline bool all_lf(const struct smtpd_unstuff *u)
{
	return is_loose(u) && !(u->bare & SMTPD_SAW_CR);
}

static inline bool measures(const struct smtpd_unstuff *u)
{
#if SMTPD_MEASURE
	return u->measure;
#else
	(void)u;
	return false;
#endif
}

/* n more octets of the line; `ends`: the last of them is its LF. */
static void measure(struct smtpd_unstuff *u, ptrdiff_t n, bool ends)
{
	if (!measures(u))
		return;
#if SMTPD_MEASURE
	u->line_len += (uint32_t)n;
	if (ends && u->line_len > u->line_max)
		u->line_max = u->line_len;
	if (ends)
		u->line_len = 0;
#else
	(void)n;
	(void)ends;
#endif
}

#if SMTPD_WIDE_SCAN

/* GCC's and Clang's own vectors: SSE2, NEON, or plain words without either. */
typedef uint8_t v16 __attribute__((vector_size(16), aligned(1), may_alias));

#define V16(p) (*(const v16 *)(const void *)(p))

/* The first dot of in..end that begins a line, or end. */
static uint8_t *dot_line(uint8_t *in, uint8_t *end)
{
	uint8_t *p = in, *dot;

	while ((dot = memchr(p, '.', (size_t)(end - p))) != NULL) {
		if (dot > in && dot[-1] == '\n')
			return dot;
		p = dot + 1;
	}
	return end;
}

static bool any(v16 v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof half);
	return half[0] | half[1];
}

static bool inside_line(const struct smtpd_unstuff *u, uint8_t next)
{
	return u->state == U_TEXT || (u->state == U_BOL && next != '.');
}

struct seen {
	v16 odd;  /* a CR before no LF, an LF behind no CR */
	v16 dots; /* a dot, anywhere */
};

/* Look at p[0..16). */
static inline void look(struct seen *seen, const uint8_t *p)
{
	v16 next = V16(p + 1);

	seen->odd |= (v16)((V16(p) == '\r') ^ (next == '\n'));
	seen->dots |= (v16)(next == '.');
}

/*
 * The end of the text in in..end, which begins inside a line, that has neither
 * a dot at the start of a line nor a bare CR or LF, as far as that can be told
 * in one pass without a branch, whatever the lengths of the lines.
 */
static uint8_t *plain_lines(uint8_t *in, const uint8_t *end)
{
	uint8_t *stop = in + (end - in - 1);
	const uint8_t *p = in;
	struct seen seen = {{0}, {0}};

	if (stop - in < 16 || *in == '\n')
		return in;
	for (; stop - p >= 64; p += 64) {
		look(&seen, p);
		look(&seen, p + 16);
		look(&seen, p + 32);
		look(&seen, p + 48);
	}
	for (; stop - p >= 16; p += 16)
		look(&seen, p);
	look(&seen, stop - 16);
	if (any(seen.odd))
		return in;
	if (any(seen.dots)) {
		uint8_t *dot = dot_line(in, stop + 1);

		if (dot <= stop)
			return dot - 2; /* the CRLF before it decides */
	}
	/* A CRLF that straddles the end is looked at again. */
	return stop - (stop[-1] == '\r');
}

#endif

/*
 * Copy the text from in up to the next octet that needs a decision, and return
 * that. Whole lines whose successor does not begin with a dot, that is nearly
 * all, are passed over here.
 */
static uint8_t *text(
	struct smtpd_unstuff *u, uint8_t *in, uint8_t *end, uint8_t **out)
{
	uint8_t *start = in, *p;
	ptrdiff_t least = all_lf(u) ? PTRDIFF_MAX : 3; /* to pass a line */

	while (p = find_eol(in, end), end - p >= least && p[0] == '\r' &&
					      p[1] == '\n' && p[2] != '.') {
		measure(u, p + 2 - in, true);
		in = p + 2;
	}
	measure(u, p - in, false);
	if (*out != start)
		memmove(*out, start, (size_t)(p - start));
	*out += p - start;
	return p;
}

static void lone_dot(struct smtpd_unstuff *u, uint8_t next)
{
	if (is_loose(u) && (next == '\r' || next == '\n'))
		u->bare |= SMTPD_LONE_DOT;
}

#if LOOSE_BUILT
/* After a bare CR or LF and perhaps a dot; as step(). */
static bool odd_step(struct smtpd_unstuff *u, uint8_t c, uint8_t **out)
{
	if (u->state == U_ODD_DOT)
		lone_dot(u, c);
	if (u->state == U_ODD_DOT || c != '.') {
		u->state = U_TEXT;
		return false;
	}
	u->state = U_ODD_DOT;
	if (!all_lf(u)) {
		*(*out)++ = c;
		measure(u, 1, false);
	}
	return true;
}

#endif

static void saw_cr(struct smtpd_unstuff *u)
{
	if (is_loose(u))
		u->bare |= SMTPD_SAW_CR;
}

/* A CR that is no line's end was passed. */
static void bare_cr(struct smtpd_unstuff *u)
{
	u->bare |= SMTPD_BARE_CR;
	u->state = is_loose(u) ? U_ODD : U_TEXT;
}

/* The octet at *in after all that is known; how much of it is used: 0 or 1. */
static bool step(struct smtpd_unstuff *u, uint8_t c, uint8_t **out, bool room)
{
	switch (u->state) {
	case U_BOL:
		u->state = c == '.' ? U_DOT : U_TEXT;
		return c == '.';
	case U_DOT:
		lone_dot(u, c == '\n' ? c : 0);
		u->state = c == '\r' ? U_DOT_CR : U_TEXT;
		if (c == '\r')
			saw_cr(u);
		return c == '\r';
	case U_DOT_CR: /* not LF: the CR was text after all */
		lone_dot(u, '\r');
		measure(u, 1, false);
		bare_cr(u);
		if (room)
			*(*out)++ = '\r';
		else if (is_loose(u))
			u->bare |= SMTPD_GIVE_CR;
		else
			u->held_cr = true;
		return false;
	case U_CR:
		if (c != '\n') {
			bare_cr(u);
			return false;
		}
		u->state = U_BOL;
		break;
#if LOOSE_BUILT
	case U_ODD:
	case U_ODD_DOT:
		return odd_step(u, c, out);
#endif
	default: /* U_TEXT, at CR or LF */
		if (c == '\n') {
			u->bare |= SMTPD_BARE_LF;
		} else {
			saw_cr(u);
			u->state = U_CR;
		}
		break;
	}
	*(*out)++ = c;
	measure(u, 1, u->state == U_BOL);
	return true;
}

/* Loose: at a bare LF inside of a line. It is taken when there is no text
 * before it that has to be given out first. Returns the octets taken. */
static size_t bare_lf(struct smtpd_unstuff *u, bool text)
{
	u->bare |= SMTPD_BARE_LF;
	if (text)
		return 0;
	u->bare |= SMTPD_GIVE_LF;
	u->state = U_ODD;
	measure(u, 2, true);
	return 1;
}

/* Is this octet the last of the end? */
static inline bool is_end(struct smtpd_unstuff *u, uint8_t c)
{
	if (u->state == U_DOT_CR && c == '\n')
		return true;
	if (!LOOSE_BUILT || u->state != U_ODD_DOT || c != '\n' || !all_lf(u))
		return false;
	u->bare |= SMTPD_LF_END;
	return true;
}

bool smtpd_unstuff(
	struct smtpd_unstuff *u, uint8_t *buf, size_t *len, size_t *used)
{
	uint8_t *in = buf, *out = buf, *end = buf + *len;
	bool done = false;
#if SMTPD_WIDE_SCAN
	bool tried = measures(u);
#endif

	while (in < end && !done) {
#if SMTPD_WIDE_SCAN
		if (!tried && in == out && inside_line(u, *in) && !all_lf(u)) {
			tried = true; /* once: else it might be quadratic */
			u->state = U_TEXT;
			in = out = plain_lines(in, end);
		}
#endif
		if (u->state == U_TEXT) {
			in = text(u, in, end, &out);
			if (in == end)
				break;
			if (*in == '\n' && is_loose(u)) {
				in += bare_lf(u, out > buf);
				break;
			}
		}
		if (is_end(u, *in)) {
			in++;
			done = true;
		} else if (step(u, *in, &out, out < in)) {
			in++;
		} else if (gives(u)) {
			break;
		}
	}
	*used = (size_t)(in - buf);
	*len = (size_t)(out - buf);
	return done;
}
