/*
 * virtio_net.c - virtio network device over MMIO: a lwIP netif driver
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "virtio_net.h"

#include <stddef.h>
#include <string.h>

#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/pbuf.h"
#include "lwip/stats.h"

#if BYTE_ORDER != LITTLE_ENDIAN
#error "virtio_net.c is for little-endian CPUs"
#endif
#if !LWIP_SUPPORT_CUSTOM_PBUF
#error "virtio_net.c needs LWIP_SUPPORT_CUSTOM_PBUF"
#endif

/* ---- registers (VIRTIO 1.2, 4.2.2 and 4.2.4) ---- */

enum {
	MAGIC = 0x00,
	VERSION = 0x04,
	DEVICE_ID = 0x08,
	DEVICE_FEATURES = 0x10,
	DEVICE_FEATURES_SEL = 0x14,
	DRIVER_FEATURES = 0x20,
	DRIVER_FEATURES_SEL = 0x24,
	LEGACY_PAGE_SIZE = 0x28,
	QUEUE_SEL = 0x30,
	QUEUE_NUM_MAX = 0x34,
	QUEUE_NUM = 0x38,
	LEGACY_QUEUE_ALIGN = 0x3c,
	LEGACY_QUEUE_PFN = 0x40,
	QUEUE_READY = 0x44,
	QUEUE_NOTIFY = 0x50,
	INTERRUPT_STATUS = 0x60,
	INTERRUPT_ACK = 0x64,
	STATUS = 0x70,
	QUEUE_DESC = 0x80,
	QUEUE_DRIVER = 0x90,
	QUEUE_DEVICE = 0xa0,
	CONFIG_MAC = 0x100,
	CONFIG_STATUS = 0x106,
};

#define MAGIC_VALUE UINT32_C(0x74726976)
#define NETWORK     1

#define STATUS_ACKNOWLEDGE 1U
#define STATUS_DRIVER      2U
#define STATUS_DRIVER_OK   4U
#define STATUS_FEATURES_OK 8U
#define STATUS_FAILED      128U

#define F_NET_MAC    (UINT32_C(1) << 5)
#define F_NET_STATUS (UINT32_C(1) << 16)
#define F_ANY_LAYOUT (UINT32_C(1) << 27)
#define F_VERSION_1  UINT32_C(1) /* in the second word */

#define LINK_UP 1U

/* ---- queues (VIRTIO 1.2, 2.7) ---- */

#define QUEUE_SIZE VIRTIO_NET_RX_COUNT
/* Also the page size that a legacy device is told. */
#define RING_ALIGN 256

#define DESC_WRITE         2U /* the device writes it */
#define AVAIL_NO_INTERRUPT 1U
#define USED_NO_NOTIFY     1U

enum { RX, TX };

static struct ring {
	struct {
		uint64_t addr;
		uint32_t len;
		uint16_t flags;
		uint16_t next;
	} desc[QUEUE_SIZE];
	struct {
		volatile uint16_t flags, index, ring[QUEUE_SIZE];
	} avail;
	struct {
		volatile uint16_t flags, index;
		volatile struct {
			uint32_t id, len;
		} ring[QUEUE_SIZE];
	} used __attribute__((aligned(RING_ALIGN)));
} rings[2] __attribute__((aligned(RING_ALIGN)));

/* ---- buffers ---- */

#define FRAME_MAX (1500 + SIZEOF_ETH_HDR)
/* Where a frame begins: its IP header is then aligned. The device's header
 * ends there; it has 10 octets, or 12 since VIRTIO 1.0. */
#define FRAME_AT 14U

#define BUFFER_SIZE (FRAME_AT + FRAME_MAX + 8)

static struct frame {
	struct pbuf_custom pbuf; /* first: a pbuf * is a frame * */
	uint8_t mem[BUFFER_SIZE] __attribute__((aligned(4)));
} frames[VIRTIO_NET_RX_COUNT];

static uint8_t tx_buffers[VIRTIO_NET_TX_COUNT][BUFFER_SIZE]
	__attribute__((aligned(4)));

/* Below this a pool pbuf wastes less than a lent buffer. */
#define LEND_MIN 300

static struct {
	uintptr_t base;
	uint32_t header_len;  /* of the device's header */
	uint32_t tx_free;     /* bit i: tx_buffers[i] is ours */
	uint16_t seen[2];     /* of used.index */
	uint16_t lent;        /* frames that lwIP has */
	bool has_status;      /* the device knows of a link */
	volatile bool irq;    /* poll has to look */
	volatile bool config; /* the device's configuration changed */
} dev;

static uint32_t get(unsigned offset)
{
	return *(volatile uint32_t *)(dev.base + offset);
}

static void set(unsigned offset, uint32_t value)
{
	*(volatile uint32_t *)(dev.base + offset) = value;
}

/* Nothing written so far may come after what follows: the device looks. */
static void barrier(void)
{
	__sync_synchronize();
}

/* ---- receive and transmit ---- */

