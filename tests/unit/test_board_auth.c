/*
 * test_board_auth.c - boards/common/auth.c: AUTH in slices, under the engine
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The clock goes on 5 ms with each step of PBKDF2, so that a slice is one
 * step.
 *
 * tests: link port/wolfssl wolfssl lwip
 * tests: sources boards/common/auth.c boards/common/verifier.c
 * tests: sources boards/common/text.c boards/common/board_base64.c
 * tests: wrap smtpd_port_pbkdf2_start smtpd_port_pbkdf2_step
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth.h"
#include "board_base64.h"
#include "smtpd_port.h"

#define ITERATIONS 100
#define STEP_MS    5
#define DELAY_MS   700

/* ---- the port ---- */

struct smtpd_conn {
	struct smtpd_session *session;
	char out[8192];
	size_t read;
	bool closed;
};

static uint32_t now_ms;
static unsigned wakes, starts, no_pbkdf2;
static uint32_t iterated;

uint32_t smtpd_port_now_ms(void)
{
	return now_ms;
}

int64_t smtpd_port_wall_s(void)
{
	return 0;
}

void smtpd_port_peer(const struct smtpd_conn *c, struct smtpd_peer *peer)
{
	(void)c;
	memset(peer, 0, sizeof *peer);
}

void smtpd_port_wake(struct smtpd_conn *c)
{
	(void)c;
}

int smtpd_port_tls_reserve(struct smtpd_conn *c)
{
	(void)c;
	return SMTPD_ENONE;
}

void smtpd_port_tls_start(struct smtpd_conn *c)
{
	(void)c;
}

void smtpd_port_tls_adopt(struct smtpd_conn *c)
{
	(void)c;
}

void smtpd_port_close(struct smtpd_conn *c, enum smtpd_close how)
{
	(void)how;
	c->closed = true;
	c->session = NULL;
}

void smtpd_port_log(
	enum smtpd_event e, const struct smtpd_session *s, unsigned code)
{
	(void)e, (void)s, (void)code;
}

int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	memset(buf, 7, len);
	return 0;
}

int __real_smtpd_port_pbkdf2_start(struct smtpd_pbkdf2 *, const void *, size_t,
	const void *, size_t, uint32_t);
int __real_smtpd_port_pbkdf2_step(struct smtpd_pbkdf2 *, uint32_t);

int __wrap_smtpd_port_pbkdf2_start(struct smtpd_pbkdf2 *p, const void *password,
	size_t password_len, const void *salt, size_t salt_len,
	uint32_t iterations)
{
	starts++;
	iterated = 1;
	if (no_pbkdf2 == 1)
		return SMTPD_ENONE;
	return __real_smtpd_port_pbkdf2_start(
		p, password, password_len, salt, salt_len, iterations);
}

int __wrap_smtpd_port_pbkdf2_step(struct smtpd_pbkdf2 *p, uint32_t count)
{
	now_ms += STEP_MS;
	iterated += count < p->left ? count : p->left;
	if (no_pbkdf2 == 2)
		return SMTPD_ENONE;
	return __real_smtpd_port_pbkdf2_step(p, count);
}

/* ---- the users ---- */

static struct board_verifier known[2];
static unsigned known_count;

static bool find(struct smtpd_str user, struct board_verifier *v)
{
	for (unsigned i = 0; i < known_count; i++)
		if (known[i].user_len == user.len &&
			!memcmp(known[i].user, user.s, user.len)) {
			*v = known[i];
			return true;
		}
	return false;
}

static bool like(struct board_verifier *v)
{
	if (known_count)
		*v = known[0];
	return known_count != 0;
}

static const struct board_auth_users users = {
	.find = find, .like = like, .delay_ms = DELAY_MS};

void board_auth_wake(void)
{
	wakes++;
}

static void know(const char *user, const char *password)
{
	struct board_verifier *v = &known[known_count++];

	v->user_len = (uint8_t)strlen(user);
	memcpy(v->user, user, v->user_len);
	v->salt_len = 16;
	memset(v->salt, (int)known_count, 16);
	v->iterations = ITERATIONS;
	assert_int_equal(smtpd_port_pbkdf2(password, strlen(password), v->salt,
				 16, ITERATIONS, v->key),
		0);
}

/* ---- the sink, and clients ---- */

static enum smtpd_verdict on_data(
	struct smtpd_session *s, const uint8_t *p, size_t len)
{
	(void)s, (void)p, (void)len;
	return SMTPD_ACCEPT;
}

