/*
 * lan9118.c - SMSC LAN9118 and LAN9220 Ethernet controllers
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "lan9118.h"

#include <string.h>

#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/stats.h"
#include "netif/ethernet.h"

/* ---- the controller ---- */

enum {
	RX_DATA_FIFO = 0x00,
	TX_DATA_FIFO = 0x20,
	RX_STATUS_FIFO = 0x40,
	ID_REV = 0x50,
	IRQ_CFG = 0x54,
	INT_STS = 0x58,
	INT_EN = 0x5c,
	BYTE_TEST = 0x64,
	FIFO_INT = 0x68,
	RX_CFG = 0x6c,
	TX_CFG = 0x70,
	HW_CFG = 0x74,
	RX_FIFO_INF = 0x7c,
	TX_FIFO_INF = 0x80,
	AFC_CFG = 0xac,
	MAC_CSR_CMD = 0xa4,
	MAC_CSR_DATA = 0xa8,
};

/* registers of the MAC, behind MAC_CSR_CMD */
enum { MAC_CR = 1, ADDRH = 2, ADDRL = 3, MII_ACC = 6, MII_DATA = 7 };

/* registers of the PHY, behind MII_ACC */
enum {
	PHY_CONTROL = 0,
	PHY_STATUS = 1,
	PHY_ADVERTISE = 4,
	PHY_INT = 29,
	PHY_INT_MASK = 30
};

#define BYTE_ORDER_RIGHT 0x87654321u
#define ID_LAN9118       0x0118u
#define ID_LAN9220       0x9220u

/* IRQ_CFG: on, push-pull, active high */
#define IRQ_ON  (1u << 8 | 1u << 4 | 1u << 0)
#define INT_PHY (1u << 18)
#define INT_RX  (1u << 3) /* the level of the RX status FIFO */

#define FIFO_LEVELS    0x48000000u /* RX status level 0: any frame */
#define HW_CFG_RESET   (1u << 0)
#define HW_CFG_MBO     (1u << 20)
#define HW_CFG_TX_5K   (5u << 16)
#define TX_CFG_ON      (1u << 2 | 1u << 1) /* status may overrun; on */
#define AFC_LEVELS     0x006e3740u
#define MAC_BUSY       (1u << 31)
#define MAC_READ       (1u << 30)
#define MAC_FULL_PLEX  (1u << 20)
#define MAC_ALL_MCAST  (1u << 19)
#define MAC_TX_RX      (1u << 3 | 1u << 2)
#define MII_WRITE      2u
#define MII_PHY        (1u << 11)
#define PHY_AUTO       0x1200u /* negotiate, and begin now */
#define PHY_LINK       (1u << 2)
#define PHY_ALL_MODES  0x01e1u
#define PHY_INT_LINK   (1u << 4 | 1u << 6) /* down, negotiation done */
#define RX_ERROR       (1u << 15)
#define RX_LENGTH(s)   ((s) >> 16 & 0x3fffu)
#define TX_FIRST_LAST  (1u << 13 | 1u << 12)
#define TX_ROOM(inf)   ((inf)&0xffffu)
#define RX_FRAMES(inf) ((inf) >> 16 & 0xffu)

#define FCS_LEN   4u
#define TRIES     100000u /* reads of a register that should change at once */
#define POLL_MOST 32u     /* frames in one poll */

static volatile uint8_t *base;
static volatile bool work;
static bool unseen; /* the link's state, since the start */

static volatile uint32_t *reg(unsigned offset)
{
	return (volatile uint32_t *)(base + offset);
}

static bool wait_clear(unsigned offset, uint32_t bits)
{
	unsigned i;

	for (i = 0; i < TRIES; i++)
		if (!(*reg(offset) & bits))
			return true;
	return false;
}

static uint32_t mac_read(uint32_t index)
{
	wait_clear(MAC_CSR_CMD, MAC_BUSY);
	*reg(MAC_CSR_CMD) = MAC_BUSY | MAC_READ | index;
	wait_clear(MAC_CSR_CMD, MAC_BUSY);
	return *reg(MAC_CSR_DATA);
}

