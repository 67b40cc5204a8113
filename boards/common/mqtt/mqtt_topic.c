/*
 * mqtt_topic.c - topics made of a template and of what a mail says
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "mqtt_topic.h"
#include "smtpd_utf8.h"

static const struct board_mqtt_word *find_word(const char *s, size_t len,
	const struct board_mqtt_word *words, size_t count)
{
	for (; count--; words++)
		if (!strncmp(words->name, s, len) && !words->name[len])
			return words;
	return NULL;
}

/* The word in braces at s, and in *len its octets with them; NULL: none. */
static const struct board_mqtt_word *braced(const char *s,
	const struct board_mqtt_word *words, size_t count, size_t *len)
{
	const char *end = strchr(s, '}');

	if (*s != '{' || !end)
		return NULL;
	*len = (size_t)(end - s) + 1;
	return find_word(s + 1, *len - 2, words, count);
}

/* Octets of the UTF-8 character at s that may stand in a topic; 0: it may
 * not. MQTT 3.1.1 1.5.3: no surrogates, no U+0000, better no controls. */
static size_t allowed(const char *s)
{
	uint8_t c = (uint8_t)*s;
	size_t n = 1;

	while (n < 4 && s[n])
		n++;
	n = smtpd_utf8_octets((const uint8_t *)s, n);
	if (c < ' ' || c == 0x7f || strchr("+#", *s))
		return 0;
	if (c == 0xc2 && n == 2 && (uint8_t)s[1] < 0xa0)
		return 0; /* C1 */
	return n;
}

/* see mqtt_topic.h */
const char *board_mqtt_template(
	const char *s, const struct board_mqtt_word *words, size_t count)
{
	size_t n;

	if (!*s)
		return "it is empty";
	if (*s == '$')
		return "it begins with $";
	for (; *s; s += n) {
		if (*s == '{' && !braced(s, words, count, &n))
			return "there is no such {NAME}";
		if (*s == '{')
			continue;
		n = allowed(s);
		if (!n)
			return "it has + or #, a control character, or is "
			       "no UTF-8";
	}
	return NULL;
}

/* see mqtt_topic.h */
void board_mqtt_level(struct board_text *t, const char *value)
{
	size_t n;

	if (!value || !*value)
		value = "unknown";
	if (*value == '$' && !t->len) {
		board_text_str(t, "_");
		value++;
	}
	for (; *value; value += n) {
		n = *value == '/' ? 0 : allowed(value);
		if (n)
			board_text_put(t, value, n);
		else
			board_text_str(t, "_");
		n = n ? n : 1;
	}
}

/* see mqtt_topic.h */
void board_mqtt_topic(struct board_text *t, const char *s,
	const struct board_mqtt_word *words, size_t count)
{
	const struct board_mqtt_word *w;
	size_t n;

	for (; *s; s += n) {
		w = braced(s, words, count, &n);
		if (w) {
			board_mqtt_level(t, w->value);
			continue;
		}
		n = 1;
		board_text_put(t, s, 1);
	}
}

static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* see mqtt_topic.h */
void board_mqtt_slug(struct board_text *t, const char *value)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	bool changed = !value || !*value;
	uint8_t octets[4];
	unsigned i;

	for (; value && *value; value++) {
		hash = (hash ^ (uint8_t)*value) * 16777619u;
		changed |= !plain(*value);
		board_text_put(t, plain(*value) ? value : "_", 1);
	}
	if (!changed)
		return;
	for (i = 0; i < 4; i++)
		octets[i] = (uint8_t)(hash >> (24 - 8 * i));
	board_text_str(t, "_");
	board_text_hex(t, octets, sizeof octets);
}
