/*
 * mqtt_alert.c - alerts and their pictures as MQTT messages
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include <string.h>

#include "mqtt_alert.h"
#include "mqtt_channels.h"
#include "mqtt_topic.h"
#include "policy.h"

#if SMTPD_MQTT

#define PICTURE  "/picture"
#define EARLY    "/early" /* shorter than PICTURE */
#define PEER_MAX 48

/* What a message's arg says beside the session's slot. */
#define IS_PICTURE 0x10000u
#define NO_SESSION 0xffffu

struct wait {
	board_mqtt_told_fn told;
	uint32_t channel;
	uint8_t state; /* of the alert */
	uint8_t left;  /* messages that are not acknowledged yet */
	uint8_t picture;
};

static const struct board_mqtt_options *options;
static struct wait waits[SMTPD_MAX_SESSIONS];
static uint8_t mqtt_pictures[SMTPD_MQTT_PICTURES][SMTPD_MQTT_RING];
static bool taken[SMTPD_MQTT_PICTURES];

/* Of the message that is being made. */
static char made_topic[BOARD_MQTT_TOPIC_MAX];
static char made_json[SMTPD_MQTT_MESSAGE_MAX];

/* ---- pictures ---- */

static uint8_t take_buffer(void)
{
	unsigned i;

	for (i = 0; i < SMTPD_MQTT_PICTURES; i++)
		if (!taken[i]) {
			taken[i] = true;
			return (uint8_t)(i + 1);
		}
	return 0;
}

static void free_buffer(uint8_t buffer)
{
	if (buffer)
		taken[buffer - 1] = false;
}

static void leave_out(struct board_mqtt_picture *p, const char *why)
{
	free_buffer(p->buffer);
	p->buffer = 0;
	p->why = why;
}

/* see mqtt_alert.h */
void board_mqtt_picture_add(
	struct board_mqtt_picture *p, const uint8_t *octets, size_t len)
{
	if (p->why || !len)
		return;
	if (!p->buffer) {
		p->buffer = take_buffer();
		p->len = 0;
	}
	if (!p->buffer) {
		leave_out(p, "other pictures wait for the broker");
		return;
	}
	if (!board_mqtt_fits(BOARD_MQTT_TOPIC_MAX, p->len + len)) {
		leave_out(p, "larger than the MQTT buffer");
		return;
	}
	memcpy(mqtt_pictures[p->buffer - 1] + p->len, octets, len);
	p->len += (uint32_t)len;
}

/* see mqtt_alert.h */
void board_mqtt_picture_drop(struct board_mqtt_picture *p)
{
	leave_out(p, NULL);
}

/* ---- topics ---- */

#define WORDS 9

static const char *device_of(const struct smtpd_alert *a)
{
	return *a->device ? a->device : a->from;
}

static void set_words(struct board_mqtt_word w[WORDS],
	const struct board_alert *a, const char *peer)
{
	w[0] = (struct board_mqtt_word){"device", device_of(&a->alert)};
	w[1] = (struct board_mqtt_word){"channel", a->alert.channel};
	w[2] = (struct board_mqtt_word){"user", a->user};
	w[3] = (struct board_mqtt_word){"peer", peer};
	w[4] = (struct board_mqtt_word){"brand", a->alert.brand};
	w[5] = (struct board_mqtt_word){"event", a->alert.event};
	w[6] = (struct board_mqtt_word){"from", a->alert.from};
	w[7] = (struct board_mqtt_word){"to", a->alert.to};
	w[8] = (struct board_mqtt_word){
		"listener", board_policy_word(a->listener)};
}

/* see mqtt_alert.h */
const char *board_mqtt_alert_template(const char *topic)
{
	static const struct board_alert none;
	struct board_mqtt_word words[WORDS];

	set_words(words, &none, "");
	return board_mqtt_template(topic, words, WORDS);
}

/* A topic that is too long is cut, between characters. */
static void make_topic(struct board_text *t, const struct board_alert *a)
{
	struct board_mqtt_word words[WORDS];
	char peer[PEER_MAX];
	struct board_text p;

	board_text_start(&p, peer, sizeof peer);
	board_alert_peer(&p, &a->peer);
	set_words(words, a, peer);
	board_mqtt_topic(t, options->topic, words, WORDS);
}

/* ---- the JSON ---- */

static void add_picture(struct board_text *t, const char *topic,
	const struct board_mqtt_picture *p)
{
	if (!p->buffer && !p->why)
		return;
	t->len--; /* the brace at its end */
	if (p->why) {
		board_text_str(t, ",\"picture_left_out\":");
		board_text_json(t, p->why, strlen(p->why));
	} else {
		board_text_str(t, ",\"picture_topic\":");
		board_text_json(t, topic, strlen(topic));
		t->len--;
		board_text_str(t, PICTURE "\"");
	}
	board_text_str(t, "}");
}

/* Cut a text in half, between characters. */
static void halve(char *s)
{
	size_t n = strlen(s) / 2;

	while (n && ((uint8_t)s[n] & 0xc0) == 0x80)
		n--;
	s[n] = '\0';
}

/* The alert without as much of its text as does not fit. */
static bool make_json(struct board_text *t, const struct board_alert *a,
	const char *topic, const struct board_mqtt_picture *p, char *octets)
{
	static struct board_alert cut;
	size_t room = SMTPD_MQTT_MESSAGE_MAX - strlen(topic) - 1;

	cut = *a;
	for (;;) {
		board_text_start(t, octets, room);
		board_alert_json(t, &cut);
		if (!t->full)
			add_picture(t, topic, p);
		if (!t->full || !*cut.alert.text)
			return !t->full;
		halve(cut.alert.text);
		cut.alert.cut |= SMTPD_ALERT_CUT_TEXT;
	}
}