static void mac_write(uint32_t index, uint32_t value)
{
	wait_clear(MAC_CSR_CMD, MAC_BUSY);
	*reg(MAC_CSR_DATA) = value;
	*reg(MAC_CSR_CMD) = MAC_BUSY | index;
	wait_clear(MAC_CSR_CMD, MAC_BUSY);
}

static void mii_wait(void)
{
	unsigned i;

	for (i = 0; i < TRIES && mac_read(MII_ACC) & 1; i++)
		;
}

static uint32_t phy_read(uint32_t index)
{
	mii_wait();
	mac_write(MII_ACC, MII_PHY | index << 6);
	mii_wait();
	return mac_read(MII_DATA) & 0xffff;
}

static void phy_write(uint32_t index, uint32_t value)
{
	mii_wait();
	mac_write(MII_DATA, value);
	mac_write(MII_ACC, MII_PHY | index << 6 | MII_WRITE);
	mii_wait();
}

/* ---- start ---- */

static bool is_there(void)
{
	uint32_t id;

	if (*reg(BYTE_TEST) != BYTE_ORDER_RIGHT)
		return false;
	id = *reg(ID_REV) >> 16;
	return id == ID_LAN9118 || id == ID_LAN9220;
}

static void find_mac(struct netif *netif)
{
	static const uint8_t local[6] = {0x02, 0, 0, 0x12, 0x34, 0x56};
	uint32_t low = mac_read(ADDRL), high = mac_read(ADDRH) & 0xffff;
	unsigned i;

	netif->hwaddr_len = sizeof local;
	if (low == UINT32_MAX && high == 0xffff) {
		memcpy(netif->hwaddr, local, sizeof local);
		mac_write(ADDRL, 0x12000002u);
		mac_write(ADDRH, 0x5634u);
		return;
	}
	for (i = 0; i < 4; i++)
		netif->hwaddr[i] = (uint8_t)(low >> 8 * i);
	netif->hwaddr[4] = (uint8_t)high;
	netif->hwaddr[5] = (uint8_t)(high >> 8);
}

static void start_phy(void)
{
	phy_write(PHY_ADVERTISE, PHY_ALL_MODES);
	phy_write(PHY_CONTROL, PHY_AUTO);
	phy_read(PHY_INT);
	phy_write(PHY_INT_MASK, PHY_INT_LINK);
}

static err_t transmit(struct netif *netif, struct pbuf *p);

err_t lan9118_init(struct netif *netif)
{
	base = netif->state;
	if (!is_there())
		return ERR_IF;
	*reg(HW_CFG) = HW_CFG_RESET;
	if (!wait_clear(HW_CFG, HW_CFG_RESET))
		return ERR_IF;
	*reg(HW_CFG) = HW_CFG_MBO | HW_CFG_TX_5K;
	*reg(AFC_CFG) = AFC_LEVELS;
	*reg(RX_CFG) = 0;
	*reg(TX_CFG) = TX_CFG_ON;
	*reg(FIFO_INT) = FIFO_LEVELS;
	find_mac(netif);
	start_phy();
	mac_write(MAC_CR, MAC_FULL_PLEX | MAC_ALL_MCAST | MAC_TX_RX);
	netif->name[0] = 'e';
	netif->name[1] = 'n';
	netif->mtu = 1500;
	netif->flags |= NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
			NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP;
	netif->linkoutput = transmit;
	netif->output = etharp_output;
#if LWIP_IPV6
	netif->flags |= NETIF_FLAG_MLD6;
	netif->output_ip6 = ethip6_output;
#endif
	*reg(INT_STS) = UINT32_MAX;
	*reg(IRQ_CFG) = IRQ_ON;
	unseen = true;
	work = true; /* the first poll lets interrupts through */
	return ERR_OK;
}

/* ---- sending ---- */

