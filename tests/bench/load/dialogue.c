/*
 * dialogue.c - what the client says next
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <string.h>

#include "load.h"

#define MAIL "MAIL FROM:<sensor@device.example>\r\n"
#define RCPT "RCPT TO:<alerts@gateway.example>\r\n"
#define DATA "DATA\r\n"

static bool say(struct load_conn *c, enum load_state next, const char *text)
{
	size_t len = strlen(text);

	c->state = next;
	memcpy(c->command, text, len);
	return load_send(c, c->command, len);
}

static bool hello(struct load_conn *c)
{
	c->offers_tls = c->offers_pipeline = false;
	return say(c, LOAD_EHLO, "EHLO device.example\r\n");
}

static bool pipelined(const struct load_conn *c)
{
	return load_options.pipeline && c->offers_pipeline;
}

static bool next_message(struct load_conn *c)
{
	if (!load_options.per_session && !c->left &&
		load_result.promised < load_options.messages) {
		c->left++;
		load_result.promised++;
	}
	if (!c->left)
		return say(c, LOAD_QUIT, "QUIT\r\n");
	c->left--;
	c->message_us = load_now_us();
	return say(c, LOAD_MAIL, pipelined(c) ? MAIL RCPT DATA : MAIL);
}

static bool after_ehlo(struct load_conn *c)
{
	if (load_options.tls != LOAD_UPGRADE || c->ssl)
		return next_message(c);
	if (c->offers_tls)
		return say(c, LOAD_STARTTLS, "STARTTLS\r\n");
	load_fail("EHLO", "no STARTTLS offered");
	load_close(c, false);
	return false;
}

static bool send_message(struct load_conn *c)
{
	size_t len;
	const char *message = load_message(&len);

	c->state = LOAD_DOT;
	return load_send(c, message, len);
}

static bool accepted(struct load_conn *c)
{
	load_result.messages++;
	load_time(&load_result.message, c->message_us);
	return next_message(c);
}

/* Only the greeting is of interest: count it and stay. */
static bool count_greeting(struct load_conn *c, int code)
{
	load_result.greeted += code == 220;
	load_result.busy += code == 421;
	load_result.last_us = load_now_us();
	if (code == 220)
		return true;
	load_close(c, code == 421);
	return false;
}

static bool greeting(struct load_conn *c, int code)
{
	c->greeted = true;
	load_result.being_opened--;
	if (load_options.greet_ms)
		return count_greeting(c, code);
	return hello(c);
}

/* What each state hopes for. */
static bool is_wanted(const struct load_conn *c, int code)
{
	switch (c->state) {
	case LOAD_GREETING:
		return code == 220 || (load_options.greet_ms && code == 421);
	case LOAD_STARTTLS:
		return code == 220;
	case LOAD_DATA:
		return code == 354;
	case LOAD_QUIT:
		return code == 221;
	default:
		return code == 250;
	}
}

/* see load.h */
bool load_reply(struct load_conn *c, int code, const char *line)
{
	if (!is_wanted(c, code)) {
		load_fail("reply", line);
		load_close(c, false);
		return false;
	}
	switch (c->state) {
	case LOAD_GREETING:
		return greeting(c, code);
	case LOAD_EHLO:
		return after_ehlo(c);
	case LOAD_STARTTLS:
		return load_handshake(c);
	case LOAD_MAIL:
		if (!pipelined(c))
			return say(c, LOAD_RCPT, RCPT);
		c->state = LOAD_RCPT;
		return true;
	case LOAD_RCPT:
		if (!pipelined(c))
			return say(c, LOAD_DATA, DATA);
		c->state = LOAD_DATA;
		return true;
	case LOAD_DATA:
		return send_message(c);
	case LOAD_DOT:
		return accepted(c);
	default:
		load_close(c, true);
		return false;
	}
}

/* see load.h */
void load_capability(struct load_conn *c, const char *line)
{
	c->offers_tls |= strncmp(line + 4, "STARTTLS", 8) == 0;
	c->offers_pipeline |= strncmp(line + 4, "PIPELINING", 10) == 0;
}

/* see load.h */
bool load_secured(struct load_conn *c)
{
	if (load_options.tls == LOAD_UPGRADE)
		return hello(c);
	c->state = LOAD_GREETING;
	return true;
}
