/*
 * files.c - whole files and whole writes, with short writes and EINTR handled
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

int board_write(int fd, const void *p, size_t len)
{
	const char *at = p;
	ssize_t n;

	while (len) {
		n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t board_read_file(const char *path, char *p, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error = 0;
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (!error) {
		n = read(fd, p + len, cap - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			error = errno;
		else if (n == 0)
			break;
		else if ((len += (size_t)n) == cap)
			error = EFBIG;
	}
	close(fd);
	if (error)
		return -error;
	p[len] = '\0';
	return (ssize_t)len;
}

int board_write_file(const char *path, const void *p, size_t len, mode_t mode)
{
	char temp[PATH_MAX];
	int fd, error;

	if (snprintf(temp, sizeof temp, "%s.%ld", path, (long)getpid()) >=
		(int)sizeof temp)
		return ENAMETOOLONG;
	unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return errno;
	error = board_write(fd, p, len);
	if (!error && fsync(fd) < 0)
		error = errno;
	if (close(fd) < 0 && !error)
		error = errno;
	if (!error && rename(temp, path) < 0)
		error = errno;
	if (error)
		unlink(temp);
	return error;
}

int board_make_dirs(const char *path)
{
	char part[PATH_MAX];
	struct stat st;
	size_t i;

	for (i = 1; path[i - 1]; i++) {
		if (path[i] && path[i] != '/')
			continue;
		if (i >= sizeof part)
			return ENAMETOOLONG;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return errno;
	}
	if (stat(path, &st) < 0)
		return errno;
	return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}
