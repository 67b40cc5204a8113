/*
 * page_password.c - the web page's password: given, or made on the first run
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <errno.h>
#include <string.h>

#include "files.h"
#include "options.h"
#include "page_open.h"
#include "page_password.h"
#include "server.h"
#include "state.h"
#include "users.h"

static bool made;

bool board_page_password_kept(void)
{
	return board_page_used() && !*board_options.page_password;
}

bool board_page_password_new(void)
{
	return made;
}

/* One line, as an editor leaves it. */
static int take(const char *path, char *password, ssize_t len)
{
	password[strcspn(password, "\r\n")] = '\0';
	if (len >= 0 && *password)
		return 0;
	*password = '\0';
	return board_options_fail(password,
		"cannot read one of 1 to 63 octets from %s: %s; remove the "
		"file for a new one",
		path, len < 0 ? strerror((int)-len) : "it is empty");
}

static int make(const char *path, char *password)
{
	char line[32];
	size_t len;
	int error;

	if (board_users_password(password) != 0)
		return board_options_fail(
			password, "no entropy to make one; give one");
	len = strlen(password);
	memcpy(line, password, len);
	line[len] = '\n';
	error = board_write_file(path, line, len + 1, 0600);
	made = !error;
	return error ? board_options_fail(board_options.state_dir,
			       "cannot write %s: %s; give a directory that is "
			       "writable",
			       path, strerror(error))
		     : 0;
}

int board_page_password_open(void)
{
	char *password = board_options.page_password;
	char path[BOARD_PATH_MAX + 16];
	ssize_t len;

	if (!board_page_password_kept())
		return 0;
	board_state_path("page", path, sizeof path);
	len = board_read_file(
		path, password, sizeof board_options.page_password);
	return len == -ENOENT ? make(path, password)
			      : take(path, password, len);
}
