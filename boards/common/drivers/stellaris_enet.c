/*
 * stellaris_enet.c - Stellaris LM3S Ethernet; see stellaris_enet.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * A frame goes through the FIFO registers in words, least octet first, behind
 * two octets of length: received, of all that follows and themselves, check
 * sequence included; to be sent, of what follows the Ethernet header.
 */
#include <string.h>

#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/pbuf.h"
#include "lwip/stats.h"
#include "lwip/sys.h"
#include "stellaris_enet.h"

#define BASE        0x40048000u
#define REG(offset) (*(volatile uint32_t *)(BASE + (offset)))
#define RIS         REG(0x00) /* written: acknowledge */
#define IM          REG(0x04)
#define RCTL        REG(0x08)
#define TCTL        REG(0x0c)
#define DATA        REG(0x10)
#define IA0         REG(0x14)
#define IA1         REG(0x18)
#define THR         REG(0x1c)
#define MCTL        REG(0x20)
#define MDV         REG(0x24)
#define MRXD        REG(0x30)
#define NP          REG(0x34)
#define TR          REG(0x38)

#define INT_RX  0x01u
#define INT_FOV 0x08u
#define INT_ALL 0x7fu

#define RCTL_RXEN    0x01u
#define RCTL_AMUL    0x02u
#define RCTL_BADCRC  0x08u
#define RCTL_RSTFIFO 0x10u
#define RECEIVE      (RCTL_RXEN | RCTL_AMUL | RCTL_BADCRC)

#define TCTL_TXEN   0x01u
#define TCTL_PADEN  0x02u
#define TCTL_CRC    0x04u
#define TCTL_DUPLEX 0x10u
#define TRANSMIT    (TCTL_TXEN | TCTL_PADEN | TCTL_CRC)

#define NO_EARLY_START 0x3fu

#define HEADER    14u
#define LENGTH    2u
#define CRC       4u
#define FRAME_MAX 1518u /* header to data, one VLAN tag */
#define FIFO      2048u

/* A frame of 1,518 octets takes 1.2 ms at 10 Mbit/s. */
#define SEND_TRIES 100000
#define MII_TRIES  10000

#define LINK_MS 500u

/* Registers of the PHY: IEEE 802.3 22.2.4, and the vendor's diagnosis. */
#define PHY_STATUS      1u
#define PHY_STATUS_LINK 0x0004u
#define PHY_ID          2u
#define PHY_DIAGNOSIS   18u
#define PHY_FULL_DUPLEX 0x0800u

static volatile bool waiting;
static bool overrun;
static uint32_t link_ms;

/* see stellaris_enet.h */
bool stellaris_enet_waiting(void)
{
	return waiting;
}

/* see stellaris_enet.h */
void stellaris_enet_isr(void)
{
	IM = 0;
	waiting = true;
}

/* ---- sending ---- */

/* Octets on their way into the FIFO. */
struct word {
	uint32_t value;
	unsigned bits;
};

static void put(struct word *w, const uint8_t *p, size_t len)
{
	uint32_t value = w->value;
	unsigned bits = w->bits;

	while (len--) {
		value |= (uint32_t)*p++ << bits;
		bits += 8;
		if (bits == 32) {
			DATA = value;
			value = 0;
			bits = 0;
		}
	}
	w->value = value;
	w->bits = bits;
}

static bool sender_free(void)
{
	int tries = SEND_TRIES;

	while (TR & 1 && --tries)
		;
	return tries > 0;
}

