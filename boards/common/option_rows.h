/*
 * option_rows.h - every option there is, once: name, range, default, meaning
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Included inside the initializer of a table of struct board_setting, by
 * boards/linux/options.c and boards/common/firmware/settings.c; read as text
 * by boards/common/provision. Who includes it defines
 *
 *   BOARD_LINUX, BOARD_FIRMWARE             1 or 0: rows that only one has
 *   BOARD_SINKS                             1 or 0: there is a sinks/
 *   FLAG COUNT BYTES TIME WORDS LIST FILES  a row of each type
 *   RULES                                   as LIST, a line each
 *   CHOICE PROFILE MECHANISMS               the same
 *   PORT_SMTP PORT_SUBMISSION PORT_SMTPS    defaults that differ
 *   TOLERANT STRICT                         all bits of a profile, none
 *
 * FLAG(group, name, member, default, help), the same for WORDS, LIST and
 * FILES; COUNT(group, name, member, least, most, default, help), the same for
 * BYTES and TIME; CHOICE(group, name, member, default, words, help), where the
 * default is the number of a word; PROFILE and MECHANISMS as FLAG. Least and
 * most are numbers, DAY_MS or UINT32_MAX. FILES are files of the host, which
 * provision reads itself.
 */
/* clang-format off */
#if BOARD_LINUX
WORDS("Network", "net", net, "user",
	"user: inside this process (libslirp), no root needed; tap or "
	"tap:NAME: an address of its own on that TAP device"),
WORDS(SAME, "inet_interfaces", interfaces, "loopback-only",
	"net user: addresses of this machine to listen on: loopback-only, "
	"all, or a comma list"),
#endif
COUNT(SAME, "smtp_port", policy.smtp_port, 0, 65535, PORT_SMTP,
	"SMTP with STARTTLS; 0 = off"),
COUNT(SAME, "submission_port", policy.submission_port,
	0, 65535, PORT_SUBMISSION,
	"submission: STARTTLS and AUTH required; 0 = off"),
COUNT(SAME, "smtps_port", policy.smtps_port, 0, 65535, PORT_SMTPS,
	"TLS from the first octet; 0 = off"),
COUNT(SAME, "lmtp_port", policy.lmtp_port, 0, 65535, 0,
	"LMTP; 0 = off"),
WORDS(SAME, "ip", ip, "",
	"net tap: static address ADDR/LEN instead of DHCP"),
WORDS(SAME, "gateway", gateway, "",
	"net tap: IPv4 router that goes with ip; it is asked for names as "
	"well"),
COUNT(SAME, "mtu", mtu, 576, 1500, 1500,
	"net tap: octets of an IP packet; IPv6 needs 1280"),
TIME(SAME, "dhcp_timeout", dhcp_ms, 100, DAY_MS, 10000,
	"net tap: go on without an IPv4 address after this wait"),
#if BOARD_FIRMWARE
FLAG(SAME, "ipv6", ipv6, 1,
	"IPv6 with SLAAC and a link-local address, where it is built in"),
WORDS(SAME, "mdns_name", mdns_name, "lwsmtpd",
	"NAME.local on the link, and the name in DHCP; empty = no mDNS"),
#endif

WORDS("Mail", "myhostname", host_name, "",
	"our name in the greeting and in Received:; empty = this machine's"),
LIST(SAME, "sink", sinks, "",
	"where messages go: inbox, log, maildir:DIR, mqtt, null; not given: "
	"log, with a page inbox too, with mqtt_server mqtt too; repeat it or "
	"give a comma list, all of them must take a message"),
#if BOARD_SINKS
LIST(SAME, "sink_best_effort", sink_best_effort, "",
	"of these a failure is said, and refuses nothing: names as in sink, "
	"with or without what follows their colon"),
LIST(SAME, "sink_route", sink_routes, "",
	"which sinks take a message: CONDITION... > SINK...; a condition is "
	"listener:, peer:, user:, from:, to: or subject: and words with | "
	"between, in quotes where they have spaces; repeat it: the first "
	"decides whose conditions all hold, and where none does all sinks take "
	"it"),
#endif
#if SMTPD_ALERT && BOARD_SINKS
RULES(SAME, "alert_rules", alert_rules, "",
	"what to pick from mails for an alert, before what is known of "
	"brands: CONDITION... SETTING...; a condition is from~, subject~, "
	"text~ or brand~ and words with | between, a setting brand=, device=, "
	"channel=, event= or state= and a word, or text: and the words that "
	"it stands behind; repeat it or put ; between rules"),
