/*
 * state.c - the directory for what is made on the first run
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "options.h"
#include "state.h"

static const char *dir(void)
{
	static char path[BOARD_PATH_MAX];
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (*board_options.state_dir)
		return board_options.state_dir;
	if (xdg && *xdg == '/')
		snprintf(path, sizeof path, "%s/lwsmtpd", xdg);
	else if (home && *home == '/')
		snprintf(path, sizeof path, "%s/.local/state/lwsmtpd", home);
	return path;
}

int board_state_open(void)
{
	const char *path = dir();
	int error;

	if (!*path)
		return board_options_fail(board_options.state_dir,
			"neither XDG_STATE_HOME nor HOME is set; give a "
			"directory");
	error = board_make_dirs(path);
	if (!error)
		return 0;
	return board_options_fail(board_options.state_dir,
		"cannot make %s: %s; give a directory that is writable", path,
		strerror(error));
}

void board_state_path(const char *name, char *path, size_t cap)
{
	snprintf(path, cap, "%s/%s", dir(), name);
}
