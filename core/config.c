/*
 * config.c - the options of this build, and the default limits
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd.h"

/* see smtpd.h */
const struct smtpd_limits smtpd_limits_default = {
	.message_max = SMTPD_MESSAGE_MAX,
	.rcpt_max = SMTPD_RCPT_MAX,
	.text_line_max = SMTPD_TEXT_LINE_MAX,
	.auth_line_max = SMTPD_AUTH_LINE_MAX,
	.mail_max = SMTPD_MAIL_MAX,
	.peer_sessions = SMTPD_PEER_SESSIONS,
	.error_max = SMTPD_ERROR_MAX,
	.idle_command_max = SMTPD_IDLE_COMMAND_MAX,
	.auth_fail_max = SMTPD_AUTH_FAIL_MAX,
	.min_rate = SMTPD_MIN_RATE,
#if SMTPD_RATES
	.session_rate = SMTPD_SESSION_RATE,
	.message_rate = SMTPD_MESSAGE_RATE,
	.octet_rate = SMTPD_OCTET_RATE,
#endif
#if SMTPD_AUTH_DELAY
	.auth_delay_ms = SMTPD_AUTH_DELAY_MS,
	.auth_delay_max_ms = SMTPD_AUTH_DELAY_MAX_MS,
#endif
	.command_ms = SMTPD_COMMAND_MS,
	.data_ms = SMTPD_DATA_MS,
	.tls_ms = SMTPD_TLS_MS,
	.greet_ms = SMTPD_GREET_MS,
	.verdict_ms = SMTPD_VERDICT_MS,
	.write_ms = SMTPD_WRITE_MS,
	.stress_ms = SMTPD_STRESS_MS,
};

/* see smtpd.h */
const char *smtpd_config_report(unsigned i, uint32_t *value)
{
#define OPTION(name)                                                           \
	{                                                                      \
#name, name                                                    \
	}
	static const struct {
		const char *name;
		uint32_t value;
	} options[] = {
		OPTION(SMTPD_PROFILE),
		OPTION(SMTPD_TLS),
		OPTION(SMTPD_AUTH),
		OPTION(SMTPD_SCRAM),
		OPTION(SMTPD_SCRAM_PLUS),
		OPTION(SMTPD_AUTH_EXTERNAL),
		OPTION(SMTPD_AUTH_CHOICE),
		OPTION(SMTPD_CHUNKING),
		OPTION(SMTPD_SMTPUTF8),
		OPTION(SMTPD_DSN),
		OPTION(SMTPD_LMTP),
		OPTION(SMTPD_LIMITS),
		OPTION(SMTPD_RECEIVED),
		OPTION(SMTPD_IPV6),
		OPTION(SMTPD_REPLY_TEXT),
		OPTION(SMTPD_FIXED_LIMITS),
		OPTION(SMTPD_LOG),
		OPTION(SMTPD_WIDE_SCAN),
		OPTION(SMTPD_EVICT),
		OPTION(SMTPD_ACCESS),
		OPTION(SMTPD_RATES),
		OPTION(SMTPD_AUTH_DELAY),
		OPTION(SMTPD_FOREIGN),
		OPTION(SMTPD_EARLY_TALKER),
		OPTION(SMTPD_TOLERANT),
		OPTION(SMTPD_QUIRK_TEXT),
		OPTION(SMTPD_QUIRK_POLICY),
		OPTION(SMTPD_PROXY),
		OPTION(SMTPD_RECIPIENTS),
		OPTION(SMTPD_RELAY_CHECK),
		OPTION(SMTPD_MAX_SESSIONS),
		OPTION(SMTPD_LINE_MAX),
		OPTION(SMTPD_REPLY_BUF),
		OPTION(SMTPD_HELO_MAX),
		OPTION(SMTPD_DATA_CHUNK),
		OPTION(SMTPD_PEERS),
		OPTION(SMTPD_SCRAM_EXCHANGES),
	};

	if (i >= sizeof options / sizeof *options)
		return NULL;
	*value = options[i].value;
	return options[i].name;
}