#endif
#if SMTPD_ALERT && BOARD_SINKS
WORDS(SAME, "alert_charset", alert_charset, "",
	"charset of mails that name none and are not in UTF-8: iso-8859-1, "
	"iso-8859-15, windows-1252, or gbk where it is built in; empty = none, "
	"and what is not UTF-8 is shown as U+FFFD"),
#endif
#if SMTPD_RELAY_CHECK
FLAG(SAME, "sink_relays", policy.relays, 0,
	"a sink hands messages on to others: every port is tried at the start, "
	"and none is opened that would take mail from anybody for anybody; "
	"smtp_profile is strict unless it is given"),
#endif
#if BOARD_FIRMWARE
BYTES(SAME, "sink_message_max", sink_message_max, 0, UINT32_MAX, 0,
	"octets that sink log can take; a longer message is refused with 452; "
	"0 = no limit"),
#endif
#if SMTPD_RECIPIENTS
LIST(SAME, "mydestination", mydestination, "",
	"domains to take mail for, literals such as [192.0.2.1] included; "
	"with this or local_recipients all other recipients are refused, "
	"without either none is"),
LIST(SAME, "local_recipients", local_recipients, "",
	"addresses to take mail for, and no others: alerts@example.org, or "
	"alerts at each of mydestination; postmaster is one always"),
WORDS(SAME, "recipient_delimiter", recipient_delimiter, "+",
	"alerts+camera7 is alerts as well; empty = it is not"),
#endif
#if !SMTPD_FIXED_LIMITS
BYTES(SAME, "message_size_limit", limits.message_max,
	0, UINT32_MAX, SMTPD_MESSAGE_MAX,
	"octets of a message; 0 = no limit"),
COUNT(SAME, "smtpd_recipient_limit", limits.rcpt_max, 1, 65535, SMTPD_RCPT_MAX,
	"recipients of a message"),
BYTES(SAME, "line_length_limit", limits.text_line_max,
	0, 65535, SMTPD_TEXT_LINE_MAX,
	"octets of a text line with CRLF; 0 = no limit"),
COUNT(SAME, "smtpd_session_message_limit", limits.mail_max,
	0, 65535, SMTPD_MAIL_MAX,
	"messages in a session; 0 = no limit"),
#endif

PROFILE("Devices", "smtp_profile", policy.smtp_profile, TOLERANT,
	"what smtp_port forgives: strict, tolerant, or such a word and then "
	"+NAME or -NAME of single things, with commas between"),
PROFILE(SAME, "submission_profile", policy.submission_profile, STRICT,
	"the same of submission_port"),
PROFILE(SAME, "smtps_profile", policy.smtps_profile, STRICT,
	"the same of smtps_port"),
PROFILE(SAME, "lmtp_profile", policy.lmtp_profile, STRICT,
	"the same of lmtp_port"),

#if SMTPD_PROXY
LIST("Proxies in front", "smtp_proxy", proxies[BOARD_SMTP], "",
	"addresses and blocks (10.0.0.0/8) of proxies that speak for others: "
	"each connection from there to smtp_port must begin with a header of "
	"the PROXY protocol, version 1 or 2, and counts as the client's that "
	"it announces; empty = none"),
LIST(SAME, "submission_proxy", proxies[BOARD_SUBMISSION], "",
	"the same of submission_port"),
LIST(SAME, "smtps_proxy", proxies[BOARD_SMTPS], "",
	"the same of smtps_port; TLS begins behind the header"),
LIST(SAME, "lmtp_proxy", proxies[BOARD_LMTP], "",
	"the same of lmtp_port"),
#endif

FLAG("TLS", "smtpd_use_tls", policy.use_tls, 1,
	"offer STARTTLS and open smtps_port"),
FLAG(SAME, "smtpd_enforce_tls", policy.enforce_tls, 0,
	"no mail without TLS on smtp_port either"),
#if BOARD_LINUX
FILES(SAME, "smtpd_tls_cert_file", cert_file, "",
	"certificate in PEM, its chain behind it; empty = a self-signed "
	"one made in state_dir"),
FILES(SAME, "smtpd_tls_key_file", key_file, "",
	"its private key in PEM; empty = in smtpd_tls_cert_file"),
#endif
#if BOARD_LINUX || SMTPD_TLS_CLIENT_CERT
CHOICE(SAME, "smtp_client_cert", client_cert[BOARD_SMTP],
	0, "off,ask,require",
	"certificates of clients on smtp_port: ask: none is fine, a bad one is "
	"refused; require: no mail without a good one, nor without TLS"),
