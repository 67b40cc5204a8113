/*
 * handshake.c - the TLS engine as a board has it: what a connection costs
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The client is a real one on the other end of the UART. Both sides take
 * turns: a turn is a number of blocks, each with its length in two octets
 * before it, and ends with an empty one. An empty turn of the client ends the
 * connection; two end the program. Only what the engine does is counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m3.h"
#include "smtpd_port.h"
#include "tls_engine.h"

#define TURN_MAX   40000u
#define STACK_MAX  16384u
#define DER_MAX    2048u
#define READ_CHUNK 2048u

static struct {
	uint8_t octets[TURN_MAX];
	size_t len, pos;
} in, out;

static uint8_t cert[DER_MAX], key[DER_MAX];

/* what one connection came to */
static struct {
	uint32_t handshake, data; /* ticks */
	uint32_t octets;          /* of plaintext */
	uint32_t peak, open;      /* octets of the slot */
	size_t stack;
} cost;

/* ---- the board's part ---- */

uint32_t smtpd_port_now_ms(void)
{
	return 1;
}

/* ---- the transport ---- */

static size_t peek(void *arg, uint8_t *buf, size_t len)
{
	size_t n = in.len - in.pos;

	(void)arg;
	if (n > len)
		n = len;
	memcpy(buf, in.octets + in.pos, n);
	return n;
}

static size_t receive(void *arg, uint8_t *buf, size_t len)
{
	size_t n = peek(arg, buf, len);

	in.pos += n;
	return n;
}

static size_t transmit(void *arg, const uint8_t *buf, size_t len)
{
	size_t n = TURN_MAX - out.len;

	(void)arg;
	if (n > len)
		n = len;
	memcpy(out.octets + out.len, buf, n);
	out.len += n;
	return n;
}

static void wake(void *arg)
{
	(void)arg;
}

static const struct smtpd_tls_io io = {peek, receive, transmit, wake};

/* ---- turns ---- */

static size_t get_length(void)
{
	size_t high = m3_uart_get();

	return high << 8 | m3_uart_get();
}

/* Returns whether the client said anything. */
static bool get_turn(void)
{
	size_t n, i;

	in.len = in.pos = 0;
	while ((n = get_length()) > 0 && n <= TURN_MAX - in.len)
		for (i = 0; i < n; i++)
			in.octets[in.len++] = m3_uart_get();
	return in.len > 0;
}

static void put_length(size_t n)
{
	m3_uart_put((uint8_t)(n >> 8));
	m3_uart_put((uint8_t)n);
}

static void put_turn(void)
{
	size_t i;

	if (out.len)
		put_length(out.len);
	for (i = 0; i < out.len; i++)
		m3_uart_put(out.octets[i]);
	put_length(0);
	out.len = 0;
}

/* ---- a connection ---- */

static void fail(const char *what, const struct smtpd_tls *tls)
{
	printf("failed: %s, %s\n", what,
		tls ? smtpd_tls_reason_text(smtpd_tls_reason(tls)) : "");
	exit(1);
}

static bool shake(struct smtpd_tls *tls)
{
	enum smtpd_tls_result result;
	uint32_t start;
	size_t depth;

	m3_stack_paint(STACK_MAX);
	start = m3_ticks();
	result = smtpd_tls_handshake(tls);
	cost.handshake += m3_ticks() - start;
	depth = m3_stack_used();
	if (depth > cost.stack)
		cost.stack = depth;
	if (result == SMTPD_TLS_DONE)
		cost.open = smtpd_tls_slot_used(tls, &cost.peak);
	else if (result != SMTPD_TLS_AGAIN)
		fail("handshake", tls);
	return result == SMTPD_TLS_DONE;
}

static void read_all(struct smtpd_tls *tls)
{
	static uint8_t buf[READ_CHUNK];
	uint32_t start = m3_ticks();
	int n;

	while ((n = smtpd_tls_read(tls, buf, sizeof buf)) > 0)
		cost.octets += (uint32_t)n;
	if (n != SMTPD_TLS_AGAIN && n != SMTPD_TLS_CLOSED)
		fail("read", tls);
	cost.data += m3_ticks() - start;
}

static void report(const struct smtpd_tls *tls)
{
	printf("%s handshake %lu stack %lu peak %lu open %lu data %lu of %lu\n",
		smtpd_tls_get_info(tls)->version,
		(unsigned long)cost.handshake * M3_TICK_INSTRUCTIONS,
		(unsigned long)cost.stack, (unsigned long)cost.peak,
		(unsigned long)cost.open,
		(unsigned long)cost.data * M3_TICK_INSTRUCTIONS,
		(unsigned long)cost.octets);
}

/* Returns whether there was one. */
static bool connection(struct smtpd_tls_config *config)
{
	struct smtpd_tls *tls;
	bool up = false;
	uint32_t start;

	memset(&cost, 0, sizeof cost);
	if (!get_turn())
		return false;
	start = m3_ticks();
	if (smtpd_tls_take(config, false, &tls) ||
		smtpd_tls_open(tls, &io, NULL, NULL) != SMTPD_TLS_OK)
		fail("open", NULL);
	cost.handshake = m3_ticks() - start;
	do {
		if (!up)
			up = shake(tls);
		if (up)
			read_all(tls);
		put_turn();
	} while (get_turn());
	if (!up)
		fail("unfinished", tls);
	report(tls);
	smtpd_tls_close(tls);
	return true;
}

static size_t load(const char *name, uint8_t *der)
{
	FILE *file = fopen(name, "rb");
	size_t len = file ? fread(der, 1, DER_MAX, file) : 0;

	if (file)
		fclose(file);
	return len;
}

int main(void)
{
	struct smtpd_tls_identity identity = {cert, 0, key, 0};
	struct smtpd_tls_config *config;
	struct smtpd_tls_gauges gauges;

	identity.cert_len = load("cert.der", cert);
	identity.key_len = load("key.der", key);
	m3_uart_start();
	if (smtpd_tls_config_server(&config, &identity) != SMTPD_TLS_OK)
		fail("certificate", NULL);
	while (connection(config))
		;
	smtpd_tls_get_gauges(&gauges);
	printf("config %lu\nleaks %lu\n", (unsigned long)gauges.global_high,
		(unsigned long)gauges.leaks);
	return gauges.leaks != 0;
}
