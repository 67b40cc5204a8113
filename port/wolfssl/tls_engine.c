/*
 * tls_engine.c - TLS connections over memory; see tls_engine.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include <wolfssl/error-ssl.h>

#include "smtpd_port.h"
#include "tls_internal.h"

static struct smtpd_tls pool[SMTPD_TLS_SLOTS_ALL];
static uint16_t in_use;
static uint16_t reserved_count;
static uint16_t taken_high;
#if SMTPD_TLS_OTHER_SLOTS
static uint16_t others, others_high; /* in use, beside these */
#endif
static uint32_t slot_high;

int smtpd_tls_slot(const struct smtpd_tls *t)
{
	return (int)(t - pool);
}

/* ---- take, open, close ---- */

static void note_lowest(void)
{
	if (in_use + reserved_count > taken_high)
		taken_high = (uint16_t)(in_use + reserved_count);
}

static unsigned free_count(void)
{
	return (unsigned)SMTPD_TLS_SLOTS - in_use - reserved_count;
}

/* see tls_engine.h */
int smtpd_tls_reserve(void)
{
	if (smtpd_tls_check_entropy() != SMTPD_TLS_OK)
		return SMTPD_ENONE;
	if (!free_count())
		return SMTPD_EBUSY;
	reserved_count++;
	note_lowest();
	return 0;
}

/* see tls_engine.h */
void smtpd_tls_unreserve(void)
{
	if (reserved_count)
		reserved_count--;
}

/* left: how many of its kind are free. */
static int take(
	struct smtpd_tls_config *c, unsigned left, struct smtpd_tls **tls)
{
	struct smtpd_tls *t = pool;

	*tls = NULL;
	if (!c || c->freed || smtpd_tls_check_entropy() != SMTPD_TLS_OK)
		return SMTPD_ENONE;
	if (!left)
		return SMTPD_EBUSY;
	while (t->state != TLS_FREE)
		t++;
	memset(t, 0, sizeof *t);
	t->state = TLS_TAKEN;
	t->config = c;
	t->generation = c->current;
	smtpd_tls_generation(t)->refs++;
	smtpd_tls_arena(smtpd_tls_slot(t))->high = 0;
	*tls = t;
	return 0;
}

/* see tls_engine.h */
int smtpd_tls_take(
	struct smtpd_tls_config *c, bool reserved, struct smtpd_tls **tls)
{
	int err = take(c, reserved ? reserved_count : free_count(), tls);

	if (err)
		return err;
	if (reserved)
		reserved_count--;
	in_use++;
	note_lowest();
	return 0;
}

#if SMTPD_TLS_OTHER_SLOTS
/* see tls_engine.h */
int smtpd_tls_take_other(struct smtpd_tls_config *c, struct smtpd_tls **tls)
{
	int err = take(c, SMTPD_TLS_OTHER_SLOTS - others, tls);

	if (err)
		return err;
	(*tls)->other = true;
	if (++others > others_high)
		others_high = others;
	return 0;
}
#endif

/* The slot is not this one's any more. */
static void count_down(const struct smtpd_tls *t)
{
#if SMTPD_TLS_OTHER_SLOTS
	if (t->other) {
		others--;
		return;
	}
#endif
	(void)t;
	in_use--;
}

int smtpd_tls_scratch(void)
{
	int i;

	for (i = 0; i < SMTPD_TLS_SLOTS_ALL; i++)
		if (pool[i].state == TLS_FREE)
			return i;
	return SMTPD_TLS_GLOBAL;
}

struct smtpd_tls *smtpd_tls_selected(void)
{
	int slot = smtpd_tls_select(SMTPD_TLS_GLOBAL);

	smtpd_tls_select(slot);
	return slot == SMTPD_TLS_GLOBAL ? NULL : &pool[slot];
}

static enum smtpd_tls_reason set_host(struct smtpd_tls *t, const char *host)
{
#if SMTPD_TLS_CLIENT
	size_t len = strlen(host);

