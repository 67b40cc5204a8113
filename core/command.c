/*
 * command.c - the table of commands, and the way through it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "session.h"

#define IDLE_     0x01u /* brings no message nearer */
#define MAIL_     0x02u /* needs TLS and AUTH where the listener says so */
#define BIG_      0x04u /* its reply needs the whole buffer */
#define NO_ARG_   0x08u
#define NEED_ARG_ 0x10u
#define LMTP_     0x20u /* LMTP listeners only */
#define SMTP_     0x40u /* not on LMTP listeners, RFC 2033 4.1 */

#if SMTPD_SCRAM
#define AUTH_ (NEED_ARG_ | BIG_) /* a challenge may need the whole buffer */
#else
#define AUTH_ NEED_ARG_
#endif

#define TALK  (IN(ST_START) | IN(ST_READY))
#define TRANS (IN(ST_MAIL) | IN(ST_RCPT) | IN(ST_CHUNKS))
#define ANY   (TALK | TRANS)

/* clang-format off */
static const struct command {
	char verb[9];
	uint8_t flags;
	uint16_t allowed; /* IN() bits; anything else is 503 */
	void (*run)(struct smtpd_session *, char *arg);
} commands[] = {
	{"MAIL", MAIL_, IN(ST_READY), smtpd_cmd_mail},
	{"RCPT", MAIL_, IN(ST_MAIL) | IN(ST_RCPT), smtpd_cmd_rcpt},
	{"DATA", NO_ARG_, IN(ST_RCPT), smtpd_cmd_data},
#if SMTPD_CHUNKING
	{"BDAT", 0, ANY, smtpd_cmd_bdat},
#endif
	{"EHLO", IDLE_ | SMTP_ | BIG_, ANY, smtpd_cmd_ehlo},
	{"HELO", IDLE_ | SMTP_ | BIG_, ANY, smtpd_cmd_helo},
#if SMTPD_LMTP
	{"LHLO", IDLE_ | LMTP_ | BIG_, ANY, smtpd_cmd_ehlo},
#endif
#if SMTPD_TLS
	{"STARTTLS", NO_ARG_, TALK, smtpd_cmd_starttls},
#endif
#if SMTPD_AUTH
	{"AUTH", AUTH_, IN(ST_READY), smtpd_cmd_auth},
#endif
	{"QUIT", NO_ARG_, ANY, smtpd_cmd_quit},
	{"RSET", IDLE_ | NO_ARG_, ANY, smtpd_cmd_rset},
	{"NOOP", IDLE_, ANY, smtpd_cmd_noop},
	{"VRFY", IDLE_ | NEED_ARG_, ANY, smtpd_cmd_vrfy},
	{"EXPN", IDLE_ | NEED_ARG_, ANY, smtpd_cmd_expn},
	{"HELP", IDLE_, ANY, smtpd_cmd_help},
};
/* clang-format on */

/* A header field, or the request line of HTTP: no mail client says that. True
 * when the session has ended for it. */
static bool is_foreign(
	struct smtpd_session *s, const char *verb, const char *arg)
{
	size_t n = strlen(arg);

	if (SMTPD_FOREIGN)
		return smtpd_foreign_line(s, verb, (size_t)(arg - verb) + n);
	if (!(arg > verb && arg[-1] == ':') &&
		!(n > 8 && !memcmp(arg + n - 8, "HTTP/", 5)))
		return false;
	BLAME(s, NOT_SMTP);
	smtpd_finish(s, SMTPD_END_REFUSED, SMTPD_NOT_SMTP);
	return true;
}

static const struct command *find(
	const struct smtpd_session *s, const char *verb, size_t n)
{
	unsigned wrong = is_lmtp(s) ? SMTP_ : LMTP_;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		const struct command *c = &commands[i];

		if ((*verb & ~0x20) == *c->verb &&
			smtpd_is_word(verb, n, c->verb))
			return c->flags & wrong ? NULL : c;
	}
	return NULL;
}

