/*
 * cmd_auth.c - AUTH with PLAIN and LOGIN (RFC 4954, RFC 4616)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A response line may have 12,288 octets, and no buffer has: it is decoded as
 * it streams in, into s->line, where a user name and password of 255 octets
 * each just fit. Everything is wiped when the answer is there.
 */
#include "path.h"
#include "session.h"

#if SMTPD_AUTH

#define NAME_MAX_ 255 /* RFC 4616 2 */

/* auth_step: the mechanism's position, and what was seen of the line */
enum {
	PLAIN = 1,
	LOGIN_USER,
	LOGIN_PASSWORD,
	STEP = 0x0f,
	SAW_CR = 0x10,
	STAR = 0x20,     /* it begins with '*', RFC 4954 4 */
	OVERFLOW = 0x40, /* decodes to more than any credentials */
};

static bool takes_any(const struct smtpd_session *s)
{
	return SMTPD_TOLERANT && s->listener->flags & SMTPD_LISTEN_AUTH_ANY;
}

/* Is there anybody who looks at credentials? */
static bool has_auth(const struct smtpd_session *s)
{
	return s->listener->flags & SMTPD_LISTEN_AUTH &&
	       (s->listener->sink->auth || takes_any(s));
}

/* see session.h */
bool smtpd_offers_auth(const struct smtpd_session *s)
{
	unsigned flags = s->listener->flags;
	bool clear = (flags & (SMTPD_LISTEN_AUTH_CLEAR |
				      SMTPD_LISTEN_TLS_REQUIRED)) ==
		     SMTPD_LISTEN_AUTH_CLEAR;

	return has_auth(s) && (clear || has_tls(s));
}

static void wipe_line(struct smtpd_session *s)
{
	smtpd_wipe(s->line, sizeof s->line);
	s->line_len = 0;
}

static void end_exchange(struct smtpd_session *s)
{
	wipe_line(s);
	smtpd_enter(s, ST_READY);
}

static void expect(struct smtpd_session *s, uint8_t step)
{
	memset(&s->u.base64, 0, sizeof s->u.base64);
	s->auth_step = step;
	s->auth_len = 0;
}

/* One octet of a response line that is not its LF. */
static void response_octet(struct smtpd_session *s, char c)
{
	uint8_t octet;

	if (s->auth_step & SAW_CR)
		s->u.base64.bad = true; /* CR inside the line */
	if (!s->auth_len++ && c == '*')
		s->auth_step |= STAR;
	if (c == '\r')
		s->auth_step |= SAW_CR;
	else if (!smtpd_base64_push(&s->u.base64, &c, 1, &octet))
		return;
	else if (s->line_len < SMTPD_LINE_MAX)
		s->line[s->line_len++] = (char)octet;
	else
		s->auth_step |= OVERFLOW;
}

static bool is_utf8(const char *p)
{
	size_t n;

	while ((n = smtpd_utf8_len(p)) != 0)
		p += n;
	return !*p;
}

static void malformed(struct smtpd_session *s, const char *text)
{
	end_exchange(s);
	BLAME(s, AUTH_SYNTAX);
	smtpd_refuse(s, text);
}

/* Nobody has such credentials. */
static void reject(struct smtpd_session *s)
{
	smtpd_ask(s, Q_AUTH);
	smtpd_settle(s, Q_AUTH, SMTPD_REJECT);
}

static void ask(struct smtpd_session *s, const struct smtpd_auth *a)
{
	const struct smtpd_sink *sink = s->listener->sink;

	smtpd_ask(s, Q_AUTH);
	smtpd_settle(s, Q_AUTH, sink->auth ? sink->auth(s, a) : SMTPD_ACCEPT);
}

/* Can these be anybody's credentials? authzid and name end in a NUL. */
static bool is_possible(const char *authzid, const struct smtpd_auth *a)
{
	const char *name = a->authcid.s;

	return (!*authzid ||
		       !memcmp(authzid, name, (size_t)(name - authzid))) &&
	       a->authcid.len && a->authcid.len <= NAME_MAX_ &&
	       a->password.len <= NAME_MAX_ && is_utf8(name) &&
	       is_utf8(a->password.s);
}

