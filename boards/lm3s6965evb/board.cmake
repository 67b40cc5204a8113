# board.cmake - LM3S6965: Cortex-M3, 256 KB of flash, 64 KB of RAM
#
# SPDX-License-Identifier: BSD-3-Clause
include(boards/common/firmware/firmware.cmake)

# lwIP in small: segments of 536 octets (RFC 9293 3.7.1), a window of two,
# and receive buffers that hold half a frame, so that a short one costs little.
# README.md has the arithmetic.
target_compile_options(smtpd_config INTERFACE -flto -ffat-lto-objects)
board_firmware(
	CPU -mcpu=cortex-m3 -mthumb
	ARCH cortex_m
	SOURCES boards/lm3s6965evb/board.c
		boards/common/drivers/stellaris_enet.c
	LINKER_SCRIPT boards/lm3s6965evb/memory.ld
	LIBRARIES c_nano
	OPTIONS BOARD_MDNS=0
		BOARD_SINKS=0
		BOARD_ENVELOPE_MAX=96
		TCP_MSS=536
		TCP_WND=1072
		TCP_SND_BUF=1072
		TCP_OVERSIZE=128
		MEM_SIZE=2560
		ARP_TABLE_SIZE=8
		MEMP_NUM_TCP_SEG=16
		PBUF_POOL_BUFSIZE=296
		PBUF_POOL_SIZE=12
		TCP_STATS=0 IP_STATS=0 ICMP_STATS=0 UDP_STATS=0 ETHARP_STATS=0)
target_link_options(lwsmtpd PRIVATE -flto=1 -flto-partition=one)