CHOICE(SAME, "submission_client_cert", client_cert[BOARD_SUBMISSION],
	0, "off,ask,require",
	"the same on submission_port"),
CHOICE(SAME, "smtps_client_cert", client_cert[BOARD_SMTPS],
	0, "off,ask,require",
	"the same on smtps_port"),
CHOICE(SAME, "lmtp_client_cert", client_cert[BOARD_LMTP],
	0, "off,ask,require",
	"the same on lmtp_port"),
#endif
#if BOARD_LINUX
#if SMTPD_TLS_LEGACY
CHOICE(SAME, "smtp_tls_oldest", tls_oldest[BOARD_SMTP],
	0, "1.2,1.1,1.0",
	"oldest version of TLS on smtp_port; 1.1 and 1.0 are broken, and for "
	"devices that know no other"),
CHOICE(SAME, "submission_tls_oldest", tls_oldest[BOARD_SUBMISSION],
	0, "1.2,1.1,1.0",
	"the same on submission_port"),
CHOICE(SAME, "smtps_tls_oldest", tls_oldest[BOARD_SMTPS],
	0, "1.2,1.1,1.0",
	"the same on smtps_port"),
CHOICE(SAME, "lmtp_tls_oldest", tls_oldest[BOARD_LMTP],
	0, "1.2,1.1,1.0",
	"the same on lmtp_port"),
#endif
FILES(SAME, "tls_client_ca", client_ca, "",
	"authorities in PEM whose clients' certificates are good"),
#endif
#if BOARD_LINUX || SMTPD_TLS_CLIENT_CERT
CHOICE(SAME, "tls_clock_unset", clock_unset, 0, "refuse,ignore-dates",
	"clients' certificates while the clock is not set: refuse them, or "
	"take them whatever their dates"),
#endif

FLAG("AUTH", "smtpd_sasl_auth_enable", policy.auth_enable, 1,
	"offer AUTH"),
FLAG(SAME, "smtpd_tls_auth_only", policy.tls_auth_only, 1,
	"AUTH under TLS only; no = also in clear text"),
FLAG(SAME, "smtps_auth_required", policy.smtps_auth, 0,
	"no mail without AUTH on smtps_port either"),
CHOICE(SAME, "smtp_auth", policy.smtp_auth, 0, "auto,off,any,check",
	"AUTH on smtp_port: off; any: whatever user and password, also in "
	"clear text, for devices that insist on having some; check: users "
	"only; auto: any if smtp_profile forgives anything, else check"),
#if SMTPD_AUTH_CHOICE
MECHANISMS(SAME, "smtp_auth_mechanisms", policy.mechanisms[BOARD_SMTP],
	SMTPD_MECH_ALL,
	"what smtp_port offers, and takes, of PLAIN, LOGIN, SCRAM-SHA-256, "
	"SCRAM-SHA-256-PLUS and EXTERNAL: their names, or all and then -NAME, "
	"with commas between; none = AUTH is not offered"),
MECHANISMS(SAME, "submission_auth_mechanisms",
	policy.mechanisms[BOARD_SUBMISSION], SMTPD_MECH_ALL,
	"the same of submission_port; none = it is not opened"),
MECHANISMS(SAME, "smtps_auth_mechanisms", policy.mechanisms[BOARD_SMTPS],
	SMTPD_MECH_ALL,
	"the same of smtps_port"),
MECHANISMS(SAME, "lmtp_auth_mechanisms", policy.mechanisms[BOARD_LMTP],
	SMTPD_MECH_ALL,
	"the same of lmtp_port"),
#endif
#if BOARD_LINUX
FILES(SAME, "users_file", users_file, "",
	"lines of user:hash from --hash-password; empty = state_dir/users, "
	"made with one user on the first run"),
#endif
#if SMTPD_AUTH_EXTERNAL
FLAG(SAME, "smtpd_sasl_external", policy.external, 0,
	"EXTERNAL: who has shown a certificate may log in as the user whose "
	"line in users_file has it"),
#endif
#if !SMTPD_FIXED_LIMITS
BYTES(SAME, "smtpd_sasl_response_limit", limits.auth_line_max,
	512, 65535, SMTPD_AUTH_LINE_MAX,
	"octets of an AUTH line with CRLF"),
COUNT(SAME, "smtpd_auth_failure_limit", limits.auth_fail_max,
	1, 255, SMTPD_AUTH_FAIL_MAX,
	"failed AUTHs before a session is closed"),
#endif
TIME(SAME, "smtpd_auth_failure_delay", auth_delay_ms, 0, 60000, 1000,
	"wait before a failed AUTH is answered"),

