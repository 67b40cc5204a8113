/*
 * sink_maildir.c - messages into a maildir: tmp, fsync, rename into new, fsync
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A file holds exactly what the engine handed on: its Received: field, then
 * the client's octets. Nothing is visible in new/ before it is synced, and
 * the folder is synced before the client reads 250.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "log.h"
#include "sinks.h"

static const struct board_refusal full = {
	452, "4.3.1", "Insufficient system storage"};
static const struct board_refusal broken = {
	451, "4.3.0", "Cannot store the message now"};

struct maildir {
	int tmp, new_dir; /* open directories */
};

struct file {
	int fd_plus_1; /* 0: not open */
	bool in_tmp;
	char name[160]; /* "" : none */
};

static struct maildir dirs[BOARD_MAX_SINKS];
static struct file files[BOARD_MAX_SINKS][SMTPD_MAX_SESSIONS];
static char host[64] = "localhost";
static unsigned long delivered;

static const struct board_refusal *failed(
	const struct board_message *m, const char *what, int error)
{
	board_log(BOARD_ERROR, "[%llu] maildir: %s: %s",
		(unsigned long long)m->serial, what, strerror(error));
	return error == ENOSPC || error == EDQUOT ? &full : &broken;
}

static const char *no_such(const char *path, int error)
{
	static char text[256];

	snprintf(text, sizeof text, "%.150s: %s", path, strerror(error));
	return text;
}

/* The directory, or the nearest one above it that exists, must be ours. */
static const char *check_maildir(const char *path)
{
	char part[PATH_MAX], *slash;
	struct stat st;

	if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
		return no_such(path, ENAMETOOLONG);
	while (stat(part, &st) < 0) {
		if (errno != ENOENT)
			return no_such(part, errno);
		slash = strrchr(part, '/');
		if (!slash)
			return access(".", W_OK) ? no_such(".", errno) : NULL;
		slash[slash == part] = '\0';
	}
	if (!S_ISDIR(st.st_mode))
		return no_such(part, ENOTDIR);
	return access(part, W_OK) < 0 ? no_such(part, errno) : NULL;
}

static int open_part(const char *path, const char *part, int *fd)
{
	char full_path[PATH_MAX];
	int error;

	if (snprintf(full_path, sizeof full_path, "%s/%s", path, part) >=
		(int)sizeof full_path)
		return ENAMETOOLONG;
	error = board_make_dirs(full_path);
	if (error)
		return error;
	if (access(full_path, W_OK) < 0)
		return errno;
	*fd = open(full_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? errno : 0;
}

/* The host's name as the maildir format wants it in file names. */
static void name_host(void)
{
	size_t i;

	if (gethostname(host, sizeof host - 1) < 0)
		return;
	host[sizeof host - 1] = '\0';
	for (i = 0; host[i]; i++)
		if (host[i] == '/' || host[i] == ':')
			host[i] = '_';
}

static const char *open_maildir(unsigned slot, const char *path)
{
	int error, cur = -1;

	name_host();
	error = open_part(path, "tmp", &dirs[slot].tmp);
	if (!error)
		error = open_part(path, "new", &dirs[slot].new_dir);
	if (!error)
		error = open_part(path, "cur", &cur);
	if (cur >= 0)
		close(cur);
	return error ? no_such(path, error) : NULL;
}

/* A declared size that cannot fit is refused before the octets come. */
static const struct board_refusal *on_mail(
	unsigned slot, struct board_message *m)
{
	struct statvfs fs;

	if (!m->size || fstatvfs(dirs[slot].tmp, &fs) < 0 || !fs.f_blocks)
		return NULL;
	return (uint64_t)fs.f_bavail * fs.f_frsize < m->size ? &full : NULL;
}

static void on_drop(unsigned slot, struct board_message *m)
{
	struct file *f = &files[slot][m->index];

	if (f->fd_plus_1)
		close(f->fd_plus_1 - 1);
	if (f->in_tmp && unlinkat(dirs[slot].tmp, f->name, 0) < 0)
		board_log(BOARD_ERROR, "maildir: tmp/%s stays: %s", f->name,
			strerror(errno));
	memset(f, 0, sizeof *f);
}

static const struct board_refusal *on_begin(
	unsigned slot, struct board_message *m)
{
	struct file *f = &files[slot][m->index];
	struct timespec now;
	int fd;

	on_drop(slot, m);
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(f->name, sizeof f->name, "%lld.M%06ldP%ldQ%lu.%s",
		(long long)now.tv_sec, now.tv_nsec / 1000, (long)getpid(),
		++delivered, host);
	fd = openat(dirs[slot].tmp, f->name,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(m, "open in tmp", errno);
	f->fd_plus_1 = fd + 1;
	f->in_tmp = true;
	return NULL;
}

static const struct board_refusal *on_data(unsigned slot,
	struct board_message *m, const uint8_t *p, size_t len, bool received)
{
	struct file *f = &files[slot][m->index];
	int error = board_write(f->fd_plus_1 - 1, p, len);

	(void)received;
	return error ? failed(m, "write", error) : NULL;
}

static const struct board_refusal *on_prepare(
	unsigned slot, struct board_message *m)
{
	struct file *f = &files[slot][m->index];
	int fd = f->fd_plus_1 - 1;

	if (fsync(fd) < 0)
		return failed(m, "fsync", errno);
	f->fd_plus_1 = 0;
	if (close(fd) < 0)
		return failed(m, "close", errno);
	return NULL;
}

static void on_rollback(unsigned slot, struct board_message *m)
{
	struct file *f = &files[slot][m->index];

	if (unlinkat(dirs[slot].new_dir, f->name, 0) < 0)
		board_log(BOARD_ERROR,
			"maildir: new/%s was refused but stays: %s", f->name,
			strerror(errno));
	fsync(dirs[slot].new_dir);
	memset(f, 0, sizeof *f);
}

static const struct board_refusal *on_commit(
	unsigned slot, struct board_message *m)
{
	struct file *f = &files[slot][m->index];
	const struct board_refusal *r;

	if (renameat(dirs[slot].tmp, f->name, dirs[slot].new_dir, f->name) < 0)
		return failed(m, "rename into new", errno);
	f->in_tmp = false;
	if (fsync(dirs[slot].new_dir) == 0)
		return NULL;
	r = failed(m, "fsync of new", errno);
	on_rollback(slot, m);
	return r;
}

const struct board_sink_kind board_sink_maildir = {
	.name = "maildir",
	.argument = "no directory behind the ':'",
	.usage = "maildir:DIR",
	.check = check_maildir,
	.open = open_maildir,
	.mail = on_mail,
	.begin = on_begin,
	.data = on_data,
	.prepare = on_prepare,
	.commit = on_commit,
	.rollback = on_rollback,
	.drop = on_drop,
};
