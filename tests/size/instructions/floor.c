/*
 * floor.c - the least server on lwIP's raw API, saying what session.c says
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * It reads nothing of what comes: a segment is a command, and its reply is
 * known. What lwsmtpd costs beyond this is the engine's and the glue's.
 */
#include <stdio.h>
#include <string.h>

#include "lwip/tcp.h"

#include "m3.h"
#include "wire.h"

#define REPLIES "replies.bin"
#define LAST    6 /* the reply to QUIT */

static struct wire_reply replies[WIRE_STEPS];
static unsigned step;

static void answer(struct tcp_pcb *pcb)
{
	const struct wire_reply *r = &replies[step];

	tcp_write(pcb, r->text, (u16_t)r->len, TCP_WRITE_FLAG_COPY);
	if (step++ == LAST)
		tcp_close(pcb);
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)arg;
	(void)err;
	if (!p)
		return ERR_OK;
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	answer(pcb);
	return ERR_OK;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	(void)err;
	step = 0;
	tcp_nagle_disable(pcb);
	tcp_recv(pcb, on_recv);
	answer(pcb);
	return ERR_OK;
}

int main(void)
{
	FILE *file = fopen(REPLIES, "rb");
	struct tcp_pcb *pcb;

	if (!file || fread(replies, sizeof replies, 1, file) != 1)
		return 1;
	fclose(file);
	wire_start();
	pcb = tcp_new();
	if (tcp_bind(pcb, IP_ADDR_ANY, WIRE_PORT) != ERR_OK)
		return 1;
	tcp_accept(tcp_listen(pcb), on_accept);
	return wire_report();
}
