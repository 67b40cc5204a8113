/*
 * smuggling.c - see smuggling.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A text that somebody wrote goes through a sender of smuggling_model.h. What
 * the engine makes of it must be one message, the one the sender meant, or
 * none; the same in every chunking; and what the text says behind the false
 * end must never be heard as commands.
 */
#include "smuggling.h"

#include "check.h"
#include "smuggling_model.h"

#define EVIL                                                                   \
	"MAIL FROM:<evil@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: evil\r\n\r\n" \
	"smuggled\r\n"

/* How a listener is set. */
struct setting {
	const char *name;
	uint32_t forgive;
	uint8_t flags;
};

static const struct setting settings[] = {
	{"strict", 0, 0},
	{"strict relay", 0, SMTPD_LISTEN_RELAY},
#if SMTPD_TOLERANT
	{"tolerant", SMTPD_FORGIVE_ALL, 0},
	{"tolerant relay", SMTPD_FORGIVE_ALL, SMTPD_LISTEN_RELAY},
	{"LF forgiven", SMTPD_QUIRK_BIT(BARE_LF), 0},
	{"CR forgiven", SMTPD_QUIRK_BIT(BARE_CR), 0},
#endif
};

/* Ends that were published, and their kin: SEC Consult 2023, CVE-2023-51764
 * to 51766, and what was found in other servers afterwards. */
static const char *const published[] = {"\\n.\\n", "\\n.\\r\\n", "\\r\\n.\\n",
	"\\r.\\r", "\\r.\\n", "\\n.\\r", "\\r.\\r\\n", "\\r\\n.\\r",
	"\\r\\n.\\r\\r\\n", "\\r\\r\\n.\\r\\r\\n", "\\r\\r\\n.\\r\\n",
	"\\r\\n\\0.\\r\\n", "\\r\\n.\\0\\r\\n", "\\r\\n.\\r\\0\\n",
	"\\r\\0\\n.\\r\\n", "\\n\\0.\\r\\n", "\\0\\n.\\r\\n", "\\r\\n.\\r\\n",
	"\\r\\n..\\r\\n", "\\n..\\n", "\\n..\\r\\n", "\\r\\n..\\n", "\\r..\\r",
	"\\r\\n.. \\r\\n", "\\r\\n. \\r\\n", "\\r\\n.\\t\\r\\n",
	"\\r\\n .\\r\\n", "\\n. \\n", "\\r\\n.\\n\\r\\n", "\\n\\r.\\n\\r",
	"\\n\\r.\\r\\n", "\\r\\n.\\n\\r", "\\r\\n\\r.\\r\\n", "\\r\\n\\n.\\n",
	"\\r\\n\\n.\\r\\n", "\\n\\n.\\n\\n", "\\r\\r.\\r\\r", "\\r\\n.\\x0b\\n",
	"\\r\\n.\\x0c\\r\\n", "\\x85.\\x85", "\\r\\n.\\x1a\\r\\n",
	"\\xe2\\x80\\xa8.\\xe2\\x80\\xa8", "\\r\\n.=0D=0A",
	"\\x8d\\x8a.\\x8d\\x8a", "\\r\\n\\xae\\r\\n", "\\r\\n.\\r\\n.\\r\\n",
	"\\r\\n.\\r.\\r\\n"};

/* Any of these, and then, and then. */
static const char *const befores[] = {"", "\\r\\n", "\\n", "\\r", "\\r\\r\\n",
	"\\n\\r", "\\r\\n\\0", "\\r\\n ", "\\r\\n\\n", "\\r\\n\\r", "\\x0b"};
static const char *const dots[] = {
	".", "..", "\\0.", ".\\0", ". ", " .", ".\\r", ".\\n"};
static const char *const behinds[] = {"", "\\r\\n", "\\n", "\\r", "\\r\\r\\n",
	"\\n\\r", "\\0\\r\\n", "\\r\\0\\n", " \\r\\n", "\\n\\n", "\\x0c"};

/* What stands before the false end. */
static const char *const heads[] = {
	"Received: from a by b\\r\\n\\r\\ntext", "Subject: a\\nx", "x", ""};

struct attack {
	const struct setting *setting;
	struct octets wire; /* what is sent behind 354 */
	struct octets want; /* the sender's message, as the sink is told */
	bool meant_one;     /* the sender's end is the first one there is */
	bool lf_end;        /* the listener's own rule sees an end before */
	bool bdat;          /* the wire is chunks, without DATA before them */
};

