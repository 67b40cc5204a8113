/*
 * mqtt_store.c - the messages that wait for the broker
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include <string.h>

#include "lwip/sys.h"

#include "mqtt_store.h"
#include "smtpd.h"

#if SMTPD_MQTT

enum { FREE, QUEUED, SENT };

struct slot {
	board_mqtt_done_fn done;
	uintptr_t arg;
	const uint8_t *payload;
	uint32_t serial; /* in order of arrival; never 0 */
	uint32_t due_ms; /* with `timed` */
	uint16_t len;
	uint8_t state, losses;
	bool timed, retain;
	/* the topic, with NUL, and the payload unless it is kept outside */
	uint8_t octets[SMTPD_MQTT_MESSAGE_MAX];
};

static struct slot mqtt_slots[SMTPD_MQTT_MESSAGES];
static uint32_t last_serial;
static struct board_mqtt_stats counts;

#define FOR_EACH(s)                                                            \
	for ((s) = mqtt_slots; (s) < mqtt_slots + SMTPD_MQTT_MESSAGES; (s)++)

static struct slot *oldest(uint8_t state)
{
	struct slot *s, *found = NULL;

	FOR_EACH(s)
	if (s->state == state &&
		(!found || (int32_t)(s->serial - found->serial) < 0))
		found = s;
	return found;
}

static void release(struct slot *s)
{
	s->state = FREE;
	counts.waiting--;
}

static void end(struct slot *s, enum board_mqtt_end why)
{
	board_mqtt_done_fn done = s->done;
	uintptr_t arg = s->arg;

	if (why == BOARD_MQTT_DONE)
		counts.published++;
	else
		counts.lost++;
	release(s);
	if (done)
		done(arg, why);
}

/* ---- in ---- */

/* see mqtt_client.h */
bool board_mqtt_fits(size_t topic_len, size_t len)
{
	/* type, length, topic's length, packet identifier; never the last
	 * octet: lwIP takes a ring that is full for one that is empty */
	return topic_len && topic_len + len + 1 + 3 + 2 + 2 < SMTPD_MQTT_RING;
}

static bool room_for(const struct board_mqtt_message *m, size_t topic_len)
{
	size_t need = topic_len + 1 + (m->kept ? 0 : m->len);

	return m->len < SMTPD_MQTT_RING && topic_len < SMTPD_MQTT_RING &&
	       need <= SMTPD_MQTT_MESSAGE_MAX &&
	       board_mqtt_fits(topic_len, m->len);
}

static void fill(
	struct slot *s, const struct board_mqtt_message *m, size_t topic_len)
{
	memcpy(s->octets, m->topic, topic_len + 1);
	s->payload = m->payload;
	if (!m->kept) {
		s->payload = s->octets + topic_len + 1;
		if (m->len)
			memcpy(s->octets + topic_len + 1, m->payload, m->len);
	}
	s->len = (uint16_t)m->len;
	s->done = m->done;
	s->arg = m->arg;
	s->retain = m->retain;
	s->timed = m->done && m->wait_ms;
	s->due_ms = sys_now() + m->wait_ms;
	s->losses = 0;
	s->serial = ++last_serial ? last_serial : ++last_serial;
	s->state = QUEUED;
}

/* see mqtt_store.h */
int board_mqtt_store_put(const struct board_mqtt_message *m)
{
	size_t topic_len = strlen(m->topic);
	struct slot *s;

	if (!room_for(m, topic_len))
		return SMTPD_EINVAL;
	FOR_EACH(s)
	if (s->state == FREE)
		break;
	if (s == mqtt_slots + SMTPD_MQTT_MESSAGES)
		return SMTPD_ENONE;
	fill(s, m, topic_len);
	counts.waiting++;
	if (counts.waiting > counts.most)
		counts.most = counts.waiting;
	return 0;
}

/* see mqtt_client.h */
void board_mqtt_forget(uintptr_t arg)
{
	struct slot *s;

	FOR_EACH(s)
	if (s->state != FREE && s->done && s->arg == arg)
		release(s);
}

/* ---- out ---- */

/* A message that has cost a connection goes alone, so that the next loss is
 * put down to the right one. */
static bool must_wait(const struct slot *next)
{
	const struct slot *s;

	FOR_EACH(s)
	if (s->state == SENT && (s->losses || next->losses))
		return true;
	return false;
}

/* lwIP's own check lets the ring become full. */
static bool ring_has_room(const struct mqtt_client_s *c, const struct slot *s)
{
	uint32_t used =
		(uint32_t)c->output.put + SMTPD_MQTT_RING - c->output.get;

	used %= SMTPD_MQTT_RING;
	return board_mqtt_fits(strlen((const char *)s->octets) + used, s->len);
}

/* see mqtt_store.h */
bool board_mqtt_store_pump(struct mqtt_client_s *c, mqtt_request_cb_t acked)
{
	struct slot *s;

	while ((s = oldest(QUEUED)) && !must_wait(s)) {
		if (!ring_has_room(c, s))
			return true;
		if (mqtt_publish(c, (const char *)s->octets, s->payload, s->len,
			    1, s->retain, acked,
			    (void *)(uintptr_t)s->serial) != ERR_OK)
			return true;
		s->state = SENT;
	}
	return false;
}

/* see mqtt_store.h */
uint32_t board_mqtt_store_unacked(void)
{
	const struct slot *s;
	uint32_t octets = 0;

	FOR_EACH(s)
	if (s->state == SENT)
		octets += s->len;
	return octets;
}

/* see mqtt_store.h */
void board_mqtt_store_acked(void *arg)
{
	struct slot *s;

	FOR_EACH(s)
	if (s->state == SENT && s->serial == (uintptr_t)arg) {
		end(s, BOARD_MQTT_DONE);
		return;
	}
}

/* see mqtt_store.h */
void board_mqtt_store_lost(bool blame)
{
	struct slot *s, *first = oldest(SENT);

	FOR_EACH(s)
	if (s->state == SENT)
		s->state = QUEUED;
	if (!first || !blame)
		return;
	first->losses++;
	if (first->losses >=
		(first->done ? BOARD_MQTT_LOSSES_WAITED : BOARD_MQTT_LOSSES))
		end(first, BOARD_MQTT_POISON);
}

/* see mqtt_store.h */
bool board_mqtt_store_expire(uint32_t now_ms, uint32_t *next_ms)
{
	bool silent = false;
	struct slot *s;
	int32_t left;

	FOR_EACH(s)
	{
		if (s->state == FREE || !s->timed)
			continue;
		left = (int32_t)(s->due_ms - now_ms);
		if (left > 0) {
			if ((uint32_t)left < *next_ms)
				*next_ms = (uint32_t)left;
			continue;
		}
		silent |= s->state == SENT;
		end(s, BOARD_MQTT_LATE);
	}
	return silent;
}

/* see mqtt_store.h */
void board_mqtt_store_clear(void)
{
	struct slot *s;

	FOR_EACH(s)
	if (s->state != FREE)
		end(s, BOARD_MQTT_STOPPED);
}

/* see mqtt_store.h */
void board_mqtt_store_stats(struct board_mqtt_stats *out)
{
	*out = counts;
}

#endif
