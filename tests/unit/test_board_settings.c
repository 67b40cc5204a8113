/*
 * test_board_settings.c - what a board is told by the blob in its flash
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/wolfssl wolfssl lwip
 * tests: sources boards/common/firmware/settings.c boards/common/blob.c
 * tests: sources boards/common/address.c boards/common/setting.c
 * tests: sources boards/common/certificate.c
 * tests: sources boards/common/policy.c boards/common/access.c
 * tests: sources boards/common/blocks.c
 * tests: sources boards/common/flags.c
 * tests: sources boards/common/text.c boards/common/verifier.c
 * tests: sources boards/common/board_base64.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../boards/common/firmware/settings.h"
#include "blob_make.h"
#include "no_sessions.h"
#include "smtpd_port.h"

#define ALICE                                                                  \
	"alice:$pbkdf2-sha256$1$MDEyMzQ1Njc4OWFiY2RlZg==$"                     \
	"YbpH4MTVriL1J0gKQnQQxyQwQcvFOwk4v2eQkU0Lbag="
#define BOB                                                                    \
	"bob:$pbkdf2-sha256$7$MDEyMzQ1Njc4OWFiY2RlZg==$"                       \
	"YbpH4MTVriL1J0gKQnQQxyQwQcvFOwk4v2eQkU0Lbag="

/* ---- what the port would supply ---- */

int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	(void)buf, (void)len;
	return SMTPD_ENONE;
}

uint32_t smtpd_port_now_ms(void)
{
	return 0;
}

int64_t smtpd_port_wall_s(void)
{
	return 0;
}

/* ---- reading ---- */

static struct made m;
static struct board_settings o;
static char said[8192];
static uint8_t *region;

static void say(const char *s)
{
	size_t len = strlen(said);

	assert_true(len + strlen(s) + 2 < sizeof said);
	snprintf(said + len, sizeof said - len, "%s\n", s);
}

static enum board_blob_result read_size(size_t size)
{
	free(region);
	region = made_exact(&m, size);
	said[0] = '\0';
	return board_settings_read(&o, region, size, say);
}

static enum board_blob_result read_all(void)
{
	return read_size(m.len);
}

/* Without a certificate and users, which would be said. */
static void start(void)
{
	made_start(&m);
	made_text(&m, "smtpd_use_tls", "no");
	made_text(&m, "smtpd_sasl_auth_enable", "no");
}

static void assert_defaults(void)
{
	assert_int_equal(o.policy.smtp_port, 25);
	assert_int_equal(o.policy.submission_port, 587);
	assert_int_equal(o.policy.smtps_port, 465);
	assert_int_equal(o.policy.lmtp_port, 0);
	assert_true(o.policy.tls_auth_only && o.ipv6);
	assert_false(o.policy.use_tls || o.quiet);
	assert_true(o.policy.no_users);
	assert_int_equal(board_policy_port(&o.policy, BOARD_SUBMISSION), 0);
	assert_string_equal(o.host_name, "lwsmtpd");
	assert_string_equal(o.mdns_name, "lwsmtpd");
	assert_string_equal(o.sinks, "");
	assert_int_equal(o.sink_message_max, 0);
	assert_string_equal(o.ip, "");
	assert_int_equal(o.mtu, 1500);
	assert_int_equal(o.clock_ms, 0);
	assert_int_equal(o.auth_delay_ms, 1000);
	assert_int_equal(o.user_count + o.cert_len + o.key_len, 0);
	assert_memory_equal(&o.limits, &smtpd_limits_default, sizeof o.limits);
}

static void defaults_with_the_cause(void **state)
{
	(void)state;
	memset(m.p, 0xff, sizeof m.p);
	assert_int_equal(read_size(4096), BOARD_BLOB_MISSING);
	assert_defaults();
	assert_string_equal(said,
		"settings: none in flash: defaults are used\n"
		"settings: smtpd_use_tls: no certificate and key: TLS is off\n"
		"settings: smtpd_sasl_auth_enable: no users: submission_port "
		"is off\n");
	start();
	made_text(&m, "smtp_port", "2525");
	m.p[m.len - 2] ^= 1;
	assert_int_equal(read_all(), BOARD_BLOB_CRC);
	assert_defaults();
	assert_non_null(strstr(said, "settings: corrupt, the CRC-32 is wrong: "
				     "defaults are used\n"));
	said[0] = '\0';
	assert_int_equal(
		board_settings_read(&o, NULL, 0, say), BOARD_BLOB_MISSING);
	assert_defaults();
}

