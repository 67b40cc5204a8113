/*
 * scram.c - SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, 7677): the
 * beginning
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * client-first  stands in s->line, the user name unescaped behind it, while
 *               the sink is asked for the user's keys.
 * server-first  leaves; the name moves to the beginning of s->line.
 * client-final  is decoded behind the name; the sink is told how it came out.
 * server-final  leaves as a challenge (RFC 4954 4), and once the client has
 *               answered it with an empty line, 235.
 *
 * Whoever is not there goes the same way as a wrong password: with a salt that
 * depends on the name and a secret of this start, the same hashes, and 535 at
 * the same place.
 */
#include "sasl.h"
#include "scram_message.h"
#include "smtpd_hmac.h"

#if SMTPD_SCRAM

#define NONCE_OCTETS     18u /* 24 symbols of base64 */
#define CLIENT_NONCE_MAX 96u
#define FAKE_SALT        16u
#define FAKE_ITERATIONS  4096u
/* r=nonces,s=salt,i=iterations */
#define SERVER_FIRST_MAX                                                       \
	(CLIENT_NONCE_MAX + SCRAM_BASE64(NONCE_OCTETS) + SCRAM_BASE64(32u) +   \
		10u + 8u)

static bool has_secret(void)
{
	struct smtpd_scram_pool *p = &smtpd_pool.scram;

	if (!p->has_secret)
		p->has_secret =
			smtpd_port_entropy(p->secret, sizeof p->secret) == 0;
	return p->has_secret;
}

/* ---- writing ---- */

static char *put(char *p, struct smtpd_str t)
{
	memcpy(p, t.s, t.len);
	return p + t.len;
}

/* see scram.h */
char *smtpd_scram_base64(char *p, const uint8_t *in, size_t n)
{
	static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)in[i + 1] << 8;
		if (i + 2 < n)
			v |= in[i + 2];
		*p++ = symbols[v >> 18];
		*p++ = symbols[v >> 12 & 63];
		*p++ = i + 1 < n ? symbols[v >> 6 & 63] : '=';
		*p++ = i + 2 < n ? symbols[v & 63] : '=';
	}
	return p;
}

static char *put_number(char *p, uint32_t v)
{
	char digits[10];
	unsigned n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n)
		*p++ = digits[--n];
	return p;
}

/* see scram.h */
bool smtpd_scram_challenge(struct smtpd_session *s, const char *p, size_t n)
{
	char group[5] = "";

	if (s->tx_len + 6u + SCRAM_BASE64(n) + LAST_ROOM > SMTPD_REPLY_BUF)
		return false;
	smtpd_put(s, "334 ");
	for (size_t i = 0; i < n; i += 3) {
		smtpd_scram_base64(
			group, (const uint8_t *)p + i, n - i < 3 ? n - i : 3);
		smtpd_put(s, group);
	}
	smtpd_reply(s, "");
	return true;
}

/* ---- client-first-message ---- */

#if SMTPD_SCRAM_PLUS
static bool is_name(struct smtpd_str a, const char *b)
{
	return a.len == strlen(b) && !memcmp(a.s, b, a.len);
}

/* The data of the binding that the client names; 0: we have none. */
static size_t binding(const struct smtpd_session *s, struct smtpd_str name,
	uint8_t data[SMTPD_BINDING_MAX])
{
	int n = SMTPD_ENONE;

	if (is_name(name, "tls-exporter"))
		n = smtpd_port_tls_binding(
			s->conn, SMTPD_BINDING_EXPORTER, data);
	else if (is_name(name, "tls-server-end-point"))
		n = smtpd_port_tls_binding(
			s->conn, SMTPD_BINDING_END_POINT, data);
	return n > 0 ? (size_t)n : 0;
}

/* see sasl.h */
bool smtpd_scram_binds(const struct smtpd_session *s)
{
	uint8_t data[SMTPD_BINDING_MAX];

	return has_tls(s) &&
	       (smtpd_port_tls_binding(s->conn, SMTPD_BINDING_EXPORTER, data) >
			       0 ||
		       smtpd_port_tls_binding(
			       s->conn, SMTPD_BINDING_END_POINT, data) > 0);
}

#else
static size_t binding(const struct smtpd_session *s, struct smtpd_str name,
	uint8_t data[SMTPD_BINDING_MAX])
{
	(void)s;
	(void)name;
	(void)data;
	return 0;
}
#endif

/* RFC 5802 6: the flag must fit the mechanism; 'y' says that we do not offer
 * -PLUS, so if we do, somebody between us has taken it away. */