#if SMTPD_ACCESS
LIST("Who gets in", "allow", allow, "",
	"who may connect: ADDRESS/LENGTH or ADDRESS, IPv4 or IPv6; "
	"PORT=ADDRESS/LENGTH for one of smtp, submission, smtps, lmtp; repeat "
	"it or give a comma list. Where anybody is allowed nobody else is"),
LIST(SAME, "deny", deny, "",
	"who may not, in the same way; the longest prefix of both lists "
	"decides, of two alike this one"),
#endif
#if SMTPD_EARLY_TALKER
TIME("Before the greeting", "smtp_greet_delay",
	policy.greet_delay_ms[BOARD_SMTP],
	0, 60000, 0,
	"hold the greeting of smtp_port back for so long; who speaks before it "
	"is refused with 554, as many a bot does, unless smtp_profile forgives "
	"early-talker; 0 = off"),
TIME(SAME, "submission_greet_delay", policy.greet_delay_ms[BOARD_SUBMISSION],
	0, 60000, 0,
	"the same of submission_port"),
TIME(SAME, "smtps_greet_delay", policy.greet_delay_ms[BOARD_SMTPS],
	0, 60000, 0,
	"the same of smtps_port, inside TLS"),
TIME(SAME, "lmtp_greet_delay", policy.greet_delay_ms[BOARD_LMTP],
	0, 60000, 0,
	"the same of lmtp_port"),
#endif
#if SMTPD_RATES && !SMTPD_FIXED_LIMITS
COUNT("Rates of a peer", "smtpd_client_connection_rate_limit",
	limits.session_rate,
	0, 6000, SMTPD_SESSION_RATE,
	"sessions of one address (of one /64 with IPv6) in a minute; 0 = no "
	"limit"),
COUNT(SAME, "smtpd_client_message_rate_limit", limits.message_rate,
	0, 6000, SMTPD_MESSAGE_RATE,
	"messages in a minute; 0 = no limit"),
BYTES(SAME, "smtpd_client_octet_rate_limit", limits.octet_rate,
	0, UINT32_MAX, SMTPD_OCTET_RATE,
	"octets of messages in a minute; 0 = no limit"),
#endif
#if SMTPD_AUTH_DELAY && !SMTPD_FIXED_LIMITS
TIME("Growing delay of AUTH", "smtpd_auth_penalty", limits.auth_delay_ms,
	0, 60000, SMTPD_AUTH_DELAY_MS,
	"wait before the next AUTH of an address is looked at once one has "
	"failed, twice as long after each further one; 0 = off, and the "
	"default with net user, where all local clients have one address"),
TIME(SAME, "smtpd_auth_penalty_max", limits.auth_delay_max_ms,
	1000, 3600000, SMTPD_AUTH_DELAY_MAX_MS,
	"the longest of these waits; a device that waits for less cannot log "
	"in while somebody at its address keeps failing"),
#endif

#if !SMTPD_FIXED_LIMITS
COUNT("Limits against misuse", "smtpd_client_connection_count_limit",
	limits.peer_sessions,
	0, 65535, SMTPD_PEER_SESSIONS,
	"sessions from one address (from one /64 with IPv6); 0 = no limit, and "
	"the default with net user, where all local clients have one address"),
COUNT(SAME, "smtpd_hard_error_limit", limits.error_max, 1, 255, SMTPD_ERROR_MAX,
	"refused commands before a session is closed"),
COUNT(SAME, "smtpd_junk_command_limit", limits.idle_command_max,
	1, 255, SMTPD_IDLE_COMMAND_MAX,
	"commands that bring no message nearer, before a session is closed"),
COUNT(SAME, "smtpd_min_data_rate", limits.min_rate, 0, 65535, SMTPD_MIN_RATE,
	"octets of a message a second, below which a session is closed; 0 "
	"= off"),
TIME(SAME, "smtpd_timeout", limits.command_ms, 1000, DAY_MS, SMTPD_COMMAND_MS,
	"wait for a command"),
TIME(SAME, "smtpd_data_timeout", limits.data_ms, 1000, DAY_MS, SMTPD_DATA_MS,
	"wait for octets of a message"),
TIME(SAME, "smtpd_starttls_timeout", limits.tls_ms, 1000, DAY_MS, SMTPD_TLS_MS,
	"wait for the TLS handshake"),
TIME(SAME, "smtpd_greet_wait", limits.greet_ms, 0, 10000, SMTPD_GREET_MS,
	"hold the greeting back for a client that may speak TLS from the first "
	"octet, where tls-first is forgiven; 0 = off"),
