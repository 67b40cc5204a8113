/*
 * auth.c - AUTH against stored verifiers, a slice of PBKDF2 at a time
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "auth.h"
#include "smtpd_port.h"

#define BLOCK     64 /* octets of a block of SHA-256 */
#define STEP      16 /* iterations between two looks at the clock */
#define STEPS_MAX 1024
#define NONE      UINT32_MAX

enum state {
	IDLE,
	WAITING, /* for the computation before it */
	RUNNING,
	REFUSED, /* the answer is due at due_ms */
};

/* Of each session. user is who has authenticated only while state is IDLE. */
struct slot {
	smtpd_ref ref;
	uint32_t due_ms;
	uint8_t state;
	uint8_t user_len;
	uint8_t password_len;
	char user[BOARD_USER_MAX + 1];
	/* HMAC's key: the password, or its hash when it is longer */
	uint8_t password[BLOCK];
};

/* The computation under way: that of slots[running]. */
static struct {
	struct smtpd_pbkdf2 pbkdf2;
	struct board_verifier v;
	bool known;
} job;

static struct slot slots[SMTPD_MAX_SESSIONS];
static uint32_t running = NONE;
static uint32_t last; /* the slot that was served last */
static const struct board_auth_users *users;

/* ---- a slot ---- */

static void forget_password(struct slot *s)
{
	smtpd_wipe(s->password, sizeof s->password);
	s->password_len = 0;
}

static void stop(void)
{
	smtpd_wipe(&job, sizeof job);
	running = NONE;
}

static void clear(struct slot *s)
{
	if (running == (uint32_t)(s - slots))
		stop();
	smtpd_wipe(s, sizeof *s);
}

/* RFC 2104 2: a key longer than a block is hashed first. */
static int keep_password(struct slot *s, struct smtpd_str password)
{
	struct smtpd_hash h;
	int ret;

	if (password.len <= sizeof s->password) {
		memcpy(s->password, password.s, password.len);
		s->password_len = (uint8_t)password.len;
		return 0;
	}
	ret = smtpd_port_hash_start(&h);
	if (!ret)
		ret = smtpd_port_hash_update(&h, password.s, password.len);
	if (!ret)
		ret = smtpd_port_hash_finish(&h, s->password);
	s->password_len = 32;
	return ret;
}

/* A name too long for any verifier stays empty, which no user is. */
static void keep_user(struct slot *s, struct smtpd_str user)
{
	if (user.len > BOARD_USER_MAX)
		return;
	memcpy(s->user, user.s, user.len);
	s->user_len = (uint8_t)user.len;
}

/* ---- the computation ---- */

/* Nobody knows the password of this one. */
static void stand_in(struct board_verifier *v)
{
	if (users && users->like(v))
		return;
	v->salt_len = BOARD_SALT_LEN;
	memset(v->salt, 0, BOARD_SALT_LEN);
	v->iterations = 1;
}

static int start(struct slot *s)
{
	struct smtpd_str user = {s->user, s->user_len};
	struct board_verifier *v = &job.v;
	int ret;

	job.known = users && s->user_len && users->find(user, v);
	if (!job.known)
		stand_in(v);
	ret = smtpd_port_pbkdf2_start(&job.pbkdf2, s->password, s->password_len,
		v->salt, v->salt_len, v->iterations);
	forget_password(s);
	s->state = RUNNING;
	running = last = (uint32_t)(s - slots);
	return ret;
}

static void verdict(struct slot *s, enum smtpd_verdict answer, unsigned code,
	const char *enhanced, const char *text)
{
	smtpd_ref ref = s->ref;

	s->ref = 0;
	s->state = IDLE;
	if (answer != SMTPD_ACCEPT)
		clear(s);
	/* the session may be over when this returns */
	if (smtpd_session_verdict(ref, answer, code, enhanced, text) != 0)
		clear(s);
}

static void unavailable(struct slot *s)
{
	stop();
	verdict(s, SMTPD_REJECT, 454, "4.7.0",
		"Temporary authentication failure");
}

static void refuse_late(struct slot *s)
{
	s->state = REFUSED;
	s->due_ms = smtpd_port_now_ms() + (users ? users->delay_ms : 0);
}

static void finish(struct slot *s)
{
	bool right = board_verifier_match(&job.v, job.pbkdf2.key) && job.known;

	stop();
	if (right)
		verdict(s, SMTPD_ACCEPT, 0, NULL, NULL);
	else
		refuse_late(s);
}

