/*
 * server.h - a server on threads, for tests: what its files share
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef RTOS_SERVER_H
#define RTOS_SERVER_H

/* Write a line to stdout, whole. Any thread. */
void say(const char *line);

/* Run a function where lwIP may be used, and wait until it is done. Any thread
 * but the tcpip thread. */
void on_lwip(void (*function)(void *), void *arg);

/* A character came on stdin. The main thread. */
void command(int c);

#endif