static enum smtpd_verdict on_end(struct smtpd_session *s, uint16_t rcpt)
{
	(void)s, (void)rcpt;
	return SMTPD_ACCEPT;
}

static void on_closed(struct smtpd_session *s, enum smtpd_end why, bool un)
{
	struct smtpd_info info;

	(void)why, (void)un;
	smtpd_session_info(s, &info);
	board_auth_closed(info.index);
	assert_string_equal(board_auth_user(info.index), "");
}

static const struct smtpd_sink sink = {.auth = board_auth,
	.data = on_data,
	.end = on_end,
	.closed = on_closed};
static struct smtpd_limits limits;
static const struct smtpd_listener listener = {.sink = &sink,
	.limits = &limits,
	.host_name = "mx.example",
	.flags = SMTPD_LISTEN_AUTH | SMTPD_LISTEN_AUTH_CLEAR};

static void take(struct smtpd_conn *c)
{
	size_t len, have = strlen(c->out);
	const uint8_t *p;

	while (c->session) {
		p = smtpd_session_output(c->session, &len);
		if (!len)
			break;
		assert_true(have + len < sizeof c->out);
		memcpy(c->out + have, p, len);
		have += len;
		c->out[have] = '\0';
		smtpd_session_output_ack(c->session, len);
	}
}

static void send_text(struct smtpd_conn *c, const char *text)
{
	size_t len = strlen(text), n;
	uint8_t *exact = malloc(len + 1);
	uint8_t *p = exact;

	memcpy(exact, text, len);
	do {
		n = c->session ? smtpd_session_input(c->session, p, len) : len;
		p += n;
		len -= n;
		take(c);
	} while (n && len);
	smtpd_wipe(exact, strlen(text));
	free(exact);
	assert_int_equal(len, 0);
}

/* The replies since the last call. */
static const char *replies(struct smtpd_conn *c)
{
	const char *s = c->out + c->read;

	if (c->session)
		smtpd_session_input(c->session, NULL, 0);
	take(c);
	c->read = strlen(c->out);
	return s;
}

static void connect_to(struct smtpd_conn *c)
{
	const char *refusal;

	memset(c, 0, sizeof *c);
	c->session = smtpd_session_open(&listener, c, &refusal);
	assert_non_null(c->session);
	take(c);
	send_text(c, "EHLO a\r\n");
	replies(c);
}

static void ask(struct smtpd_conn *c, const char *user, const char *password)
{
	uint8_t message[512] = {0};
	char line[1024];
	struct board_text t;
	size_t u = strlen(user), p = strlen(password);

	memcpy(message + 1, user, u);
	memcpy(message + 2 + u, password, p);
	board_text_start(&t, line, sizeof line);
	board_text_str(&t, "AUTH PLAIN ");
	board_base64_encode(&t, message, 2 + u + p);
	board_text_str(&t, "\r\n");
	send_text(c, line);
	smtpd_wipe(message, sizeof message);
	smtpd_wipe(line, sizeof line);
	assert_string_equal(replies(c), "");
}

/* Poll until there is nothing to compute; returns how often. */
static unsigned compute(void)
{
	unsigned turns = 1;

	while (board_auth_poll() == 0)
		turns++;
	return turns;
}

static void expect(struct smtpd_conn *c, const char *start)
{
	const char *got = replies(c);

	if (strncmp(got, start, strlen(start)) != 0)
		fail_msg("expected %s, got \"%s\"", start, got);
}

static unsigned index_of(struct smtpd_conn *c)
{
	struct smtpd_info info;

	smtpd_session_info(c->session, &info);
	return info.index;
}

static void leave(struct smtpd_conn *c)
{
	if (c->session)
		smtpd_session_lost(c->session, SMTPD_END_PEER, 0);
	c->session = NULL;
}

static struct smtpd_conn a, b;

static int begin(void **state)
{
	(void)state;
	known_count = 0;
	know("alice", "secret-of-alice");
	know("bob", "secret-of-bob-which-is-longer-than-a-block-of-SHA-256-"
		    "and-so-is-hashed-first");
	board_auth_open(&users);
	limits = smtpd_limits_default;
	now_ms = UINT32_MAX - 100; /* wraps soon */
	wakes = starts = no_pbkdf2 = 0;
	connect_to(&a);
	connect_to(&b);
	return 0;
}

static int end(void **state)
{
	(void)state;
	leave(&a);
	leave(&b);
	assert_int_equal(smtpd_session_count(), 0);
	assert_int_equal(board_auth_poll(), -1);
	return 0;
}