static err_t send(struct netif *netif, struct pbuf *p)
{
	struct word w = {0, 0};
	uint32_t len = p->tot_len;

	LWIP_UNUSED_ARG(netif);
	if (len < HEADER || len > FRAME_MAX)
		return ERR_ARG;
	if (!sender_free()) {
		LINK_STATS_INC(link.drop);
		return ERR_TIMEOUT;
	}
	w.value = len - HEADER;
	w.bits = 16;
	for (; p; p = p->next)
		put(&w, p->payload, p->len);
	if (w.bits)
		DATA = w.value;
	TR = 1;
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

/* ---- receiving ---- */

static void get(struct word *w, uint8_t *p, size_t len)
{
	for (; len && w->bits; len--, w->bits -= 8, w->value >>= 8)
		*p++ = (uint8_t)w->value;
	for (; len >= 4; len -= 4, p += 4) {
		uint32_t value = DATA;

		memcpy(p, &value, 4);
	}
	if (!len)
		return;
	w->value = DATA;
	for (w->bits = 32; len; len--, w->bits -= 8, w->value >>= 8)
		*p++ = (uint8_t)w->value;
}

static void skip_words(uint32_t n)
{
	while (n--)
		(void)DATA;
}

static void reset_fifo(void)
{
	RCTL = RECEIVE & ~RCTL_RXEN;
	RCTL = (RECEIVE & ~RCTL_RXEN) | RCTL_RSTFIFO;
	RCTL = RECEIVE;
}

/* Drop a frame of whose length octets one word was read. A length that no
 * frame has: where the next one begins is lost. */
static void skip_frame(uint32_t len)
{
	if (len < LENGTH + CRC || len > FIFO)
		reset_fifo();
	else
		skip_words((len + 3) / 4 - 1);
}

/* The octets of a frame, the first two of them in w, and the rest of its
 * check sequence. */
static void get_frame(struct word *w, struct pbuf *p, uint32_t words)
{
	words -= (p->tot_len - 2u + 3u) / 4;
	for (; p; p = p->next)
		get(w, p->payload, p->len);
	skip_words(words);
}

/* The next frame without its check sequence, or NULL: none that is any good
 * or that there is room for. */
static struct pbuf *receive(void)
{
	struct word w = {DATA, 16};
	uint32_t len = w.value & 0xffff;
	struct pbuf *p;

	w.value >>= 16;
	if (len < LENGTH + HEADER + CRC || len > LENGTH + FRAME_MAX + CRC) {
		LINK_STATS_INC(link.lenerr);
		skip_frame(len);
		return NULL;
	}
	p = pbuf_alloc(PBUF_RAW, (u16_t)(len - LENGTH - CRC), PBUF_POOL);
	if (!p) {
		LINK_STATS_INC(link.memerr);
		skip_frame(len);
		return NULL;
	}
	get_frame(&w, p, (len + 3) / 4 - 1);
	LINK_STATS_INC(link.recv);
	return p;
}

/* After an overrun the FIFO is emptied before it is reset: frames in it are
 * good, and an emulator tells its network of room only when they are read. */
static void receive_all(struct netif *netif)
{
	int burst = STELLARIS_ENET_BURST;

	waiting = false;
	if (RIS & INT_FOV) {
		LINK_STATS_INC(link.err);
		overrun = true;
	}
	/* what comes from now on raises the interrupt again */
	RIS = INT_ALL;
	while (NP && burst--) {
		struct pbuf *p = receive();

		if (p && netif->input(p, netif) != ERR_OK)
			pbuf_free(p);
	}
	if (NP) {
		waiting = true;
		return;
	}
	if (overrun)
		reset_fifo();
	overrun = false;
	IM = INT_RX | INT_FOV;
}

/* ---- the PHY ---- */

static uint32_t phy(uint32_t reg)
{
	int tries = MII_TRIES;

	MCTL = reg << 3 | 1;
	while (MCTL & 1 && --tries)
		;
	return tries ? MRXD & 0xffff : 0;
}

/* A PHY without an identity is an emulator's: its link is always up. */
static void follow_link(struct netif *netif)
{
	bool here = phy(PHY_ID) != 0;
	bool up = !here || phy(PHY_STATUS) & PHY_STATUS_LINK;

	if (up == (netif_is_link_up(netif) != 0))
		return;
	if (!up) {
		netif_set_link_down(netif);
		return;
	}
	TCTL = TRANSMIT |
	       (!here || phy(PHY_DIAGNOSIS) & PHY_FULL_DUPLEX ? TCTL_DUPLEX
							      : 0);
	netif_set_link_up(netif);
}

/* see stellaris_enet.h */
void stellaris_enet_poll(struct netif *netif)
{
	uint32_t now = sys_now();

	if (now - link_ms >= LINK_MS) {
		link_ms = now;
		follow_link(netif);
	}
	if (waiting)
		receive_all(netif);
}

/* ---- the beginning ---- */

static void start(const uint8_t mac[6], uint32_t mii_divider)
{
	IM = 0;
	MDV = mii_divider;
	IA0 = (uint32_t)mac[0] | (uint32_t)mac[1] << 8 |
	      (uint32_t)mac[2] << 16 | (uint32_t)mac[3] << 24;
	IA1 = (uint32_t)mac[4] | (uint32_t)mac[5] << 8;
	THR = NO_EARLY_START;
	TCTL = TRANSMIT | TCTL_DUPLEX;
	reset_fifo();
	RIS = INT_ALL;
	IM = INT_RX | INT_FOV;
}

/* see stellaris_enet.h */
err_t stellaris_enet_init(
	struct netif *netif, const uint8_t mac[6], uint32_t mii_divider)
{
	netif->name[0] = 'e';
	netif->name[1] = 'n';
	netif->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(netif->hwaddr, mac, ETH_HWADDR_LEN);
	netif->mtu = 1500;
	netif->flags |= NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
			NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
	netif->linkoutput = send;
#if LWIP_IPV4
	netif->output = etharp_output;
#endif
#if LWIP_IPV6
	netif->output_ip6 = ethip6_output;
#endif
	link_ms = sys_now() - LINK_MS;
	start(mac, mii_divider);
	return ERR_OK;
}