	if (len > 255)
		return SMTPD_TLS_INTERNAL;
	if (wolfSSL_UseSNI(t->ssl, WOLFSSL_SNI_HOST_NAME, host,
		    (unsigned short)len) != WOLFSSL_SUCCESS ||
		wolfSSL_check_domain_name(t->ssl, host) != WOLFSSL_SUCCESS)
		return SMTPD_TLS_NO_MEMORY;
	return SMTPD_TLS_OK;
#else
	(void)t;
	(void)host;
	return SMTPD_TLS_INTERNAL;
#endif
}

static enum smtpd_tls_reason make_ssl(struct smtpd_tls *t, const char *host)
{
	t->ssl = wolfSSL_new(smtpd_tls_generation(t)->ctx);
	if (!t->ssl)
		return SMTPD_TLS_NO_MEMORY;
	wolfSSL_SetIOReadCtx(t->ssl, t);
	wolfSSL_SetIOWriteCtx(t->ssl, t);
#if SMTPD_TLS_BINDING
	wolfSSL_KeepArrays(t->ssl);
#endif
	return host && t->config->client ? set_host(t, host) : SMTPD_TLS_OK;
}

static void free_ssl(struct smtpd_tls *t)
{
	int before = smtpd_tls_select(smtpd_tls_slot(t));

	if (t->ssl)
		wolfSSL_free(t->ssl);
	t->ssl = NULL;
	smtpd_tls_select(before);
}

/* see tls_engine.h */
enum smtpd_tls_reason smtpd_tls_open(struct smtpd_tls *t,
	const struct smtpd_tls_io *io, void *arg, const char *host)
{
	enum smtpd_tls_reason r;
	int before = smtpd_tls_select(smtpd_tls_slot(t));

	t->io = io;
	t->arg = arg;
	r = make_ssl(t, host);
	smtpd_tls_select(before);
	if (r != SMTPD_TLS_OK)
		free_ssl(t);
	else
		t->state = TLS_HANDSHAKE;
	return r;
}

/* Give back all memory of the slot, and with it a lent record buffer. */
static void free_memory(struct smtpd_tls *t)
{
	struct smtpd_arena *a = smtpd_tls_arena(smtpd_tls_slot(t));

	free_ssl(t);
	if (t->held)
		smtpd_arena_free(a, t->held);
	t->held = NULL;
	t->held_len = 0;
	t->held_at = 0;
#if SMTPD_TLS_CLIENT_CERT
	if (t->peer)
		smtpd_arena_free(a, t->peer);
	t->peer = NULL;
#endif
	if (a->high > slot_high)
		slot_high = a->high;
	smtpd_tls_memory_release(smtpd_tls_slot(t));
}

/* see tls_engine.h */
void smtpd_tls_close(struct smtpd_tls *t)
{
	if (!t || t->state == TLS_FREE)
		return;
	smtpd_tls_look_away(t);
	free_memory(t);
	smtpd_tls_config_unref(t);
	count_down(t);
	smtpd_wipe(t, sizeof *t);
}

/* ---- the handshake ---- */

enum smtpd_tls_result smtpd_tls_fail(
	struct smtpd_tls *t, enum smtpd_tls_reason reason)
{
	if (!t->reason)
		t->reason = (uint8_t)reason;
	if (t->state == TLS_HANDSHAKE)
		smtpd_tls_alert(t);
	t->state = TLS_FAILED;
	return SMTPD_TLS_FAILED;
}

static bool peer_alerted(struct smtpd_tls *t)
{
	WOLFSSL_ALERT_HISTORY h;

	memset(&h, 0, sizeof h);
	wolfSSL_get_alert_history(t->ssl, &h);
	if (h.last_rx.level != alert_fatal)
		return false;
	t->alert = (uint8_t)h.last_rx.code;
	return true;
}

/* wolfSSL stopped with ret: wait, or fail. */
static enum smtpd_tls_result stopped(struct smtpd_tls *t, int ret)
{
	int error = wolfSSL_get_error(t->ssl, ret);

	if (error == WOLFSSL_ERROR_WANT_READ &&
		smtpd_tls_waits(smtpd_tls_slot(t)))
		return SMTPD_TLS_WAITING;
	if (error == WOLFSSL_ERROR_WANT_READ ||
		error == WOLFSSL_ERROR_WANT_WRITE)
		return SMTPD_TLS_AGAIN;
	if (peer_alerted(t))
		return smtpd_tls_fail(t, SMTPD_TLS_PEER_ALERT);
	return smtpd_tls_fail(t, smtpd_tls_classify(error));
}

