/*
 * settings.h - what a board is told by the blob in its flash
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The options are those of boards/common/option_rows.h. Whatever is wrong
 * with the blob, the board comes up: with the default of what is missing, of
 * what is not right, or of everything; and a line says so.
 */
#ifndef BOARD_SETTINGS_H
#define BOARD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "blob.h"
#include "policy.h"
#include "smtpd.h"
#include "smtpd_lwip_config.h"
#include "verifier.h"

/* Several sinks, and routes to them: boards/common/sinks. 0: see
 * sink_plain.c. */
#ifndef BOARD_SINKS
#define BOARD_SINKS 1
#endif

struct board_settings {
	struct smtpd_limits limits;
	struct board_policy policy; /* use_tls only with certificate and key */
	uint32_t dhcp_ms;           /* say that there is no address after it */
	uint32_t auth_delay_ms;     /* before a failed AUTH is answered */
	uint32_t clock_ms;          /* sys_now() begins with it */
	uint32_t
		sink_message_max; /* octets that the sink takes; 0 = no limit */
	uint16_t mtu;             /* at most this */
	bool ipv6, quiet, verbose;
	/* NUL-terminated, in flash; "" for none */
	const char *host_name; /* never ""; for struct smtpd_listener */
	const char *ip;        /* ADDR/LEN as given; "" = DHCP */
	const char *gateway;   /* as given */
	const char *mdns_name; /* a DNS label, also for DHCP */
	const char *sinks;     /* comma list */
#if BOARD_SINKS
	const char *sink_routes, *sink_best_effort; /* as given */
#endif
#if SMTPD_ALERT && BOARD_SINKS
	const char *alert_rules, *alert_charset; /* as given */
#endif
#if SMTPD_TLS_CLIENT_CERT
	uint8_t client_cert[BOARD_PORTS]; /* enum board_client_cert */
	uint8_t clock_unset;              /* as enum smtpd_tls_clock */
	/* DER in flash, one behind the other; NULL and 0 for none */
	const uint8_t *client_ca;
	size_t client_ca_len;
#endif
#if SMTPD_AUTH_EXTERNAL
	unsigned certificate_count; /* lines of those that are right */
#endif
#if SMTPD_RECIPIENTS
	const char *mydestination, *local_recipients, *recipient_delimiter;
#endif
#if SMTPD_MQTT
	const char *mqtt_server, *mqtt_user, *mqtt_password, *mqtt_client_id;
	const char *mqtt_topic, *mqtt_discovery, *mqtt_tls_name;
	uint32_t mqtt_reset_ms, mqtt_timeout_ms;
	uint16_t mqtt_port;
	bool mqtt_tls, mqtt_early;
	uint8_t mqtt_mode;      /* 1: ring */
	const uint8_t *mqtt_ca; /* DER, one after the other */
	size_t mqtt_ca_len;
#endif
#if SMTPD_PAGE
	const char *page_password; /* "": no page */
	uint16_t page_port;
	uint8_t page_tls; /* enum board_page_tls */
#endif
#if SMTPD_PROXY
	const char *proxies[BOARD_PORTS]; /* comma lists, as given */
#endif
#if SMTPD_ACCESS
	const char *allow, *deny; /* as given */
	struct board_access access;
#endif
	/* ip and gateway taken apart, first octet first; 0.0.0.0: none */
	uint8_t ip4[4], mask4[4], gateway4[4];
	/* DER in flash, the chain leaf first; NULL and 0 for none */
	const uint8_t *cert, *key;
	size_t cert_len, key_len;
	struct board_blob pairs; /* for board_settings_user() */
	unsigned user_count;     /* users with a password, the line is right */
};

/* Writes a line of the console; s is without line end and is overwritten
 * after the call. */
typedef void board_say(const char *s);

/*
 * Read the settings.
 *
 * p     the flash region of size octets; MUST stay as it is while *out is
 *       used: texts, certificate, key and users are used where they lie.
 * say   is called for each thing that is not as it should be: a blob that is
 *       missing or corrupt, unknown keys, bad values, bad users.
 *
 * Returns BOARD_BLOB_OK, or why every value is a default.
 * Context: once at the start; blocks for the CRC of the blob.
 */
enum board_blob_result board_settings_read(
	struct board_settings *out, const void *p, size_t size, board_say *say);

/*
 * Find the verifier of a user.
 *
 * Returns whether there is one; *v is filled in then.
 * Context: any.
 */
bool board_settings_user(const struct board_settings *, struct smtpd_str user,
	struct board_verifier *v);

#if SMTPD_AUTH_EXTERNAL
/*
 * Find whose certificate it is.
 *
 * wanted  only his, where it is not empty.
 *
 * Returns whether there is one; *user is his name, in flash, then.
 * Context: any.
 */
bool board_settings_owner(const struct board_settings *,
	const struct smtpd_tls_peer *, struct smtpd_str wanted,
	struct smtpd_str *user);
#endif

#endif
