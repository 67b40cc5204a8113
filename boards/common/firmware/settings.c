/*
 * settings.c - what a board is told by the blob in its flash
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "address.h"
#include "certificate.h"
#include "setting.h"
#include "settings.h"
#include "smtpd_lwip_config.h"

#define LINE_MAX_LEN 160
#define LABEL_MAX    63  /* RFC 1035 2.3.4 */
#define NAME_MAX_LEN 255 /* RFC 1035 2.3.4 */

/* Rows without their help text: nobody reads it here. */
#define ROW(name, m, type, min, max, n, text)                                  \
	{                                                                      \
		name, NULL, NULL, type,                                        \
			(uint16_t)offsetof(struct board_settings, m),          \
			(uint16_t)sizeof(((struct board_settings *)0)->m),     \
			min, max, n, text                                      \
	}
#define FLAG(group, name, m, on, help) ROW(name, m, BOARD_BOOL, 0, 1, on, NULL)
#define COUNT(group, name, m, min, max, n, help)                               \
	ROW(name, m, BOARD_NUMBER, min, max, n, NULL)
#define BYTES(group, name, m, min, max, n, help)                               \
	ROW(name, m, BOARD_OCTETS, min, max, n, NULL)
#define TIME(group, name, m, min, max, n, help)                                \
	ROW(name, m, BOARD_TIME, min, max, n, NULL)
#define WORDS(group, name, m, text, help)                                      \
	ROW(name, m, BOARD_KEPT, 0, 0, 0, text)
#define LIST(group, name, m, text, help) ROW(name, m, BOARD_KEPT, 0, 0, 0, text)
#define RULES                            LIST

#define CHOICE(group, name, m, n, words, help)                                 \
	ROW(name, m, BOARD_CHOICE, 0, 0, n, words)
#define PROFILE(group, name, m, n, help)                                       \
	ROW(name, m, BOARD_PROFILE, 0, 0, n, NULL)
#define MECHANISMS(group, name, m, n, help)                                    \
	ROW(name, m, BOARD_MECHANISMS, 0, 0, n, NULL)

#define TOLERANT SMTPD_FORGIVE_ALL
#define STRICT   SMTPD_STRICT

#define DAY_MS          86400000u
#define PORT_SMTP       25
#define PORT_SUBMISSION 587
#define PORT_SMTPS      465

#define BOARD_LINUX    0
#define BOARD_FIRMWARE 1

static const struct board_setting rows[] = {
#include "option_rows.h"
};

#define ROWS (sizeof rows / sizeof *rows)

static void begin(struct board_text *t, char *line, const char *key)
{
	board_text_start(t, line, LINE_MAX_LEN);
	board_text_str(t, "settings: ");
	board_text_str(t, key);
	board_text_str(t, ": ");
}

static void complain(board_say *say, const char *key, const char *why)
{
	char line[LINE_MAX_LEN];
	struct board_text t;

	begin(&t, line, key);
	board_text_str(&t, why);
	say(line);
}

/* ---- what is right beyond a type ---- */

static bool letters_ok(const char *s, const char *more)
{
	for (; *s; s++)
		if (!(*s >= 'a' && *s <= 'z') && !(*s >= 'A' && *s <= 'Z') &&
			!(*s >= '0' && *s <= '9') && !strchr(more, *s))
			return false;
	return true;
}

static void refuse(board_say *say, const char *key, const char **value,
	const char *otherwise)
{
	char line[LINE_MAX_LEN];
	struct board_text t;

	begin(&t, line, key);
	board_text_json(&t, *value, strlen(*value));
	board_text_str(&t, " is not right; the default is used");
	say(line);
	*value = otherwise;
}

static void check_names(struct board_settings *o, board_say *say)
{
	if (strlen(o->mdns_name) > LABEL_MAX || !letters_ok(o->mdns_name, "-"))
		refuse(say, "mdns_name", &o->mdns_name, "lwsmtpd");
	if (strlen(o->host_name) > NAME_MAX_LEN ||
		!letters_ok(o->host_name, "-.[]:"))
		refuse(say, "myhostname", &o->host_name, "");
	if (!*o->host_name)
		o->host_name = *o->mdns_name ? o->mdns_name : "lwsmtpd";
}