static bool is_bound_right(const struct smtpd_session *s, bool plus,
	const struct smtpd_scram_first *m)
{
	uint8_t data[SMTPD_BINDING_MAX];

	if (plus)
		return m->flag == 'p' && binding(s, m->binding, data) > 0;
	return m->flag == 'n' ||
	       (m->flag == 'y' &&
		       !(smtpd_auth_mechanisms(s) & SMTPD_MECH_SCRAM_PLUS));
}

/* Only for oneself, as with PLAIN. The escapes have one way to be written. */
static bool is_oneself(const struct smtpd_scram_first *m)
{
	return !m->authzid.len ||
	       (m->authzid.len == m->name.len &&
		       !memcmp(m->authzid.s, m->name.s, m->name.len));
}

/* What the sink said of the user. */
static bool load(struct smtpd_session *s, bool known,
	const struct smtpd_scram_keys *keys)
{
	struct smtpd_scram_exchange *x = smtpd_scram_of(s);

	if (keys->salt_len > sizeof keys->salt)
		return false;
	if (known && (!keys->salt_len || !keys->iterations))
		return false;
	x->keys = *keys;
	x->known = known;
	return true;
}

static void ask_for_keys(struct smtpd_session *s, struct smtpd_str name)
{
	struct smtpd_scram_keys keys;
	enum smtpd_verdict v;

	memset(&keys, 0, sizeof keys);
	smtpd_ask(s, Q_SCRAM);
	v = s->listener->sink->scram(s, &name, &keys);
	if (v != SMTPD_LATER && !load(s, v == SMTPD_ACCEPT, &keys))
		smtpd_auth_unavailable(s, NULL);
	else
		smtpd_settle(s, Q_SCRAM, v);
	smtpd_wipe(&keys, sizeof keys);
}

static void client_first(struct smtpd_session *s, bool plus)
{
	struct smtpd_scram_exchange *x;
	struct smtpd_scram_first m;
	struct smtpd_str name;
	char *copy = s->line + s->line_len + 1;

	if (!smtpd_scram_read_first(s->line, s->line_len, &m)) {
		smtpd_auth_malformed(
			s, TEXT("501 5.5.2", "Malformed SCRAM message"));
		return;
	}
	if (!is_bound_right(s, plus, &m) || !is_oneself(&m) ||
		m.nonce.len > CLIENT_NONCE_MAX ||
		s->line_len + 2u + m.name.len > sizeof s->line) {
		smtpd_auth_reject(s);
		return;
	}
	name.s = copy;
	name.len = (uint16_t)smtpd_scram_unescape(m.name, copy);
	copy[name.len] = '\0';
	if (name.len > SASL_NAME_MAX) {
		smtpd_auth_reject(s);
		return;
	}
	x = smtpd_scram_of(NULL);
	if (!x || !has_secret()) {
		smtpd_auth_unavailable(
			s, x ? NULL : TEXT("454 4.7.0", "Too busy"));
		return;
	}
	x->session = s;
	x->plus = plus;
	ask_for_keys(s, name);
}

/* see smtpd.h */
int smtpd_session_scram(smtpd_ref ref, enum smtpd_verdict verdict,
	const struct smtpd_scram_keys *keys)
{
	struct smtpd_session *s = smtpd_pool_find(ref);

	if (!s || s->question != Q_SCRAM)
		return SMTPD_EGONE;
	if ((verdict != SMTPD_ACCEPT && verdict != SMTPD_REJECT) ||
		!load(s, verdict == SMTPD_ACCEPT, keys))
		return SMTPD_EINVAL;
	smtpd_settle(s, Q_SCRAM, verdict);
	smtpd_port_wake(s->conn);
	return 0;
}

/* ---- server-first-message ---- */

/* Keys of nobody, and a salt that stays the same; or the user's own. The work
 * is done for both. */
static int complete_keys(
	struct smtpd_scram_exchange *x, const char *name, size_t len)
{
	uint8_t fake[32];
	int ret = smtpd_hmac(smtpd_pool.scram.secret, name, len, fake);

	if (ret)
		return ret;
	if (!x->known) {
		memcpy(x->keys.salt, fake, sizeof fake);
		if (!x->keys.salt_len)
			x->keys.salt_len = FAKE_SALT;
		if (!x->keys.iterations)
			x->keys.iterations = FAKE_ITERATIONS;
	}
	ret = smtpd_hmac_start(&x->client, x->keys.stored_key);
	return ret ? ret : smtpd_hmac_start(&x->server, x->keys.server_key);
}

