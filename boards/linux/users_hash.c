/*
 * users_hash.c - --hash-password: a password in, a line for the users file out
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "log.h"
#include "users.h"
#include "verifier.h"

static ssize_t read_line(char *p, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	while (len < cap) {
		n = read(STDIN_FILENO, p + len, 1);
		if (n < 0)
			return -1;
		if (n == 0 || p[len] == '\n')
			break;
		len++;
	}
	if (len && len < cap && p[len - 1] == '\r')
		len--;
	return (ssize_t)len;
}

/* Ask on the terminal without echo, or read a line of stdin. */
static ssize_t ask(const char *prompt, char *p, size_t cap)
{
	struct termios was, quiet;
	ssize_t len;

	if (tcgetattr(STDIN_FILENO, &was) < 0)
		return read_line(p, cap);
	fputs(prompt, stderr);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	len = read_line(p, cap);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	fputc('\n', stderr);
	return len;
}

static int print_line(const char *user, const char *password, size_t len)
{
	char line[BOARD_VERIFIER_TXT];
	struct smtpd_str name = {user, (uint16_t)strlen(user)};
	struct smtpd_str secret = {password, (uint16_t)len};
	struct board_verifier v;
	struct board_text t;

	switch (board_verifier_make(&v, name, secret)) {
	case 0:
		break;
	case SMTPD_EINVAL:
		return board_fail("--hash-password: the user name must be 1 to "
				  "64 octets without ':' and the password not "
				  "empty");
	default:
		return board_fail("--hash-password: no entropy or no PBKDF2");
	}
	board_text_start(&t, line, sizeof line);
	board_verifier_text(&v, &t);
	return puts(line) < 0 || fflush(stdout) ? 1 : 0;
}

int board_users_hash(const char *user)
{
	char password[256], again[256];
	ssize_t len, len2;
	int status;

	if (!user)
		user = "user";
	if (strlen(user) > BOARD_USER_MAX)
		user = "";
	len = ask("Password: ", password, sizeof password);
	len2 = len;
	if (len > 0 && isatty(STDIN_FILENO))
		len2 = ask("Once more: ", again, sizeof again);
	if (len < 0 || len == (ssize_t)sizeof password)
		status = board_fail("--hash-password: give one line of 1 to "
				    "255 octets on stdin");
	else if (len2 != len ||
		 (isatty(STDIN_FILENO) &&
			 !smtpd_equal(password, again, (size_t)len)))
		status = board_fail("--hash-password: the two differ");
	else
		status = print_line(user, password, (size_t)len);
	smtpd_wipe(password, sizeof password);
	smtpd_wipe(again, sizeof again);
	return status;
}