/* ---- tests ---- */

static void right_password(void **state)
{
	(void)state;
	ask(&a, "alice", "secret-of-alice");
	assert_int_equal(wakes, 1);
	assert_string_equal(board_auth_user(index_of(&a)), "");
	assert_int_equal(compute(), (ITERATIONS - 1 + 15) / 16);
	expect(&a, "235 ");
	assert_string_equal(board_auth_user(index_of(&a)), "alice");
	assert_string_equal(board_auth_user(index_of(&b)), "");
	assert_int_equal(iterated, ITERATIONS);
	assert_int_equal(board_auth_poll(), -1);
}

static void long_password(void **state)
{
	(void)state;
	ask(&a, "bob",
		"secret-of-bob-which-is-longer-than-a-block-of-SHA-256-"
		"and-so-is-hashed-first");
	compute();
	expect(&a, "235 ");
	assert_string_equal(board_auth_user(index_of(&a)), "bob");
	ask(&b, "bob",
		"secret-of-bob-which-is-longer-than-a-block-of-SHA-256-"
		"and-so-is-hashed-firsT");
	compute();
	now_ms += DELAY_MS;
	compute();
	expect(&b, "535 ");
}

/* The same with LOGIN. */
static void log_in(struct smtpd_conn *c, const char *user, const char *password)
{
	const char *const said[] = {user, password};
	char line[1024];
	struct board_text t;

	send_text(c, "AUTH LOGIN\r\n");
	for (unsigned i = 0; i < 2; i++) {
		assert_memory_equal(replies(c), "334 ", 4);
		board_text_start(&t, line, sizeof line);
		board_base64_encode(
			&t, (const uint8_t *)said[i], strlen(said[i]));
		board_text_str(&t, "\r\n");
		send_text(c, line);
	}
	assert_string_equal(replies(c), "");
}

/* Refused after the delay, and not before. */
static void refused_late(struct smtpd_conn *c)
{
	compute();
	assert_string_equal(replies(c), "");
	assert_int_equal(board_auth_poll(), DELAY_MS);
	now_ms += DELAY_MS - 1;
	assert_int_equal(board_auth_poll(), 1);
	assert_string_equal(replies(c), "");
	now_ms += 1;
	assert_int_equal(board_auth_poll(), -1);
	expect(c, "535 5.7.8 ");
	assert_string_equal(board_auth_user(index_of(c)), "");
}

static void refused(
	struct smtpd_conn *c, const char *user, const char *password)
{
	ask(c, user, password);
	refused_late(c);
}

static void wrong_password(void **state)
{
	(void)state;
	refused(&a, "alice", "secret-of-alicf");
	refused(&a, "alice", "secret-of-alice ");
	ask(&a, "alice", "secret-of-alice");
	compute();
	expect(&a, "235 ");
}

static void unknown_user_costs_as_much(void **state)
{
	(void)state;
	limits.auth_fail_max = 10;
	refused(&a, "mallory", "secret-of-alice");
	assert_int_equal(iterated, ITERATIONS);
	refused(&a, "alic", "secret-of-alice");
	assert_int_equal(iterated, ITERATIONS);
	refused(&a,
		"alice-with-a-name-longer-than-any-that-a-users-file-can-have-"
		"so-nobody",
		"secret-of-alice");
	assert_int_equal(iterated, ITERATIONS);
	log_in(&a, "mallory", "secret-of-alice");
	refused_late(&a);
	assert_int_equal(iterated, ITERATIONS);
	log_in(&a, "alice", "wrong");
	refused_late(&a);
	assert_int_equal(iterated, ITERATIONS);
	known_count = 0;
	refused(&a, "alice", "secret-of-alice");
	board_auth_open(NULL);
	ask(&a, "alice", "secret-of-alice");
	compute();
	expect(&a, "535 ");
}

static void others_go_on_meanwhile(void **state)
{
	unsigned turns = 0;

	(void)state;
	ask(&a, "alice", "secret-of-alice");
	while (board_auth_poll() == 0) {
		send_text(&b, "NOOP\r\n");
		expect(&b, "250 ");
		turns++;
	}
	assert_int_equal(turns, (ITERATIONS - 1) / 16);
	expect(&a, "235 ");
}

