/*
 * main.c - lwsmtpd on Linux: start, one loop, signals, end
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "alerts/reader.h"
#include "auth.h"
#include "log.h"
#include "lwip/init.h"
#include "lwip/sys.h"
#include "lwip_smtpd.h"
#include "mqtt.h"
#include "net.h"
#include "options.h"
#include "page_password.h"
#include "server.h"
#include "sinks.h"
#include "smtpd_port.h"
#include "state.h"
#include "tls_files.h"
#include "users.h"
#include "version.h"

#define TURN_MS   1000 /* the longest sleep */
#define LINGER_MS 1000 /* for clients to read the last reply when we stop */

/* ---- what the engine asks of a board ---- */

/* see smtpd_port.h */
int64_t smtpd_port_wall_s(void)
{
	return (int64_t)time(NULL);
}

/* see smtpd_port.h */
int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	ssize_t n;

	while (len) {
		n = getrandom(buf, len, GRND_NONBLOCK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return SMTPD_ENONE;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

/* see config/lwip/arch/cc.h */
void board_assert(const char *what, const char *file, int line)
{
	fprintf(stderr, "lwsmtpd: assertion: %s (%s:%d)\n", what, file, line);
	abort();
}

/* ---- checks ---- */

static const char *users_path(void)
{
	static char path[BOARD_PATH_MAX + 16];

	if (*board_options.users_file)
		return board_options.users_file;
	board_state_path("users", path, sizeof path);
	return path;
}

static int check_alerts(void)
{
#if SMTPD_ALERT
	const char *rules = board_options.alert_rules;
	const char *charset = board_options.alert_charset;
	const char *wrong = board_reader_charset_wrong(charset);
	struct board_text why;
	char text[512];

	board_text_start(&why, text, sizeof text);
	if (!board_reader_rules_ok(rules, &why))
		return board_options_fail(rules, "%s", text);
	if (wrong)
		return board_options_fail(charset, "%s", wrong);
#endif
	return 0;
}

/* Everything that can be wrong with the options, before anything is made. */
static int check(void)
{
	const struct board_options *o = &board_options;
	const char *why = NULL;
	int status = board_server_check();

	if (!status)
		status = board_net_check();
	if (!status)
		status = board_tls_check();
	if (status)
		return status;
	if (*o->users_file)
		why = board_users_check(o->users_file);
	if (why)
		return board_options_fail(o->users_file, "%s", why);
	status = board_sinks_check_options();
	return status ? status : check_alerts();
}

/* ---- start ---- */

/* Load the users; on the first run make one. password: its password, or "". */
static int open_users(char password[24])
{
	const struct board_options *o = &board_options;
	const char *path = users_path(), *why;

	board_users_open(o->auth_delay_ms);
	password[0] = '\0';
	if (!o->policy.auth_enable)
		return 0;
	if (!*o->users_file && access(path, F_OK) < 0) {
		why = board_users_create(path, password);
		if (why)
			return board_options_fail(o->state_dir, "%s", why);
	}
	why = board_users_load(path);
	return why ? board_options_fail(o->users_file, "%s", why) : 0;
}

static bool needs_state(void)
{
	const struct board_options *o = &board_options;

	return board_page_password_kept() ||
	       (o->policy.use_tls && !*o->cert_file) ||
	       (o->policy.auth_enable && !*o->users_file);
}

static int start(char password[24])
{
	const struct board_options *o = &board_options;
	const char *why;
	int status = needs_state() ? board_state_open() : 0;

	if (!status && o->policy.use_tls)
		status = board_tls_open();
	if (!status)
		status = open_users(password);
	if (!status)
		status = board_page_password_open();
	if (status)
		return status;
	why = board_sinks_open(o->sinks);
	if (why)
		return board_options_fail(o->sinks, "%s", why);
	lwip_init();
	lwip_smtpd_init();
	status = board_net_open();
#if SMTPD_MQTT
	if (!status)
		status = board_mqtt_open();
#endif
	return status ? status : board_server_open();
}

static int open_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* ---- running ---- */

/* SIGHUP: a wrong new file changes nothing. */
static void reload(void)
{
	const struct board_options *o = &board_options;
	const char *why = o->policy.use_tls ? board_tls_reload() : NULL;

	board_log(BOARD_ERROR, "certificate: %s%s",
		why                 ? "the old one stays: "
		: o->policy.use_tls ? "read again"
				    : "none",
		why ? why : "");
	why = o->policy.auth_enable ? board_users_load(users_path()) : NULL;
	board_log(BOARD_ERROR, "users: %s%s",
		why ? "the old ones stay: " : "read again", why ? why : "");
}

/* Wait and work for at most timeout_ms. Returns whether we are told to stop. */
static bool turn(int signals, int timeout_ms)
{
	struct signalfd_siginfo info;
	int due_ms = board_auth_poll();
	bool stop = false;

	if (due_ms >= 0 && due_ms < timeout_ms)
		timeout_ms = due_ms;
	if (!board_net_poll(signals, timeout_ms))
		return false;
	while (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGHUP)
			reload();
		else
			stop = true;
	}
	return stop;
}

/* Turns until nobody is left. Returns whether a signal cut it short. */
static bool drain(int signals, unsigned (*left)(void), uint32_t wait_ms)
{
	uint32_t start_ms = sys_now();
	bool again = false;

	while (!again && left() && sys_now() - start_ms < wait_ms)
		again = turn(signals, 50);
	return again;
}

/* Messages whose end is in are finished. A second signal ends at once. */
static int stop(int signals)
{
	unsigned i;

	board_log(BOARD_INFO, "stopping");
	board_server_close();
	smtpd_shutdown();
	if (drain(signals, smtpd_session_count, board_options.shutdown_ms) ||
		drain(signals, lwip_smtpd_conn_count, LINGER_MS))
		return 1;
#if SMTPD_MQTT
	board_mqtt_close();
#endif
	/* what the clients were told last leaves libslirp */
	for (i = 0; i < 3; i++)
		turn(signals, 10);
	board_net_close();
	return 0;
}

static int run(void)
{
	char password[24];
	bool ready = false;
	int signals = open_signals(), status = start(password);

	if (status)
		return status;
	while (!turn(signals, ready ? TURN_MS : 50)) {
		if (ready || !board_net_ready())
			continue;
		ready = true;
		board_server_ready(*password ? password : NULL);
		smtpd_wipe(password, sizeof password);
	}
	return stop(signals);
}

static void set_level(void)
{
	const struct board_options *o = &board_options;

	board_log_level(o->quiet     ? BOARD_ERROR
			: o->verbose ? BOARD_DEBUG
				     : BOARD_INFO);
}

int main(int argc, char **argv)
{
	enum board_action action;
	const char *argument;
	int status;

	if (argc < 1)
		return 2;
	status = board_options_read(argv + 1, &action, &argument);
	if (status)
		return status;
	set_level();
	switch (action) {
	case BOARD_HELP:
		return board_options_help();
	case BOARD_HELP_MARKDOWN:
		return board_options_markdown();
	case BOARD_VERSION:
		return board_version();
	case BOARD_HASH_PASSWORD:
		return board_users_hash(argument);
	case BOARD_CHECK:
		status = check();
		if (!status)
			puts("ok");
		return status;
	case BOARD_RUN:
		break;
	}
	status = check();
	return status ? status : run();
}
