/*
 * page_files.h - the page's own files, as cmake embeds them
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_PAGE_FILES_H
#define BOARD_PAGE_FILES_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t board_page_html[], board_page_css[], board_page_js[];
extern const size_t board_page_html_len, board_page_css_len, board_page_js_len;

#endif