/* What the listener demands before a message, or NULL. */
static const char *gate(struct smtpd_session *s)
{
	unsigned flags = s->listener->flags;

	if (flags & SMTPD_LISTEN_TLS_REQUIRED && !has_tls(s)) {
		BLAME(s, TLS_REQUIRED);
		return TEXT("530 5.7.0", "Must issue a STARTTLS command first");
	}
	if (flags & SMTPD_LISTEN_AUTH_REQUIRED && !(s->flags & F_AUTHED)) {
		BLAME(s, AUTH_REQUIRED);
		return TEXT("530 5.7.0", "Authentication required");
	}
	return NULL;
}

/* The command comes out of order. Is it clear what is meant, and forgiven?
 * Then it is in order now. */
static bool reorder(struct smtpd_session *s, const struct command *c)
{
	bool again = (IN(ST_MAIL) | IN(ST_RCPT)) & IN(s->state) &&
		     c->run == smtpd_cmd_mail;
	bool early = s->state == ST_START && c->allowed & IN(ST_READY);

	if ((early && FORGIVE(s, NO_HELO)) ||
		(again && FORGIVE(s, MAIL_AGAIN))) {
		smtpd_forget(s, SMTPD_END_RESET);
		smtpd_enter(s, ST_READY);
		return true;
	}
	if (!early && !again)
		BLAME(s, BAD_SEQUENCE);
	return false;
}

/* Why the command may not run now, or NULL. */
static const char *obstacle(
	struct smtpd_session *s, const struct command *c, const char *arg)
{
	const char *why;

	if (c->flags & NO_ARG_ && *arg && !FORGIVE(s, EXTRA_ARGUMENT))
		return TEXT("501 5.5.4", "No argument allowed");
	if (c->flags & NEED_ARG_ && !*arg)
		return TEXT("501 5.5.4", "Argument required");
	why = c->flags & MAIL_ ? gate(s) : NULL;
	if (!why && !(c->allowed & IN(s->state)) && !reorder(s, c))
		why = TEXT("503 5.5.1", "Bad sequence of commands");
	return why;
}

/* see session.h */
void smtpd_command(struct smtpd_session *s)
{
	const char *verb = s->line, *why;
	char *arg = s->line;
	const struct command *c;

	while (*arg && *arg != ' ')
		arg++;
	c = find(s, verb, (size_t)(arg - verb));
	if (!c && !is_foreign(s, verb, arg)) {
		BLAME(s, UNKNOWN_COMMAND);
		smtpd_refuse(s, TEXT("500 5.5.1", "Unknown command"));
	}
	if (!c)
		return;
	if (c->flags & BIG_ && s->tx_len) {
		s->flags |= F_HELD;
		return;
	}
	while (*arg == ' ')
		arg++;
	if (c->flags & IDLE_ &&
		s->idle_count++ >=
			LIMIT(s, idle_command_max, SMTPD_IDLE_COMMAND_MAX)) {
		BLAME_POLICY(s, NO_PROGRESS);
		smtpd_finish(s, SMTPD_END_REFUSED,
			TEXT("421 4.7.0",
				"Too many commands without a message"));
	} else if ((why = obstacle(s, c, arg)) != NULL)
		smtpd_refuse(s, why);
	else
		c->run(s, arg);
}

#if SMTPD_AUTH
/* see session.h */
bool smtpd_command_streams(struct smtpd_session *s)
{
	const char *end = s->line + SMTPD_LINE_MAX;
	char *arg = memchr(s->line, ' ', SMTPD_LINE_MAX);

	if (!arg || !smtpd_is_word(s->line, (size_t)(arg - s->line), "AUTH") ||
		s->state != ST_READY)
		return false;
	while (arg < end && *arg == ' ')
		arg++;
	return smtpd_auth_begin(s, arg, end);
}
#endif
