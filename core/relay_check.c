/*
 * relay_check.c - see smtpd_relay_check.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * .invalid is nobody's (RFC 2606 2), 240.0.0.1 and 100::1 are nobody's either
 * (RFC 1112 4, RFC 6666). '#' stands for a domain of ours.
 */
#include "smtpd_relay_check.h"

#if SMTPD_RELAY_CHECK

#include "session.h"
#include "smtpd_access.h"
#include "smtpd_recipients.h"

#define DOMAIN_MAX 255 /* RFC 5321 4.5.3.1.2 */
#define COUNT(a)   (sizeof(a) / sizeof *(a))

static const char *const senders[] = {
	"<>", "<u@relay.invalid>", "<postmaster@#>"};

static const char *const recipients[] = {
	"<u@relay.invalid>",
	"u@relay.invalid",
	"<postmaster@relay.invalid>",
	"<u@[240.0.0.1]>",
	"<u@[IPv6:100::1]>",
	"<u%relay.invalid>",
	"<relay.invalid!u>",
	"<\"u@relay.invalid\">",
	"<\"u%relay.invalid\">",
	"<u%relay.invalid@#>",
	"<postmaster%relay.invalid@#>",
	"<postmaster+u%relay.invalid@#>",
	"<relay.invalid!u@#>",
	"<relay.invalid!postmaster@#>",
	"<\"u@relay.invalid\"@#>",
	"<\"u%relay.invalid\"@#>",
	"<\"relay.invalid!u\"@#>",
	"<\"u\\@relay.invalid\"@#>",
	"<u@relay.invalid@#>",
	"<u@#@relay.invalid>",
	"<u%#@relay.invalid>",
	"<#!u@relay.invalid>",
	"<@#:u@relay.invalid>",
	"<@#,@relay.invalid:u@relay.invalid>",
	"<@relay.invalid:u%relay.invalid@#>",
	"<u@#.relay.invalid>",
};

struct probe {
	struct smtpd_listener listener;
	struct smtpd_conn *conn;
	char *address; /* of the caller */
	struct smtpd_str here;
};

struct line {
	size_t len;
	char s[16 + SMTPD_RELAY_ADDRESS_MAX];
};

static void put(struct line *l, const char *s, size_t len)
{
	if (len <= sizeof l->s - l->len) {
		memcpy(l->s + l->len, s, len);
		l->len += len;
	}
}

/* A path, with a domain of ours where it wants one. */
static void put_path(struct line *l, const char *path, struct smtpd_str here)
{
	for (; *path; path++) {
		if (*path == '#')
			put(l, here.s, here.len);
		else
			put(l, path, 1);
	}
}

/* What the session says now: a code, or 0. Behind 421 it would close. */
static unsigned reply(struct smtpd_session *s)
{
	size_t len;
	const uint8_t *p = smtpd_session_output(s, &len);
	unsigned code = 0;

	for (unsigned i = 0; i < 3 && i < len; i++)
		code = code * 10 + (unsigned)(p[i] - '0');
	if (code != 421)
		smtpd_session_output_ack(s, len);
	return code;
}

static bool says(struct smtpd_session *s, const char *verb, const char *path,
	struct smtpd_str here)
{
	struct line l = {0};

	put(&l, verb, strlen(verb));
	put_path(&l, path, here);
	put(&l, "\r\n", 2);
	smtpd_session_input(s, (uint8_t *)l.s, l.len);
	return reply(s) / 100 == 2;
}

static bool takes(const struct probe *p, struct smtpd_session *s,
	const char *from, const char *to)
{
	const char *hello =
		p->listener.flags & SMTPD_LISTEN_LMTP ? "LHLO " : "EHLO ";

	reply(s);
	return says(s, hello, "relay.invalid", p->here) &&
	       says(s, "MAIL FROM:", from, p->here) &&
	       says(s, "RCPT TO:", to, p->here);
}

static void tell(const struct probe *p, const char *to)
{
	struct line l = {0};

	put_path(&l, to, p->here);
	memcpy(p->address, l.s, l.len);
	p->address[l.len] = '\0';
}