/*
 * s->line is a message of RFC 4616: [authzid] NUL authcid NUL passwd. LOGIN
 * has written its two responses in the same way.
 */
static void check_credentials(struct smtpd_session *s)
{
	const char *authzid = s->line, *end = s->line + s->line_len;
	const char *name = authzid + strlen(authzid) + 1;
	const char *password = name > end ? name : name + strlen(name) + 1;
	struct smtpd_auth a;
	bool any = takes_any(s);

	if (password > end || password + strlen(password) != end) {
		if (!any) {
			malformed(
				s, TEXT("501 5.5.2", "Malformed credentials"));
			return;
		}
		name = password = end; /* nothing of it can be told apart */
	}
	a.mechanism = (s->auth_step & STEP) == PLAIN ? "PLAIN" : "LOGIN";
	a.authcid.s = name;
	a.authcid.len = (uint16_t)(password > name ? password - name - 1 : 0);
	a.password.s = password;
	a.password.len = (uint16_t)(end - password);
	a.unchecked = any;
	if (any || is_possible(authzid, &a))
		ask(s, &a);
	else
		reject(s);
}

/* A lone '*', its CR counted. */
static bool is_cancel(const struct smtpd_session *s)
{
	bool lf = !(s->auth_step & SAW_CR) && SMTPD_FORGIVE_BARE_LF &&
		  s->listener->forgive & SMTPD_QUIRK_BIT(BARE_LF);

	return s->auth_step & STAR && s->auth_len == (lf ? 1 : 2);
}

static bool is_base64(struct smtpd_session *s)
{
	if (smtpd_base64_done(&s->u.base64))
		return true;
	return SMTPD_FORGIVE_AUTH_BASE64 && smtpd_base64_clear(&s->u.base64) &&
	       FORGIVE(s, AUTH_BASE64);
}

/* The response line is complete. */
static void response_done(struct smtpd_session *s)
{
	uint8_t step = s->auth_step;

	s->line[s->line_len] = '\0';
	if (is_cancel(s)) {
		end_exchange(s);
		smtpd_refuse(s, TEXT("501 5.7.0", "Cancelled"));
	} else if (!is_base64(s)) {
		malformed(s, TEXT("501 5.5.2", "Bad base64"));
	} else if (step & OVERFLOW) {
		reject(s);
	} else if ((step & STEP) == LOGIN_USER &&
		   s->line_len <= NAME_MAX_ + 1) {
		s->line_len++; /* its NUL */
		expect(s, LOGIN_PASSWORD);
		/* "Password:", octet for octet: devices compare it */
		smtpd_reply(s, "334 UGFzc3dvcmQ6");
	} else {
		check_credentials(s);
	}
}

static uint8_t mechanism(const char *s, size_t n)
{
	if (smtpd_is_word(s, n, "PLAIN"))
		return PLAIN;
	return smtpd_is_word(s, n, "LOGIN") ? LOGIN_USER : 0;
}

/* Why no exchange may begin, or NULL. */
static const char *obstacle(struct smtpd_session *s, uint8_t step)
{
	if (!has_auth(s)) {
		BLAME(s, AUTH_NOT_OFFERED);
		return TEXT("502 5.5.1", "AUTH is not offered");
	}
	if (s->flags & F_AUTHED)
		return TEXT("503 5.5.1", "Already authenticated");
	if (!smtpd_offers_auth(s)) {
		BLAME(s, AUTH_NEEDS_TLS);
		return TEXT("538 5.7.11",
			"Encryption required: use STARTTLS first");
	}
	if (step)
		return NULL;
	BLAME(s, AUTH_MECHANISM);
	return TEXT("504 5.5.4", "Unknown mechanism");
}

