# board.cmake - MPS2 AN385: Cortex-M3, everything on
#
# SPDX-License-Identifier: BSD-3-Clause
include(boards/common/firmware/firmware.cmake)

board_firmware(
	CPU -mcpu=cortex-m3 -mthumb
	ARCH cortex_m
	SOURCES boards/mps2_an385/board.c boards/common/drivers/lan9118.c
	LINKER_SCRIPT boards/mps2_an385/memory.ld
	OPTIONS BOARD_LAN9118=0x40200000 TCP_QUEUE_OOSEQ=1
		PBUF_POOL_SIZE=128 MEM_SIZE=65536)