static void an_empty_blob_says_nothing_of_defaults(void **state)
{
	(void)state;
	start();
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_defaults();
	assert_string_equal(said, "");
}

static void values_are_stored(void **state)
{
	(void)state;
	start();
	made_text(&m, "smtp_port", "2525");
	made_text(&m, "smtps_port", "0");
	made_text(&m, "message_size_limit", "5M");
	made_text(&m, "smtpd_timeout", "1500ms");
	made_text(&m, "smtpd_hard_error_limit", "7");
	made_text(&m, "smtpd_tls_auth_only", "no");
	made_text(&m, "ipv6", "off");
	made_text(&m, "verbose", "yes");
	made_text(&m, "mtu", "1280");
	made_text(&m, "clock_ms", "4294367296");
	made_text(&m, "myhostname", "mx.example");
	made_text(&m, "mdns_name", "mail-3");
	made_text(&m, "sink", "log,null");
	made_text(&m, "sink_message_max", "1M");
	made_text(&m, "ip", "192.0.2.25/24");
	made_text(&m, "gateway", "192.0.2.1");
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_string_equal(said, "");
	assert_int_equal(o.policy.smtp_port, 2525);
	assert_int_equal(o.policy.smtps_port, 0);
	assert_int_equal(o.limits.message_max, 5u << 20);
	assert_int_equal(o.limits.command_ms, 1500);
	assert_int_equal(o.limits.error_max, 7);
	assert_int_equal(o.mtu, 1280);
	assert_int_equal(o.clock_ms, 4294367296u);
	assert_false(o.policy.tls_auth_only || o.ipv6);
	assert_true(o.verbose);
	assert_string_equal(o.host_name, "mx.example");
	assert_string_equal(o.mdns_name, "mail-3");
	assert_string_equal(o.sinks, "log,null");
	assert_int_equal(o.sink_message_max, 1u << 20);
	assert_memory_equal(o.ip4, "\300\0\2\31", 4);
	assert_memory_equal(o.mask4, "\377\377\377\0", 4);
	assert_memory_equal(o.gateway4, "\300\0\2\1", 4);
	/* where they lie in flash */
	assert_true((const uint8_t *)o.sinks > region &&
		    (const uint8_t *)o.sinks < region + m.len);
	assert_true((const uint8_t *)o.host_name > region &&
		    (const uint8_t *)o.host_name < region + m.len);
}

static void unknown_keys_are_named(void **state)
{
	(void)state;
	start();
	made_text(&m, "from_the_future", "1");
	made_text(&m, "smtp_port", "26");
	made_add(&m, "blob_of_it", BOARD_BLOB_OCTETS, "\0\1", 2);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_string_equal(said,
		"settings: from_the_future: unknown here, ignored\n"
		"settings: blob_of_it: unknown here, ignored\n");
	assert_int_equal(o.policy.smtp_port, 26);
}

static void bad_values_are_named(void **state)
{
	(void)state;
	start();
	made_text(&m, "smtp_port", "70000");
	made_text(&m, "quiet", "maybe");
	made_text(&m, "smtpd_timeout", "");
	made_text(&m, "message_size_limit", "5X");
	made_text(&m, "mtu", "1400");
	made_add(&m, "sink", BOARD_BLOB_OCTETS, "log\0null", 8);
	made_text(&m, "ip", "192.0.2.25");
	made_text(&m, "gateway", "192.0.2.1.");
	made_text(&m, "myhostname", "a_b");
	made_text(&m, "mdns_name", "a.b");
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_non_null(strstr(said,
		"settings: smtp_port: \"70000\" is not right; give a number "
		"from 0 to 65535; the default is used\n"));
	assert_non_null(strstr(said, "settings: quiet: \"maybe\" is not"));
	assert_non_null(strstr(said, "settings: smtpd_timeout: \"\" is not"));
	assert_non_null(strstr(said, "settings: message_size_limit: \"5X\""));
	assert_non_null(strstr(said, "settings: sink: the value has a NUL"));
	assert_non_null(strstr(said, "settings: ip: \"192.0.2.25\" is not"));
	assert_non_null(strstr(said, "settings: gateway: \"192.0.2.1.\" is"));
	assert_non_null(strstr(said, "settings: myhostname: \"a_b\" is not"));
	assert_non_null(strstr(said, "settings: mdns_name: \"a.b\" is not"));
	assert_int_equal(o.mtu, 1400);
	o.mtu = 1500;
	assert_defaults();
	assert_memory_equal(o.ip4, "\0\0\0\0", 4);
	assert_memory_equal(o.mask4, "\0\0\0\0", 4);
	assert_memory_equal(o.gateway4, "\0\0\0\0", 4);
}

