/*
 * records.c - the application's thread, and the lines it writes
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "queue_log.h"
#include "server.h"
#include "text.h"

static pthread_t task;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool holding, killed;

/* ---- lines ---- */

void say(const char *line)
{
	static pthread_mutex_t out = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&out);
	if (write(STDOUT_FILENO, line, strlen(line)) < 0 ||
		write(STDOUT_FILENO, "\n", 1) < 0)
		_exit(4);
	pthread_mutex_unlock(&out);
}

void board_queue_log_say(const char *line)
{
	say(line);
}

static void string(struct board_text *t, const char *name, const char *value)
{
	board_text_str(t, ",\"");
	board_text_str(t, name);
	board_text_str(t, "\":");
	if (value)
		board_text_json(t, value, strlen(value));
	else
		board_text_str(t, "null");
}

void board_queue_log_print(const struct board_queue_record *r)
{
	const struct board_queue_message *m = r->message;
	static char line[8192];
	char hex[65];
	struct board_text t;

	board_text_start(&t, hex, sizeof hex);
	if (r->digest)
		board_text_hex(&t, r->digest, 32);
	board_text_start(&t, line, sizeof line);
	board_text_str(&t, "{\"session\":");
	board_text_num(&t, m->session);
	string(&t, "from", m->envelope);
	string(&t, "to", m->envelope + strlen(m->envelope) + 1);
	string(&t, "protocol", m->protocol);
	string(&t, "tls_version", *m->tls_version ? m->tls_version : NULL);
	string(&t, "sha256", r->digest ? hex : NULL);
	string(&t, "verdict", r->verdict);
	board_text_str(&t, ",\"octets\":");
	board_text_num(&t, r->octets);
	board_text_str(&t, "}");
	say(line);
}

/* ---- the thread ---- */

static void *run(void *arg)
{
	board_queue_run(&board_queue_log);
	return arg;
}

void board_task_start(void)
{
	killed = holding = false;
	if (pthread_create(&task, NULL, run, NULL))
		_exit(5);
}

/* A thread cannot be ended from outside without harm: it does it itself. */
void board_task_kill(void)
{
	pthread_mutex_lock(&mutex);
	killed = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
	pthread_join(task, NULL);
}

void board_task_hold(void)
{
	bool dies;

	pthread_mutex_lock(&mutex);
	holding = true;
	while (holding && !killed)
		pthread_cond_wait(&changed, &mutex);
	dies = killed;
	pthread_mutex_unlock(&mutex);
	if (dies)
		pthread_exit(NULL);
}

void board_task_release(void)
{
	pthread_mutex_lock(&mutex);
	holding = false;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
}
