/*
 * virtio_net.h - virtio network device over MMIO: a lwIP netif driver
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * VIRTIO 1.2: 4.2 (MMIO, register layout 2 and the legacy layout 1) and 5.1
 * (network device). One device. Queues and buffers are static. A long frame is
 * lent to lwIP where the device wrote it (LWIP_SUPPORT_CUSTOM_PBUF); a short
 * one, and any while few buffers are left, is copied to a pbuf of PBUF_POOL.
 *
 * The device has no address filter: frames for other hosts are dropped here.
 * Context of all functions: lwIP's thread, if not said otherwise.
 */
#ifndef VIRTIO_NET_H
#define VIRTIO_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/err.h"
#include "lwip/netif.h"

/* Receive buffers, and places in each queue: a power of two. Each costs
 * 1.6 KB. */
#ifndef VIRTIO_NET_RX_COUNT
#define VIRTIO_NET_RX_COUNT 16
#endif
/* Of these, how many are never lent: what a burst finds while lwIP holds the
 * others. */
#ifndef VIRTIO_NET_RX_KEEP
#define VIRTIO_NET_RX_KEEP 6
#endif
/* Transmit buffers, at most VIRTIO_NET_RX_COUNT and 32. Each costs 1.5 KB. */
#ifndef VIRTIO_NET_TX_COUNT
#define VIRTIO_NET_TX_COUNT 8
#endif

/* Whether a network device is behind the registers at base. An empty place of
 * a machine that has several reads as device 0. */
bool virtio_net_probe(uintptr_t base);

/*
 * For board_netif_init(): start the device at base; link, MAC address and the
 * rest of *netif as board.h says.
 *
 * Returns ERR_OK; or ERR_IF: no network device is there, it does not have the
 * features or the queues that are needed.
 */
err_t virtio_net_init(struct netif *netif, uintptr_t base);

/* For board_netif_poll(). Bounded to a few dozen frames. */
void virtio_net_poll(struct netif *netif);

/* Whether virtio_net_poll() has something to do. For board_idle(), with
 * interrupts masked: when it says no, what comes later interrupts. */
bool virtio_net_pending(void);

/* The device's interrupt: notes it, and asks the device for no more until
 * virtio_net_poll() is done. Context: interrupt. */
void virtio_net_isr(void);

#endif