/* Give descriptor id to the device. */
static void offer(unsigned queue, unsigned id)
{
	struct ring *r = &rings[queue];

	r->avail.ring[r->avail.index % QUEUE_SIZE] = (uint16_t)id;
	barrier();
	r->avail.index = (uint16_t)(r->avail.index + 1);
	barrier();
	if (!(r->used.flags & USED_NO_NOTIFY))
		set(QUEUE_NOTIFY, queue);
}

/* The next descriptor that the device is done with, and the octets it wrote;
 * -1: none. One that we never gave it is skipped. */
static int take(unsigned queue, unsigned count, uint32_t *len)
{
	struct ring *r = &rings[queue];

	while (dev.seen[queue] != r->used.index) {
		unsigned i = dev.seen[queue]++ % QUEUE_SIZE;
		uint32_t id;

		barrier();
		id = r->used.ring[i].id;
		*len = r->used.ring[i].len;
		if (id < count)
			return (int)id;
		LINK_STATS_INC(link.err);
	}
	return -1;
}

/* lwIP is done with a lent buffer. */
static void give_back(struct pbuf *p)
{
	dev.lent--;
	offer(RX, (unsigned)((struct frame *)p - frames));
}

static bool is_for_us(const struct netif *netif, const uint8_t *frame)
{
	return (frame[0] & 1) || !memcmp(frame, netif->hwaddr, ETH_HWADDR_LEN);
}

/* A pbuf with the frame in buffer id, which is lent or given back. */
static struct pbuf *frame_pbuf(unsigned id, uint16_t len)
{
	struct frame *b = &frames[id];
	struct pbuf *p;

	if (len >= LEND_MIN &&
		dev.lent < VIRTIO_NET_RX_COUNT - VIRTIO_NET_RX_KEEP) {
		dev.lent++;
		b->pbuf.custom_free_function = give_back;
		return pbuf_alloced_custom(PBUF_RAW, len, PBUF_REF, &b->pbuf,
			b->mem + FRAME_AT, FRAME_MAX);
	}
	p = pbuf_alloc(PBUF_RAW, len, PBUF_POOL);
	if (p)
		pbuf_take(p, b->mem + FRAME_AT, len);
	else
		LINK_STATS_INC(link.memerr);
	offer(RX, id);
	return p;
}

static void input(struct netif *netif, unsigned id, uint32_t len)
{
	struct pbuf *p;

	LINK_STATS_INC(link.recv);
	if (len < dev.header_len + SIZEOF_ETH_HDR ||
		len > dev.header_len + FRAME_MAX) {
		LINK_STATS_INC(link.lenerr);
		offer(RX, id);
		return;
	}
	if (!is_for_us(netif, frames[id].mem + FRAME_AT)) {
		LINK_STATS_INC(link.drop);
		offer(RX, id);
		return;
	}
	p = frame_pbuf(id, (uint16_t)(len - dev.header_len));
	if (p && netif->input(p, netif) != ERR_OK)
		pbuf_free(p);
}

static void reap(void)
{
	uint32_t len;
	int id;

	while ((id = take(TX, VIRTIO_NET_TX_COUNT, &len)) >= 0)
		dev.tx_free |= UINT32_C(1) << id;
}

