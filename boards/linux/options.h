/*
 * options.h - the program's options: command line and file, from one table
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The rows in boards/common/option_rows.h name every option once. The command
 * line wins over the file. A wrong option is one line on stderr that names
 * file, line and key, and what would be right; the exit status is 2 then.
 */
#ifndef BOARD_OPTIONS_H
#define BOARD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"
#include "setting.h"
#include "smtpd.h"
#include "smtpd_lwip_config.h"

#define BOARD_PATH_MAX 1024

struct board_options {
	struct smtpd_limits limits;
	struct board_policy policy;
	uint32_t dhcp_ms, shutdown_ms, auth_delay_ms;
	uint16_t mtu;
	bool quiet, verbose;
	char host_name[256];
	char net[64], interfaces[256], ip[64], gateway[64];
	char cert_file[BOARD_PATH_MAX], key_file[BOARD_PATH_MAX];
	char client_ca[BOARD_PATH_MAX];
	uint8_t client_cert[BOARD_PORTS]; /* enum board_client_cert */
#if SMTPD_TLS_LEGACY
	uint8_t tls_oldest[BOARD_PORTS]; /* enum smtpd_tls_oldest */
#endif
	uint8_t clock_unset; /* enum smtpd_tls_clock */
	char users_file[BOARD_PATH_MAX], state_dir[BOARD_PATH_MAX];
	char sinks[4096], sink_routes[4096], sink_best_effort[512];
#if SMTPD_ALERT
	char alert_rules[8192], alert_charset[16];
#endif
	bool page;
	uint16_t page_port;
	char page_password[64];
	uint8_t page_tls; /* enum board_page_tls */
#if SMTPD_RECIPIENTS
	char mydestination[4096], local_recipients[8192];
	char recipient_delimiter[2];
#endif
#if SMTPD_MQTT
	char mqtt_server[256], mqtt_tls_name[256], mqtt_tls_ca[BOARD_PATH_MAX];
	char mqtt_user[256], mqtt_password[256], mqtt_client_id[64];
	char mqtt_topic[128], mqtt_discovery[64];
	uint32_t mqtt_reset_ms, mqtt_timeout_ms;
	uint16_t mqtt_port;
	bool mqtt_tls, mqtt_early;
	uint8_t mqtt_mode; /* 1: ring */
#endif
#if SMTPD_PROXY
	char proxies[BOARD_PORTS][512];
#endif
#if SMTPD_ACCESS
	char allow[4096], deny[4096];
#endif
};

enum board_action {
	BOARD_RUN,
	BOARD_CHECK,
	BOARD_HELP,
	BOARD_HELP_MARKDOWN,
	BOARD_VERSION,
	BOARD_HASH_PASSWORD,
};

/* The one set of options of this process. */
extern struct board_options board_options;

/*
 * Read the command line, and the file it names.
 *
 * argument  receives the user of --hash-password, or NULL.
 *
 * Returns 0, or the exit status after the line was printed.
 */
int board_options_read(
	char **argv, enum board_action *action, const char **argument);

/* Was the option stored in this member given, by file or command line? */
bool board_options_given(const void *member);

/*
 * Print what is wrong with the option stored in this member of board_options:
 * "lwsmtpd: FILE:LINE: KEY: text". printf's format. Returns 2.
 */
int board_options_fail(const void *member, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Print the help text, or the same as a Markdown table. Returns 0. */
int board_options_help(void);
int board_options_markdown(void);

/* The table, for the help text. */
extern const struct board_setting board_option_rows[];
extern const size_t board_option_count;

/* Is it an option of microcontroller boards? Also true for those of both. */
bool board_option_is_firmware(struct smtpd_str key);

#endif
