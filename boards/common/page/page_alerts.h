/*
 * page_alerts.h - the inbox on the page: its last alerts, and its pictures
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Context of every function: lwIP's thread, where the inbox is filled too.
 */
#ifndef BOARD_PAGE_ALERTS_H
#define BOARD_PAGE_ALERTS_H

#include "page_json.h"
#include "smtpd_lwip_config.h"

#define BOARD_PAGE_ALERTS 32 /* the newest ones, in /alerts.json */

#if SMTPD_INBOX

/* /alerts.json, and the picture in the cursor's `id`. Where what is being
 * written gives way to something newer, the document ends there: cut. */
board_page_writer board_page_alerts, board_page_picture;

/*
 * Is this the path of a picture that is kept, /picture/ID?
 *
 * Returns its media type, one of those that only show something (mail may have
 * named any), with *id and *len set; NULL: there is none.
 */
const char *board_page_picture_find(
	const char *path, uint32_t *id, size_t *len);

/* Changes whenever /alerts.json does. */
uint32_t board_page_taken(void);

#else
#define board_page_picture_find(path, id, len)                                 \
	((void)(path), (void)(id), (void)(len), (const char *)NULL)
#define board_page_picture NULL
#define board_page_taken() 0u
#endif

#endif