/* A value as long as there can be one is said in a line that is cut. */
static void long_values_are_cut(void **state)
{
	static char value[60001];

	(void)state;
	memset(value, 'y', sizeof value - 1);
	start();
	made_text(&m, "smtp_port", value);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_true(strlen(said) < 200);
	assert_memory_equal(said, "settings: smtp_port: \"yyy", 25);
	start();
	made_text(&m, "myhostname", value);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_string_equal(o.host_name, "lwsmtpd");
	assert_true(strlen(said) < 200);
}

static void certificate_and_key(void **state)
{
	(void)state;
	made_start(&m);
	made_text(&m, "smtpd_sasl_auth_enable", "no");
	made_add(&m, "certificate", BOARD_BLOB_OCTETS, "\x30\0cert", 6);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_false(o.policy.use_tls);
	assert_non_null(strstr(said, "no certificate and key: TLS is off"));
	made_add(&m, "private_key", BOARD_BLOB_OCTETS, "\x30\0key", 5);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_string_equal(said, "");
	assert_true(o.policy.use_tls);
	assert_int_equal(o.cert_len, 6);
	assert_int_equal(o.key_len, 5);
	assert_memory_equal(o.cert, "\x30\0cert", 6);
	assert_memory_equal(o.key, "\x30\0key", 5);
	assert_true(o.cert > region && o.key < region + m.len);
}

/* What was asked for and is not there closes the port's door. */
static void required_and_missing(void **state)
{
	(void)state;
	made_start(&m);
	made_text(&m, "smtpd_enforce_tls", "yes");
	made_text(&m, "smtps_auth_required", "yes");
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_true(o.policy.enforce_tls && o.policy.smtps_auth);
	assert_non_null(strstr(said, "settings: smtpd_enforce_tls: TLS is "
				     "off: smtp_port takes no mail\n"));
	assert_non_null(strstr(said, "settings: smtps_auth_required: nobody "
				     "can AUTH: smtps_port takes no mail\n"));
}

/* Required: the door stays closed. Asked for: nobody is. */
static void certificates_without_an_authority(void **state)
{
	(void)state;
	start();
	made_text(&m, "smtp_client_cert", "ask");
	made_text(&m, "smtps_client_cert", "require");
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_int_equal(o.client_cert[BOARD_SMTP], BOARD_CLIENT_CERT_OFF);
	assert_int_equal(o.client_cert[BOARD_SMTPS], BOARD_CLIENT_CERT_REQUIRE);
	assert_non_null(strstr(said, "settings: SMTP: certificates of clients: "
				     "no tls_client_ca\n"));
	assert_non_null(strstr(said, "settings: SMTPS: certificates of "
				     "clients: no tls_client_ca\n"));
	made_add(&m, "tls_client_ca", BOARD_BLOB_OCTETS, "\x30\0ca", 4);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_string_equal(said, "");
	assert_int_equal(o.client_cert[BOARD_SMTP], BOARD_CLIENT_CERT_ASK);
	assert_int_equal(o.client_ca_len, 4);
	assert_memory_equal(o.client_ca, "\x30\0ca", 4);
}

static struct smtpd_str str(const char *s)
{
	return (struct smtpd_str){s, (uint16_t)strlen(s)};
}

static void users(void **state)
{
	struct board_verifier v;

	(void)state;
	start();
	made_text(&m, "smtpd_sasl_auth_enable", "yes");
	made_text(&m, "user", ALICE);
	made_text(&m, "user", "carol:secret");
	made_text(&m, "user", BOB);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_string_equal(said, "settings: user: the hash does not begin "
				  "with $scram-sha-256$ or $pbkdf2-sha256$\n");
	assert_int_equal(o.user_count, 2);
	assert_true(o.policy.auth_enable && !o.policy.no_users);
	assert_true(board_settings_user(&o, str("alice"), &v));
	assert_int_equal(v.iterations, 1);
	assert_true(board_settings_user(&o, str("bob"), &v));
	assert_int_equal(v.iterations, 7);
	assert_memory_equal(v.salt, "0123456789abcdef", 16);
	assert_false(board_settings_user(&o, str("carol"), &v));
	assert_false(board_settings_user(&o, str("alic"), &v));
	assert_false(board_settings_user(&o, str("alice:"), &v));
	assert_false(board_settings_user(&o, str("alicee"), &v));
	assert_false(board_settings_user(&o, str(""), &v));
	assert_false(board_settings_user(&o, str(ALICE), &v));
}

