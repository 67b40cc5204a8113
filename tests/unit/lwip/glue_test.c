/*
 * glue_test.c - port/lwip with the real lwIP and the real engine
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Built by ../test_lwip_glue for several profiles. After each case all pools,
 * slots and sessions are back where they were.
 */
#include "cases.h"

#include <stdio.h>
#include <string.h>

struct client one;
struct client many[CONNS + 8];
const char *why;

bool check(bool ok, const char *what)
{
	if (!ok && !why)
		why = what;
	return ok;
}

#define CASE(name)                                                             \
	{                                                                      \
#name, name                                                    \
	}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	CASE(plain_session),
	CASE(one_octet_a_segment),
	CASE(case_053_one_write_for_a_batch),
	CASE(big_message),
	CASE(case_097_slow_sink),
	CASE(case_097_octets_wait_together),
	CASE(case_057_replies_unread),
	CASE(case_145_window_of_100),
	CASE(case_145_window_of_1),
	CASE(case_145_zero_window_reopens),
	CASE(case_145_zero_window_stays),
	CASE(case_144_fin_behind_the_dot),
	CASE(case_144_fin_behind_the_dot_late_verdict),
	CASE(case_144_fin_inside_the_message),
	CASE(case_056_octets_behind_quit),
	CASE(case_056_much_behind_quit),
	CASE(client_never_closes),
	CASE(case_143_half_open_peer),
	CASE(case_142_rst_at_every_frame),
	CASE(case_142_rst_while_a_verdict_is_late),
	CASE(case_142_silence_from_every_frame),
	CASE(case_098_lost_before_250_arrives),
	CASE(case_098_lost_after_250_arrived),
	CASE(case_099_lost_in_the_message),
	CASE(case_158_verdict_from_the_main_loop),
	CASE(case_158_verdict_inside_another_session),
	CASE(case_149_more_clients_than_slots),
	CASE(case_149_refused_clients_stay),
	CASE(case_149_no_slot_at_all),
	CASE(case_151_too_many_of_one_peer),
	CASE(case_149_syn_flood),
	CASE(case_148_bad_options),
	CASE(case_160_gone_from_the_backlog),
	CASE(case_160_gone_when_accepted),
	CASE(case_154_accept_without_pcb),
	CASE(port_used_again),
	CASE(port_used_again_with_an_old_number),
	CASE(time_wait_survives_a_wild_rst),
	CASE(case_152_each_call_fails_once),
	CASE(case_152_some_calls_fail),
	CASE(case_153_all_calls_fail_for_a_while),
	CASE(case_156_clock_wraps),
	CASE(case_103_clock_stands_long),
	CASE(listen_errors),
	CASE(listen_again),
	CASE(isn_cannot_be_guessed),
#if SMTPD_PROXY
	CASE(proxy_line_then_session),
	CASE(proxy_line_octet_by_octet),
	CASE(proxy_line_twice),
	CASE(proxy_header_missing),
	CASE(proxy_header_late),
	CASE(proxy_header_cut_off),
	CASE(proxy_header_from_others),
	CASE(proxy_peer_sessions),
	CASE(proxy_slots_wait),
#endif
#if SMTPD_TLS && SMTPD_PROXY
	CASE(proxy_line_then_tls),
#endif
#if SMTPD_TLS
	CASE(tls_starttls),
	CASE(tls_from_the_first_octet),
	CASE(case_065_octets_behind_starttls),
	CASE(case_066_hello_behind_starttls),
	CASE(case_069_no_slot),
	CASE(case_069_no_slot_tls_first),
	CASE(case_069_no_certificate),
	CASE(case_069_certificate_vanishes),
	CASE(case_071_stalled_handshake),
	CASE(case_013_clear_text_on_the_tls_port),
	CASE(case_079_truncated),
	CASE(case_144_tls_bye_behind_the_dot),
	CASE(case_097_tls_slow_sink),
	CASE(tls_client_never_closes),
	CASE(case_056_much_behind_quit_in_tls),
	CASE(case_036_limit_passed_in_tls),
	CASE(record_held_by_a_slow_sink),
	CASE(record_buffer_is_shared),
	CASE(record_held_by_a_dead_peer),
	CASE(record_is_read_without_pool),
	CASE(case_142_tls_rst_at_every_frame),
	CASE(case_142_tls_first_rst_at_every_frame),
	CASE(case_142_tls_silence_from_every_frame),
	CASE(case_152_tls_each_call_fails_once),
	CASE(case_153_tls_all_calls_fail_for_a_while),
#endif
	CASE(case_157_shutdown),
};

/* glue_test PROFILE [CASE] */
int main(int argc, char **argv)
{
	unsigned i, failed = 0;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *wrong;

		if (argc > 2 && !strstr(cases[i].name, argv[2]))
			continue;
		why = NULL;
		world_start();
		cases[i].run();
		wrong = world_end();
		check(!wrong, wrong);
		printf(why ? "not ok %s_%s: %s\n" : "ok %s_%s\n", cases[i].name,
			argc > 1 ? argv[1] : "", why);
		fflush(stdout);
		failed += why != NULL;
	}
	return failed != 0;
}
