# board.cmake - MPS2 AN500: what mps2_an385 is, with a Cortex-M7
#
# SPDX-License-Identifier: BSD-3-Clause
include(boards/common/firmware/firmware.cmake)

board_firmware(
	CPU -mcpu=cortex-m7 -mthumb -mfloat-abi=soft
	ARCH cortex_m
	SOURCES boards/mps2_an385/board.c boards/common/drivers/lan9118.c
	LINKER_SCRIPT boards/mps2_an500/memory.ld
	OPTIONS BOARD_LAN9118=0xa0000000 TCP_QUEUE_OOSEQ=1
		PBUF_POOL_SIZE=128 MEM_SIZE=65536)