/* see tls_engine.h */
enum smtpd_tls_result smtpd_tls_handshake(struct smtpd_tls *t)
{
	enum smtpd_tls_result result;
	int before;
	int ret;

	if (t->state == TLS_OPEN)
		return SMTPD_TLS_DONE;
	if (t->state != TLS_HANDSHAKE)
		return smtpd_tls_fail(t, SMTPD_TLS_INTERNAL);
	before = smtpd_tls_select(smtpd_tls_slot(t));
	ret = wolfSSL_negotiate(t->ssl);
	smtpd_tls_forget_chain(t);
	if (ret != WOLFSSL_SUCCESS) {
		result = stopped(t, ret);
	} else if (!smtpd_tls_fill_info(t)) {
		result = smtpd_tls_fail(t, SMTPD_TLS_INTERNAL);
	} else {
		t->state = TLS_OPEN;
		t->records = 0;
		t->fresh = false;
#if SMTPD_TLS_BINDING
		smtpd_tls_bind(t);
#endif
		result = SMTPD_TLS_DONE;
	}
	smtpd_tls_select(before);
	return result;
}

/* ---- plaintext ---- */

/* A record brought data: it pays for itself and for one without. */
static void account(struct smtpd_tls *t)
{
	if (!t->fresh)
		return;
	t->fresh = false;
	t->records = (uint16_t)(t->records > 2 ? t->records - 2 : 0);
}

static int read_stopped(struct smtpd_tls *t, int ret)
{
	int error = wolfSSL_get_error(t->ssl, ret);

	if (error == WOLFSSL_ERROR_ZERO_RETURN) {
		t->input_end = true;
		return SMTPD_TLS_CLOSED;
	}
	if (error == SOCKET_PEER_CLOSED_E && t->eof && !t->reason) {
		t->input_end = true;
		t->truncated = true;
		return SMTPD_TLS_TRUNCATED;
	}
	return stopped(t, ret);
}

/* see tls_engine.h */
int smtpd_tls_read(struct smtpd_tls *t, uint8_t *buf, size_t len)
{
	int before;
	int ret;

	if (t->input_end)
		return t->truncated ? SMTPD_TLS_TRUNCATED : SMTPD_TLS_CLOSED;
	if (t->state != TLS_OPEN && t->state != TLS_SHUT)
		return smtpd_tls_fail(t, SMTPD_TLS_INTERNAL);
	/* a peer that makes us answer and does not read stalls itself */
	if (smtpd_tls_flush(t))
		return SMTPD_TLS_AGAIN;
	before = smtpd_tls_select(smtpd_tls_slot(t));
	ret = wolfSSL_read(t->ssl, buf, (int)(len > 65535 ? 65535 : len));
	if (ret > 0)
		account(t);
	else
		ret = read_stopped(t, ret);
	smtpd_tls_select(before);
	return ret;
}

/* see tls_engine.h */
size_t smtpd_tls_pending(const struct smtpd_tls *t)
{
	return t->ssl ? (size_t)wolfSSL_pending(t->ssl) : 0;
}

/* Header, explicit nonce of TLS 1.2, content type of 1.3, tag. */
#define RECORD_OVERHEAD (RECORD_HEADER + 8u + 1u + 16u)

/* see tls_engine.h */
size_t smtpd_tls_overhead(struct smtpd_tls *t, size_t len)
{
	int fragment = t->ssl ? wolfSSL_GetMaxOutputSize(t->ssl) : 0;

	if (fragment <= 0)
		fragment = 256; /* the least a peer can ask for, RFC 6066 4 */
	return (len / (size_t)fragment + 1) * RECORD_OVERHEAD;
}

/* wolfSSL's buffer for the record, with some room to spare for its own. */
#define RECORD_SLACK 128u

/* see tls_engine.h */
enum smtpd_tls_result smtpd_tls_write(
	struct smtpd_tls *t, const uint8_t *p, size_t len)
{
	int before;
	int ret;

