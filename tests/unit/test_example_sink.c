/*
 * test_example_sink.c - the example of the README takes a mail
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: sources tests/unit/example/sink.c tests/unit/engine/octets.c
 * tests: sources tests/unit/engine/engine.c tests/unit/engine/sink.c
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"

extern const struct smtpd_listener port25;

static char printed[2000];

/* What the sink prints while the client talks. */
static void talk(struct smtpd_conn *c, const char *text)
{
	FILE *file = tmpfile();
	int saved = dup(1);
	size_t n;

	fflush(stdout);
	dup2(fileno(file), 1);
	engine_send(c, text);
	fflush(stdout);
	dup2(saved, 1);
	close(saved);
	rewind(file);
	n = fread(printed, 1, sizeof printed - 1, file);
	printed[n] = '\0';
	fclose(file);
}

static const char *run(void)
{
	struct smtpd_conn *c;

	engine_begin();
	world.listener = port25;
	c = engine_hello();
	talk(c, "MAIL FROM:<cam@example.org>\r\nRCPT TO:<bob@gw.example>\r\n"
		"RCPT TO:<alerts@gw.example>\r\nDATA\r\n"
		"Subject: motion\r\n\r\n..door\r\n.\r\n");
	if (engine_code(c) != 250 || engine_code(c) != 550 ||
		engine_code(c) != 250 || engine_code(c) != 354 ||
		engine_code(c) != 250)
		return "wrong replies";
	if (strncmp(printed, "Received: ", 10) != 0 ||
		!strstr(printed, "\r\nSubject: motion\r\n\r\n.door\r\n"))
		return "wrong output";
	engine_send(c, "QUIT\r\n");
	return smtpd_session_count() ? "the session did not end" : NULL;
}

int main(void)
{
	const char *why = run();

	if (why)
		printf("not ok readme_example_takes_a_mail: %s\n", why);
	else
		puts("ok readme_example_takes_a_mail");
	return why != NULL;
}