static void check_addresses(struct board_settings *o, board_say *say)
{
	if (*o->ip && !board_address(o->ip, o->ip4, o->mask4)) {
		refuse(say, "ip", &o->ip, "");
		memset(o->ip4, 0, sizeof o->ip4);
		memset(o->mask4, 0, sizeof o->mask4);
	}
	if (*o->gateway && !board_address(o->gateway, o->gateway4, NULL)) {
		refuse(say, "gateway", &o->gateway, "");
		memset(o->gateway4, 0, sizeof o->gateway4);
	}
}

/* Who was meant by a list that is wrong is not known: nobody gets in. */
static void check_access(struct board_settings *o, board_say *say)
{
#if SMTPD_ACCESS
	char line[LINE_MAX_LEN];
	struct board_text t;

	begin(&t, line, "allow");
	if (board_access_read(&o->access, o->allow, false, &t) == 0) {
		begin(&t, line, "deny");
		if (board_access_read(&o->access, o->deny, true, &t) == 0)
			return;
	}
	board_text_str(&t, "; all are kept out");
	say(line);
#else
	(void)o;
	(void)say;
#endif
}

#if SMTPD_TLS_CLIENT_CERT
/* Nobody is believed without an authority: a port that requires certificates
 * takes no mail then, one that only asks does without. */
static void check_client_certs(struct board_settings *o, board_say *say)
{
	unsigned i;

	for (i = 0; i < BOARD_PORTS && !o->client_ca_len; i++) {
		if (!o->client_cert[i])
			continue;
		complain(say, board_policy_name(i),
			"certificates of clients: no tls_client_ca");
		if (o->client_cert[i] == BOARD_CLIENT_CERT_ASK)
			o->client_cert[i] = BOARD_CLIENT_CERT_OFF;
	}
}
#else
#define check_client_certs(o, say) ((void)0)
#endif

#if SMTPD_AUTH_EXTERNAL
/* A port must ask for what is to be logged in with. */
static void check_external(const struct board_settings *o, board_say *say)
{
	unsigned i;

	for (i = 0; i < BOARD_PORTS; i++)
		if (o->client_cert[i])
			return;
	if (o->policy.external)
		complain(say, "smtpd_sasl_external",
			"no port asks for certificates");
}

static bool has_users(const struct board_settings *o)
{
	return o->user_count || (o->policy.external && o->certificate_count);
}
#else
#define check_external(o, say) ((void)0)
#define has_users(o)           ((o)->user_count != 0)
#endif

/* What cannot be had is not offered; what is asked for all the same stays
 * asked for, and no mail comes in that way. */
static void check_policy(struct board_settings *o, board_say *say)
{
	struct board_policy *p = &o->policy;

	if (p->use_tls && !(o->cert_len && o->key_len)) {
		p->use_tls = false;
		complain(say, "smtpd_use_tls",
			"no certificate and key: TLS is off");
	}
#if SMTPD_RELAY_CHECK
	struct board_blob rest = o->pairs;
	struct board_pair given;

	if (p->relays && !board_blob_find(&rest, "smtp_profile", &given))
		p->smtp_profile = SMTPD_STRICT;
#endif
	check_client_certs(o, say);
	check_external(o, say);
	if (p->enforce_tls && !p->use_tls)
		complain(say, "smtpd_enforce_tls",
			"TLS is off: smtp_port takes no mail");
	p->no_users = !has_users(o);
	if (p->auth_enable && p->no_users)
		complain(say, "smtpd_sasl_auth_enable",
			"no users: submission_port is off");
#if SMTPD_AUTH_CHOICE
	if (p->auth_enable && !board_policy_mechanisms(p, BOARD_SUBMISSION))
		complain(say, "submission_auth_mechanisms",
			"none is left: submission_port is off");
#endif
	if (p->smtps_auth && (!p->auth_enable || p->no_users ||
				     !board_policy_mechanisms(p, BOARD_SMTPS)))
		complain(say, "smtps_auth_required",
			"nobody can AUTH: smtps_port takes no mail");
}

/* ---- pairs ---- */

#if SMTPD_AUTH_EXTERNAL
/* Returns what is wrong with it, or NULL. */
static const char *take_certificate(
	struct board_settings *o, const struct board_pair *pair)
{
	struct board_certificate c;
	const char *why = board_certificate_parse(&c, pair->value, pair->len);

	o->certificate_count += !why;
	return why;
}
#endif

