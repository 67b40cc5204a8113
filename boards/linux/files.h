/*
 * files.h - whole files and whole writes, with short writes and EINTR handled
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BOARD_FILES_H
#define BOARD_FILES_H

#include <stddef.h>
#include <sys/types.h>

/* Write all of len octets. Returns 0 or an errno value. */
int board_write(int fd, const void *p, size_t len);

/*
 * Read a whole file into cap octets.
 *
 * Returns its length, below cap (a NUL follows it); or minus an errno value:
 * -EFBIG when it does not fit.
 */
ssize_t board_read_file(const char *path, char *p, size_t cap);

/*
 * Put a file in place: written beside it with this mode, synced, renamed.
 * Returns 0 or an errno value; then what was there before is there still.
 */
int board_write_file(const char *path, const void *p, size_t len, mode_t mode);

/* Make a directory and those above it, mode 0700. Returns 0 or errno. */
int board_make_dirs(const char *path);

#endif