#define FINGERPRINT                                                            \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static struct smtpd_tls_peer peer(const char *subject)
{
	struct smtpd_tls_peer p;

	for (unsigned i = 0; i < sizeof p.fingerprint; i++)
		p.fingerprint[i] = (uint8_t)i;
	snprintf(p.subject, sizeof p.subject, "%s", subject);
	return p;
}

/* Who it is, of whom is wanted. */
static struct smtpd_str owner(struct smtpd_tls_peer p, const char *wanted)
{
	struct smtpd_str user = {NULL, 0};

	assert_true(board_settings_owner(&o, &p, str(wanted), &user) ==
		    (user.s != NULL));
	return user;
}

static void certificates_of_users(void **state)
{
	struct smtpd_tls_peer known = peer("CN=x"), other = peer("CN=a,O=b");
	struct board_verifier v;
	struct smtpd_str user;

	(void)state;
	other.fingerprint[0] = 1;
	start();
	made_text(&m, "user", ALICE);
	made_text(&m, "user", "porch:$cert-sha256$" FINGERPRINT);
	made_text(&m, "user", "hall:$cert-sha256$" FINGERPRINT "0");
	made_text(&m, "user", "alice:$cert-subject$CN=a,O=b");
	made_text(&m, "user", "hall:$cert-sha256$" FINGERPRINT);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_string_equal(said,
		"settings: user: the fingerprint is not 64 hexadecimal "
		"digits\n");
	assert_int_equal(o.user_count, 1);
	assert_int_equal(o.certificate_count, 3);
	assert_false(o.policy.external);
	user = owner(known, "");
	assert_int_equal(user.len, 5);
	assert_memory_equal(user.s, "porch", 5);
	assert_true((const uint8_t *)user.s > region &&
		    (const uint8_t *)user.s < region + m.len);
	assert_int_equal(owner(known, "hall").len, 4);
	assert_null(owner(known, "alice").s);
	assert_int_equal(owner(other, "").len, 5);
	assert_int_equal(owner(other, "alice").len, 5);
	assert_null(owner(other, "porch").s);
	other.subject[0] = '\0';
	assert_null(owner(other, "").s);
	assert_true(board_settings_user(&o, str("alice"), &v));
	assert_false(board_settings_user(&o, str("porch"), &v));
}

/* They count as users where EXTERNAL is on, and a port must ask for them. */
static void external_needs_a_port_that_asks(void **state)
{
	(void)state;
	made_start(&m);
	made_text(&m, "smtpd_use_tls", "no");
	made_text(&m, "user", "porch:$cert-sha256$" FINGERPRINT);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_true(o.policy.no_users);
	made_text(&m, "smtpd_sasl_external", "yes");
	made_add(&m, "tls_client_ca", BOARD_BLOB_OCTETS, "\x30\0ca", 4);
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_true(o.policy.external && !o.policy.no_users);
	assert_string_equal(said, "settings: smtpd_sasl_external: no port asks "
				  "for certificates\n");
	made_text(&m, "submission_client_cert", "ask");
	assert_int_equal(read_all(), BOARD_BLOB_OK);
	assert_string_equal(said, "");
}

static int forget(void **state)
{
	(void)state;
	free(region);
	region = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_with_the_cause),
		cmocka_unit_test(an_empty_blob_says_nothing_of_defaults),
		cmocka_unit_test(values_are_stored),
		cmocka_unit_test(unknown_keys_are_named),
		cmocka_unit_test(bad_values_are_named),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(certificate_and_key),
		cmocka_unit_test(required_and_missing),
		cmocka_unit_test(certificates_without_an_authority),
		cmocka_unit_test(users),
		cmocka_unit_test(certificates_of_users),
		cmocka_unit_test(external_needs_a_port_that_asks),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
