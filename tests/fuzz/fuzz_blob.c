/*
 * fuzz_blob.c - a board's settings region with anything in it
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The first octet says what the others are: 'r' the region as it is; 'p' its
 * pairs, with a header that is right; 't' lines of key=value, made into such
 * pairs.
 *
 * tests: sources boards/common/firmware/settings.c boards/common/blob.c
 * tests: sources boards/common/address.c boards/common/setting.c
 * tests: sources boards/common/certificate.c
 * tests: sources boards/common/policy.c boards/common/access.c
 * tests: sources boards/common/blocks.c boards/common/flags.c
 * tests: sources boards/common/text.c
 * tests: sources boards/common/verifier.c boards/common/board_base64.c
 * tests: sources port/template/port.c
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../boards/common/firmware/settings.h"
#include "blob_make.h"
#include "certificate.h"

static struct made m;
static unsigned said;

static void say(const char *s)
{
	size_t len = strlen(s);

	if (strncmp(s, "settings: ", 10) != 0 || len >= 160 ||
		memchr(s, '\n', len))
		abort();
	said++;
}

static void from_pairs(const uint8_t *p, size_t len)
{
	made_start(&m);
	memcpy(m.p + m.len, p, len);
	m.len += len;
	made_seal(&m);
}

static void from_lines(const uint8_t *p, size_t len)
{
	const uint8_t *end, *eq;
	char key[64];

	made_start(&m);
	for (; len; len -= (size_t)(end - p), p = end) {
		end = memchr(p, '\n', len);
		end = end ? end + 1 : p + len;
		eq = memchr(p, '=', (size_t)(end - p));
		if (!eq || eq - p >= (long)sizeof key)
			continue;
		memcpy(key, p, (size_t)(eq - p));
		key[eq - p] = '\0';
		made_add(&m, key, BOARD_BLOB_TEXT, eq + 1,
			(size_t)(end - eq - 1) -
				(end > eq + 1 && end[-1] == '\n'));
	}
}

static void inside(const uint8_t *region, size_t size, const char *s)
{
	const uint8_t *p = (const uint8_t *)s;

	/* or a default */
	if (p < region || p >= region + size)
		return;
	if (!memchr(p, 0, size - (size_t)(p - region)))
		abort();
}

/* Whatever was in the region, a board can come up with this. */
static void check(const struct board_settings *o)
{
	if (!*o->host_name || strlen(o->host_name) > 255 ||
		strlen(o->mdns_name) > 63)
		abort();
	if (o->mtu < 576 || o->mtu > 1500 || !o->limits.rcpt_max ||
		o->limits.command_ms < 1000 || !o->limits.error_max)
		abort();
	if (o->policy.use_tls && !(o->cert_len && o->key_len))
		abort();
}

/* The users that are counted can be found by their names. */
static unsigned find_users(const struct board_settings *o)
{
	struct board_blob rest = o->pairs;
	struct board_verifier v;
	struct board_pair pair;
	const char *colon;
	unsigned found = 0;

	while (board_blob_find(&rest, "user", &pair)) {
		colon = memchr(pair.value, ':', pair.len);
		if (!colon || board_verifier_parse(&v, pair.value, pair.len))
			continue;
		if (!board_settings_user(o,
			    (struct smtpd_str){
				    pair.value, (uint16_t)(colon - pair.value)},
			    &v))
			abort();
		found++;
	}
	return found;
}

/* Of each certificate that is counted somebody is the owner. */
static unsigned find_owners(const struct board_settings *o)
{
	struct board_blob rest = o->pairs;
	struct board_certificate c;
	struct smtpd_tls_peer peer;
	struct board_pair pair;
	struct smtpd_str user;
	unsigned found = 0;

	while (board_blob_find(&rest, "user", &pair)) {
		if (board_certificate_parse(&c, pair.value, pair.len))
			continue;
		memcpy(peer.subject, c.subject, sizeof peer.subject);
		memcpy(peer.fingerprint, c.fingerprint, sizeof c.fingerprint);
		user = (struct smtpd_str){c.user, c.user_len};
		if (!board_settings_owner(o, &peer, user, &user) ||
			user.len != c.user_len ||
			memcmp(user.s, c.user, user.len) != 0)
			abort();
		found++;
	}
	return found;
}

static void read_region(const uint8_t *region, size_t size)
{
	struct board_settings o;
	enum board_blob_result r;

	said = 0;
	r = board_settings_read(&o, region, size, say);
	if (r != BOARD_BLOB_OK && (!said || o.pairs.len))
		abort();
	inside(region, size, o.host_name);
	inside(region, size, o.mdns_name);
	inside(region, size, o.sinks);
	inside(region, size, o.ip);
	check(&o);
	if (find_users(&o) != o.user_count ||
		find_owners(&o) != o.certificate_count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	uint8_t *exact;

	if (!len || len > sizeof m.p / 4)
		return 0;
	if (*p == 't') {
		from_lines(p + 1, len - 1);
	} else if (*p == 'p') {
		from_pairs(p + 1, len - 1);
	} else {
		memcpy(m.p, p + 1, len - 1);
		m.len = len - 1;
	}
	exact = made_exact(&m, m.len);
	read_region(exact, m.len);
	free(exact);
	return 0;
}