static const char *take_password(
	struct board_settings *o, const struct board_pair *pair)
{
	struct board_verifier v;
	const char *why = board_verifier_parse(&v, pair->value, pair->len);

	smtpd_wipe(&v, sizeof v);
	o->user_count += !why;
	return why;
}

static void take_user(
	struct board_settings *o, const struct board_pair *pair, board_say *say)
{
	const char *why;

#if SMTPD_AUTH_EXTERNAL
	if (board_certificate_is(pair->value, pair->len))
		why = take_certificate(o, pair);
	else
#endif
		why = take_password(o, pair);
	if (why)
		complain(say, pair->key, why);
}

/* What is no option. Returns whether the key is one of these. */
static bool take_other(
	struct board_settings *o, const struct board_pair *pair, board_say *say)
{
	if (strcmp(pair->key, "user") == 0) {
		take_user(o, pair, say);
	} else if (strcmp(pair->key, "certificate") == 0) {
		o->cert = (const uint8_t *)pair->value;
		o->cert_len = pair->len;
	} else if (strcmp(pair->key, "private_key") == 0) {
		o->key = (const uint8_t *)pair->value;
		o->key_len = pair->len;
#if SMTPD_TLS_CLIENT_CERT
	} else if (strcmp(pair->key, "tls_client_ca") == 0) {
		o->client_ca = (const uint8_t *)pair->value;
		o->client_ca_len = pair->len;
#endif
#if SMTPD_MQTT
	} else if (strcmp(pair->key, "mqtt_tls_ca") == 0) {
		o->mqtt_ca = (const uint8_t *)pair->value;
		o->mqtt_ca_len = pair->len;
#endif
	} else {
		return false;
	}
	return true;
}

static void take(
	struct board_settings *o, const struct board_pair *pair, board_say *say)
{
	struct smtpd_str key = {pair->key, (uint16_t)strlen(pair->key)};
	struct smtpd_str value = {pair->value, pair->len};
	const struct board_setting *row;
	char line[LINE_MAX_LEN];
	struct board_text t;

	if (take_other(o, pair, say))
		return;
	row = board_setting_find(rows, ROWS, key);
	if (!row) {
		complain(say, pair->key, "unknown here, ignored");
		return;
	}
	begin(&t, line, pair->key);
	if (board_setting_store(row, o, value, &t) == 0)
		return;
	board_text_str(&t, "; the default is used");
	say(line);
}

/* ---- for the firmware ---- */

enum board_blob_result board_settings_read(
	struct board_settings *out, const void *p, size_t size, board_say *say)
{
	enum board_blob_result r;
	struct board_pair pair;
	struct board_blob rest;

	memset(out, 0, sizeof *out);
	board_setting_defaults(rows, ROWS, out);
	r = board_blob_open(&out->pairs, p, size);
	if (r != BOARD_BLOB_OK)
		complain(say, board_blob_result_text(r), "defaults are used");
	rest = out->pairs;
	while (board_blob_next(&rest, &pair))
		take(out, &pair, say);
	check_names(out, say);
	check_addresses(out, say);
	check_access(out, say);
	check_policy(out, say);
	return r;
}

static bool is_user(const struct board_pair *pair, const struct smtpd_str *user)
{
	return pair->len > user->len && pair->value[user->len] == ':' &&
	       memcmp(pair->value, user->s, user->len) == 0;
}

bool board_settings_user(const struct board_settings *o, struct smtpd_str user,
	struct board_verifier *v)
{
	struct board_blob rest = o->pairs;
	struct board_pair pair;

	while (board_blob_find(&rest, "user", &pair))
		if (is_user(&pair, &user) &&
			!board_verifier_parse(v, pair.value, pair.len))
			return true;
	return false;
}

#if SMTPD_AUTH_EXTERNAL
/* see settings.h */
bool board_settings_owner(const struct board_settings *o,
	const struct smtpd_tls_peer *peer, struct smtpd_str wanted,
	struct smtpd_str *user)
{
	struct board_blob rest = o->pairs;
	struct board_certificate c;
	struct board_pair pair;

	while (board_blob_find(&rest, "user", &pair)) {
		if (board_certificate_parse(&c, pair.value, pair.len) ||
			!board_certificate_match(&c, peer, wanted))
			continue;
		user->s = pair.value;
		user->len = c.user_len;
		return true;
	}
	return false;
}
#endif