/* As smtpd_relay_check(), one session. */
static int probe_one(const struct probe *p, const char *from, const char *to)
{
	static const struct smtpd_tls_info tls = {"TLSv1.3", "none"};
	const uint16_t any = SMTPD_LISTEN_TLS | SMTPD_LISTEN_STARTTLS;
	struct smtpd_session *s;
	const char *refusal;
	bool taken;

	s = smtpd_session_open(&p->listener, p->conn, &refusal);
	if (!s)
		return SMTPD_EBUSY;
	if (p->listener.flags & any && s->state != ST_CLOSING)
		smtpd_session_tls_started(s, &tls);
	taken = takes(p, s, from, to);
	smtpd_session_lost(s, SMTPD_END_PEER, 0);
	if (!taken)
		return 0;
	tell(p, to);
	return 1;
}

/* All that name p->here; all others too, when `others`. */
static int probe_all(const struct probe *p, bool others)
{
	int found = 0;

	for (size_t i = 0; i < COUNT(recipients) * COUNT(senders) && !found;
		i++) {
		const char *to = recipients[i / COUNT(senders)];

		if (others || memchr(to, '#', strlen(to)))
			found = probe_one(p, senders[i % COUNT(senders)], to);
	}
	return found;
}

#if SMTPD_RECIPIENTS
/* What stands behind the last '@' of each item, or all of it. */
static int probe_list(struct probe *p, const char *list)
{
	int found = 0;

	while (*list && !found) {
		p->here = (struct smtpd_str){list, 0};
		for (; *list && *list != ','; list++) {
			if (*list == '@' || *list == ' ')
				p->here = (struct smtpd_str){list + 1, 0};
			else
				p->here.len++;
		}
		if (p->here.len && p->here.len <= DOMAIN_MAX)
			found = probe_all(p, false);
		list += *list == ',';
	}
	return found;
}
#endif

#if SMTPD_ACCESS
/* Does a rule keep out who is not of here? The addresses are those of examples
 * (RFC 5737, RFC 3849), at no site. */
static bool keeps_strangers_out(const struct smtpd_access *access)
{
	static const struct smtpd_peer strangers[] = {
		{.family = 4, .ip = {203, 0, 113, 1}},
#if SMTPD_IPV6
		{.family = 6, .ip = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}},
#endif
	};

	for (size_t i = 0; i < COUNT(strangers); i++) {
		if (smtpd_access_ask(access, &strangers[i]) !=
			SMTPD_ACCESS_DENIED)
			return false;
	}
	return true;
}
#endif

/* see smtpd_relay_check.h */
int smtpd_relay_check(const struct smtpd_listener *l, struct smtpd_conn *conn,
	char address[SMTPD_RELAY_ADDRESS_MAX])
{
	struct probe p = {.listener = *l, .conn = conn, .address = address};
	size_t len = strlen(l->host_name);
	int found;

#if SMTPD_ACCESS
	if (keeps_strangers_out(l->access))
		return 0;
	p.listener.access = NULL; /* which is about real addresses */
#endif
	/* A stranger has no password, waits for his greeting, and is not asked
	 * how TLS would begin. */
	p.listener.flags &= (uint16_t)~SMTPD_LISTEN_AUTH;
#if SMTPD_EARLY_TALKER
	p.listener.greet_delay_ms = 0;
#endif
#if SMTPD_FORGIVE_TLS_FIRST
	p.listener.forgive &= ~(uint32_t)SMTPD_QUIRK_BIT(TLS_FIRST);
#endif
	if (len > DOMAIN_MAX)
		len = DOMAIN_MAX;
	p.here = (struct smtpd_str){l->host_name, (uint16_t)len};
	smtpd_pool.probing = true;
	found = probe_all(&p, true);
#if SMTPD_RECIPIENTS
	if (!found && l->recipients)
		found = probe_list(&p, l->recipients->domains);
	if (!found && l->recipients)
		found = probe_list(&p, l->recipients->addresses);
#endif
	smtpd_pool.probing = false;
	return found;
}

#else
typedef int smtpd_no_relay_check; /* ISO C wants a declaration */
#endif