/* Iterate until the slice is over, or the key is there. */
static int slice(void)
{
	uint32_t start_ms = smtpd_port_now_ms();
	unsigned steps = 0;
	int ret = 0;

	while (!ret && job.pbkdf2.left && steps++ < STEPS_MAX &&
		smtpd_port_now_ms() - start_ms < BOARD_AUTH_SLICE_MS)
		ret = smtpd_port_pbkdf2_step(&job.pbkdf2, STEP);
	return ret;
}

static void compute(void)
{
	struct slot *s = &slots[running];

	if (slice() != 0)
		unavailable(s);
	else if (!job.pbkdf2.left)
		finish(s);
}

/* The next in turn, so that nobody waits for ever. */
static struct slot *next_waiting(void)
{
	uint32_t i, at = last;

	for (i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		at = at + 1 == SMTPD_MAX_SESSIONS ? 0 : at + 1;
		if (slots[at].state == WAITING)
			return &slots[at];
	}
	return NULL;
}

/* ---- the board's calls ---- */

void board_auth_open(const struct board_auth_users *u)
{
	users = u;
}

#if SMTPD_AUTH_EXTERNAL
static bool is_owner(const struct smtpd_auth *auth, struct smtpd_str *user)
{
	return auth->proof == SMTPD_PROOF_CERTIFICATE && users &&
	       users->certificate &&
	       users->certificate(auth->peer, auth->authcid, user);
}
#else
#define is_owner(auth, user) ((void)(user), false)
#endif

#if SMTPD_AUTH_MORE
/* It is proven, or not. */
static enum smtpd_verdict judge(struct smtpd_session *session, struct slot *s,
	const struct smtpd_auth *auth)
{
	struct smtpd_str user = auth->authcid;

	if (auth->proof == SMTPD_PROOF_RIGHT || is_owner(auth, &user)) {
		keep_user(s, user);
		return SMTPD_ACCEPT;
	}
	s->ref = smtpd_session_ref(session);
	refuse_late(s);
	board_auth_wake();
	return SMTPD_LATER;
}
#endif

#if SMTPD_SCRAM
enum smtpd_verdict board_auth_scram(struct smtpd_session *session,
	const struct smtpd_str *authcid, struct smtpd_scram_keys *keys)
{
	struct board_verifier v;
	bool known = users && users->find(*authcid, &v);
	int ret;

	if (!known) {
		memset(&v, 0, sizeof v);
		stand_in(&v);
	}
	ret = board_verifier_keys(&v, keys);
	smtpd_wipe(&v, sizeof v);
	if (ret)
		smtpd_session_reply(session, 454, "4.7.0",
			"Temporary authentication failure");
	return known && !ret ? SMTPD_ACCEPT : SMTPD_REJECT;
}
#endif

enum smtpd_verdict board_auth(
	struct smtpd_session *session, const struct smtpd_auth *auth)
{
	struct smtpd_info info;
	struct slot *s;

	smtpd_session_info(session, &info);
	s = &slots[info.index];
	clear(s);
	if (auth->unchecked) { /* noted, and nobody's word taken for it */
		keep_user(s, auth->authcid);
		return SMTPD_ACCEPT;
	}
#if SMTPD_AUTH_MORE
	if (auth->proof != SMTPD_PROOF_PASSWORD)
		return judge(session, s, auth);
#endif
	if (keep_password(s, auth->password) != 0) {
		clear(s);
		smtpd_session_reply(session, 454, "4.7.0",
			"Temporary authentication failure");
		return SMTPD_REJECT;
	}
	keep_user(s, auth->authcid);
	s->ref = smtpd_session_ref(session);
	s->state = WAITING;
	board_auth_wake();
	return SMTPD_LATER;
}

/* Refuse what is due. Returns ms until the next one is, or -1. */
static int32_t refuse_due(void)
{
	uint32_t now_ms = smtpd_port_now_ms();
	int32_t left, next = -1;
	unsigned i;

	for (i = 0; i < SMTPD_MAX_SESSIONS; i++) {
		if (slots[i].state != REFUSED)
			continue;
		left = (int32_t)(slots[i].due_ms - now_ms);
		if (left <= 0)
			verdict(&slots[i], SMTPD_REJECT, 0, NULL, NULL);
		else if (next < 0 || left < next)
			next = left;
	}
	return next;
}

int32_t board_auth_poll(void)
{
	struct slot *s = running == NONE ? next_waiting() : NULL;
	int32_t next;

	if (s && start(s) != 0)
		unavailable(s);
	if (running != NONE)
		compute();
	next = refuse_due();
	return running != NONE || next_waiting() ? 0 : next;
}

const char *board_auth_user(unsigned index)
{
	return slots[index].state == IDLE ? slots[index].user : "";
}

void board_auth_closed(unsigned index)
{
	clear(&slots[index]);
}
