/*
 * cases.h - what the cases share
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef CASES_H
#define CASES_H

#include "smtpd_lwip_config.h"
#include "world.h"

#define CONNS (SMTPD_MAX_SESSIONS + SMTPD_LWIP_CLOSING)

#define ENVELOPE                                                               \
	"EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT "                   \
	"TO:<c@d.example>\r\n"
#define BODY "Subject: x\r\n\r\nhello\r\n.\r\n"

extern struct client one;
extern struct client many[CONNS + 8];
extern const char *why; /* the first thing that was wrong */

/* Note what when it is the first that is not ok. Returns ok. */
bool check(bool ok, const char *what);

#define CHECK(x) check(x, #x)

/* ---- octets.c ---- */

void plain_session(void);
void one_octet_a_segment(void);
void case_053_one_write_for_a_batch(void);
void big_message(void);
void case_097_slow_sink(void);
void case_097_octets_wait_together(void);
void case_057_replies_unread(void);
void case_145_window_of_100(void);
void case_145_window_of_1(void);
void case_145_zero_window_reopens(void);
void case_145_zero_window_stays(void);

/* ---- ends.c ---- */

void case_144_fin_behind_the_dot(void);
void case_144_fin_behind_the_dot_late_verdict(void);
void case_144_fin_inside_the_message(void);
void case_056_octets_behind_quit(void);
void case_056_much_behind_quit(void);
void client_never_closes(void);
void case_143_half_open_peer(void);
void case_142_rst_at_every_frame(void);
void case_142_rst_while_a_verdict_is_late(void);
void case_142_silence_from_every_frame(void);
void case_098_lost_before_250_arrives(void);
void case_098_lost_after_250_arrived(void);
void case_099_lost_in_the_message(void);

/* ---- many.c ---- */

void case_158_verdict_from_the_main_loop(void);
void case_158_verdict_inside_another_session(void);
void case_149_more_clients_than_slots(void);
void case_149_refused_clients_stay(void);
void case_149_no_slot_at_all(void);
void case_151_too_many_of_one_peer(void);
void case_149_syn_flood(void);
void case_148_bad_options(void);
void case_160_gone_from_the_backlog(void);
void case_160_gone_when_accepted(void);
void case_154_accept_without_pcb(void);
void port_used_again(void);
void port_used_again_with_an_old_number(void);
void time_wait_survives_a_wild_rst(void);
void case_157_shutdown(void);

/* ---- faults.c ---- */

void case_152_each_call_fails_once(void);
void case_152_some_calls_fail(void);
void case_153_all_calls_fail_for_a_while(void);
void case_156_clock_wraps(void);
void case_103_clock_stands_long(void);
void listen_errors(void);
void listen_again(void);
void isn_cannot_be_guessed(void);

/* ---- proxy_cases.c ---- */

void list_proxies(const char *block);
void proxy_line_then_session(void);
void proxy_line_octet_by_octet(void);
void proxy_line_twice(void);
void proxy_header_missing(void);
void proxy_header_late(void);
void proxy_header_cut_off(void);
void proxy_header_from_others(void);
void proxy_peer_sessions(void);
void proxy_slots_wait(void);

/* ---- tls_cases.c ---- */

void tls_starttls(void);
void proxy_line_then_tls(void);
void tls_from_the_first_octet(void);
void case_065_octets_behind_starttls(void);
void case_066_hello_behind_starttls(void);
void case_069_no_slot(void);
void case_069_no_slot_tls_first(void);
void case_069_no_certificate(void);
void case_069_certificate_vanishes(void);
void case_071_stalled_handshake(void);
void case_013_clear_text_on_the_tls_port(void);
void case_079_truncated(void);
void case_144_tls_bye_behind_the_dot(void);
void case_097_tls_slow_sink(void);
void tls_client_never_closes(void);
void case_056_much_behind_quit_in_tls(void);
void case_036_limit_passed_in_tls(void);
void record_held_by_a_slow_sink(void);
void record_buffer_is_shared(void);
void record_held_by_a_dead_peer(void);
void record_is_read_without_pool(void);
void case_142_tls_rst_at_every_frame(void);
void case_142_tls_first_rst_at_every_frame(void);
void case_142_tls_silence_from_every_frame(void);
void case_152_tls_each_call_fails_once(void);
void case_153_tls_all_calls_fail_for_a_while(void);

#endif
