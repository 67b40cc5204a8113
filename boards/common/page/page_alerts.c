/*
 * page_alerts.c - the inbox on the page: its last alerts, and its pictures
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "smtpd_lwip_config.h"

#include <string.h>

#include "alerts/inbox.h"
#include "page_alerts.h"

#if SMTPD_INBOX

/* A control takes six octets, the names of members are fewer than these. */
#define JSON_MAX (6 * sizeof(struct board_alert) + 1024)

enum { HEAD, LIST, TAIL, END };

static char json[JSON_MAX];

/* see page_alerts.h */
uint32_t board_page_taken(void)
{
	return board_inbox_taken();
}

/* ---- alerts ---- */

/* Where the alert stands that has this id; BOARD_PAGE_ALERTS: nowhere. */
static unsigned place(uint32_t id)
{
	const struct board_alert *a;
	unsigned n;

	for (n = 0; n < BOARD_PAGE_ALERTS; n++) {
		a = board_inbox_at(n);
		if (a && a->id == id)
			break;
	}
	return n;
}

/* The one whose turn it is: the newest, or what stands behind the last. */
static const struct board_alert *turn(struct board_page_cursor *c)
{
	unsigned n = 0;

	if (c->at || c->more)
		n = place(c->id);
	if (!c->at && c->more)
		n++;
	return n < BOARD_PAGE_ALERTS ? board_inbox_at(n) : NULL;
}

/* A piece of an alert; false: there is none left. */
static bool list(struct board_page_cursor *c, struct board_text *t)
{
	const struct board_alert *a = turn(c);
	size_t n = BOARD_PAGE_PIECE_MAX - 2;
	struct board_text whole;

	if (!a)
		return false;
	board_text_start(&whole, json, sizeof json);
	board_alert_json(&whole, a);
	if (!c->at && c->more)
		board_text_str(t, ",");
	if (n > whole.len - c->at)
		n = whole.len - c->at;
	board_text_put(t, whole.s + c->at, n);
	c->id = a->id;
	c->at += (uint32_t)n;
	if (c->at == whole.len) {
		c->at = 0;
		c->more = true;
	}
	return true;
}

/* Of which of these alerts the picture is still there. */
static void pictures(struct board_text *t)
{
	const struct board_alert *a;
	const char *between = "";
	unsigned n;

	board_text_str(t, "],\"pictures\":[");
	for (n = 0; n < BOARD_PAGE_ALERTS; n++) {
		a = board_inbox_at(n);
		if (!a || !board_inbox_picture(a->picture_id))
			continue;
		board_text_str(t, between);
		board_text_num(t, a->picture_id);
		between = ",";
	}
	board_text_str(t, "]}\n");
}

/* see page_alerts.h */
bool board_page_alerts(struct board_page_cursor *c, struct board_text *t)
{
	switch (c->stage) {
	case HEAD:
		board_text_str(t, "{\"taken\":");
		board_text_num(t, board_inbox_taken());
		board_text_str(t, ",\"alerts\":[");
		c->stage = LIST;
		return true;
	case LIST:
		if (list(c, t))
			return true;
		c->stage = TAIL;
		return !c->at; /* cut: the ring has come round */
	case TAIL:
		pictures(t);
		c->stage = END;
		return true;
	default:
		return false;
	}
}

/* ---- pictures ---- */

/* No SVG: it may have scripts. */
static const char *media_type(const char *said)
{
	static const char *const shown[] = {"image/jpeg", "image/png",
		"image/gif", "image/webp", "image/bmp", "image/avif"};
	size_t i;

	for (i = 0; i < sizeof shown / sizeof *shown; i++)
		if (strcmp(said, shown[i]) == 0)
			return shown[i];
	return strcmp(said, "image/jpg") == 0 ? "image/jpeg"
					      : "application/octet-stream";
}

/* see page_alerts.h */
const char *board_page_picture_find(const char *path, uint32_t *id, size_t *len)
{
	static const char prefix[] = "/picture/";
	const struct board_picture *picture;
	uint32_t n = 0;

	if (strncmp(path, prefix, sizeof prefix - 1) != 0)
		return NULL;
	for (path += sizeof prefix - 1; *path; path++) {
		if (*path < '0' || *path > '9' || n > (UINT32_MAX - 9) / 10)
			return NULL;
		n = n * 10 + (uint32_t)(*path - '0');
	}
	picture = board_inbox_picture(n);
	if (!picture)
		return NULL;
	*id = n;
	*len = picture->len;
	return media_type(picture->type);
}

/* see page_alerts.h */
bool board_page_picture(struct board_page_cursor *c, struct board_text *t)
{
	const struct board_picture *picture = board_inbox_picture(c->id);
	size_t n = BOARD_PAGE_PIECE_MAX - 1;

	if (!picture || c->at >= picture->len)
		return false;
	if (n > picture->len - c->at)
		n = picture->len - c->at;
	board_text_put(t, picture->octets + c->at, n);
	c->at += (uint32_t)n;
	return true;
}

#endif