/* The FIFO takes whole words; a frame's pbufs end anywhere. */
static err_t transmit(struct netif *netif, struct pbuf *p)
{
	uint32_t word = 0, len = p->tot_len;
	const struct pbuf *q;
	unsigned shift = 0;
	uint16_t i;

	(void)netif;
	if (TX_ROOM(*reg(TX_FIFO_INF)) < len + 16) {
		LINK_STATS_INC(link.memerr);
		return ERR_MEM;
	}
	*reg(TX_DATA_FIFO) = TX_FIRST_LAST | len;
	*reg(TX_DATA_FIFO) = len;
	for (q = p; q; q = q->next)
		for (i = 0; i < q->len; i++) {
			word |= (uint32_t)((const uint8_t *)q->payload)[i]
				<< shift;
			shift = (shift + 8) & 31;
			if (shift)
				continue;
			*reg(TX_DATA_FIFO) = word;
			word = 0;
		}
	if (shift)
		*reg(TX_DATA_FIFO) = word;
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

/* ---- receiving ---- */

static void skip(uint32_t len)
{
	for (; len > 4; len -= 4)
		(void)*reg(RX_DATA_FIFO);
	if (len)
		(void)*reg(RX_DATA_FIFO);
}

/* Copy len octets of a frame; the last word may have more than that. */
static void take(uint8_t *to, uint32_t len)
{
	uint32_t word;

	for (; len >= sizeof word; len -= sizeof word, to += sizeof word) {
		word = *reg(RX_DATA_FIFO);
		memcpy(to, &word, sizeof word);
	}
	if (!len)
		return;
	word = *reg(RX_DATA_FIFO);
	memcpy(to, &word, len);
}

/* All but a frame's last pbuf end at a word. */
#if PBUF_POOL_BUFSIZE % 4
#error "PBUF_POOL_BUFSIZE: a multiple of 4, for words of the FIFO"
#endif

static void receive(struct netif *netif)
{
	uint32_t status = *reg(RX_STATUS_FIFO), len = RX_LENGTH(status);
	struct pbuf *p = NULL, *q;

	if (status & RX_ERROR || len < SIZEOF_ETH_HDR + FCS_LEN) {
		LINK_STATS_INC(link.err);
		skip(len);
		return;
	}
	p = pbuf_alloc(PBUF_RAW, (uint16_t)(len - FCS_LEN), PBUF_POOL);
	if (!p) {
		LINK_STATS_INC(link.memerr);
		LINK_STATS_INC(link.drop);
		skip(len);
		return;
	}
	for (q = p; q; q = q->next)
		take(q->payload, q->len);
	skip(FCS_LEN);
	LINK_STATS_INC(link.recv);
	if (netif->input(p, netif) != ERR_OK)
		pbuf_free(p);
}

/* ---- link ---- */

static void follow_link(struct netif *netif)
{
	bool up;

	phy_read(PHY_INT); /* which quiets it */
	*reg(INT_STS) = INT_PHY;
	phy_read(PHY_STATUS); /* remembers that it was down, once */
	up = phy_read(PHY_STATUS) & PHY_LINK;
	if (up && !netif_is_link_up(netif))
		netif_set_link_up(netif);
	else if (!up && netif_is_link_up(netif))
		netif_set_link_down(netif);
}

/* ---- interrupts ---- */

void lan9118_irq(void)
{
	*reg(INT_EN) = 0;
	work = true;
}

bool lan9118_busy(void)
{
	return work;
}

void lan9118_poll(struct netif *netif)
{
	unsigned i;

	if (!work)
		return;
	work = false;
	*reg(INT_STS) = INT_RX;
	for (i = 0; i < POLL_MOST && RX_FRAMES(*reg(RX_FIFO_INF)); i++)
		receive(netif);
	if (i == POLL_MOST)
		work = true;
	if (unseen || *reg(INT_STS) & INT_PHY)
		follow_link(netif);
	unseen = false;
	if (!work)
		*reg(INT_EN) = INT_RX | INT_PHY;
}