/* netif->linkoutput */
static err_t output(struct netif *netif, struct pbuf *p)
{
	unsigned id = 0;

	LWIP_UNUSED_ARG(netif);
	if (p->tot_len > FRAME_MAX) {
		LINK_STATS_INC(link.lenerr);
		return ERR_BUF;
	}
	reap();
	if (!dev.tx_free) {
		LINK_STATS_INC(link.memerr);
		return ERR_MEM; /* TCP sends it again */
	}
	while (!(dev.tx_free >> id & 1))
		id++;
	dev.tx_free &= ~(UINT32_C(1) << id);
	pbuf_copy_partial(p, tx_buffers[id] + FRAME_AT, p->tot_len, 0);
	rings[TX].desc[id].len = dev.header_len + p->tot_len;
	offer(TX, id);
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

/* ---- start ---- */

/* see virtio_net.h */
bool virtio_net_probe(uintptr_t base)
{
	dev.base = base;
	return get(MAGIC) == MAGIC_VALUE && get(DEVICE_ID) == NETWORK &&
	       (get(VERSION) == 1 || get(VERSION) == 2);
}

/* VIRTIO 1.2, 3.1.1 steps 1 to 6. */
static bool negotiate(void)
{
	bool legacy = get(VERSION) == 1;
	uint32_t status = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
	uint32_t features;

	set(STATUS, 0);
	set(STATUS, STATUS_ACKNOWLEDGE);
	set(STATUS, status);
	set(DEVICE_FEATURES_SEL, 0);
	features = get(DEVICE_FEATURES) &
		   (F_NET_MAC | F_NET_STATUS | (legacy ? F_ANY_LAYOUT : 0));
	dev.has_status = features & F_NET_STATUS;
	dev.header_len = legacy ? 10 : 12;
	/* headers and frames share descriptors */
	if (!(features & F_NET_MAC) || (legacy && !(features & F_ANY_LAYOUT)))
		return false;
	set(DRIVER_FEATURES_SEL, 0);
	set(DRIVER_FEATURES, features);
	if (legacy)
		return true;
	set(DRIVER_FEATURES_SEL, 1);
	set(DRIVER_FEATURES, F_VERSION_1);
	set(STATUS, status | STATUS_FEATURES_OK);
	return get(STATUS) & STATUS_FEATURES_OK;
}

static void place(unsigned offset, const volatile void *p)
{
	set(offset, (uint32_t)(uintptr_t)p);
	set(offset + 4, (uint32_t)((uint64_t)(uintptr_t)p >> 32));
}

static bool open_queue(unsigned queue)
{
	struct ring *r = &rings[queue];

	set(QUEUE_SEL, queue);
	if (get(QUEUE_NUM_MAX) < QUEUE_SIZE)
		return false;
	set(QUEUE_NUM, QUEUE_SIZE);
	if (get(VERSION) == 1) {
		set(LEGACY_PAGE_SIZE, RING_ALIGN);
		set(LEGACY_QUEUE_ALIGN, RING_ALIGN);
		set(LEGACY_QUEUE_PFN, (uint32_t)((uintptr_t)r / RING_ALIGN));
		return true;
	}
	place(QUEUE_DESC, r->desc);
	place(QUEUE_DRIVER, &r->avail);
	place(QUEUE_DEVICE, &r->used);
	set(QUEUE_READY, 1);
	return true;
}

/* A descriptor for each buffer, for good. */
static void describe(unsigned queue, unsigned id, uint8_t *mem)
{
	uint32_t before = FRAME_AT - dev.header_len;

	rings[queue].desc[id].addr = (uintptr_t)mem + before;
	rings[queue].desc[id].len = BUFFER_SIZE - before;
	rings[queue].desc[id].flags = queue == RX ? DESC_WRITE : 0;
}

static void describe_all(void)
{
	memset(rings, 0, sizeof rings);
	memset(tx_buffers, 0, sizeof tx_buffers);
	dev.seen[RX] = dev.seen[TX] = 0;
	dev.tx_free = 0;
	for (unsigned i = 0; i < VIRTIO_NET_RX_COUNT; i++)
		describe(RX, i, frames[i].mem);
	for (unsigned i = 0; i < VIRTIO_NET_TX_COUNT; i++) {
		describe(TX, i, tx_buffers[i]);
		dev.tx_free |= UINT32_C(1) << i;
	}
	/* buffers are taken back when the next frame is sent */
	rings[TX].avail.flags = AVAIL_NO_INTERRUPT;
}

static bool link_is_up(void)
{
	return !dev.has_status ||
	       (*(volatile uint16_t *)(dev.base + CONFIG_STATUS) & LINK_UP);
}

static void describe_netif(struct netif *netif)
{
	for (unsigned i = 0; i < ETH_HWADDR_LEN; i++)
		netif->hwaddr[i] =
			*(volatile uint8_t *)(dev.base + CONFIG_MAC + i);
	netif->hwaddr_len = ETH_HWADDR_LEN;
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
		       NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
	if (link_is_up())
		netif->flags |= NETIF_FLAG_LINK_UP;
	netif->linkoutput = output;
	netif->output = etharp_output;
#if LWIP_IPV6
	netif->output_ip6 = ethip6_output;
#endif
}

/* see virtio_net.h */
err_t virtio_net_init(struct netif *netif, uintptr_t base)
{
	if (!virtio_net_probe(base))
		return ERR_IF;
	if (!negotiate()) {
		set(STATUS, STATUS_FAILED);
		return ERR_IF;
	}
	describe_all();
	if (!open_queue(RX) || !open_queue(TX)) {
		set(STATUS, STATUS_FAILED);
		return ERR_IF;
	}
	set(STATUS, get(STATUS) | STATUS_DRIVER_OK);
	for (unsigned i = 0; i < VIRTIO_NET_RX_COUNT; i++)
		offer(RX, i);
	describe_netif(netif);
	return ERR_OK;
}

/* ---- work ---- */

static void follow_link(struct netif *netif)
{
	dev.config = false;
	if (link_is_up())
		netif_set_link_up(netif);
	else
		netif_set_link_down(netif);
}

/* see virtio_net.h */
void virtio_net_poll(struct netif *netif)
{
	uint32_t len;

	dev.irq = false;
	if (dev.config)
		follow_link(netif);
	for (unsigned n = 0; n < 2 * VIRTIO_NET_RX_COUNT; n++) {
		int id = take(RX, VIRTIO_NET_RX_COUNT, &len);

		if (id < 0)
			break;
		input(netif, (unsigned)id, len);
	}
	rings[RX].avail.flags = 0;
	barrier();
}

/* see virtio_net.h */
bool virtio_net_pending(void)
{
	return dev.irq || dev.seen[RX] != rings[RX].used.index;
}

/* see virtio_net.h */
void virtio_net_isr(void)
{
	uint32_t status = get(INTERRUPT_STATUS);

	set(INTERRUPT_ACK, status);
	if (status & 2)
		dev.config = true;
	rings[RX].avail.flags = AVAIL_NO_INTERRUPT;
	dev.irq = true;
}