	if (t->state != TLS_OPEN)
		return t->state == TLS_SHUT
			       ? SMTPD_TLS_FAILED
			       : smtpd_tls_fail(t, SMTPD_TLS_INTERNAL);
	if (!len || len > SMTPD_TLS_WRITE_MAX || smtpd_tls_flush(t))
		return SMTPD_TLS_AGAIN;
	if (!smtpd_arena_fits(
		    smtpd_tls_arena(smtpd_tls_slot(t)), len + RECORD_SLACK))
		return SMTPD_TLS_AGAIN;
	before = smtpd_tls_select(smtpd_tls_slot(t));
	ret = wolfSSL_write(t->ssl, p, (int)len);
	if (ret != (int)len)
		smtpd_tls_fail(
			t, smtpd_tls_classify(wolfSSL_get_error(t->ssl, ret)));
	smtpd_tls_select(before);
	return ret == (int)len ? SMTPD_TLS_DONE : SMTPD_TLS_FAILED;
}

/* see tls_engine.h */
enum smtpd_tls_result smtpd_tls_shutdown(struct smtpd_tls *t)
{
	int before;

	if (t->state == TLS_SHUT)
		return smtpd_tls_flush(t) ? SMTPD_TLS_AGAIN : SMTPD_TLS_DONE;
	if (t->state != TLS_OPEN)
		return SMTPD_TLS_FAILED;
	before = smtpd_tls_select(smtpd_tls_slot(t));
	wolfSSL_shutdown(t->ssl);
	t->state = TLS_SHUT;
	smtpd_tls_select(before);
	return smtpd_tls_flush(t) ? SMTPD_TLS_AGAIN : SMTPD_TLS_DONE;
}

/* see tls_engine.h */
void smtpd_tls_eof(struct smtpd_tls *t)
{
	t->eof = true;
}

/* ---- what is known ---- */

/* see tls_engine.h */
uint32_t smtpd_tls_slot_used(const struct smtpd_tls *t, uint32_t *high)
{
	const struct smtpd_arena *a = smtpd_tls_arena(smtpd_tls_slot(t));

	if (high)
		*high = a->high;
	return a->used;
}

/* see tls_engine.h */
void smtpd_tls_get_gauges(struct smtpd_tls_gauges *g)
{
	const struct smtpd_arena *global = smtpd_tls_arena(SMTPD_TLS_GLOBAL);
	unsigned high;

	g->slots_free = (uint16_t)free_count();
	g->slots_low = (uint16_t)(SMTPD_TLS_SLOTS - taken_high);
#if SMTPD_TLS_OTHER_SLOTS
	g->others = others;
	g->others_high = others_high;
#endif
	g->records_lent = (uint16_t)smtpd_tls_lent_count(&high);
	g->records_high = (uint16_t)high;
	g->global_used = global->used;
	g->global_high = global->high;
	g->slot_high = slot_high;
	g->leaks = smtpd_tls_leaks();
}

/* ---- record buffers: who waits, who holds ---- */

/* see tls_engine.h */
bool smtpd_tls_waiting(const struct smtpd_tls *t)
{
	return smtpd_tls_waits(smtpd_tls_slot(t));
}

/* A slot that waited was lent a record buffer: its connection goes on. */
void smtpd_tls_lent(int slot)
{
	struct smtpd_tls *t = &pool[slot];

	if (t->io)
		t->io->wake(t->arg);
}

/* see tls_engine.h */
void smtpd_tls_tick(void)
{
	uint32_t now = smtpd_port_now_ms();
	int slot;

	(void)smtpd_tls_uptime_s();
	while ((slot = smtpd_tls_overdue(now)) >= 0) {
		struct smtpd_tls *t = &pool[slot];

		if (smtpd_tls_pending(t)) {
			/* whole: who reads it is slow, not the peer */
			smtpd_tls_renew(slot, now);
			continue;
		}
		smtpd_tls_fail(t, SMTPD_TLS_HELD_RECORD);
		free_memory(t);
		if (t->io)
			t->io->wake(t->arg);
	}
}