/* ---- publishing ---- */

static void on_end(uintptr_t arg, enum board_mqtt_end why)
{
	unsigned index = arg & 0xffffu;
	struct wait *w;
	board_mqtt_told_fn told;

	if (arg & IS_PICTURE)
		free_buffer((uint8_t)(arg >> 24));
	if (index == NO_SESSION)
		return;
	w = &waits[index];
	w->left--;
	if (arg & IS_PICTURE)
		w->picture = 0;
	if (why == BOARD_MQTT_DONE && w->left)
		return;
	told = w->told;
	if (why == BOARD_MQTT_DONE)
		board_mqtt_channels_expect(w->channel, w->state);
	board_mqtt_alert_forget(index);
	told(index, why == BOARD_MQTT_DONE     ? BOARD_MQTT_TAKEN
		    : why == BOARD_MQTT_POISON ? BOARD_MQTT_NEVER
					       : BOARD_MQTT_FULL);
}

static uintptr_t picture_arg(unsigned index, uint8_t buffer)
{
	return (uintptr_t)buffer << 24 | IS_PICTURE | index;
}

/* see mqtt_alert.h */
void board_mqtt_alert_forget(unsigned index)
{
	struct wait *w = &waits[index];

	if (w->picture) {
		board_mqtt_forget(picture_arg(index, w->picture));
		free_buffer(w->picture);
	}
	if (w->left)
		board_mqtt_forget(index);
	memset(w, 0, sizeof *w);
}

static int publish_picture(
	unsigned index, char *topic, struct board_mqtt_picture *p)
{
	unsigned owner = options->ring ? NO_SESSION : index;
	struct board_mqtt_message m = {topic, NULL, p->len, on_end,
		picture_arg(owner, p->buffer),
		options->ring ? 0 : options->wait_ms, false, true};
	size_t len = strlen(topic);
	int ret;

	m.payload = mqtt_pictures[p->buffer - 1];
	memcpy(topic + len, PICTURE, sizeof PICTURE);
	ret = board_mqtt_publish(&m);
	topic[len] = '\0';
	if (ret)
		return ret;
	if (!options->ring) {
		waits[index].picture = p->buffer;
		waits[index].left++;
	}
	p->buffer = 0;
	return 0;
}

static int publish_json(unsigned index, const char *topic,
	const struct board_text *json, board_mqtt_told_fn told)
{
	struct board_mqtt_message m = {topic, json->s, json->len, NULL, index,
		options->wait_ms, false, false};

	if (!options->ring)
		m.done = on_end;
	waits[index].told = told;
	if (board_mqtt_publish(&m))
		return -1;
	if (!options->ring)
		waits[index].left++;
	return 0;
}

/* see mqtt_alert.h */
enum board_mqtt_result board_mqtt_alert(unsigned index,
	const struct board_alert *a, struct board_mqtt_picture *picture,
	board_mqtt_told_fn told)
{
	struct board_text t, json;
	uint32_t channel;

	board_mqtt_alert_forget(index);
	if (!options)
		return BOARD_MQTT_FULL;
	board_text_start(&t, made_topic, sizeof made_topic - sizeof PICTURE);
	make_topic(&t, a);
	channel = board_mqtt_channels_alert(made_topic, device_of(&a->alert),
		&a->alert, picture->buffer != 0);
	if (!make_json(&json, a, made_topic, picture, made_json)) {
		board_mqtt_picture_drop(picture);
		return BOARD_MQTT_NEVER;
	}
	/* first the picture: who hears of the alert finds it there */
	if ((picture->buffer && publish_picture(index, made_topic, picture)) ||
		publish_json(index, made_topic, &json, told)) {
		board_mqtt_picture_drop(picture);
		board_mqtt_alert_forget(index);
		return BOARD_MQTT_FULL;
	}
	waits[index].channel = channel;
	waits[index].state = a->alert.state;
	if (!options->ring)
		return BOARD_MQTT_WAITS;
	board_mqtt_channels_expect(channel, a->alert.state);
	return BOARD_MQTT_TAKEN;
}

/* Nobody waits for it, but it is no news for ever. */
static void on_early_end(uintptr_t arg, enum board_mqtt_end why)
{
	(void)arg;
	(void)why;
}

static bool half_full(void)
{
	struct board_mqtt_stats stats;

	board_mqtt_get_stats(&stats);
	return stats.waiting >= SMTPD_MQTT_MESSAGES / 2;
}

/* see mqtt_alert.h */
void board_mqtt_alert_early(const struct board_alert *a)
{
	static const struct board_mqtt_picture none;
	struct board_mqtt_message m = {
		made_topic, NULL, 0, on_early_end, NO_SESSION, 0, false, false};
	struct board_text t, json;

	if (!options || !options->early || half_full())
		return;
	board_text_start(&t, made_topic, sizeof made_topic - sizeof PICTURE);
	make_topic(&t, a);
	memcpy(made_topic + t.len, EARLY, sizeof EARLY);
	if (!make_json(&json, a, made_topic, &none, made_json))
		return;
	m.payload = json.s;
	m.len = json.len;
	m.wait_ms = options->wait_ms;
	board_mqtt_publish(&m);
}

/* see mqtt_alert.h */
void board_mqtt_alert_open(const struct board_mqtt_options *o)
{
	options = o;
	memset(waits, 0, sizeof waits);
	memset(taken, 0, sizeof taken);
	board_mqtt_channels_open(o);
}

#endif