/* Send it in up to three pieces, with commands behind it; what is said and
 * what the sink hears is put down. */
static void play(const struct attack *a, size_t one, size_t two, size_t in,
	struct octets *record, unsigned *kept)
{
	static const char behind[] = "NOOP\r\nQUIT\r\n";
	struct smtpd_conn *c;
	size_t len = a->wire.len;

	engine_begin();
	world.plan.in = in;
	world.listener.flags = a->setting->flags;
#if SMTPD_TOLERANT
	world.listener.forgive = a->setting->forgive;
#endif
	c = engine_hello();
	if (a->bdat)
		engine_send(c, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
	else
		start_message(c);
	engine_send_octets(c, a->wire.p, one);
	engine_send_octets(c, a->wire.p + one, two - one);
	octets_add(record, a->wire.p + two, len - two);
	octets_add(record, behind, sizeof behind - 1);
	engine_send_octets(c, record->p, record->len);
	record->len = 0;
	octets_addf(
		record, "%s%s", octets_text(&c->out), octets_text(&c->calls));
	*kept = c->kept;
	assert_null(engine_end());
}

/* The one line of the record that begins so; how many there are. */
static unsigned lines(const struct octets *record, const char *begin)
{
	unsigned n = 0;

	for (const char *p = octets_text(record); p;) {
		n += !strncmp(p, begin, strlen(begin));
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return n;
}

static void fail_attack(const struct attack *a, const struct octets *record,
	size_t one, size_t two, const char *why)
{
	struct octets text = {0};

	octets_add_escaped(&text, a->wire.p, a->wire.len);
	fail_msg("%s, \"%s\" cut at %zu and %zu: %s:\n%s", a->setting->name,
		octets_text(&text), one, two, why, octets_text(record));
}

/* As it has to be, whatever the chunking. */
static void judge(
	const struct attack *a, const struct octets *record, unsigned kept)
{
	const char *why = NULL;
	unsigned max = 1;

	/* Lines that end in LF alone from the first on are the sender's own
	 * way: then LF.LF is the end. A relay hears nobody behind it. */
	if (a->lf_end && !(a->setting->flags & SMTPD_LISTEN_RELAY))
		max = 2;
	if (kept > max || lines(record, "mail <") > max)
		why = "two messages";
	else if (a->lf_end && max == 1 && lines(record, "221"))
		why = "it goes on behind LF.LF";
	else if (!a->lf_end && kept == 1 &&
		 !strstr(octets_text(record), octets_text(&a->want)))
		why = "another message";
	else if (!a->lf_end && lines(record, "221") != 1)
		why = "no QUIT behind the message";
	if (why)
		fail_attack(a, record, 0, 0, why);
}

static void same(const struct attack *a, const struct octets *want, size_t one,
	size_t two, size_t in)
{
	struct octets record = {0};
	unsigned kept;

	play(a, one, two, in, &record, &kept);
	if (strcmp(octets_text(want), octets_text(&record)) != 0)
		fail_attack(a, &record, one, two, "not the same as in one");
	octets_free(&record);
}

/* Where the sender's text has been said. */
static void make(struct attack *a, enum sender sender, const char *head,
	const char *false_end)
{
	struct octets text = {0}, meant = {0};
	uint32_t forgive = SMTPD_TOLERANT ? a->setting->forgive : 0;
	bool lf = forgive & SMTPD_QUIRK_BIT(BARE_LF);
	bool cr = forgive & SMTPD_QUIRK_BIT(BARE_CR);

	octets_add_unescaped(&text, head);
	octets_add_unescaped(&text, false_end);
	octets_add(&text, EVIL, sizeof EVIL - 1);
	a->wire.len = a->want.len = 0;
	model_send(&a->wire, sender, &text);
	a->meant_one = model_receive(&meant, &a->wire, lf || cr, lf);
	a->lf_end = lf && model_ends_with_lf(&a->wire);
	octets_addf(&a->want, "data \"");
	octets_add_escaped(&a->want, meant.p, meant.len);
	octets_addf(&a->want, "\"\nend\n");
	octets_free(&text);
	octets_free(&meant);
}

/* At every octet when `all`, else around the false end; there in three. */
static void cut(const struct attack *a, const struct octets *want,
	size_t around, bool all)
{
	size_t from = around > 3 ? around - 3 : 0, to = around + 9;

	if (to > a->wire.len)
		to = a->wire.len;
	for (size_t one = 1; one < a->wire.len; one++) {
		if (all || (one >= from && one < to))
			same(a, want, one, one, 0);
	}
	for (size_t one = from; all && one < to; one++) {
		for (size_t two = one + 1; two <= to; two++)
			same(a, want, one, two, 0);
	}
}

static void attack(const struct setting *s, enum sender sender,
	const char *head, const char *false_end, bool all)
{
	struct attack a = {.setting = s};
	struct octets want = {0}, before = {0};
	unsigned kept;

	make(&a, sender, head, false_end);
	assert_true(a.meant_one);
	play(&a, 0, 0, 0, &want, &kept);
	judge(&a, &want, kept);
	same(&a, &want, 0, 0, 1);
	octets_add_unescaped(&before, head);
	cut(&a, &want, before.len, all);
	octets_free(&before);
	octets_free(&want);
	octets_free(&a.wire);
	octets_free(&a.want);
}

static void case_027_published_ends(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT(settings); s++) {
		for (size_t h = 0; h < COUNT(heads); h++) {
			for (size_t i = 0; i < COUNT(published); i++) {
				bool all = h == 0 && !settings[s].flags;

				attack(&settings[s], SENDER_STUFFS, heads[h],
					published[i], false);
				attack(&settings[s], SENDER_SPARING, heads[h],
					published[i], all);
			}
		}
	}
}

static void case_027_every_combination(void **state)
{
	char end[40];

	(void)state;
	for (size_t i = 0; i < COUNT(befores) * COUNT(dots) * COUNT(behinds);
		i++) {
		size_t n = i / COUNT(befores);

		snprintf(end, sizeof end, "%s%s%s", befores[i % COUNT(befores)],
			dots[n % COUNT(dots)], behinds[n / COUNT(dots)]);
		for (size_t s = 0; s < COUNT(settings); s++)
			attack(&settings[s], SENDER_SPARING,
				heads[i % COUNT(heads)], end, false);
	}
}

#if SMTPD_CHUNKING
static void make_chunks(struct attack *a, const struct octets *text, size_t cut)
{
	a->wire.len = a->want.len = 0;
	octets_addf(&a->wire, "BDAT %zu\r\n", cut);
	octets_add(&a->wire, text->p, cut);
	octets_addf(&a->wire, "BDAT %zu LAST\r\n", text->len - cut);
	octets_add(&a->wire, text->p + cut, text->len - cut);
	octets_addf(&a->want, "data \"");
	octets_add_escaped(&a->want, text->p, text->len);
	octets_addf(&a->want, "\"\nend\n");
}

/* Its length alone is the end: one message or none, as it is where nothing is
 * forgiven, and not one octet of it a command. */
static void judge_chunks(
	const struct attack *a, const struct octets *record, unsigned kept)
{
	if (kept > 1 || lines(record, "mail <") > 1 || lines(record, "354") ||
		lines(record, "221") != 1)
		fail_attack(a, record, 0, 0, "something was heard");
	if (kept && SMTPD_TOLERANT && a->setting->forgive)
		return;
	if (kept && !strstr(octets_text(record), octets_text(&a->want)))
		fail_attack(a, record, 0, 0, "another message");
}

/* In two chunks with the false end on either side, and across them; on the
 * wire cut at every octet. */
static void attack_chunks(const struct setting *s, const char *false_end)
{
	struct attack a = {.setting = s, .bdat = true};
	struct octets text = {0}, want = {0};
	size_t from, to;
	unsigned kept;

	octets_addf(&text, "Subject: a\r\n\r\nx");
	from = text.len - 1;
	octets_add_unescaped(&text, false_end);
	to = text.len + 1;
	octets_add(&text, EVIL, sizeof EVIL - 1);
	for (size_t at = from; at <= to; at++) {
		make_chunks(&a, &text, at);
		want.len = 0;
		play(&a, 0, 0, 0, &want, &kept);
		judge_chunks(&a, &want, kept);
		same(&a, &want, 0, 0, 1);
		cut(&a, &want, at, at == (from + to) / 2);
	}
	octets_free(&text);
	octets_free(&want);
	octets_free(&a.wire);
	octets_free(&a.want);
}

static void case_027_around_bdat(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT(settings); s++) {
		for (size_t i = 0; i < COUNT(published); i++)
			attack_chunks(&settings[s], published[i]);
	}
}
#endif

int smuggling_checks(void)
{
	const struct CMUnitTest tests[] = {
		TEST(case_027_published_ends),
		TEST(case_027_every_combination),
#if SMTPD_CHUNKING
		TEST(case_027_around_bdat),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