static void two_at_once(void **state)
{
	(void)state;
	ask(&a, "alice", "secret-of-alice");
	board_auth_poll();
	ask(&b, "alice", "wrong");
	assert_int_equal(starts, 1);
	compute();
	assert_int_equal(starts, 2);
	expect(&a, "235 ");
	assert_string_equal(replies(&b), "");
	now_ms += DELAY_MS;
	board_auth_poll();
	expect(&b, "535 ");
}

/* An answer that is due is given while another one computes. */
static void refusal_does_not_wait(void **state)
{
	(void)state;
	ask(&a, "alice", "wrong");
	compute();
	now_ms += DELAY_MS;
	ask(&b, "alice", "secret-of-alice");
	assert_int_equal(board_auth_poll(), 0);
	expect(&a, "535 ");
	compute();
	expect(&b, "235 ");
}

static void client_leaves_meanwhile(void **state)
{
	struct smtpd_conn c;

	(void)state;
	ask(&a, "alice", "secret-of-alice");
	ask(&b, "alice", "secret-of-alice");
	board_auth_poll();
	leave(&a); /* that runs */
	leave(&b); /* that waits */
	assert_int_equal(board_auth_poll(), -1);
	assert_int_equal(starts, 1);
	/* whoever gets the slot next has nothing of it */
	connect_to(&c);
	refused(&c, "alice", "wrong");
	leave(&c);
}

static void leaves_while_the_refusal_waits(void **state)
{
	(void)state;
	ask(&a, "alice", "wrong");
	compute();
	leave(&a);
	assert_int_equal(board_auth_poll(), -1);
	connect_to(&a);
	now_ms += DELAY_MS;
	board_auth_poll();
	assert_string_equal(replies(&a), "");
}

/* The engine gave up waiting: our answer comes too late for it. */
static void deadline_passes(void **state)
{
	(void)state;
	limits.verdict_ms = 1000;
	ask(&a, "alice", "secret-of-alice");
	board_auth_poll();
	now_ms += 2000;
	smtpd_tick();
	expect(&a, "4");
	compute();
	if (a.session)
		assert_string_equal(board_auth_user(index_of(&a)), "");
	assert_string_equal(replies(&a), "");
}

/* The third failure closes the session, inside our verdict. */
static void last_failure_closes(void **state)
{
	(void)state;
	limits.auth_fail_max = 2;
	refused(&a, "alice", "wrong");
	ask(&a, "alice", "wrong");
	compute();
	now_ms += DELAY_MS;
	compute();
	expect(&a, "421 ");
	assert_true(a.closed);
}

static void without_pbkdf2(void **state)
{
	(void)state;
	for (no_pbkdf2 = 1; no_pbkdf2 <= 2; no_pbkdf2++) {
		ask(&a, "alice", "secret-of-alice");
		compute();
		expect(&a, "454 4.7.0 ");
		assert_string_equal(board_auth_user(index_of(&a)), "");
	}
	no_pbkdf2 = 0;
	ask(&a, "alice", "secret-of-alice");
	compute();
	expect(&a, "235 ");
}

extern char __bss_start[], _end[];

/* Is this in the program's own memory? ASan's zones between the objects are
 * read as well. */
__attribute__((no_sanitize("address"))) static bool in_memory(const char *s)
{
	size_t len = strlen(s), i;
	const char *p;

	for (p = __bss_start; p < _end - len; p++) {
		for (i = 0; i < len && p[i] == s[i];)
			i++;
		if (i == len)
			return true;
	}
	return false;
}

static void passwords_are_wiped(void **state)
{
	(void)state;
	ask(&a, "alice", "secret-of-alice");
	ask(&b, "alice", "another-secret");
	assert_true(in_memory("secret-of-alice"));
	assert_true(in_memory("another-secret"));
	compute();
	now_ms += DELAY_MS;
	compute();
	expect(&a, "235 ");
	expect(&b, "535 ");
	assert_false(in_memory("secret-of-alice"));
	assert_false(in_memory("another-secret"));
	ask(&b, "alice", "a-secret-of-one-who-leaves");
	assert_true(in_memory("a-secret-of-one-who-leaves"));
	leave(&b);
	assert_false(in_memory("a-secret-of-one-who-leaves"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(right_password),
		TEST(long_password),
		TEST(wrong_password),
		TEST(unknown_user_costs_as_much),
		TEST(others_go_on_meanwhile),
		TEST(two_at_once),
		TEST(refusal_does_not_wait),
		TEST(client_leaves_meanwhile),
		TEST(leaves_while_the_refusal_waits),
		TEST(deadline_passes),
		TEST(last_failure_closes),
		TEST(without_pbkdf2),
		TEST(passwords_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