TIME(SAME, "smtpd_verdict_timeout", limits.verdict_ms,
	1000, DAY_MS, SMTPD_VERDICT_MS,
	"wait for a sink"),
TIME(SAME, "smtpd_write_timeout", limits.write_ms, 1000, DAY_MS, SMTPD_WRITE_MS,
	"wait for a client that does not read"),
TIME(SAME, "smtpd_stress_timeout", limits.stress_ms,
	1000, DAY_MS, SMTPD_STRESS_MS,
	"wait for commands and octets while few sessions are free"),
#endif

#if SMTPD_MQTT
WORDS("MQTT", "mqtt_server", mqtt_server, "",
	"name or address of the broker, for sink mqtt"),
COUNT(SAME, "mqtt_port", mqtt_port, 0, 65535, 0,
	"its port; 0 = 1883, with mqtt_tls 8883"),
FLAG(SAME, "mqtt_tls", mqtt_tls, 0,
	"TLS to the broker"),
#if BOARD_LINUX
FILES(SAME, "mqtt_tls_ca", mqtt_tls_ca, "",
	"authorities in PEM whose certificate the broker must have; empty = "
	"any certificate will do, which protects against eavesdroppers only"),
#endif
WORDS(SAME, "mqtt_tls_name", mqtt_tls_name, "",
	"name in its certificate, with mqtt_tls_ca; empty = mqtt_server"),
WORDS(SAME, "mqtt_user", mqtt_user, "",
	"user to log in as; empty = none"),
WORDS(SAME, "mqtt_password", mqtt_password, "",
	"its password; on a command line everybody on this machine reads it"),
WORDS(SAME, "mqtt_client_id", mqtt_client_id, "lwsmtpd",
	"our name there, of no other client; availability is retained on "
	"lwsmtpd/NAME/status"),
WORDS(SAME, "mqtt_topic", mqtt_topic, "lwsmtpd/{device}/{channel}",
	"topic of an alert, with {device} {channel} {user} {peer} {listener} "
	"{brand} {event} {from} {to}; its picture is on that topic and "
	"/picture"),
WORDS(SAME, "mqtt_discovery", mqtt_discovery, "homeassistant",
	"prefix of Home Assistant's discovery: devices appear there by "
	"themselves; empty = off"),
FLAG(SAME, "mqtt_early", mqtt_early, 0,
	"publish what the header block of a mail says as soon as it is over, "
	"on the topic and /early: also of mails that are refused or lost then"),
TIME(SAME, "mqtt_reset", mqtt_reset_ms, 0, DAY_MS, 60000,
	"publish the end of an alert that its device has not ended after so "
	"long; 0 = never"),
CHOICE(SAME, "mqtt_mode", mqtt_mode, 0, "wait,ring",
	"wait: 250 when the broker has acknowledged; ring: at once, and it is "
	"published when the broker is there, unless we stop before"),
TIME(SAME, "mqtt_timeout", mqtt_timeout_ms, 100, 14000, 12000,
	"wait for the broker, then 451"),
#endif

#if SMTPD_PAGE
#if BOARD_LINUX
FLAG("Page", "page", page, 0,
	"the web page, with a password that is made on the first run, kept in "
	"state_dir/page and shown once, where page_password gives none"),
#endif
COUNT(SAME, "page_port", page_port, 0, 65535, 8025,
	"the web page; 0 = off"),
WORDS(SAME, "page_password", page_password, "",
	"what a browser must give, with any user name; better in the file than "
	"on the command line, which all users see; empty = no page unless "
	"page = yes"),
CHOICE(SAME, "page_tls", page_tls, 0, "auto,yes,no",
	"HTTPS, with the certificate of mail; auto: wherever more than this "
	"machine could read the page, which on a board is everywhere; no: "
	"HTTP, with password and mail in clear text"),
#endif
#if BOARD_LINUX
WORDS("The program", "state_dir", state_dir, "",
	"certificate, users and page's password made on the first run; empty = "
	"$XDG_STATE_HOME/lwsmtpd or ~/.local/state/lwsmtpd"),
TIME(SAME, "shutdown_timeout", shutdown_ms, 0, DAY_MS, 10000,
	"after SIGTERM, wait for messages whose end is in"),
#endif
FLAG(SAME, "quiet", quiet, 0,
	"only errors and the ready line on stderr"),
FLAG(SAME, "verbose", verbose, 0,
	"each connection on stderr"),
#if BOARD_FIRMWARE
COUNT(SAME, "clock_ms", clock_ms, 0, UINT32_MAX, 0,
	"where the millisecond clock starts; for tests of its wrap"),
#endif
	/* clang-format on */