/*
 * Start an exchange; response..end is what there is of an initial response,
 * inside s->line. `whole`: that is all of it.
 */
static void start(struct smtpd_session *s, uint8_t step, const char *response,
	const char *end, bool whole)
{
	smtpd_enter(s, ST_AUTH);
	expect(s, step);
	s->line[0] = '\0'; /* LOGIN has no authzid */
	s->line_len = step != PLAIN;
	if (whole && response == end) {
		smtpd_reply(s, step == PLAIN ? "334 " : "334 VXNlcm5hbWU6");
		return;
	}
	if (whole && end - response == 1 && *response == '=')
		response++; /* empty, RFC 4954 4 */
	s->auth_len = (uint16_t)(response - s->line);
	while (response < end)
		response_octet(s, *response++);
	if (whole)
		response_done(s);
}

/* see session.h */
void smtpd_cmd_auth(struct smtpd_session *s, char *arg)
{
	char *end = arg;
	uint8_t step;
	const char *why;

	while (*end && *end != ' ')
		end++;
	step = mechanism(arg, (size_t)(end - arg));
	why = obstacle(s, step);
	if (why) {
		wipe_line(s);
		smtpd_refuse(s, why);
		return;
	}
	while (*end == ' ')
		end++;
	start(s, step, end, end + strlen(end), true);
}

/* see session.h */
bool smtpd_auth_begin(struct smtpd_session *s, char *arg, const char *end)
{
	const char *space = memchr(arg, ' ', (size_t)(end - arg));
	uint8_t step = space ? mechanism(arg, (size_t)(space - arg)) : 0;

	if (obstacle(s, step))
		return false;
	start(s, step, space + 1, end, false);
	return true;
}

static void too_long(struct smtpd_session *s)
{
	end_exchange(s);
	s->flags |= F_LONG;
	s->left = LIMIT(s, auth_line_max, SMTPD_AUTH_LINE_MAX);
	smtpd_refuse(s, TEXT("500 5.5.6", "Authentication line too long"));
}

/* see session.h */
size_t smtpd_auth_input(struct smtpd_session *s, uint8_t *p, size_t n)
{
	uint16_t max = LIMIT(s, auth_line_max, SMTPD_AUTH_LINE_MAX);

	s->flags |= F_SECRET;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n') {
			if (!(s->auth_step & SAW_CR) && !FORGIVE(s, BARE_LF))
				s->u.base64.bad = true;
			response_done(s);
			return i + 1;
		}
		if (s->auth_len + 1 >= max) {
			too_long(s);
			return i;
		}
		response_octet(s, (char)p[i]);
	}
	return n;
}

/* see session.h */
void smtpd_auth_accepted(struct smtpd_session *s)
{
	end_exchange(s);
	if (!takes_any(s))
		s->flags |= F_AUTHED;
	s->auth_fail_count = 0;
	LOG(SMTPD_EV_AUTH, s,
		smtpd_reply_staged(s, '2', '2', TEXT("235 2.7.0", "Welcome")));
}

/* see session.h */
void smtpd_auth_refused(struct smtpd_session *s)
{
	unsigned max = LIMIT(s, auth_fail_max, SMTPD_AUTH_FAIL_MAX);
	unsigned code;

	end_exchange(s);
	if (s->auth_fail_count + 1u >= max) {
		LOG(SMTPD_EV_AUTH, s, 421);
		BLAME(s, AUTH_FAILED);
		smtpd_finish(s, SMTPD_END_REFUSED,
			TEXT("421 4.7.0", "Too many failed authentications"));
		return;
	}
	code = smtpd_refuse_staged(
		s, TEXT("535 5.7.8", "Wrong user name or password"));
	if (code >= 500) { /* 4xx: nobody looked at the password */
		s->auth_fail_count++;
		BLAME(s, AUTH_FAILED);
	}
	LOG(SMTPD_EV_AUTH, s, code);
}

#else
typedef int smtpd_no_auth; /* ISO C wants a declaration */
#endif
