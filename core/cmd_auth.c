/*
 * cmd_auth.c - AUTH (RFC 4954) with PLAIN (RFC 4616), LOGIN and EXTERNAL
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A response line may have 12,288 octets, and no buffer has: it is decoded as
 * it streams in, into s->line, where a user name and password of 255 octets
 * each just fit. Everything is wiped when the answer is there.
 */
#include "debts.h"
#include "path.h"
#include "sasl.h"

#if SMTPD_AUTH

static bool takes_any(const struct smtpd_session *s)
{
	return SMTPD_TOLERANT && s->listener->flags & SMTPD_LISTEN_AUTH_ANY;
}

/* Is there anybody who looks at credentials? */
static bool has_auth(const struct smtpd_session *s)
{
#if SMTPD_AUTH_MORE
	unsigned off = s->listener->auth_off;

	if ((off & SMTPD_MECH_ALL) == SMTPD_MECH_ALL)
		return false;
#endif
	return s->listener->flags & SMTPD_LISTEN_AUTH &&
	       (s->listener->sink->auth || takes_any(s));
}

#if SMTPD_AUTH_MORE
/* see session.h */
unsigned smtpd_auth_mechanisms(const struct smtpd_session *s)
{
	const struct smtpd_sink *sink = s->listener->sink;
	unsigned m = SMTPD_MECH_PLAIN | SMTPD_MECH_LOGIN;

	if (takes_any(s)) /* a proof of nothing in particular there is not */
		return m & ~(unsigned)s->listener->auth_off;
#if SMTPD_SCRAM
	if (sink->scram)
		m |= SMTPD_MECH_SCRAM;
#endif
#if SMTPD_SCRAM_PLUS
	if (sink->scram && smtpd_scram_binds(s))
		m |= SMTPD_MECH_SCRAM_PLUS;
#endif
#if SMTPD_AUTH_EXTERNAL
	struct smtpd_tls_peer peer;

	if (sink->flags & SMTPD_SINK_EXTERNAL && has_tls(s) &&
		smtpd_port_tls_peer(s->conn, &peer) == 0)
		m |= SMTPD_MECH_EXTERNAL;
#endif
	return m & ~(unsigned)s->listener->auth_off;
}

/* The mechanism that begins with this step. */
static unsigned mechanism_of(uint8_t step)
{
	switch (step) {
	case PLAIN:
		return SMTPD_MECH_PLAIN;
	case LOGIN_USER:
		return SMTPD_MECH_LOGIN;
	case SCRAM_FIRST:
		return SMTPD_MECH_SCRAM;
	case SCRAM_PLUS_FIRST:
		return SMTPD_MECH_SCRAM_PLUS;
	default:
		return SMTPD_MECH_EXTERNAL;
	}
}

#define IS_LOGIN(step)  ((step) == LOGIN_USER)
#define OFFERS_ANY(s)   smtpd_auth_mechanisms(s)
#define OFFERS(s, step) (smtpd_auth_mechanisms(s) & mechanism_of(step))
#else
#define IS_LOGIN(step)  ((step) != PLAIN) /* smaller than == */
#define OFFERS_ANY(s)   true
#define OFFERS(s, step) true
#endif

/* May credentials come on this connection? */
static bool may_auth(const struct smtpd_session *s)
{
	unsigned flags = s->listener->flags;
	bool clear = (flags & (SMTPD_LISTEN_AUTH_CLEAR |
				      SMTPD_LISTEN_TLS_REQUIRED)) ==
		     SMTPD_LISTEN_AUTH_CLEAR;

	return has_auth(s) && (clear || has_tls(s));
}

/* see session.h */
bool smtpd_offers_auth(const struct smtpd_session *s)
{
	return may_auth(s) && OFFERS_ANY(s);
}

static void wipe_line(struct smtpd_session *s)
{
	smtpd_wipe(s->line, sizeof s->line);
	s->line_len = 0;
}

static void end_exchange(struct smtpd_session *s)
{
	smtpd_scram_end(s);
	wipe_line(s);
	smtpd_enter(s, ST_READY);
}

/* see sasl.h */
void smtpd_auth_expect(struct smtpd_session *s, uint8_t step)
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

/* see sasl.h */
void smtpd_auth_malformed(struct smtpd_session *s, const char *text)
{
	end_exchange(s);
	BLAME(s, AUTH_SYNTAX);
	smtpd_refuse(s, text);
}

/* see sasl.h */
void smtpd_auth_reject(struct smtpd_session *s)
{
	smtpd_ask(s, Q_AUTH);
	smtpd_settle(s, Q_AUTH, SMTPD_REJECT);
}

/* see sasl.h */
void smtpd_auth_ask(struct smtpd_session *s, const struct smtpd_auth *a)
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
	       a->authcid.len && a->authcid.len <= SASL_NAME_MAX &&
	       a->password.len <= SASL_NAME_MAX && is_utf8(name) &&
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
			smtpd_auth_malformed(
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
#if SMTPD_AUTH_MORE
	a.proof = SMTPD_PROOF_PASSWORD;
	a.peer = NULL;
#endif
	if (any || is_possible(authzid, &a))
		smtpd_auth_ask(s, &a);
	else
		smtpd_auth_reject(s);
}

