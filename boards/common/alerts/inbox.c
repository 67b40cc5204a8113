/*
 * inbox.c - the last alerts, and the last picture of each channel, in RAM
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include <string.h>

#include "inbox.h"

#if SMTPD_INBOX

#define ROOMS (SMTPD_INBOX_PICTURES + SMTPD_INBOX_STAGES)

enum room_state {
	ROOM_FREE, /* or given up, while it has an id */
	ROOM_STAGED,
	ROOM_KEPT,
};

/* Where a picture lies. */
struct room {
	struct board_picture picture;
	struct smtpd_peer peer; /* kept: whose channel it is */
	uint32_t age;           /* when it was taken, or given up */
	uint16_t session;       /* staged: whose mail */
	uint8_t state;          /* enum room_state */
	bool whole;             /* staged: its end has come */
	char device[SMTPD_ALERT_WORD_MAX];
	char channel[SMTPD_ALERT_WORD_MAX];
};

static struct board_alert alerts[SMTPD_INBOX_ALERTS];
static unsigned next, count; /* of the ring */
static uint32_t taken;

static struct room rooms[ROOMS];
static uint8_t octets[ROOMS][SMTPD_INBOX_PICTURE_MAX];
static uint32_t pictures, ages;

/* ---- the ring ---- */

/* see inbox.h */
unsigned board_inbox_count(void)
{
	return count;
}

/* see inbox.h */
const struct board_alert *board_inbox_at(unsigned n)
{
	if (n >= count)
		return NULL;
	return &alerts[(next + SMTPD_INBOX_ALERTS - 1 - n) %
		       SMTPD_INBOX_ALERTS];
}

/* see inbox.h */
uint32_t board_inbox_last_id(void)
{
	return count ? board_inbox_at(0)->id : 0;
}

/* see inbox.h */
uint32_t board_inbox_taken(void)
{
	return taken;
}

/* ---- pictures ---- */

/* see inbox.h */
const struct board_picture *board_inbox_picture(uint32_t id)
{
	unsigned i;

	for (i = 0; id && i < ROOMS; i++)
		if (rooms[i].picture.id == id && rooms[i].state != ROOM_STAGED)
			return &rooms[i].picture;
	return NULL;
}

static struct room *staged(unsigned index)
{
	unsigned i;

	for (i = 0; i < ROOMS; i++)
		if (rooms[i].state == ROOM_STAGED && rooms[i].session == index)
			return &rooms[i];
	return NULL;
}

/* The room of this state that has been in it for the longest. */
static struct room *oldest(enum room_state state, unsigned *many)
{
	struct room *r = NULL;
	unsigned i;

	*many = 0;
	for (i = 0; i < ROOMS; i++) {
		if (rooms[i].state != state)
			continue;
		++*many;
		if (!r || ages - rooms[i].age > ages - r->age)
			r = &rooms[i];
	}
	return r;
}

static void set_state(struct room *r, enum room_state state)
{
	r->state = (uint8_t)state;
	r->age = ++ages;
}

/* Staging is bounded, so that pictures of mails that are never taken cannot
 * push out those of mails that were. */
static struct room *stage(unsigned index)
{
	struct room *r;
	unsigned many;

	oldest(ROOM_STAGED, &many);
	if (many >= SMTPD_INBOX_STAGES)
		return NULL;
	r = oldest(ROOM_FREE, &many);
	if (!r)
		return NULL;
	set_state(r, ROOM_STAGED);
	r->session = (uint16_t)index;
	r->whole = false;
	r->picture.id = ++pictures;
	r->picture.len = 0;
	r->picture.octets = octets[r - rooms];
	return r;
}

static void give_back(struct room *r)
{
	r->picture.id = 0;
	set_state(r, ROOM_FREE);
}

/* see inbox.h */
void board_inbox_stage(unsigned index, const struct smtpd_alert *a,
	const uint8_t *p, size_t len)
{
	struct room *r = staged(index);

	if (!r && a->picture_octets > len)
		return; /* its beginning was left out */
	if (!r)
		r = stage(index);
	if (!r)
		return;
	memcpy(r->picture.type, a->picture_type, sizeof r->picture.type);
	if (len > SMTPD_INBOX_PICTURE_MAX - r->picture.len) {
		give_back(r);
		return;
	}
	if (len)
		memcpy(octets[r - rooms] + r->picture.len, p, len);
	r->picture.len += (uint32_t)len;
	r->whole = !len;
}

/* see inbox.h */
uint32_t board_inbox_staged(unsigned index)
{
	const struct room *r = staged(index);

	return r && r->whole && r->picture.len ? r->picture.id : 0;
}

/* see inbox.h */
void board_inbox_drop(unsigned index)
{
	struct room *r = staged(index);

	if (r)
		give_back(r);
}

static bool same_channel(const struct room *r, const struct board_alert *a)
{
	return r->peer.family == a->peer.family &&
	       !memcmp(r->peer.ip, a->peer.ip, sizeof r->peer.ip) &&
	       !strcmp(r->device, a->alert.device) &&
	       !strcmp(r->channel, a->alert.channel);
}

/* The picture before it gives way; of too many channels the oldest does. */
static void keep(struct room *r, const struct board_alert *a)
{
	struct room *other;
	unsigned i, many;

	for (i = 0; i < ROOMS; i++)
		if (rooms[i].state == ROOM_KEPT && same_channel(&rooms[i], a))
			set_state(&rooms[i], ROOM_FREE);
	other = oldest(ROOM_KEPT, &many);
	if (other && many >= SMTPD_INBOX_PICTURES)
		set_state(other, ROOM_FREE);
	r->peer = a->peer;
	memcpy(r->device, a->alert.device, sizeof r->device);
	memcpy(r->channel, a->alert.channel, sizeof r->channel);
	set_state(r, ROOM_KEPT);
}

/* see inbox.h */
void board_inbox_take(unsigned index, const struct board_alert *a)
{
	struct board_alert *to = &alerts[next];

	*to = *a;
	to->picture_id = board_inbox_staged(index);
	if (to->picture_id)
		keep(staged(index), a);
	else
		board_inbox_drop(index);
	next = (next + 1) % SMTPD_INBOX_ALERTS;
	if (count < SMTPD_INBOX_ALERTS)
		count++;
	taken++;
}

#endif
