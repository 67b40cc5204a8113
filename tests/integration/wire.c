/*
 * wire.c - an Ethernet wire that loses, delays, doubles and spoils frames
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * wire FD FD SEED LOSS REORDER DUP SPOIL: frames from one descriptor (a TAP
 * device or a packet socket) go to the other; each of the last four is in
 * frames of a thousand. A frame to be reordered waits for 1 to 30 ms; in one
 * to be spoiled a bit behind the Ethernet header is turned over. ARP is not
 * spoiled: it has no checksum but the one of Ethernet. The same seed makes
 * the same decisions. Counts are printed when standard input ends. Built by
 * test_cases_wire.py.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FRAME  2048
#define HELD   256
#define HEADER 14

struct held {
	int64_t due_ms; /* 0: free */
	int to;
	size_t len;
	unsigned char octets[FRAME];
};

static struct held held[HELD];
static uint64_t state;
static unsigned loss, reorder, dup_, spoil;
static unsigned long seen, lost, late, doubled, spoilt;

/* xorshift64* */
static uint32_t draw(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 2685821657736338717u) >> 33) % below;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void send_frame(int to, const unsigned char *p, size_t len)
{
	if (write(to, p, len) < 0)
		lost++;
}

static int hold(int to, const unsigned char *p, size_t len)
{
	struct held *h;

	for (h = held; h < held + HELD; h++)
		if (!h->due_ms) {
			h->due_ms = now_ms() + 1 + draw(30);
			h->to = to;
			h->len = len;
			memcpy(h->octets, p, len);
			return 1;
		}
	return 0;
}

/* Send what is due; returns the wait for the next, or -1. */
static int release(void)
{
	int64_t now = now_ms(), next = -1;
	struct held *h;

	for (h = held; h < held + HELD; h++) {
		if (!h->due_ms)
			continue;
		if (h->due_ms <= now) {
			send_frame(h->to, h->octets, h->len);
			h->due_ms = 0;
		} else if (next < 0 || h->due_ms - now < next) {
			next = h->due_ms - now;
		}
	}
	return (int)next;
}

static void pass(int to, unsigned char *p, size_t len)
{
	int is_arp = p[12] == 8 && p[13] == 6;
	size_t bit;

	seen++;
	if (draw(1000) < loss) {
		lost++;
		return;
	}
	if (draw(1000) < spoil && !is_arp && len > HEADER) {
		bit = HEADER * 8 + draw((uint32_t)(len - HEADER) * 8);
		p[bit / 8] ^= (unsigned char)(1 << bit % 8);
		spoilt++;
	}
	if (draw(1000) < dup_) {
		send_frame(to, p, len);
		doubled++;
	}
	if (draw(1000) < reorder && hold(to, p, len))
		late++;
	else
		send_frame(to, p, len);
}

int main(int argc, char **argv)
{
	static unsigned char frame[FRAME];
	struct pollfd fds[3] = {{.events = POLLIN}, {.events = POLLIN},
		{.fd = STDIN_FILENO, .events = POLLIN}};
	ssize_t n;
	int i;

	if (argc != 8)
		return 2;
	fds[0].fd = (int)strtol(argv[1], NULL, 10);
	fds[1].fd = (int)strtol(argv[2], NULL, 10);
	state = strtoull(argv[3], NULL, 10) * 2654435761u + 1;
	loss = (unsigned)strtoul(argv[4], NULL, 10);
	reorder = (unsigned)strtoul(argv[5], NULL, 10);
	dup_ = (unsigned)strtoul(argv[6], NULL, 10);
	spoil = (unsigned)strtoul(argv[7], NULL, 10);
	while (poll(fds, 3, release()) >= 0 && !fds[2].revents)
		for (i = 0; i < 2; i++) {
			if (!(fds[i].revents & POLLIN))
				continue;
			n = read(fds[i].fd, frame, sizeof frame);
			if (n > HEADER)
				pass(fds[!i].fd, frame, (size_t)n);
		}
	printf("%lu frames: %lu lost, %lu late, %lu twice, %lu spoilt\n", seen,
		lost, late, doubled, spoilt);
	return 0;
}