#if SMTPD_AUTH_EXTERNAL
/* RFC 4422 A: s->line is who the client wants to be, or empty; who it is says
 * its certificate. */
static void check_certificate(struct smtpd_session *s)
{
	struct smtpd_tls_peer peer;
	struct smtpd_auth a;

	memset(&a, 0, sizeof a);
	a.mechanism = "EXTERNAL";
	a.authcid.s = s->line;
	a.authcid.len = s->line_len;
	a.password.s = "";
	a.proof = SMTPD_PROOF_CERTIFICATE;
	a.peer = &peer;
	if (smtpd_port_tls_peer(s->conn, &peer) != 0 ||
		s->line_len > SASL_NAME_MAX || !is_utf8(s->line) ||
		strlen(s->line) != s->line_len)
		smtpd_auth_reject(s);
	else
		smtpd_auth_ask(s, &a);
}
#endif

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
		smtpd_auth_malformed(s, TEXT("501 5.5.2", "Bad base64"));
	} else if (step & OVERFLOW) {
		smtpd_auth_reject(s);
	} else if ((step & STEP) == LOGIN_USER &&
		   s->line_len <= SASL_NAME_MAX + 1) {
		s->line_len++; /* its NUL */
		smtpd_auth_expect(s, LOGIN_PASSWORD);
		/* "Password:", octet for octet: devices compare it */
		smtpd_reply(s, "334 UGFzc3dvcmQ6");
#if SMTPD_SCRAM
	} else if ((step & STEP) >= SCRAM_FIRST &&
		   (step & STEP) <= SCRAM_OUTCOME) {
		smtpd_scram_response(s);
#endif
#if SMTPD_AUTH_EXTERNAL
	} else if ((step & STEP) == EXTERNAL) {
		check_certificate(s);
#endif
	} else {
		check_credentials(s);
	}
}

static uint8_t mechanism(const char *s, size_t n)
{
#if SMTPD_SCRAM
	if (smtpd_is_word(s, n, "SCRAM-SHA-256"))
		return SCRAM_FIRST;
#endif
#if SMTPD_SCRAM_PLUS
	if (smtpd_is_word(s, n, "SCRAM-SHA-256-PLUS"))
		return SCRAM_PLUS_FIRST;
#endif
#if SMTPD_AUTH_EXTERNAL
	if (smtpd_is_word(s, n, "EXTERNAL"))
		return EXTERNAL;
#endif
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
	if (!may_auth(s)) {
		BLAME(s, AUTH_NEEDS_TLS);
		return TEXT("538 5.7.11",
			"Encryption required: use STARTTLS first");
	}
	if (step && OFFERS(s, step))
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
	smtpd_auth_expect(s, step);
	s->line[0] = '\0'; /* LOGIN has no authzid */
	s->line_len = IS_LOGIN(step);
	if (whole && response == end) {
		smtpd_reply(s, IS_LOGIN(step) ? "334 VXNlcm5hbWU6" : "334 ");
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

/* Its peer failed before: what is in the line comes again later. */
static bool waits(struct smtpd_session *s)
{
	if (takes_any(s) || !smtpd_auth_waits(s))
		return false;
	smtpd_enter(s, ST_PENALTY);
	return true;
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
	if (waits(s))
		return;
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
	if (waits(s))
		return true;
	start(s, step, space + 1, end, false);
	return true;
}

static void too_long(struct smtpd_session *s)
{
	end_exchange(s);
	BLAME(s, AUTH_SYNTAX);
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
#if SMTPD_SCRAM
	if (smtpd_scram_accepted(s))
		return;
#endif
	smtpd_auth_welcome(s);
}

/* see sasl.h */
void smtpd_auth_unavailable(struct smtpd_session *s, const char *text)
{
	end_exchange(s);
	LOG(SMTPD_EV_AUTH, s, 454);
	smtpd_refuse(s,
		text ? text
		     : TEXT("454 4.7.0", "Temporary authentication failure"));
}

/* see sasl.h */
void smtpd_auth_welcome(struct smtpd_session *s)
{
	end_exchange(s);
	if (!takes_any(s)) {
		s->flags |= F_AUTHED;
		smtpd_auth_ended(s, false);
	}
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
		smtpd_auth_ended(s, true);
		smtpd_finish(s, SMTPD_END_REFUSED,
			TEXT("421 4.7.0", "Too many failed authentications"));
		return;
	}
	code = smtpd_refuse_staged(
		s, TEXT("535 5.7.8", "Wrong user name or password"));
	if (code >= 500) { /* 4xx: nobody looked at the password */
		s->auth_fail_count++;
		BLAME(s, AUTH_FAILED);
		smtpd_auth_ended(s, true);
	}
	LOG(SMTPD_EV_AUTH, s, code);
}

#else
typedef int smtpd_no_auth; /* ISO C wants a declaration */
#endif
