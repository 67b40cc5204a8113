/*
 * inbox_list.h - the inbox on the console
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_INBOX_LIST_H
#define BOARD_INBOX_LIST_H

#include "smtpd_lwip_config.h"

/*
 * Print each alert of the inbox, the newest first, as a line of JSON, and
 * behind one whose picture is there `picture ID OCTETS SHA-256`; then
 * `inbox end`. Only with SMTPD_INBOX.
 *
 * Context: the thread that lwIP runs on.
 */
void board_inbox_list(void);

#endif