/* see scram.h */
int smtpd_scram_add(struct smtpd_scram_exchange *x, const char *p, size_t n)
{
	int ret = smtpd_port_hash_update(&x->client, p, n);

	return ret ? ret : smtpd_port_hash_update(&x->server, p, n);
}

/* What c= and r= of client-final-message must be, RFC 5802 6 and 5.1: the
 * header and the binding, a NUL, the nonce. */
static int set_expected(const struct smtpd_session *s,
	struct smtpd_scram_exchange *x, const struct smtpd_scram_first *m,
	struct smtpd_str nonce)
{
	uint8_t data[SMTPD_BINDING_MAX];
	struct smtpd_hash h;
	size_t n = x->plus ? binding(s, m->binding, data) : 0;
	int ret = x->plus && !n ? SMTPD_ENONE : smtpd_port_hash_start(&h);

	if (!ret)
		ret = smtpd_port_hash_update(&h, m->header.s, m->header.len);
	if (!ret && n)
		ret = smtpd_port_hash_update(&h, data, n);
	if (!ret)
		ret = smtpd_port_hash_update(&h, "", 1);
	if (!ret)
		ret = smtpd_port_hash_update(&h, nonce.s, nonce.len);
	return ret ? ret : smtpd_port_hash_finish(&h, x->expected);
}

/* Returns 0, or why it cannot be said. */
static int server_first(struct smtpd_session *s, struct smtpd_scram_exchange *x,
	const struct smtpd_scram_first *m)
{
	char text[SERVER_FIRST_MAX], *p = text;
	uint8_t fresh[NONCE_OCTETS];
	struct smtpd_str nonce;
	int ret = smtpd_port_entropy(fresh, sizeof fresh);

	*p++ = 'r';
	*p++ = '=';
	nonce.s = p;
	p = smtpd_scram_base64(put(p, m->nonce), fresh, sizeof fresh);
	nonce.len = (uint16_t)(p - nonce.s);
	p = put(p, (struct smtpd_str){",s=", 3});
	p = smtpd_scram_base64(p, x->keys.salt, x->keys.salt_len);
	p = put(p, (struct smtpd_str){",i=", 3});
	p = put_number(p, x->keys.iterations);
	if (!ret)
		ret = set_expected(s, x, m, nonce);
	if (!ret)
		ret = smtpd_scram_add(x, m->bare.s, m->bare.len);
	if (!ret)
		ret = smtpd_scram_add(x, ",", 1);
	if (!ret)
		ret = smtpd_scram_add(x, text, (size_t)(p - text));
	if (!ret)
		ret = smtpd_scram_add(x, ",", 1);
	if (!ret && !smtpd_scram_challenge(s, text, (size_t)(p - text)))
		ret = SMTPD_EBUSY;
	return ret;
}

/* see session.h */
void smtpd_scram_go_on(struct smtpd_session *s)
{
	struct smtpd_scram_exchange *x = smtpd_scram_of(s);
	const char *name = s->line + s->line_len + 1;
	size_t len = strlen(name);
	struct smtpd_scram_first m;

	if (!smtpd_scram_read_first(s->line, s->line_len, &m) ||
		complete_keys(x, name, len) != 0 ||
		server_first(s, x, &m) != 0) {
		smtpd_auth_unavailable(s, NULL);
		return;
	}
	memmove(s->line, name, len + 1);
	smtpd_auth_expect(s, SCRAM_FINAL);
	s->line_len = (uint16_t)(len + 1);
}

/* see session.h */
void smtpd_scram_unknown(struct smtpd_session *s)
{
	if (s->staged)
		smtpd_auth_refused(s);
	else
		smtpd_scram_go_on(s);
}

/* see sasl.h */
void smtpd_scram_response(struct smtpd_session *s)
{
	switch (s->auth_step & STEP) {
	case SCRAM_FIRST:
		client_first(s, false);
		break;
	case SCRAM_PLUS_FIRST:
		client_first(s, true);
		break;
	case SCRAM_FINAL:
		smtpd_scram_client_final(s);
		break;
	default: /* RFC 4954 4: nothing */
		if (s->line_len)
			smtpd_auth_malformed(
				s, TEXT("501 5.5.2", "An empty line is due"));
		else
			smtpd_auth_welcome(s);
	}
}

#else
typedef int smtpd_no_scram; /* ISO C wants a declaration */
#endif
